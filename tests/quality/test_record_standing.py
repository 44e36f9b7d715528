"""How records stand by day and by company: counted from the issues, within one's own scope."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cleanheat.infra import clock
from cleanheat.quality.models import RecordIssue
from cleanheat.quality.records.running import run
from tests.quality.test_records import good_city, untidy

__all__ = ["good_city", "untidy"]
pytestmark = pytest.mark.feature("A3-3")


@pytest.fixture
def lived_in(untidy):
    """Issue 1 found three days ago and still open; issue 2 found two days ago and dismissed yesterday."""
    RecordIssue.objects.exclude(pk__in=[untidy[1].pk, untidy[2].pk]).delete()
    now = clock.now_utc()
    RecordIssue.objects.filter(pk=untidy[1].pk).update(first_at=now - timedelta(days=3))
    RecordIssue.objects.filter(pk=untidy[2].pk).update(
        first_at=now - timedelta(days=2), state="dismissed", decided_at=now - timedelta(days=1)
    )
    return untidy


def test_open_issues_day_by_day(lived_in, signed_in):
    days = signed_in("city.administrator").get("/api/v1/quality/records/trend?days=5").json()
    assert [d["open"] for d in days] == [0, 1, 2, 1, 1]
    assert [d["found"] for d in days] == [0, 1, 1, 0, 0]
    assert [d["closed"] for d in days] == [0, 0, 0, 1, 0]
    chosen = signed_in("city.administrator").get("/api/v1/quality/records/trend?days=5&company_id=20").json()
    assert [d["open"] for d in chosen] == [0, 0, 1, 0, 0]


def test_a_company_sees_its_own_days_and_its_own_rank(lived_in, signed_in):
    company = signed_in("company.reader")
    days = company.get("/api/v1/quality/records/trend?days=5").json()
    assert [d["found"] for d in days] == [0, 1, 0, 0, 0]
    (own,) = company.get("/api/v1/quality/records/ranking").json()
    assert (own["company"], own["open"]) == (10, 1)
    assert own["per_thousand"] == pytest.approx(1_000 / own["records"], abs=0.01)


def test_who_has_more_for_his_size_comes_first(untidy, signed_in):
    run(lambda *_: None)
    rows = signed_in("city.administrator").get("/api/v1/quality/records/ranking").json()
    assert {row["company"] for row in rows} == {10, 20}
    assert rows[0]["per_thousand"] >= rows[1]["per_thousand"]
    assert all(row["worst_open"] <= row["open"] for row in rows)
