"""Scores by hand: every number here was worked out on paper."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanheat.calc.scoring import functions, grades, means, ranking, sampling

NAN = float("nan")


def test_a_share_is_that_share_of_the_points():
    assert functions.ratio([0.0, 0.983, 1.0, 1.2, -0.1]).tolist() == pytest.approx([0, 98.3, 100, 100, 0])


def test_a_straight_line_between_its_ends():
    assert functions.larger_is_better([85, 90, 97.5, 100, 120], 90, 100).tolist() == [0, 0, 75, 100, 100]
    assert functions.smaller_is_better([0.5, 1.5, 3], 1, 3, full=8).tolist() == [8, 6, 0]


def test_all_or_nothing():
    assert functions.step([17.9, 18, NAN], 18, full=5).tolist()[:2] == [0, 5]
    assert functions.step([17.9, 18, 18.1], 18, is_floor=False).tolist() == [100, 100, 0]


def test_intervals_are_closed_on_the_left():
    points = functions.interval_table([2.9, 3, 5, 5.1, NAN], [3, 5], [8, 6, 2])
    assert points[:4].tolist() == [8, 6, 2, 2]
    assert math.isnan(points[4])


def test_wrong_tables_are_refused():
    with pytest.raises(ValueError, match="rise"):
        functions.interval_table([1], [5, 3], [1, 2, 3])
    with pytest.raises(ValueError, match="below"):
        functions.larger_is_better([1], 2, 2)


def test_deductions_stop_at_their_most_and_at_zero():
    assert functions.deduction([0, 2, 30], 0.5, full=10).tolist() == [10, 9, 0]
    assert functions.deduction([0, 2, 30], 0.5, full=10, most=4).tolist() == [10, 9, 6]


def test_places_become_points_and_equals_share():
    assert functions.rank_based([3, 1, 2, NAN]).tolist()[:3] == [100, 0, 50]
    assert functions.rank_based([7, 7, 1]).tolist() == [75, 75, 0]
    assert functions.rank_based([7, 7, 1], larger_wins=False).tolist() == [25, 25, 100]
    assert functions.rank_based([4]).tolist() == [100]


def test_missing_parts_neither_count_nor_weigh():
    assert means.weighted_mean([90, NAN, 60], [0.3, 0.5, 0.2]) == pytest.approx((27 + 12) / 0.5)
    assert math.isnan(means.weighted_mean([NAN, NAN], [1, 1]))
    assert math.isnan(means.weighted_mean([90, NAN], [0, 1]))


def test_the_ratio_of_a_rule():
    assert means.pass_ratio([1_000, 0, 4], [25, 0, 4]).tolist()[0] == pytest.approx(0.975)
    assert math.isnan(means.pass_ratio([0], [0])[0])


def test_columns_are_averaged_within_their_group():
    made = means.grouped_means([[1.0, 0.5, 0.8], [NAN, 0.5, NAN]], [1, 3, 2], [0, 0, 1], 3)
    assert made[0].tolist()[:2] == pytest.approx([(1 + 1.5) / 4, 0.8])
    assert made[1][0] == 0.5
    assert np.isnan(made[:, 2]).all()


BANDS = tuple(grades.Band(c, c, low) for c, low in (("A", 95), ("B", 85), ("C", 70), ("D", 0)))


def test_every_total_has_one_grade_and_is_graded_as_shown():
    assert grades.grades([100, 95, 94.996, 94.99, 85, 70, 69.99, 0, NAN], BANDS) == [*"AAABBCDD", ""]


@pytest.mark.parametrize("lows", [(95, 95, 0), (70, 85, 0), (95, 85, 1), ()])
def test_bands_that_leave_a_gap_are_refused(lows):
    with pytest.raises(ValueError):
        grades.check_bands([grades.Band(str(i), "", low) for i, low in enumerate(lows)])


def test_places_and_movement():
    now = ranking.places([90, 95, 95, NAN, 80])
    assert now.tolist() == [3, 1, 1, 0, 4]
    assert ranking.movement(now, [1, 2, 1, 4, 0]).tolist() == [-2, 1, 0, 0, 0]


def test_one_bad_month_does_not_tilt_the_trend():
    assert ranking.trend([80, 81, 82, 40, 84, 85]) == pytest.approx(1.0, abs=0.26)
    assert ranking.trend([80, NAN, 84]) == 2.0
    assert math.isnan(ranking.trend([80, NAN]))


def test_samples_go_by_size_and_every_stratum_gets_one():
    assert sampling.allocate([900, 90, 10, 0], 100).tolist() == [90, 9, 1, 0]
    assert sampling.allocate([5, 5], 100).tolist() == [5, 5]
    assert sampling.allocate([10, 30, 20], 2).tolist() == [0, 1, 1]
    assert sampling.allocate([100, 100], 30, weights=[2, 1]).tolist() == [20, 10]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40), st.integers(0, 600))
def test_an_allocation_uses_what_is_there_and_no_more(sizes, total):
    made = sampling.allocate(sizes, total)
    assert (made >= 0).all()
    assert (made <= sizes).all()
    assert made.sum() == min(total, sum(sizes))


def test_the_same_seed_draws_the_same():
    first = sampling.draw(np.arange(1_000), 20, seed=7)
    assert first.tolist() == sampling.draw(np.arange(1_000)[::-1], 20, seed=7).tolist()
    assert first.tolist() != sampling.draw(np.arange(1_000), 20, seed=8).tolist()
    assert len(set(first.tolist())) == 20


def test_a_sample_speaks_for_its_strata():
    assert sampling.weighted_counts([900, 100, 50], [9, 10, 0], [1, 5, 0]) == (1_000, 150)
