"""Which readings is a sender asked to send again, and which of these requests are still open?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from cleanheat.infra import clock
from cleanheat.kernel.time import epoch
from cleanheat.telemetry.models import Refetch

OPEN, ANSWERED, EXPIRED = "open", "answered", "expired"
STATES: Final = {OPEN: "待补传", ANSWERED: "已补传", EXPIRED: "已过期"}
MOST_TOLD: Final = 1_000
"""How many requests one answer to a sender holds; the oldest come first."""


@dataclass(frozen=True)
class RefetchRow:
    """One request; ``id`` 0: not yet made.  See ``models.Refetch``."""

    sender: int
    kind: str
    start: int
    end: int
    number: int = 0
    signal: str = ""
    rule: int = 0
    version: int = 0
    state: str = OPEN
    asked_at: int = 0
    ended_at: int | None = None
    id: int = 0


def ask_again(wanted: Iterable[RefetchRow]) -> int:
    """Make requests; one that was made before stays as it is.  Returns how many are new."""
    now, before = clock.now_utc(), Refetch.objects.count()
    rows = [
        Refetch(
            sender_id=w.sender, kind=w.kind, number=w.number, signal=w.signal, start=w.start, end=w.end,
            rule=w.rule, version=w.version, asked_at=now,
        )
        for w in wanted
    ]  # fmt: skip
    Refetch.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return Refetch.objects.count() - before


def open_refetches(
    senders: Collection[int] | None = None, minute: int | None = None, most: int | None = None
) -> list[RefetchRow]:
    """Open requests of some senders or all (and that ask for a minute), the oldest first."""
    rows = Refetch.objects.filter(state=OPEN).order_by("id")
    if senders is not None:
        rows = rows.filter(sender_id__in=senders)
    if minute is not None:
        rows = rows.filter(start__lte=minute, end__gt=minute)
    return [_row(r) for r in (rows if most is None else rows[:most])]


def end_refetches(ids: Collection[int], state: str) -> int:
    """Close requests, as answered or expired; those that have ended stay as they are."""
    return Refetch.objects.filter(pk__in=ids, state=OPEN).update(state=state, ended_at=clock.now_utc())


def list_refetches(
    senders: Collection[int] | None, state: str = "", limit: int = 200, offset: int = 0
) -> tuple[int, list[RefetchRow]]:
    """How many there are, and one page, the newest first."""
    rows = Refetch.objects.all()
    if senders is not None:
        rows = rows.filter(sender_id__in=senders)
    if state:
        rows = rows.filter(state=state)
    return rows.count(), [_row(r) for r in rows[offset : offset + limit]]


def told(sender: int) -> list[dict[str, int | str]]:
    """A sender's open requests, as the protocol gives them."""
    keys = ("id", "kind", "number", "signal", "start", "end")
    return [{key: getattr(row, key) for key in keys} for row in open_refetches([sender], most=MOST_TOLD)]


def _row(r: Refetch) -> RefetchRow:
    ended = None if r.ended_at is None else epoch(r.ended_at)
    return RefetchRow(
        r.sender_id, r.kind, r.start, r.end, r.number, r.signal, r.rule, r.version, r.state, epoch(r.asked_at), ended,
        r.pk,
    )  # fmt: skip
