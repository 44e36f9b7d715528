"""Which geometry may stand on the map, and where its object is."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from cleanheat.assets.importing.shapes import SYSTEMS, converter, placed
from cleanheat.calc.geo.frames import from_wgs84
from cleanheat.kernel.errors import Problem
from tests.assets.importing.files import square

BOW_TIE = shapely.Polygon([(125.3, 43.9), (125.4, 44.0), (125.4, 43.9), (125.3, 44.0)])
LINE = shapely.LineString([(125.3, 43.9), (125.31, 43.9)])


def places(kind, shapes, convert=None, broken=None):
    geometry = np.array(shapes, dtype=object)
    marks = np.zeros(len(shapes), bool) if broken is None else np.array(broken)
    return placed(kind, geometry, marks, convert or converter("wgs84", ""))


@pytest.mark.feature("G2-3", "G2-5")
def test_every_fault_is_named_by_row_and_the_good_ones_are_placed():
    swapped = shapely.Point(43.9, 125.3)
    found = places(
        "building",
        [
            square(),
            None,
            shapely.Polygon(),
            LINE,
            BOW_TIE,
            shapely.Point(116.4, 39.9),
            shapely.Point(125.3, 43.9),
            None,
        ],
        broken=[False] * 7 + [True],
    )
    assert set(found.faults) == {1, 2, 3, 4, 5, 7}
    assert [found.faults[i][:6] for i in (1, 3, 4)] == ["缺少几何", "几何类型应为", "几何无效：自"]
    assert "不在市域" in found.faults[5]
    assert "未闭合" in found.faults[7]
    assert "颠倒" in places("substation", [swapped]).faults[0]
    assert shapely.Point(found.lonlat[0]).within(square())
    assert np.isnan(found.lonlat[1]).all()


def test_a_pipe_is_one_line_measured_on_the_ground():
    two = shapely.MultiLineString([LINE, [(125.5, 43.9), (125.6, 43.9)]])
    found = places("pipe", [LINE, two, square(), shapely.MultiLineString([LINE])])
    assert set(found.faults) == {1, 2}
    np.testing.assert_allclose(found.lonlat[[0, 3]], [[125.3, 43.9]] * 2)
    assert found.length_m[0] == pytest.approx(803.4, abs=0.5)
    assert found.length_m[3] == pytest.approx(found.length_m[0])


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_every_system_offered_leads_to_the_same_place(system):
    there = shapely.transform(square(), lambda xy: from_wgs84(SYSTEMS[system][1], xy))
    found = places("building", [there], converter(system, ""))
    assert not found.faults
    assert shapely.Point(found.lonlat[0]).within(square().buffer(1e-7))


def test_the_files_own_system_is_followed_and_a_missing_one_refused():
    there = shapely.transform(square(), lambda xy: from_wgs84(SYSTEMS["gk3-126"][1], xy))
    assert not places("building", [there], converter("", "EPSG:4551")).faults
    for system, crs in (("", ""), ("", "EPSG:99999"), ("moon", "")):
        with pytest.raises(Problem) as caught:
            converter(system, crs)
        assert caught.value.field == "system"


def test_metres_read_as_degrees_are_told():
    found = places("substation", [shapely.Point(500_000, 4_860_000), shapely.Point(125.3, 43.9)])
    assert "坐标" in found.faults[0]
