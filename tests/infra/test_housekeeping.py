"""What the engines throw away: delivered events and ended jobs after some days, nothing else."""

from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cleanheat.infra import events, housekeeping, jobs
from cleanheat.infra.models import Delivery, Job, JobState
from cleanheat.kernel.time import DAY_S


@dataclass(frozen=True)
class PumpTripped:
    number: int


@dataclass(frozen=True)
class PumpStarted:
    number: int


def _hear(_event) -> None:
    return None


def _fail(_event) -> None:
    raise ZeroDivisionError


@pytest.fixture
def subscribed(monkeypatch, manual_clock, db):
    monkeypatch.setattr(events, "_handlers", {})
    monkeypatch.setattr(events, "_types", {})
    events.subscribe(PumpTripped, _hear)
    events.subscribe(PumpStarted, _fail)


def test_a_storm_of_events_is_a_few_statements_and_each_is_delivered(subscribed):
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        events.publish_many([PumpTripped(n) for n in range(300)] + [PumpStarted(1)])
    assert sum("INSERT" in q["sql"] for q in asked.captured_queries) <= 4, "SQLite bounds parameters"
    assert [d.body["number"] for d in Delivery.objects.filter(event="infra.PumpTripped")[:3]] == [0, 1, 2]
    assert events.dispatch_pending(limit=1_000) == 301
    assert Delivery.objects.filter(done_at__isnull=True).count() == 1


def test_nothing_to_tell_writes_nothing(subscribed):
    events.publish_many([])
    assert not Delivery.objects.exists()


def test_done_rows_go_after_their_days_and_undelivered_ones_stay(subscribed, manual_clock, settings):
    settings.FINISHED_KEPT_DAYS = 3
    events.publish_many([PumpTripped(1), PumpStarted(2)])
    events.dispatch_pending()
    ended = Job.objects.create(name="x", state=JobState.FAILED, created_at=_now(), finished_at=_now())
    waiting = Job.objects.create(name="x", created_at=_now())
    progress = jobs.Progress(0, 0, 60)
    progress.own = lambda: _Held()
    manual_clock.advance(3 * DAY_S - 1)
    assert housekeeping.prune_finished({}, progress) == {"deliveries": 0, "jobs": 0}
    manual_clock.advance(2)
    assert housekeeping.prune_finished({}, progress) == {"deliveries": 1, "jobs": 1}
    assert Delivery.objects.get().event == "infra.PumpStarted"
    assert list(Job.objects.filter(name="x")) == [waiting], "a city built before has jobs of its own"
    assert not Job.objects.filter(pk=ended.pk).exists()


class _Held:
    """A job row this attempt holds and nobody cancelled."""

    def update(self, **_fields):
        return 1

    def filter(self, **_conditions):
        return self

    def exists(self):
        return False


def _now():
    from cleanheat.infra import clock

    return clock.now_utc()
