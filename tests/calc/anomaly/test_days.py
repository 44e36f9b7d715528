"""What a station's day says, against values worked out by hand."""

import numpy as np
import pytest

from cleanheat.calc.anomaly import cusum, cycling, frozen, running
from cleanheat.calc.anomaly.directed import Filter, Track, Window, directions

HOURS = 24


def test_cusum_waits_for_a_lasting_shift_and_forgets():
    total = np.zeros(1, np.float32)
    course = []
    for z in [*[0.0] * 10, *[1.5] * 8, *[-0.4] * 12, *[np.nan] * 5]:
        cusum.advance(total, np.array([z], np.float32), 0.5, 8.0)
        course.append(float(total[0]))
    assert course[9] == 0
    assert course[13] == 4.0
    assert course[17] == 8.0
    assert course[29] == 0
    assert course[30:] == [course[29]] * 5


@pytest.mark.feature("C3-4")
def test_swings_are_counted_over_gaps():
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
