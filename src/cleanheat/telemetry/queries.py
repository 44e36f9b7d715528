"""What is known of senders: which objects they report, what was refused of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from cleanheat.assets import models as archive_models
from cleanheat.assets import public as assets
from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry.models import RefusalCount
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
