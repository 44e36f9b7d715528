"""Supply areas: drawn around what is served, cut to the viewer's scope, drawn anew when somebody's buildings change."""

import gzip
import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from cleanheat.assets import public as assets
from cleanheat.infra.scope import EVERYTHING, NOBODY, Scope
from cleanheat.kernel.errors import Problem
from cleanheat.twin.coverage import areas, cutting, serving
from tests.city.fixtures import loaded_city, small_city

__all__ = ["loaded_city", "small_city"]


def company_scope(number):
    return Scope(key=f"company:{number}", organisation_id=number, company_ids=frozenset({number}))


@pytest.fixture(scope="session")
def drawn(small_city):
    return areas.draw(small_city.archive(), small_city.geometry)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("areas")


@pytest.fixture
def basis(loaded_city, folder):
    return serving.Basis(folder, loaded_city.geometry, "made")


def address(zoom, longitude, latitude):
    n = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return zoom, int((longitude / 360 + 0.5) * n), int(y * n)


@pytest.mark.feature("A2-6", "A1-1")
def test_every_owner_has_an_area_that_holds_all_his_buildings(small_city, drawn):
    archive, geometry = small_city.archive(), small_city.geometry
    corner = geometry.buildings.lonlat[geometry.buildings.offsets[:-1]]
    for kind, owners in areas.owners_of_buildings(archive).items():
        of = owners[geometry.buildings.numbers]
        found = drawn[kind]
        assert found.owners.tolist() == np.unique(of[of > 0]).tolist()
        shape = dict(zip(found.owners.tolist(), found.shapes, strict=True))
        for owner in found.owners.tolist():
            mine = corner[of == owner]
            assert shapely.intersects_xy(shape[owner], mine[:, 0], mine[:, 1]).all(), (kind, owner)
    extent = drawn["extent"].shapes[0]
    assert shapely.is_valid(extent)
    assert shapely.intersects_xy(extent, corner[:, 0], corner[:, 1]).mean() > 0.98
    for found in drawn.values():
        assert shapely.is_valid(found.shapes).all()
        assert shapely.intersects(found.shapes, shapely.points(found.points)).all()


@pytest.mark.feature("A2-6")
def test_areas_of_one_kind_hardly_overlap(drawn):
    shapes = drawn["substation"].shapes
    together = shapely.area(shapely.union_all(shapes))
    assert shapely.area(shapes).sum() < 1.06 * together


def test_a_courtyard_belongs_to_the_area_and_a_far_house_does_not_bridge(small_city):
    step = 50 / 111_320  # degrees north; two rows of houses 40 m apart, and one a kilometre away
    ring = np.array([[0, 0], [0.0004, 0], [0.0004, 0.0001], [0, 0.0001]])
    rings = [np.array([125.3, 43.8]) + ring + np.array([0, north]) for north in (0, step, 20 * step)]
    shapes = areas.Shapes(np.arange(1, 4, dtype=np.int32), np.array([0, 4, 8, 12], np.uint32), np.concatenate(rings))
    plane = areas._Plane.about(shapes.lonlat)
    _, found = areas._joined(areas._polygons(shapes, plane), np.ones(3, np.int32), 28.0, 9.0)
    assert len(shapely.get_parts(found[0])) == 2
    middle = plane.metres(np.array([[125.3002, 43.8 + step / 2 + 0.00005]]))[0]
    assert shapely.intersects_xy(found[0], *middle)


@pytest.mark.feature("A2-6", "H1-4")
def test_tiles_and_names_hold_the_viewers_own_areas_only(basis, loaded_city):
    companies = loaded_city.tables["substation"]["company_id"]
    mine = int(companies[0])
    scope = company_scope(mine)
    own = set((np.flatnonzero(companies == mine) + 1).tolist())
    names = serving.names(basis, "substation", scope)["features"]
    assert {f["id"] for f in names} == own
    seen, everything = set(), set()
    for place in assets.archive()["substation"].numbers.tolist():
        table = assets.archive()["substation"]
        zxy = address(13, table.longitude[place], table.latitude[place])
        for who, found in ((scope, seen), (EVERYTHING, everything)):
            body = serving.tile(basis, basis.version, *zxy, who)
            if body is not None:
                layers = cutting.ids(gzip.decompress(body))
                found.update(layers.get("substation", ()))
                if who is scope:
                    assert set(layers.get("company", [mine])) == {mine}
                    communities = loaded_city.tables["community"]["company_id"]
                    assert all(communities[n - 1] == mine for n in layers.get("community", ()))
                    assert layers.get("branch", []) == layers.get("plant", []) == []
    assert seen == own
    assert everything >= set(range(1, 60))
    zxy = address(13, table.longitude[1], table.latitude[1])
    assert serving.tile(basis, basis.version, *zxy, NOBODY) is None
    assert serving.names(basis, "company", NOBODY)["features"] == []


def test_nothing_but_ids_stands_in_the_tiles(basis):
    table = assets.archive()["substation"]
    body = gzip.decompress(
        serving.tile(basis, basis.version, *address(14, table.longitude[1], table.latitude[1]), EVERYTHING)
    )
    for word in ("换热站", "公司", "热力", "name", "colour"):
        assert word.encode() not in body


def test_names_carry_colour_size_and_a_point_inside(basis):
    found = serving.names(basis, "company", EVERYTHING)["features"]
    assert all(f["properties"]["name"] and f["properties"]["area_km2"] > 0 for f in found)
    extent = serving.names(basis, "extent", company_scope(1))["features"]
    assert [f["properties"]["name"] for f in extent] == ["城区供热监管范围"]


def test_areas_follow_who_serves_whom_and_nothing_else(basis, loaded_city, monkeypatch):
    before = basis.version
    present = assets.archive()
    renamed = replace(present, version="renamed")
    monkeypatch.setattr(assets, "archive", lambda: renamed)
    assert basis.version == before
    building = present["building"]
    moved = building.links["community"].copy()
    moved[1] = moved[1] % 2 + 1 if moved[1] != 2 else 1
    links = {**building.links, "community": moved}
    changed = replace(present, version="moved", kinds={**present.kinds, "building": replace(building, links=links)})
    monkeypatch.setattr(assets, "archive", lambda: changed)
    assert basis.version != before


@pytest.mark.parametrize(("version", "zxy"), [("0" * 16, (10, 0, 0)), (None, (15, 0, 0)), (None, (3, 8, 0))])
def test_unknown_versions_and_addresses_do_not_exist(basis, version, zxy):
    with pytest.raises(Problem) as refused:
        serving.tile(basis, version or basis.version, *zxy, EVERYTHING)
    assert refused.value.status == 404


def test_unknown_kinds_do_not_exist(basis):
    with pytest.raises(Problem):
        serving.names(basis, "secret", EVERYTHING)


def test_cutting_leaves_the_rest_byte_for_byte_and_refuses_rubbish(basis):
    table = assets.archive()["substation"]
    body = gzip.decompress(
        serving.tile(basis, basis.version, *address(12, table.longitude[1], table.latitude[1]), EVERYTHING)
    )
    assert cutting.cut(body, lambda layer, owner: True) == body
    assert cutting.cut(body, lambda layer, owner: False) == b""
    few = cutting.ids(cutting.cut(body, lambda layer, owner: layer == "substation" and owner % 2 == 0))
    assert set(few) == {"substation"}
    assert all(owner % 2 == 0 for owner in few["substation"])
    for rubbish in (b"\x1a\xff", b"\xff" * 12, b"\x1b", body[:-3]):
        with pytest.raises(ValueError, match=r"."):
            cutting.cut(rubbish, lambda layer, owner: True)
