"""Shapes of imported files reach the map: footprints and lines, new and changed, and back when an import is undone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from cleanheat.assets import public as assets
from cleanheat.assets.drawn_shapes import newest
from cleanheat.assets.importing import actions
from cleanheat.twin import geometry_store, redrawing, tiles
from cleanheat.twin.geometry import CityGeometry, Shapes
from tests.assets.importing.files import geojson_file, square
from tests.assets.importing.test_importing import boss, confirmed, through

__all__ = ["boss"]
pytestmark = [pytest.mark.usefixtures("city", "cast", "manual_clock"), pytest.mark.feature("A3-1", "A3-2", "G2-5")]
CODE = {"统一编码": "220102-LD-000001"}
NEW = {
    "楼栋名称": "新楼1栋", "所属小区": "小区1", "行政区": "南关", "供热单位": "甲热力", "机组编码": "JZ1",
    "建筑年代": "2005年", "层数": "6", "楼高": "21", "供热面积（万㎡）": "0.41", "户数": "50", "节能": "节能50%",
}  # fmt: skip


def ring(geometry: CityGeometry, number: int) -> np.ndarray:
    at = int(np.flatnonzero(geometry.buildings.numbers == number)[0])
    return geometry.buildings.lonlat[geometry.buildings.offsets[at] : geometry.buildings.offsets[at + 1]]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A map of buildings 1 and 2 and of pipe 1, stored without its tiles."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * 0.0002
    rings = np.concatenate([corners + np.array(at) for at in ((125.31, 43.88), (125.32, 43.88))])
    made = CityGeometry(
        buildings=Shapes(np.array([1, 2], np.int32), np.array([0, 4, 8], np.uint32), rings),
        building_height_m=np.array([18, 18], np.float32),
        pipes=Shapes(
            np.array([1], np.int32), np.array([0, 2], np.uint32), np.array([[125.31, 43.88], [125.32, 43.88]])
        ),
        base={},
        coverage={},
    )
    monkeypatch.setattr(tiles, "build", lambda folder, geometry: None)
    geometry_store.save(tmp_path / "twin", made, lambda folder: None)
    return tmp_path / "twin"


def redrawn(root):
    assets.forget()
    version = redrawing.redraw(root)
    assert geometry_store.current_version(root) == version
    return geometry_store.load(root / version)


def test_a_changed_footprint_and_a_new_building_are_drawn_and_undone(tmp_path, boss, root):
    shapes = [(CODE, square(125.31, 43.89)), (NEW, square(125.33, 43.885))]
    done = confirmed(boss, through(boss, geojson_file(tmp_path / "b.geojson", shapes)))
    (new,) = done.created
    geometry = redrawn(root)
    assert geometry.buildings.numbers.tolist() == [1, 2, new]
    assert shapely.Polygon(ring(geometry, 1)).equals(square(125.31, 43.89))
    assert shapely.Polygon(ring(geometry, 1)).exterior.is_ccw
    assert geometry.building_height_m.tolist() == [18, 18, 21]
    assert ring(geometry, 2)[0].tolist() == pytest.approx([125.32, 43.88])
    actions.undo(boss, done.pk, "撤回")
    assert newest("building") == {1: None, new: None}
    back = redrawn(root)
    assert back.buildings.numbers.tolist() == [1, 2]
    assert ring(back, 1)[0].tolist() == pytest.approx([125.31, 43.88])


def test_a_line_with_another_course_replaces_the_former(tmp_path, boss, root):
    line = shapely.LineString([(125.31, 43.88), (125.313, 43.884), (125.32, 43.88)])
    feature = [({"统一编码": "220102-GX-000001"}, line)]
    confirmed(boss, through(boss, geojson_file(tmp_path / "p.geojson", feature), "pipe"))
    pipes = redrawn(root).pipes
    assert pipes.lonlat.tolist() == np.array(line.coords).tolist()
    assert pipes.offsets.tolist() == [0, 3]


def test_a_file_that_only_draws_otherwise_is_a_change_and_the_same_again_is_none(tmp_path, boss, root):
    path = geojson_file(tmp_path / "b.geojson", [(CODE, square(125.31, 43.88))])
    confirmed(boss, through(boss, path))
    again = through(boss, path)
    assert (again.outcome["changed"], again.outcome["unchanged"]) == (0, 1)
    middle = shapely.Polygon([(125.31, 43.88), (125.3103, 43.88), (125.3103, 43.8803), (125.31, 43.8803)])
    bent = shapely.Polygon([*middle.exterior.coords[:-1], (125.30995, 43.88015)])
    found = through(boss, geojson_file(tmp_path / "c.geojson", [(CODE, bent)]))
    assert found.outcome["changed"] == 1
    confirmed(boss, found)
    assert len(ring(redrawn(root), 1)) == 5


def test_points_leave_the_footprints_alone(tmp_path, boss, root):
    confirmed(boss, through(boss, geojson_file(tmp_path / "b.geojson", [(CODE, shapely.Point(125.31, 43.89))])))
    assert newest("building") == {}


def test_an_import_with_shapes_asks_for_a_new_map(tmp_path, boss, root):
    from cleanheat.infra import events
    from cleanheat.infra.models import Job

    confirmed(boss, through(boss, geojson_file(tmp_path / "b.geojson", [(CODE, square(125.31, 43.89))])))
    events.dispatch_pending()
    assert Job.objects.filter(name=redrawing.REDRAW).exists()


def test_a_failed_build_keeps_the_former_map(tmp_path, boss, root, monkeypatch):
    def refuse(_folder, _geometry):
        raise tiles.TileBuildError("no")

    former = geometry_store.current_version(root)
    confirmed(boss, through(boss, geojson_file(tmp_path / "b.geojson", [(CODE, square(125.31, 43.89))])))
    monkeypatch.setattr(tiles, "build", refuse)
    assets.forget()
    with pytest.raises(tiles.TileBuildError):
        redrawing.redraw(root)
    assert geometry_store.current_version(root) == former


def test_old_versions_are_removed_but_never_the_first(root):
    first = geometry_store.first_version(root)
    base = geometry_store.load(root / first)
    for _ in range(6):
        base.buildings.lonlat[0, 0] += 1e-4
        geometry_store.save(root, base, lambda folder: None, is_first=False)
        geometry_store.prune(root)
    assert geometry_store.first_version(root) == first
    assert (root / first).exists()
    assert len([p for p in root.iterdir() if p.is_dir()]) == 5
