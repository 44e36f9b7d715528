"""Buffers, overlays and density against shapes whose answers are known."""

import numpy as np
import pytest
import shapely

from cleanheat.calc.geo.analysis import Local, buffers, density, overlay

HERE = Local(125.3, 43.9)


def _square(x, y, side):
    return HERE.degrees(np.array([shapely.box(x, y, x + side, y + side)]))


def _area_m2(shape):
    return float(shapely.area(HERE.metres(np.array([shape])))[0])


@pytest.mark.feature("E2-3")
@pytest.mark.parametrize("distance_m", [10.0, 500.0, 20_000.0])
def test_a_points_buffer_is_a_circle(distance_m):
    (circle,) = buffers(np.array([shapely.Point(125.3, 43.9)]), distance_m, merged=False)
    assert _area_m2(circle) == pytest.approx(np.pi * distance_m**2, rel=0.01)
    rim = HERE.points(shapely.get_coordinates(circle))
    assert np.hypot(*rim.T) == pytest.approx(distance_m, rel=0.001)


@pytest.mark.feature("E2-3")
def test_merged_buffers_count_shared_ground_once():
    points = HERE.degrees(shapely.points([[0.0, 0.0], [100.0, 0.0], [5_000.0, 0.0]]))
    apart, (merged,) = buffers(points, 100.0, merged=False), buffers(points, 100.0, merged=True)
    assert len(apart) == 3
    assert merged.geom_type == "MultiPolygon"
    lens = 2 * 100**2 * np.arccos(0.5) - 50 * np.sqrt(4 * 100**2 - 100**2)
    assert _area_m2(merged) == pytest.approx(3 * np.pi * 100**2 - lens, rel=0.01)


@pytest.mark.feature("E2-3")
def test_overlay_measures_what_is_shared():
    first = np.concatenate([_square(0, 0, 100), _square(200, 0, 100), _square(100, 0, 50)])
    second = np.concatenate([_square(50, 50, 100), _square(1_000, 0, 10)])
    found = overlay(first, second, 100)
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(0, 0)]
    assert found.size == pytest.approx([2_500], rel=1e-4)
    line = HERE.degrees(np.array([shapely.LineString([(0, 75), (400, 75)])]))
    assert overlay(line, second, 100).size == pytest.approx([100], rel=1e-4)
    point = HERE.degrees(shapely.points([[60.0, 60.0], [0.0, 0.0]]))
    assert overlay(point, second, 100).first.tolist() == [0]
    with pytest.raises(ValueError, match="at most 0"):
        overlay(first, second, 0)


def test_overlay_agrees_with_pairs_taken_one_by_one():
    rng = np.random.default_rng(7)
    first, second = (np.concatenate([_square(*rng.uniform(0, 900, 2), 120) for _ in range(25)]) for _ in "ab")
    a, b = HERE.metres(first), HERE.metres(second)
    areas = {(i, j): a[i].intersection(b[j]).area for i in range(25) for j in range(25)}
    found = overlay(first, second, 1_000)
    told = dict(zip(zip(found.first.tolist(), found.second.tolist(), strict=True), found.size.tolist(), strict=True))
    assert told == pytest.approx({pair: area for pair, area in areas.items() if area > 0}, rel=1e-3, abs=1.0)


@pytest.mark.feature("E2-3")
def test_density_keeps_the_weight_and_peaks_where_it_lies():
    rng = np.random.default_rng(5)
    xy = np.concatenate([rng.normal(0, 200, (300, 2)), rng.normal(0, 200, (100, 2)) + 6_000])
    made = density(HERE.back(xy), np.full(400, 2.5), 800.0, 100.0, 100_000)
    assert made.values.sum() * 0.1**2 == pytest.approx(1_000)
    row, column = np.unravel_index(made.values.argmax(), made.values.shape)
    peak = made.local.back(np.array([[made.west_m + column * 100, made.south_m + row * 100]]))
    assert np.hypot(*HERE.points(peak)[0]) < 300
    cells, values = made.cells(values_from := float(made.values.max() / 2))
    assert (values >= values_from).all()
    assert shapely.area(made.local.metres(cells)) == pytest.approx(1e4, rel=1e-3)


@pytest.mark.parametrize(("bandwidth_m", "cell_m"), [(100.0, 200.0), (100.0, 0.0), (5_000.0, 1.0)])
def test_density_refuses_grids_that_make_no_sense(bandwidth_m, cell_m):
    with pytest.raises(ValueError, match="cells"):
        density(np.array([[125.3, 43.9]]), np.ones(1), bandwidth_m, cell_m, 10_000)
