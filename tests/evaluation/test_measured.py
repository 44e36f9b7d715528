"""Counts of what senders sent, from the store: rules, rows due and received, rows in time, batches refused."""

import numpy as np
import pytest

from cleanheat.evaluation import measured, rulebook
from cleanheat.evaluation.actions import rounds
from cleanheat.evaluation.models import Score
from cleanheat.evaluation.periods import period_at
from cleanheat.evaluation.queries.objects import worst_objects
from cleanheat.evaluation.sources import gather
from cleanheat.infra import clock
from cleanheat.kernel.time import MINUTE_S, local
from cleanheat.telemetry.models import RefusalCount
from cleanheat.telemetry.public import install_store
from cleanheat.telemetry.traces import Arrivals, Counts, Hits
from tests.conftest import EVENING

MINUTES = 30


@pytest.fixture
def today(city, manual_clock, store):
    """Half an hour of company 10: its units sent every minute but ten, five of the rest late, a tenth out of range."""
    install_store(store)
    rule = next(n for n, c in sorted(rulebook.in_force().items()) if c.kind == "unit" and c.dimension == "accuracy")
    first = int(EVENING) - MINUTES * MINUTE_S
    minutes = np.array([first + MINUTE_S * i for i in range(MINUTES) if i % 3], dtype=np.int64)
    n = minutes.size
    ones = np.ones(n, np.uint32)
    received = minutes + MINUTE_S + np.where(np.arange(n) < 5, 3_600, 2)
    arrivals = Arrivals(["unit"] * n, ones * 10, np.arange(n, dtype=np.uint64), minutes, received, ones * 2, ones * 0)
    store.append_arrivals(arrivals, "arrivals")
    one = np.ones(1, np.uint32)
    counts = Counts(
        "unit", one * rule, one.astype(np.uint16), one * 10, *(np.array([v], np.uint64) for v in (400, 40, 7))
    )
    store.append_counts([counts], first, "counts")
    hits = Hits(
        "unit", np.array([5, 5, 13], np.uint32), minutes[:3], np.zeros(3, np.uint8), np.full(3, rule, np.uint32),
        np.ones(3, np.uint16), np.full(3, 999, np.int32),
    )  # fmt: skip
    store.append_hits([hits], "hits")
    store.flush_traces()
    RefusalCount.objects.create(sender_id=10, day=local(EVENING).date(), reason="bad-seal", count=5)
    RefusalCount.objects.create(sender_id=10, day=local(EVENING).date(), reason="unknown-signal", count=500)
    RefusalCount.objects.create(sender_id=0, day=local(EVENING).date(), reason="bad-seal", count=900)
    return period_at("day", clock.now()), rule


def _cell(tallies, company, key, kind="unit"):
    row = tallies.companies.tolist().index(company)
    column = next(i for i, c in enumerate(tallies.asked) if c.key == key and c.kind == kind)
    return tallies.checks[row, column], tallies.violations[row, column]


def test_what_was_due_came_or_did_not(today):
    made = measured.uploads(today[0])
    first = int(EVENING) - (MINUTES - 1) * MINUTE_S  # the first minute never came: nothing shows it was due
    minutes = (int(EVENING) - first) // MINUTE_S
    assert _cell(made, 10, "uploads.received") == (2 * minutes, 2 * minutes - 2 * 20)
    assert _cell(made, 20, "uploads.received") == (2 * minutes, 2 * minutes)
    assert _cell(made, 10, "uploads.on_time") == (40, 10)
    assert _cell(made, 50, "uploads.received", "weather") == (minutes, minutes)


def test_refused_batches_count_but_refused_values_do_not(today):
    assert _cell(measured.access(today[0]), 10, "access.accepted") == (25, 5)


def test_rules_count_by_sender(today):
    period, rule = today
    assert _cell(measured.rules(period), 10, rulebook.in_force()[rule].key) == (400, 40)


@pytest.mark.feature("A8-7")
def test_a_day_is_scored_from_the_store(today):
    period, _ = today
    rounds.compute(period)
    ten = Score.objects.get(subject_kind="company", subject_id=10, data_set="substation")
    assert ten.points["accuracy"] == 90
    assert ten.points["timeliness"] == 75
    assert ten.points["accessibility"] == 80
    assert Score.objects.get(subject_kind="company", subject_id=20, data_set="").points["completeness"] == 0


def test_from_the_city_down_to_the_worst_object(today, signed_in):
    period, rule = today
    rounds.compute(period)
    assert [(o["number"], o["violations"]) for o in worst_objects(period, "company", 10, 5)] == [(5, 2), (13, 1)]
    assert worst_objects(period, "company", 20, 5) == []
    client = signed_in("company.reader")
    checks = client.get("/api/v1/evaluation/checks?span=day&kind=company&number=10").json()
    assert {c["number"] for c in checks} >= {rule}
    assert sum(c["loss"] for c in checks) == pytest.approx(100 - _total(10), abs=0.02)
    found = client.get(f"/api/v1/evaluation/objects?span=day&kind=company&number=10&rule={rule}").json()
    assert [o["number"] for o in found] == [5, 13]
    assert found[0]["name"]
    assert client.get("/api/v1/evaluation/objects?span=day").status_code == 403


def _total(company):
    return Score.objects.get(subject_kind="company", subject_id=company, data_set="").total


@pytest.mark.feature("A8-9")
def test_every_stage_of_the_datas_life_shows_its_checks(today, signed_in):
    rounds.compute(today[0])
    rows = signed_in("city.reader").get("/api/v1/evaluation/life-cycle?span=day").json()
    assert {r["stage"] for r in rows} == {"collection", "transfer", "storage", "processing", "sharing", "disposal"}
    by_key = {r["key"]: r for r in rows}
    assert by_key["accepted"]["failed"] == 5
    assert by_key["accurate"]["ratio"] == 0.9
    assert by_key["accurate"]["declared"] > 1
    assert by_key["guarded"]["declared"] > 10
    assert by_key["infra.prune_finished"]["declared"] == 1


def test_nothing_sent_is_no_score(city, manual_clock, store):
    install_store(store)
    assert gather(period_at("day", clock.now())).asked == ()
