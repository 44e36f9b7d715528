"""Hydraulic and station detectors against values worked out by hand."""

import numpy as np
import pytest

from cleanheat.calc.anomaly import cusum, cycling, fouling, frozen, hydraulics, running, under_over
from cleanheat.calc.anomaly.criticality import over_history
from cleanheat.calc.anomaly.directed import Filter, Track, Window, directions

HOURS = 24


@pytest.mark.feature("A9-7")
def test_resistance_and_what_is_unknown():
    r = hydraulics.resistance(np.array([0.18, 0.36, np.nan, 0.1]), np.array([60.0, 60.0, 60.0, 0.0]))
    assert r[:2] == pytest.approx([5e-5, 1e-4])
    assert hydraulics.resistance_changed(r, np.full(4, 5e-5), 0.5).tolist() == [0, 1, 0, 0]
    assert not hydraulics.valve_at_end(np.array([np.nan]), np.array([40.0]), np.array([50.0]), 98.0, 3.0).any()
    assert not hydraulics.pump_without_flow(np.array([45.0]), np.array([np.nan]), 10.0, 0.05).any()
    assert hydraulics.valve_stuck(np.array([np.nan, 10.0]), np.array([50.0, 50.0]), 10.0).tolist() == [False, True]


@pytest.mark.feature("A9-7")
def test_pump_power_follows_the_cube():
    # 20 kW at 200 t/h: 2.5e-6; at 160 t/h it should take 10.24 kW
    usual = np.full(3, 20.0 / 200.0**3)
    assert hydraulics.pump_power_off(np.array([10.2, 15.0, 5.0]), np.full(3, 160.0), usual, 0.3).tolist() == [0, 1, -1]


@pytest.mark.feature("A9-7")
def test_fouling_is_a_falling_conductance_not_a_noisy_one():
    rng = np.random.default_rng(4)
    days = np.arange(120)
    log_ua = np.log(70.0) + rng.normal(0, 0.05, (2, 120))
    log_ua[1] += np.log(0.75) * days / 119
    assert fouling.fouled(log_ua, 0.15).tolist() == [False, True]
    log_ua[1, 5:] = np.nan
    assert not fouling.fouled(log_ua, 0.15)[1]


@pytest.mark.feature("C3-4")
def test_under_supply_needs_ratio_and_lasting_deviation_or_rooms():
    limits = under_over.Limits(0.9, 1.1, 0.5, 4.0, 0.3)
    ratio = np.array([[0.85] * 6, [1.0] * 6, [0.85] * 6, [np.nan] * 6, [1.2] * 6])
    deviation = np.array([[-2.0] * 6, [-2.0] * 6, [0.0] * 6, [-2.0] * 6, [2.0] * 6])
    cold = np.array([[np.nan] * 6, [np.nan] * 6, [0.5] * 6, [np.nan] * 6, [np.nan] * 6])
    verdict = under_over.judge(ratio, deviation, cold, np.full(cold.shape, np.nan), limits)
    assert verdict[:, 1].tolist() == [0, 0, -1, 0, 0]
    assert verdict[:, 4].tolist() == [-1, 0, -1, -1, 1]


def test_cusum_names_the_onset_and_forgets():
    z = np.concatenate([np.zeros(10), np.full(8, 1.5), np.full(12, -0.4), np.full(5, np.nan)])[None]
    verdict, onset = cusum.over_history(z, 0.5, 4.0)
    assert verdict[0, :13].tolist() == [0] * 13
    assert verdict[0, 17] == 1
    assert onset[0, 17] == 10
    assert verdict[0, 29] == 0
    assert (verdict[0, 30:] == verdict[0, 29]).all()


def test_criticality_waits_and_gaps_neither_raise_nor_clear():
    anomalous = np.array([[1, 1, 0, 1, 1, 1, 0, 0, 0, 0]], bool)
    known = np.ones(anomalous.shape, bool)
    assert over_history(anomalous, known, 3, 3)[0].tolist() == [False] * 4 + [True, True, True, True, False, False]
    assert not over_history(np.ones((1, 9), bool), np.zeros((1, 9), bool), 3, 3).any()


@pytest.mark.feature("C3-4")
def test_cycling_told_from_a_timetable():
    night_off = np.tile(np.arange(HOURS) >= 6, 20)[None]
    rng = np.random.default_rng(5)
    chaotic = rng.random((1, 20 * HOURS)) > 0.5
    known = np.ones(night_off.shape, bool)
    assert cycling.rhythm(night_off, known).kept[0] == 1.0
    assert cycling.rhythm(chaotic, known).kept[0] < 0.9
    blocks = np.where(np.arange(HOURS) // 2 % 2 == 0, 1.0, 0.6)[None]
    assert cycling.swings(blocks, 0.15)[0] == 11
    assert cycling.swings(np.where(np.arange(HOURS) == 5, np.nan, blocks), 0.15)[0] == 11


def test_frozen_counts_only_while_the_neighbour_moves():
    still = np.full((1, HOURS), 45.0)
    moving = np.linspace(30, 40, HOURS)[None]
    assert frozen.longest_still(still, moving)[0, 0] == HOURS - 1
    assert frozen.longest_still(still, np.full((1, HOURS), 30.0))[0, 0] == 0
    gap = still.copy()
    gap[0, 10] = np.nan
    assert frozen.longest_still(gap, moving)[0, 0] == 12


def test_level_keeps_to_the_upper_branch():
    outdoor = np.tile(np.linspace(-5, 5, HOURS), 60)[None]
    on = np.tile((np.arange(HOURS) >= 6) & (np.arange(HOURS) < 22), 60)[None]
    water = np.where(on, 45 - 0.6 * outdoor, 24.0)
    x = running.weather(outdoor)
    theta = running.fit_level(x, water, np.ones(on.shape, bool), 0.65)
    share = running.level(water, running.predict(theta, x))
    assert ((share > 0.65) == on).mean() > 0.99
    table = running.timetable(share > 0.65, outdoor, np.ones(on.shape, bool))
    full = running.shortfall(share, table.usual(outdoor), np.ones(on.shape, bool))
    none = running.shortfall(np.zeros(on.shape), table.usual(outdoor), np.ones(on.shape, bool))
    assert np.nanmax(full) < 0.05
    assert np.nanmin(none) == 1.0
    assert (table.usual(outdoor + 20) == 0.5).all()  # nobody has seen such warmth: a pause there is no stop


def test_matched_filter_is_unit_normal_and_holds_back_suspects():
    rng = np.random.default_rng(6)
    days = 2000
    expected = np.broadcast_to([48.0, 40.0], (1, days, 2))
    d = directions(expected, ("supply_c", "return_c"))
    v = rng.multivariate_normal([0, 0], [[1.0, 0.8], [0.8, 1.0]], (1, days))
    s = np.broadcast_to([[1.0, 0.8], [0.8, 1.0]], (1, days, 2, 2))
    matched = Filter.of(d, s, np.isfinite(v))
    z = np.array([matched.test(v[:, day], day)[0][0, 0] for day in range(days)])
    assert (z.mean(), z.std()) == (pytest.approx(0.0, abs=0.1), pytest.approx(1.0, abs=0.05))
    assert matched.test(d[:, 0, 0], 0)[1][0, 0] == pytest.approx(1.0)
    track = Track.of(np.array([0.2]), np.ones((1, 2)))
    track.learn(np.full((1, 2), -3.0), np.array([True]), 50)
    assert not track.mean.any()
    track.learn(np.full((1, 2), -3.0), np.array([False]), 50)
    assert track.mean == pytest.approx(np.full((1, 2), -0.6))


def test_days_add_up_and_a_good_day_ends_the_row():
    window = Window.of(1, 1, 3)
    z = [window.add(np.array([[2.0]]), np.array([[4.0]]), np.array([[0.5]]), 0.3)[0, 0] for _ in range(3)]
    assert z[2] == pytest.approx([2.0, 2 * np.sqrt(2), 2 * np.sqrt(3)])
    after = window.add(np.array([[0.1]]), np.array([[4.0]]), np.array([[0.02]]), 0.3)[0, 0]
    assert after.max() == pytest.approx(0.1)
