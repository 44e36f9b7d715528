"""Four and seven parameters against the worked example of the EPSG guidance note, and estimated from noisy points."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.geo.frames import from_geocentric, to_geocentric
from cleanheat.calc.geo.helmert import Four, Seven, fit_plane, fit_space, plane, plane_back, space, space_back

TURN = np.radians(0.35)
FOUR = Four(-3_210_000.0, 4_812.25, 1.000_023 * np.cos(TURN), 1.000_023 * np.sin(TURN))
SEVEN = Seven(-15.8, 154.4, 82.3, 1.1, -0.7, 2.3, -4.6)


def grid(n: int = 12, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(480_000, 560_000, n), rng.uniform(4_820_000, 4_900_000, n)])


def test_the_seven_parameters_reproduce_the_published_example():
    """IOGP guidance note 7-2, WGS 72 → WGS 84; its position-vector rotation has the other sign here."""
    found = space(Seven(0, 0, 4.5, 0, 0, -0.554, 0.219), np.array([[3_657_660.66, 255_768.55, 5_201_382.11]]))
    np.testing.assert_allclose(found, [[3_657_660.78, 255_778.43, 5_201_387.75]], atol=0.006)


@pytest.mark.parametrize(
    "there", [lambda p: plane_back(FOUR, plane(FOUR, p)), lambda p: plane(FOUR, plane_back(FOUR, p))]
)
def test_plane_and_back(there):
    np.testing.assert_allclose(there(grid()), grid(), atol=1e-6)


def test_space_and_back_is_exact():
    xyz = to_geocentric(np.column_stack([np.linspace(124, 127, 50), np.linspace(43, 45, 50)]), "Krassovsky")
    np.testing.assert_allclose(space_back(SEVEN, space(SEVEN, xyz)), xyz, atol=1e-7)


@pytest.mark.feature("G5-1")
def test_four_parameters_are_found_from_exact_and_from_noisy_points():
    exact = fit_plane(grid(), plane(FOUR, grid()))
    assert exact.rms_m < 1e-6
    assert exact.parameters.scale == pytest.approx(FOUR.scale, abs=1e-11)
    assert exact.parameters.rotation_degrees == pytest.approx(0.35, abs=1e-9)
    noise = np.random.default_rng(9).normal(0, 0.03, grid(40).shape)
    noisy = fit_plane(grid(40), plane(FOUR, grid(40)) + noise)
    assert 0.02 < noisy.rms_m < 0.07
    moved = plane(noisy.parameters, grid(200, 5)) - plane(FOUR, grid(200, 5))
    assert np.hypot(*moved.T).max() < 0.05


@pytest.mark.feature("G5-1")
def test_seven_parameters_are_found_from_a_citys_points():
    lonlat = np.column_stack(
        [np.random.default_rng(4).uniform(124, 127, 15), np.random.default_rng(6).uniform(43, 45.3, 15)]
    )
    local = to_geocentric(lonlat, "Krassovsky", 200.0)
    national = space(SEVEN, local)
    fit = fit_space(local, national)
    assert fit.rms_m < 1e-5
    check = to_geocentric(np.array([[125.3, 43.9], [126.5, 44.8]]), "Krassovsky")
    np.testing.assert_allclose(space(fit.parameters, check), space(SEVEN, check), atol=2e-4)


def test_there_and_back_over_the_ellipsoid():
    lonlat = np.array([[125.3, 43.9], [126.9, 45.2]])
    np.testing.assert_allclose(from_geocentric(to_geocentric(lonlat, "IAG75"), "IAG75"), lonlat, atol=1e-12)


@pytest.mark.parametrize(
    ("fit", "points"),
    [
        (fit_plane, np.array([[1.0, 2.0]])),
        (fit_plane, np.full((4, 2), 5.0)),
        (fit_plane, np.array([[1.0, np.nan], [2.0, 3.0]])),
        (fit_space, np.zeros((2, 3))),
        (fit_space, np.column_stack([np.arange(6.0), np.arange(6.0), np.arange(6.0)])),
    ],
)
def test_too_few_or_badly_placed_points_are_refused(fit, points):
    with pytest.raises(ValueError):
        fit(points, points + 10.0)
