"""What tells that a conversion changed more than positions."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.geo.frames import Frame, Plane, from_wgs84, to_wgs84
from cleanheat.calc.geo.proof import residuals, unchanged

OFFSETS = np.array([0, 5, 10, 13])
IS_RING = np.array([True, True, False])


def layer() -> np.ndarray:
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * 0.01
    line = np.array([[0.0, 0], [0.5, 2.0], [2, 2]]) * 0.01
    return np.concatenate([square, square + np.array([0.01, 0.0]), line]) + np.array([125.3, 43.9])


@pytest.mark.feature("G5-1")
def test_a_projection_there_and_back_changes_nothing_but_places():
    before = layer()
    after = from_wgs84(Frame(Plane(126.0)), before)
    found = unchanged(before, after, OFFSETS, IS_RING)
    assert found.holds
    assert (found.vertices, found.nodes, found.rings) == (13, 8, 2)
    back = unchanged(before, to_wgs84(Frame(Plane(126.0)), after), OFFSETS, IS_RING)
    assert back.holds
    assert max(abs(r - 1) for r in (*back.area_ratio, *back.length_ratio)) < 1e-6


def test_mirrors_merges_and_tears_are_seen():
    before = layer()
    assert unchanged(before, before * [-1, 1], OFFSETS, IS_RING).turned == 2
    rounded = np.round(before, 1)
    merged = unchanged(before, rounded, OFFSETS, IS_RING)
    assert merged.merged > 0
    assert not merged.holds
    torn = before.copy()
    torn[5] += 1e-9
    assert unchanged(before, torn, OFFSETS, IS_RING).split == 1
    stretched = unchanged(before, np.where(np.arange(13)[:, None] < 5, before * 2, before), OFFSETS, IS_RING)
    assert stretched.area_ratio[1] / stretched.area_ratio[0] == pytest.approx(4)


def test_residuals_are_metres_on_the_ground():
    found = residuals(np.array([[125.3 + 1e-5, 43.9], [125.3, 43.9 - 1e-5]]), np.array([[125.3, 43.9]] * 2))
    np.testing.assert_allclose(found.east_m, [0.801, 0], atol=2e-3)
    np.testing.assert_allclose(found.north_m, [0, -1.112], atol=2e-3)
    assert found.most_m == pytest.approx(1.112, abs=2e-3)
    assert found.rms_m == pytest.approx(np.sqrt((0.801**2 + 1.112**2) / 2), abs=2e-3)


def test_an_empty_layer_holds():
    empty = np.zeros((0, 2))
    assert unchanged(empty, empty, np.array([0]), np.zeros(0, bool)).holds
