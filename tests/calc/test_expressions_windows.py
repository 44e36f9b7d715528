"""Functions of the last minutes, against values worked out by hand and against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cleanheat.calc.expressions import FUNCTIONS, windows

NAN = math.nan
SERIES = np.array([[1.0, 5.0, NAN, 2.0], [2.0, 5.0, NAN, NAN], [4.0, 5.0, NAN, 8.0], [9.0, 5.0, NAN, NAN]])


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("count", [4, 4, 0, 2]),
        ("avg", [4, 5, NAN, 5]),
        ("std", [math.sqrt(9.5), 0, NAN, 3]),
        ("min_of", [1, 5, NAN, 2]),
        ("max_of", [9, 5, NAN, 8]),
        ("median", [3, 5, NAN, 5]),
        ("slope", [156, 0, NAN, 180]),
        ("robust_z", [6 / (1.5 * 1.4826), 0, NAN, NAN]),
    ],
)
def test_by_hand(function, expected):
    assert windows.WINDOWED[function](SERIES) == pytest.approx(np.array(expected, dtype=float), nan_ok=True)


def test_quantile_by_hand():
    assert windows.quantile(SERIES, 0.25) == pytest.approx(np.array([1.75, 5, NAN, 3.5]), nan_ok=True)
    assert windows.quantile(SERIES, 1.0) == pytest.approx(np.array([9, 5, NAN, 8]), nan_ok=True)


def test_every_windowed_function_has_its_reference():
    assert {k for k, f in FUNCTIONS.items() if "minutes" in f.arguments} == set(windows.WINDOWED)


def test_many_objects_against_a_loop_over_each():
    chance = np.random.default_rng(7)
    window = np.round(chance.normal(50, 10, (20, 2_500)), 1)
    window[chance.random(window.shape) < 0.4] = NAN
    plain = {"avg": np.mean, "std": np.std, "median": np.median, "min_of": np.min, "max_of": np.max}
    for name, function in plain.items():
        expected = [function(c[~np.isnan(c)]) if (~np.isnan(c)).any() else NAN for c in window.T]
        assert windows.WINDOWED[name](window) == pytest.approx(np.array(expected), nan_ok=True)
    for share in (0.05, 0.9):
        expected = [np.quantile(c[~np.isnan(c)], share) for c in window.T]
        assert windows.quantile(window, share) == pytest.approx(np.array(expected))
    minutes = np.arange(20)
    expected = [np.polyfit(minutes[~np.isnan(c)], c[~np.isnan(c)], 1)[0] * 60 for c in window.T]
    assert windows.slope(window) == pytest.approx(np.array(expected), rel=1e-6, abs=1e-6)


def test_one_value_has_no_slope_and_no_minute_no_value():
    assert np.isnan(windows.slope(np.array([[3.0], [NAN]]))).all()
    assert windows.avg(np.full((3, 0), NAN)).shape == (0,)
