"""Are usual values learned from an object's own history, and is the drifting sensor of a circuit found?"""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.anomaly.ewma import smoothed
from cleanheat.calc.anomaly.sensor_drift import (
    COLD,
    FLOW,
    HEAT,
    HOT,
    Circuit,
    against_peers,
    beyond_mates,
    candidates,
    imbalance_k,
    isolate,
)
from cleanheat.calc.profile.features import effective, features
from cleanheat.calc.profile.usual import fit

WATER = 0.0041868


def winter(days: int = 60, seed: int = 4):
    """Hourly outdoor temperatures and their features."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 24)
    daily = np.convolve(rng.normal(0, 4, days + 6), np.full(7, 1 / 7 * 2.6), "valid")
    outdoor = -10 + np.repeat(daily, 24) + 4 * np.sin((hour % 24 - 9) / 24 * 2 * np.pi)
    slow, fast = effective(outdoor)
    return outdoor, slow, features(slow, fast, hour % 24)


def curve(slow, slope, night=0.0):
    hour = np.arange(slow.shape[0]) % 24
    return 45 - slope * slow - night * (hour < 6)


@pytest.mark.feature("A5-1")
def test_each_object_has_its_own_curve_and_night():
    _, slow, feature = winter()
    rng = np.random.default_rng(1)
    slopes, nights = np.array([0.5, 0.8, 1.1]), np.array([0.0, 5.0, 0.0])
    true = np.stack([curve(slow, s, n) for s, n in zip(slopes, nights, strict=True)])
    profile = fit(true + rng.normal(0, 0.3, true.shape), feature, relative=False)
    for h in (700, 713, 1400):
        low, middle, high = profile.at(feature[h], slow[h])
        assert np.abs(middle - true[:, h]).max() < 0.6
        assert ((low < true[:, h]) & (true[:, h] < high)).all()
    assert (profile.spread < 0.5).all()


def test_faults_in_the_history_do_not_become_usual():
    _, slow, feature = winter()
    true = np.stack([curve(slow, 0.8)] * 3)
    dirty = true + np.random.default_rng(2).normal(0, 0.3, true.shape)
    dirty[0, 400:470] = 0.0  # three days of communication loss
    dirty[1, 1100:] += np.linspace(0, 6, dirty.shape[1] - 1100)  # a sensor drifting for two weeks
    profile = fit(dirty, feature, relative=False)
    low, middle, high = profile.at(feature[-1], slow[-1])
    assert np.abs(middle - true[:, -1])[[0, 2]].max() < 0.4
    assert abs(middle[1] - true[1, -1]) < 3.0  # of six kelvin
    assert high[0] - low[0] < 5


def test_a_newcomer_is_taken_for_one_of_its_group():
    _, slow, feature = winter()
    readings = np.stack([curve(slow, 0.8)] * 6)
    readings[5, :-30] = np.nan  # thirty hours of history, at one temperature
    profile = fit(readings, feature, relative=False)
    warm = features(np.array([2.0]), np.array([2.0]), np.array([12]))[0]
    middle = profile.at(warm, 2.0)[1]
    assert middle[5] == pytest.approx(middle[0], abs=2.0)


def test_objects_of_different_size_share_their_shape():
    _, slow, feature = winter()
    small = 20 * (1 - 0.02 * slow)
    readings = np.stack([small, 10 * small, 100 * small, 40 * small])
    readings[3, :-24] = np.nan
    middle = fit(readings, feature, relative=True).at(feature[100], slow[100])[1]
    assert middle[:3] == pytest.approx([small[100], 10 * small[100], 100 * small[100]], rel=0.02)
    assert middle[3] == pytest.approx(40 * small[100], rel=0.1)


def test_nothing_known_is_nan_not_a_number():
    _, _, feature = winter()
    readings = np.full((2, feature.shape[0]), np.nan)
    readings[0, :5] = 40.0
    low, middle, high = fit(readings, feature, relative=False).at(feature[9], -10.0)
    assert np.isnan([low, middle, high]).all()


def test_effective_temperature_bridges_gaps():
    outdoor = np.full(120, -8.0)
    outdoor[50:70] = np.nan
    slow, fast = effective(outdoor)
    assert np.allclose(slow, -8)
    assert np.allclose(fast, -8)
    assert np.isnan(effective(np.full(5, np.nan))[0]).all()


@pytest.mark.parametrize(("which", "by"), [(HOT, 4.0), (COLD, -3.0), (FLOW, 4.0), (HEAT, 0.8)])
def test_the_one_that_drifts_is_blamed_with_its_amount(which, by):
    sound = [np.full(5, v) for v in (52.0, 42.0, 20.0)]
    sound.append(WATER * sound[FLOW] * 10)
    rng = np.random.default_rng(3)
    spreads = [np.full(5, s) for s in (0.6, 0.6, 0.4, 0.03)]
    read = [v + 0.1 * s * rng.normal(size=5) for v, s in zip(sound, spreads, strict=True)]
    read[which] = read[which] + by
    departures = [r - s for r, s in zip(read, sound, strict=True)]
    circuit = Circuit(*read)
    off = imbalance_k(circuit, np.full(5, WATER))
    errors = candidates(circuit, off, np.full(5, WATER))
    assert (isolate(errors, departures, spreads) == which).all()
    assert errors[which] == pytest.approx(np.full(5, by), rel=0.25)


def test_a_circuit_run_otherwise_blames_nobody():
    """Under-supply: everything departs from usual, but the balance holds."""
    read = [np.array([v]) for v in (46.0, 38.5, 20.0)]
    read.append(WATER * read[FLOW] * 7.5)
    circuit = Circuit(*read)
    off = imbalance_k(circuit, np.array([WATER]))
    assert abs(off[0]) < 1e-9
    errors = candidates(circuit, off, np.array([WATER]))
    departures = [np.array([d]) for d in (-6.0, -3.5, 0.0, -0.2)]
    assert isolate(errors, departures, [np.ones(1)] * 4).tolist() == [-1]


def test_an_unknown_reading_blames_nobody():
    nan = np.array([np.nan])
    circuit = Circuit(nan, np.array([42.0]), np.array([20.0]), np.array([0.8]))
    off = imbalance_k(circuit, np.array([WATER]))
    assert np.isnan(off[0])
    errors = candidates(circuit, off, np.array([WATER]))
    assert isolate(errors, [nan] * 4, [np.ones(1)] * 4).tolist() == [-1]


def test_what_all_neighbours_share_is_no_drift():
    departure = np.array([2.0, 2.1, 1.9, 6.0, 0.5])
    own = against_peers(departure, np.array([0, 0, 0, 0, 1]), 2, 0.5)
    assert own[3] > 3.4
    assert np.abs(own[:3]).max() < 1.0
    assert np.isnan(own[4])


def test_smoothing_begins_with_the_first_reading_and_waits_for_missing_ones():
    state = np.array([np.nan])
    for value in (4.0, np.nan, 4.0, 0.0):
        smoothed(state, np.array([value]), 0.25)
    assert state.tolist() == [3.0]


def test_what_a_house_departs_alike_is_no_sensors_fault():
    """Two flats of a badly balanced house, one sensor that drifts beside a sound one, one flat alone, one unknown."""
    apart = np.array([-3.2, -2.8, 4.0, 0.3, 3.0, 2.5, np.nan])
    left = beyond_mates(apart, np.array([0, 0, 1, 1, 2, 3, 3]), 4)
    assert left[:6] == pytest.approx([-0.4, 0.0, 3.7, 0.0, 3.0, 2.5])
    assert np.isnan(left[6])
