"""Periods begin and end at midnight in Shanghai."""

import pytest

from cleanheat.evaluation.periods import last_periods, newest_complete, period_at, period_of
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import local

EVENING = 1_768_478_400.0  # 2026-01-15 20:00


@pytest.mark.parametrize(
    ("span", "key", "start", "end"),
    [
        ("day", "2026-01-15", "2026-01-15", "2026-01-16"),
        ("month", "2026-01", "2026-01-01", "2026-02-01"),
        ("quarter", "2026-Q1", "2026-01-01", "2026-04-01"),
        ("season", "2025-S", "2025-10-20", "2026-04-07"),
        ("year", "2026", "2026-01-01", "2027-01-01"),
    ],
)
@pytest.mark.feature("A8-5")
def test_every_span_knows_its_period_and_its_key(span, key, start, end):
    found = period_at(span, EVENING)
    assert found == period_of(span, key)
    assert [f"{local(t):%Y-%m-%d}" for t in (found.start, found.end)] == [start, end]
    assert found.previous().end <= found.start
    assert newest_complete(span, EVENING) == found.previous()


@pytest.mark.parametrize(
    ("span", "key"),
    [("week", "2026-01"), ("month", "2026-13"), ("day", "2026-02-30"), ("month", "2026-1"), ("year", "0000"),
     ("year", "9999"), ("quarter", "2026-Q5"), ("season", "2025"), ("month", "２０２６-01"), ("month", "")],
)  # fmt: skip
def test_what_is_no_period_is_refused(span, key):
    with pytest.raises(Problem):
        period_of(span, key)


def test_the_last_december_is_in_the_year_before():
    keys = [p.key for p in last_periods(period_of("month", "2026-02"), 4)]
    assert keys == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert [p.key for p in last_periods(period_of("quarter", "2026-Q1"), 2)] == ["2025-Q4", "2026-Q1"]
