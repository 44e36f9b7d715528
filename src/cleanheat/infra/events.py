"""News between rooms: facts stored in the action's own transaction and delivered, at least once, after it commits.

An event is a frozen dataclass in its room's ``events.py``, named in the past tense, with ids and facts.  One row is
written per subscribed handler, so that one failing handler neither blocks nor repeats the others.  Handlers run in
their own transaction and must be idempotent: after a crash they may see an event again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

import structlog
from django.db import close_old_connections, transaction
from django.db.models import F
from pydantic import TypeAdapter

from cleanheat.infra import clock
from cleanheat.infra.models import Delivery

E = TypeVar("E")
LEASE_S = 60.0
ATTEMPTS = 12
LONGEST_WAIT_S = 600.0

log = structlog.get_logger(__name__)
_types: dict[str, type[Any]] = {}
_handlers: dict[str, dict[str, Callable[[Any], None]]] = {}
_adapters: dict[type[Any], TypeAdapter[Any]] = {}
_wake = threading.Event()


def name_of(event_type: type[Any]) -> str:
    """``alerts.AlertOpened``: the room and the class."""
    return f"{event_type.__module__.split('.')[-2]}.{event_type.__qualname__}"


def subscribe(event_type: type[E], handler: Callable[[E], None]) -> None:
    """Call from ``AppConfig.ready``; a handler is known by its own name, so renaming one loses its waiting events."""
    if not is_dataclass(event_type):
        raise TypeError(f"{event_type!r} is not a dataclass")
    name = name_of(event_type)
    _types[name] = event_type
    _handlers.setdefault(name, {})[f"{handler.__module__}.{handler.__qualname__}"] = handler


def publish(event: Any) -> None:
    """Store the event for its handlers; inside the action's transaction, or it would tell of what may not happen."""
    publish_many([event])


def publish_many(news: Sequence[Any]) -> None:
    """The same for many events at once: a storm of alerts costs one statement, not one an alert."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("events.publish belongs inside the action's transaction")
    at = clock.now_utc()
    rows = [
        Delivery(event=name, body=body, handler=handler, occurred_at=at)
        for event_type, events in groupby(news, type)
        for name, bodies in [(name_of(event_type), _bodies(event_type, events))]
        for body in bodies
        for handler in _handlers.get(name, ())
    ]
    if rows:
        Delivery.objects.bulk_create(rows, batch_size=1_000)
        transaction.on_commit(_wake.set)


def _adapter(event_type: type[Any]) -> TypeAdapter[Any]:
    """Made once a type: making one costs more than all else of publishing."""
    if event_type not in _adapters:
        _adapters[event_type] = TypeAdapter(event_type)
    return _adapters[event_type]


def _bodies(event_type: type[Any], events: Iterable[Any]) -> list[Any]:
    adapter = _adapter(event_type)
    return [adapter.dump_python(event, mode="json") for event in events]


def prune(before: datetime, chunk: int = 2_000) -> int:
    """Remove deliveries that were done before the instant; what was never delivered stays, as evidence."""
    removed = 0
    while ids := list(Delivery.objects.filter(done_at__lt=before).values_list("pk", flat=True)[:chunk]):
        removed += Delivery.objects.filter(pk__in=ids).delete()[0]
    return removed


def given_up() -> int:
    """Deliveries whose handler failed as often as it is tried: somebody has to look."""
    tried = Delivery.objects.filter(done_at__isnull=True, attempt__gte=ATTEMPTS)
    return tried.filter(lease_until_s__lte=clock.machine_now()).count()


def dispatch_pending(limit: int = 200) -> int:
    """Deliver what is due, oldest first; returns how many handlers ran."""
    ran = 0
    for delivery in _due(limit):
        if _take(delivery):
            _deliver(delivery)
            ran += 1
    return ran


def _due(limit: int) -> Iterable[Delivery]:
    at = clock.machine_now()
    waiting = Delivery.objects.filter(done_at__isnull=True, due_s__lte=at, lease_until_s__lte=at, attempt__lt=ATTEMPTS)
    return list(waiting.order_by("id")[:limit])


def _take(delivery: Delivery) -> bool:
    """Ours if the row is still as we read it: a conditional update, the same on SQLite and PostgreSQL."""
    unchanged = Delivery.objects.filter(pk=delivery.pk, attempt=delivery.attempt, done_at__isnull=True)
    return unchanged.update(attempt=F("attempt") + 1, lease_until_s=clock.machine_now() + LEASE_S) == 1


def _deliver(delivery: Delivery) -> None:
    own = Delivery.objects.filter(pk=delivery.pk)
    try:
        with transaction.atomic():
            handler = _handlers[delivery.event][delivery.handler]
            handler(_adapter(_types[delivery.event]).validate_python(delivery.body))
            own.update(done_at=clock.now_utc(), error="")
    except Exception as error:  # whatever a handler raises must not stop the others
        log.exception("event handler failed", event_name=delivery.event, handler=delivery.handler)
        wait_s = min(2.0**delivery.attempt, LONGEST_WAIT_S)
        own.update(lease_until_s=0, due_s=clock.machine_now() + wait_s, error=repr(error))


class Dispatcher:
    """The thread that delivers: woken by every commit that published, else looks once a second."""

    def __init__(self, poll_s: float = 1.0) -> None:
        self._poll_s = poll_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        _wake.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            _wake.wait(self._poll_s)
            _wake.clear()
            try:
                while dispatch_pending():
                    pass
            except Exception:  # the database may be busy or away: try again at the next look
                log.exception("event dispatch failed")
            close_old_connections()
