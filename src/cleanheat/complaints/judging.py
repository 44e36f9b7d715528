"""Which complaints hold?  Tickets are put beside what the thermometers and units said around them, day by day."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.complaints.models import Ticket
from cleanheat.complaints.validity import Evidence, Limits, judge
from cleanheat.infra import audit, clock
from cleanheat.kernel import parameters
from cleanheat.kernel.time import DAY_S, HOUR_S, epoch, season_of, utc
from cleanheat.telemetry.public import Store

Progress = Callable[[int, int, str], object]
JUDGED = ("validity", "reasons", "room_temp_c", "neighbours_temp_c", "supply_temp_c", "judged_at")


@cache
def limits() -> Limits:
    return Limits(**parameters.values(parameters.read("cleanheat.complaints", "parameters.toml")["validity"]))


def judge_tickets(store: Store, start: int, end: int, progress: Progress, actor: object = None) -> dict[str, int]:
    """Judge every ticket received in ``[start, end)`` afresh; returns how many of which verdict."""
    counts: dict[str, int] = defaultdict(int)
    days = range(start - (start + 8 * HOUR_S) % DAY_S, end, DAY_S)
    for i, day in enumerate(days):
        for verdict, n in _judge_span(store, max(day, start), min(day + DAY_S, end)).items():
            counts[verdict] += n
        progress(i + 1, len(days), f"{sum(counts.values())} 件")
    with transaction.atomic():
        audit.record(actor, "complaints.judge", "complaints.ticket", f"{start}-{end}", dict(counts))
    return dict(counts)


def _judge_span(store: Store, start: int, end: int) -> dict[str, int]:
    rows = Ticket.objects.filter(received_at__gte=utc(start), received_at__lt=utc(end)).select_related("heat_user")
    tickets = list(rows.order_by("received_at", "id"))
    if not tickets:
        return {}
    readings = _Readings.around(store, tickets, start, end)
    repeated = _repeated(tickets)
    counts: dict[str, int] = defaultdict(int)
    for ticket in tickets:
        _apply(ticket, readings, ticket.pk in repeated)
        counts[ticket.validity] += 1
    with transaction.atomic():
        Ticket.objects.bulk_update(tickets, JUDGED, batch_size=500)
    return counts


def _apply(ticket: Ticket, readings: _Readings, is_repeated: bool) -> None:
    at = epoch(ticket.received_at)
    room, neighbours, supply = readings.of(ticket, at)
    season = season_of(at)
    evidence = Evidence(
        category=ticket.category,
        in_season=season.start <= at < season.end,
        has_address=ticket.community_id is not None,
        user_state=ticket.heat_user.state if ticket.heat_user else "",
        is_repeated=is_repeated,
        measured_c=math.nan if ticket.measured_c is None else ticket.measured_c,
        room_c=room,
        neighbours_c=neighbours,
        supply_c=supply,
    )
    verdict, reasons = judge(evidence, limits())
    ticket.validity, ticket.reasons = verdict.value, [reason.value for reason in reasons]
    ticket.room_temp_c, ticket.neighbours_temp_c, ticket.supply_temp_c = map(_or_none, (room, neighbours, supply))
    ticket.judged_at = clock.now_utc()


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 2)


def _repeated(tickets: Sequence[Ticket]) -> set[int]:
    """Tickets of a flat that said the same within ``repeat_h`` before."""
    span = timedelta(hours=limits().repeat_h)
    first = min(t.received_at for t in tickets) - span
    users = {t.heat_user_id for t in tickets if t.heat_user_id}
    rows = Ticket.objects.filter(heat_user_id__in=users, received_at__gte=first).order_by("received_at", "id")
    found: set[int] = set()
    newest: dict[tuple[int | None, str], datetime] = {}
    for pk, user, category, at in rows.values_list("id", "heat_user_id", "category", "received_at"):
        before = newest.get((user, category))
        if before is not None and at - before < span:
            found.add(pk)
        newest[user, category] = at
    return found


@dataclass(frozen=True)
class _Hours:
    """Hourly means of some objects: ``means[row_of[number], hour]``."""

    first: int
    row_of: dict[int, int]
    means: NDArray[np.float64]

    def at(self, numbers: Iterable[int], end: int) -> float:
        """The mean over objects and the ``window_h`` hours up to ``end``."""
        rows = [self.row_of[n] for n in numbers if n in self.row_of]
        last = (end - self.first) // HOUR_S + 1
        block = self.means[rows, max(0, last - int(limits().window_h)) : last]
        return float(np.nanmean(block)) if block.size and not np.isnan(block).all() else math.nan


@dataclass(frozen=True)
class _Readings:
    """Rooms and units that a day's tickets ask for."""

    rooms_of_building: dict[int, list[int]]
    room_of_user: dict[int, int]
    unit_of_building: dict[int, int]
    rooms: _Hours
    units: _Hours

    @classmethod
    def around(cls, store: Store, tickets: Sequence[Ticket], start: int, end: int) -> _Readings:
        archive = assets.archive()
        buildings = np.array(sorted({t.building_id for t in tickets if t.building_id}), np.int64)
        room = archive["room"]
        numbers = room.numbers[np.isin(room.links["building"][room.numbers], buildings)]
        rooms_of: dict[int, list[int]] = defaultdict(list)
        for number, building in zip(numbers.tolist(), room.links["building"][numbers].tolist(), strict=True):
            rooms_of[building].append(number)
        unit_of = {int(b): int(archive["building"].links["unit"][b]) for b in buildings}
        since = start - start % HOUR_S - int(limits().window_h) * HOUR_S
        return cls(
            dict(rooms_of),
            dict(zip(room.links["user"][numbers].tolist(), numbers.tolist(), strict=True)),
            unit_of,
            _hours(store, "room", "room_temp_c", numbers, since, end),
            _hours(store, "unit", "secondary_supply_temp_c", np.unique(list(unit_of.values())), since, end),
        )

    def of(self, ticket: Ticket, at: int) -> tuple[float, float, float]:
        """Own room, mean of the building, supply of the unit; NaN where unknown."""
        building = ticket.building_id or 0
        own = self.room_of_user.get(ticket.heat_user_id or 0, 0)
        return (
            self.rooms.at([own], at),
            self.rooms.at(self.rooms_of_building.get(building, ()), at),
            self.units.at([self.unit_of_building.get(building, 0)], at),
        )


def _hours(store: Store, kind: str, signal: str, ids: NDArray[np.integer], since: int, end: int) -> _Hours:
    means = np.full((len(ids), -(-(end - since) // HOUR_S)), np.nan)
    row_of = {int(n): i for i, n in enumerate(ids)}
    for source in ("hours", "minutes"):  # hours not rolled up yet are read from minutes
        if np.isnan(means).any():
            found = store.object_hours(kind, signal, since, end, np.asarray(ids, np.uint32), source)
            at = np.searchsorted(ids, found.ids), (found.hours - since) // HOUR_S
            means[at] = np.where(np.isnan(means[at]), found.means, means[at])
    return _Hours(since, row_of, means)
