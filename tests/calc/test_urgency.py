"""Ranking by urgency and comparisons over time, by hand."""

import numpy as np
import pytest

from cleanheat.calc.development import by_age, change, grown
from cleanheat.calc.scoring.urgency import beyond, first, graded, gravest


def test_gravest_of_several_is_the_smallest_grade_and_all_are_counted():
    worst, counts = gravest([1, 1, 3], [4, 2, 3], 5)
    assert worst.tolist() == [0, 2, 0, 3, 0]
    assert counts.tolist() == [0, 2, 0, 1, 0]


def test_nothing_anywhere():
    worst, counts = gravest([], [], 3)
    assert worst.tolist() == counts.tolist() == [0, 0, 0]


def test_grades_give_their_points():
    assert graded([0, 1, 4], (40, 28, 16, 8)).tolist() == [0, 40, 8]


def test_severity_runs_either_way_and_silence_says_nothing():
    assert beyond([0, 2, 6, 99, np.nan], 2, 10).tolist() == [0, 0, 0.5, 1, 0]
    assert beyond([95, 75, 50], 90, 60).tolist() == [0, 0.5, 1]


@pytest.mark.feature("C8-1")
def test_most_points_first_then_the_largest_reason_then_the_number():
    parts = np.array([[5.0, 10, 0, 6, 5], [5, 0, 0, 4, 5]])
    assert first(parts, [1, 2, 3, 4, 0]).tolist() == [1, 3, 4, 0, 2]


def test_order_agrees_with_sorting_by_hand():
    rng = np.random.default_rng(5)
    parts = rng.integers(0, 4, (3, 200)).astype(float)
    numbers = rng.permutation(200)
    by_hand = sorted(range(200), key=lambda i: (-parts[:, i].sum(), -parts[:, i].max(), numbers[i]))
    assert first(parts, numbers).tolist() == by_hand


@pytest.mark.feature("C5-3")
def test_growth_counts_what_was_before_and_leaves_out_the_future():
    added, standing = grown([np.nan, 1980, 2020, 2021, 2021, 2030], [1, 2, 4, 8, 16, 32], 2020, 2022)
    assert added.tolist() == [4, 24, 0]
    assert standing.tolist() == [7, 31, 31]


def test_growth_of_nothing():
    added, standing = grown([], [], 2020, 2021)
    assert added.tolist() == standing.tolist() == [0, 0]


@pytest.mark.feature("C5-3")
def test_change_is_relative_and_unknown_without_a_before():
    assert change([3.0, 1.0, np.nan], [2.0, 0.0, 1.0])[0] == 0.5
    assert np.isnan(change([3.0, 1.0, np.nan], [2.0, 0.0, 1.0])[1:]).all()
    assert float(change(80.0, 100.0)) == pytest.approx(-0.2)


def test_ages_part_at_their_edges():
    assert by_age([2025, 2020, 2015, 1990, 0, np.nan], [1, 2, 4, 8, 16, 32], 2025, (5, 10)).tolist() == [1, 2, 12, 48]
