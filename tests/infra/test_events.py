"""The outbox: stored with the change, delivered at least once, one failing handler does not hold up another."""

from dataclasses import dataclass

import pytest
from django.db import transaction

from cleanheat.infra import events
from cleanheat.infra.models import Delivery


@dataclass(frozen=True)
class BoilerStopped:
    number: int
    at: int
    names: tuple[str, ...] = ()


@pytest.fixture
def heard(monkeypatch, manual_clock, db):
    """What two handlers heard; the second fails as long as ``heard["failing"]``."""
    monkeypatch.setattr(events, "_handlers", {})
    monkeypatch.setattr(events, "_types", {})
    heard = {"first": [], "second": [], "failing": False}

    def first(event: BoilerStopped) -> None:
        heard["first"].append(event)

    def second(event: BoilerStopped) -> None:
        if heard["failing"]:
            raise ZeroDivisionError
        heard["second"].append(event)

    events.subscribe(BoilerStopped, first)
    events.subscribe(BoilerStopped, second)
    return heard


STOPPED = BoilerStopped(7, 1_768_478_400, ("锅炉房",))


def test_event_reaches_every_handler_as_it_was(heard):
    events.publish(STOPPED)
    assert events.dispatch_pending() == 2
    assert heard["first"] == heard["second"] == [STOPPED]


def test_what_is_given_up_is_counted(heard):
    events.publish(STOPPED)
    events.dispatch_pending()
    Delivery.objects.update(done_at=None, lease_until_s=0, attempt=events.ATTEMPTS)
    assert events.given_up() == 2
    Delivery.objects.filter(pk=Delivery.objects.first().pk).update(lease_until_s=1e12)  # its last try is under way
    assert events.given_up() == 1


def test_delivered_event_is_not_delivered_again(heard):
    events.publish(STOPPED)
    events.dispatch_pending()
    assert events.dispatch_pending() == 0


def test_rolled_back_action_tells_nothing(heard):
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the change and its failure
        events.publish(STOPPED)
        raise ZeroDivisionError
    assert events.dispatch_pending() == 0


def test_publish_outside_transaction_is_refused(transactional_db):
    with pytest.raises(RuntimeError, match="transaction"):
        events.publish(STOPPED)


def test_failing_handler_is_tried_again_and_the_other_not(heard, manual_clock):
    heard["failing"] = True
    events.publish(STOPPED)
    events.dispatch_pending()
    assert (len(heard["first"]), len(heard["second"])) == (1, 0)
    heard["failing"] = False
    assert events.dispatch_pending() == 0, "waits before it tries again"
    manual_clock.advance(3)
    assert events.dispatch_pending() == 1
    assert (len(heard["first"]), len(heard["second"])) == (1, 1)


def test_event_taken_by_a_killed_process_is_delivered_after_its_lease(heard, manual_clock):
    events.publish(STOPPED)
    for delivery in Delivery.objects.all():
        assert events._take(delivery)  # and then the process died
    assert events.dispatch_pending() == 0
    manual_clock.advance(events.LEASE_S + 1)
    assert events.dispatch_pending() == 2


def test_row_is_taken_once(heard):
    events.publish(STOPPED)
    delivery = Delivery.objects.first()
    assert events._take(delivery)
    assert not events._take(delivery)
