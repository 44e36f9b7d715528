"""Rates with their intervals, scores that name what they could not judge, operators compared with like."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc import service


@pytest.mark.feature("A9-10")
def test_nothing_observed_is_no_rate_no_interval_no_score():
    q = service.rate([0, 5], [0, 10])
    low, high = service.wilson(q, [0, 3])
    assert np.isnan(q[0])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert low[1] < 0.5 < high[1]
    found = service.score({"qualified": q, "handling": np.array([1.0, np.nan])}, {"qualified": 0.7, "handling": 0.3})
    assert np.isnan(found.total[0])
    assert found.total[1] == pytest.approx(50)
    assert found.weighed.tolist() == [0.0, 0.7]


def test_few_sensors_have_wide_intervals():
    low, high = service.wilson([0.9] * 3, [5, 50, 500])
    width = high - low
    assert (np.diff(width) < 0).all()
    assert width[0] > 0.4
    assert width[2] < 0.06


@pytest.mark.feature("A9-10")
def test_who_has_old_buildings_is_not_the_worse_for_it():
    """Both operators are equally good in each class; one has mostly old buildings."""
    stratum = np.array([0, 1, 0, 1])
    group = np.array([1, 1, 2, 2])
    hours = np.array([900.0, 100.0, 100.0, 900.0])
    qualified = hours * np.array([0.8, 0.98, 0.8, 0.98])
    expected, own = service.standardised(qualified, hours, stratum, 2, group, 3)
    bare = qualified.reshape(2, 2).sum(1) / 1_000
    assert bare[1] - bare[0] > 0.1
    assert own[1] == pytest.approx(own[2])
    assert np.isnan(own[0])
    assert expected[1] < expected[2]


def test_parts_of_the_score():
    assert service.shortfall_part([0.0, 10.0, 50.0, 0.0], [10, 10, 10, 0], 2.0)[:3].tolist() == [1.0, 0.5, 0.0]
    assert np.isnan(service.shortfall_part([0.0], [0], 2.0)).all()
    assert service.steadiness_part([0.0, 0.5, 3.0], 1.0).tolist() == [1.0, 0.5, 0.0]


def test_trend_is_not_moved_by_one_bad_day():
    days = np.array([[0.9, 0.91, 0.2, 0.93, 0.94], [np.nan, 0.9, np.nan, np.nan, 0.9]])
    found = service.trend(days)
    assert found[0] == pytest.approx(0.01, abs=0.005)
    assert np.isnan(found[1])
