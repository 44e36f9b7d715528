"""Parameters from control points: recovered exactly, blunders named, too little refused."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.geo.control import fit
from cleanheat.calc.geo.frames import Frame, Plane, from_wgs84, to_wgs84
from cleanheat.calc.geo.helmert import Four, Seven

PLANE = Plane(126.0)
OLD = Plane(126.0, "Krassovsky")
LOCAL = {
    "four": (PLANE, Frame(PLANE, Four(-320_876.5, 1_234.5, 0.999987, 0.0061))),
    "seven": (OLD, Frame(OLD, None, Seven(-15.8, 154.4, 82.3, 1.1, -0.7, 2.3, -4.6))),
}


def points(n, seed=1):
    rng = np.random.default_rng(seed)
    return np.column_stack([125.0 + rng.random(n), 43.5 + rng.random(n)])


@pytest.mark.feature("G5-1")
@pytest.mark.parametrize("model", ["four", "seven"])
def test_points_of_an_unseen_seed_are_converted_to_millimetres(model):
    """Seven parameters to some, for heights are unknown and the two ellipsoids lie apart."""
    plane, truth = LOCAL[model]
    known, unseen = points(12), points(500, seed=2)
    found = fit(model, plane, from_wgs84(truth, known), known)
    off_m = {"four": 1e-4, "seven": 2e-2}[model]
    assert found.rms_m < off_m
    assert not found.suspect.any()
    off = to_wgs84(found.frame, from_wgs84(truth, unseen)) - unseen
    assert np.abs(off).max() * 111_320 < off_m


@pytest.mark.parametrize("model", ["four", "seven"])
def test_the_blunder_alone_is_suspect(model):
    plane, truth = LOCAL[model]
    known = points(10)
    rng = np.random.default_rng(3)
    xy = from_wgs84(truth, known) + rng.normal(0, 0.01, (10, 2))
    xy[4] += [0.8, -0.5]
    found = fit(model, plane, xy, known)
    assert np.flatnonzero(found.suspect).tolist() == [4]
    assert found.left_out_m[4] == pytest.approx(0.94, abs=0.25)


def test_noise_is_told_as_it_is():
    plane, truth = LOCAL["four"]
    known = points(400)
    xy = from_wgs84(truth, known) + np.random.default_rng(4).normal(0, 0.05, (400, 2))
    found = fit("four", plane, xy[:60], known[:60])
    assert found.rms_m == pytest.approx(0.05 * np.sqrt(2), rel=0.2)


def test_as_few_points_as_can_be_say_nothing_of_each_other():
    plane, truth = LOCAL["four"]
    known = points(2)
    found = fit("four", plane, from_wgs84(truth, known), known)
    assert found.rms_m < 1e-6
    assert np.isnan(found.left_out_m).all()
    assert not found.suspect.any()


@pytest.mark.parametrize(("model", "n"), [("four", 1), ("seven", 2), ("four", 0)])
def test_too_few_points_are_refused(model, n):
    plane, truth = LOCAL[model]
    known = points(3)[:n]
    with pytest.raises(ValueError, match="control points"):
        fit(model, plane, from_wgs84(truth, points(3))[:n], known)


def test_points_in_one_place_are_refused():
    plane, truth = LOCAL["four"]
    known = np.repeat(points(1), 5, axis=0)
    with pytest.raises(ValueError, match="one place"):
        fit("four", plane, from_wgs84(truth, known), known)
