"""What is known of senders and of people's decisions: objects they report, what was refused, what was confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import Min

from cleanheat.assets import models as archive_models
from cleanheat.assets import public as assets
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import epoch
from cleanheat.telemetry.models import Confirmation, RefusalCount, RefusedObject, Sender
from cleanheat.telemetry.refusals import REFUSALS

_MODELS: dict[str, Any] = {
    "plant": archive_models.Plant,
    "branch": archive_models.Branch,
    "boiler": archive_models.BoilerRoom,
    "unit": archive_models.Unit,
    "device": archive_models.RuralDevice,
    "room": archive_models.RoomSensor,
    "weather": archive_models.WeatherStation,
}


def objects_of(sender: int) -> dict[str, list[dict[str, Any]]]:
    """Per kind ``{code, number}`` of every object whose readings this sender sends, by number."""
    archive = assets.archive()
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS:
        numbers = np.flatnonzero(archive[kind].links["sender"] == sender).tolist()
        if numbers:
            rows = _MODELS[kind].objects.filter(number__in=numbers).order_by("number")
            found[kind] = list(rows.values("code", "number"))
    return found


@dataclass(frozen=True)
class RefusedRow:
    """One line of the refusal report."""

    sender: int
    day: date
    reason: str
    zh: str
    count: int


def list_refusals(start: date, end: date, senders: frozenset[int] | None = None) -> list[RefusedRow]:
    """Counts of days in ``[start, end)``, of some senders or of all."""
    rows = RefusalCount.objects.filter(day__gte=start, day__lt=end)
    if senders is not None:
        rows = rows.filter(sender_id__in=senders)
    return [
        RefusedRow(r.sender_id, r.day, r.reason, REFUSALS[r.reason].zh if r.reason in REFUSALS else r.reason, r.count)
        for r in rows
    ]


@dataclass(frozen=True)
class MismatchRow:
    """Something a sender sends that is not its own by the archive; times are epoch seconds."""

    sender: int
    kind: str
    key: str
    reason: str
    zh: str
    first: int
    last: int
    rows: int


def connected_since() -> dict[int, int]:
    """From when on each sender was able to send (epoch seconds): its first key that is known, or enrolment; senders
    that never were are left out."""
    rows = Sender.objects.annotate(first=Min("keys__valid_from")).values_list("pk", "enrolled_at", "first")
    known = {pk: [t for t in times if t is not None] for pk, *times in rows}
    return {pk: epoch(min(times)) for pk, times in known.items() if times}


def list_mismatches(since: datetime, senders: frozenset[int] | None = None) -> list[MismatchRow]:
    """What was refused as nobody's or another's at or after ``since``, of some senders or of all."""
    rows = RefusedObject.objects.filter(last_at__gte=since)
    if senders is not None:
        rows = rows.filter(sender_id__in=senders)
    return [
        MismatchRow(
            r.sender_id,
            r.kind,
            r.key,
            r.reason,
            REFUSALS[r.reason].zh if r.reason in REFUSALS else r.reason,
            int(epoch(r.first_at)),
            int(epoch(r.last_at)),
            r.rows,
        )
        for r in rows
    ]


@dataclass(frozen=True)
class ConfirmationRow:
    """One decision about values; ``undone_at`` is None while it holds."""

    id: int
    kind: str
    number: int
    signal: str
    start: int
    end: int
    is_good: bool
    reason: str
    values: int
    made_by: str
    made_at: int
    undone_by: str
    undone_at: int | None


def list_confirmations(
    kind: str, number: int, start: int, end: int, *, ids: frozenset[int] | None = None
) -> list[ConfirmationRow]:
    """Decisions about an object's values that touch ``[start, end)``, newest first; undone ones too."""
    rows = Confirmation.objects.filter(kind=kind, number=number, start__lt=end, end__gt=start)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return [confirmation_row(r) for r in rows.select_related("made_by", "undone_by")]


def confirmation_row(r: Confirmation) -> ConfirmationRow:
    return ConfirmationRow(
        r.pk,
        r.kind,
        r.number,
        r.signal,
        r.start,
        r.end,
        r.is_good,
        r.reason,
        r.values,
        _name(r.made_by),
        int(epoch(r.made_at)),
        _name(r.undone_by) if r.undone_by else "",
        int(epoch(r.undone_at)) if r.undone_at else None,
    )


def _name(user: Any) -> str:
    return str(user.display_name or user.username)
