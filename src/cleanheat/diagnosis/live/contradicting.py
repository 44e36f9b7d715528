"""Which judgements cannot both be right?  Found by comparing what models say of the same object; people settle them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.keeping import names_of, owner_of
from cleanheat.diagnosis.live.models import Contradiction
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.saying import source_key
from cleanheat.diagnosis.live.words import ContradictionKind
from cleanheat.diagnosis.vocabulary import State

Place = tuple[str, str, int]


@dataclass(frozen=True)
class Side:
    """One of two judgements: which model, what it says, and the value it says it of."""

    source: str
    text: str
    value: float
    unit: str

    def document(self) -> dict[str, Any]:
        return {"source": self.source, "text": self.text, "value": round(self.value, 3), "unit": self.unit}


def contradictions(units: CircuitsNow) -> dict[Place, tuple[Side, Side]]:
    """By kind and unit; compared only where both sides know enough."""
    view = units.view
    if view is None:
        return {}
    found: dict[Place, tuple[Side, Side]] = {}
    active = {c.state: units.standing.active[k] for k, c in enumerate(units.conditions)}
    if view.rooms is not None:
        # A condition also stands while its quantity is unknown: then there is nothing to hold against the rooms.
        enough = (view.rooms.known >= number("contradiction", "least_rooms")) & np.isfinite(view.heat_ratio)
        cold = enough & (view.rooms.cold_share >= number("contradiction", "cold_share"))
        hot = enough & (view.rooms.mean_c > number("over_supply", "room_c"))
        for row in np.flatnonzero(cold & active[State.OVER_SUPPLY]).tolist():
            rooms = Side("rooms", f"{view.rooms.known[row]} 个室温测点中 {view.rooms.cold_share[row]:.0%} 低于 18 ℃", float(view.rooms.cold_share[row]), "")  # fmt: skip  # noqa: E501
            found[_place(ContradictionKind.COLD_ROOMS_OVER_SUPPLY, units, row)] = _supply(view, row, "超供"), rooms
        for row in np.flatnonzero(hot & active[State.UNDER_SUPPLY]).tolist():
            rooms = Side("rooms", f"平均室温 {view.rooms.mean_c[row]:.1f} ℃", float(view.rooms.mean_c[row]), "℃")
            found[_place(ContradictionKind.HOT_ROOMS_UNDER_SUPPLY, units, row)] = _supply(view, row, "欠供"), rooms
    stands = units.running.stopped_min >= number("contradiction", "stopped_min")
    metered = view.now["heat_kw"] > number("contradiction", "metered_share") * view.design["heat_kw"]
    lift = view.now["supply_c"] - view.now["return_c"]
    for row in np.flatnonzero(stands & metered & np.isfinite(lift)).tolist():
        delta = float(lift[row])
        water = Side(source_key(State.STOPPED), f"供回水温差 {delta:.1f} K，判为停止供热", delta, "K")
        heat = float(view.now["heat_kw"][row])
        meter = Side("heat_meter", f"热表仍有 {heat:.0f} kW", heat, "kW")
        found[_place(ContradictionKind.METER_AGAINST_WATER, units, row)] = water, meter
    return found


def _place(kind: ContradictionKind, units: CircuitsNow, row: int) -> Place:
    return kind.value, units.kind, int(units.numbers[row])


def _supply(view: Any, row: int, what: str) -> Side:
    ratio = float(view.heat_ratio[row])
    state = State.OVER_SUPPLY if what == "超供" else State.UNDER_SUPPLY
    return Side(source_key(state), f"近 24 小时供热量为应供的 {ratio:.0%}，判为{what}", ratio, "")


class ContradictionKeeper:
    """Open rows by place; a settled one is not opened again while it lasts."""

    def __init__(self) -> None:
        rows = Contradiction.objects.filter(ended_s=None)
        self._standing: dict[Place, int] = {(c.kind, c.object_kind, c.object_number): c.pk for c in rows}

    @transaction.atomic
    def keep(self, found: Mapping[Place, tuple[Side, Side]], archive: Archive, minute: int) -> None:
        gone = [place for place in self._standing if place not in found]
        ids = [self._standing.pop(place) for place in gone]
        if ids:
            Contradiction.objects.filter(pk__in=ids).update(ended_s=minute)
        fresh = [place for place in found if place not in self._standing]
        if fresh:
            self._open(fresh, found, archive, minute)

    def _open(
        self, fresh: Sequence[Place], found: Mapping[Place, tuple[Side, Side]], archive: Archive, minute: int
    ) -> None:
        names = names_of([(kind, n) for _, kind, n in fresh])
        rows = [
            Contradiction(
                kind=what,
                object_kind=kind,
                object_number=n,
                object_name=names.get((kind, n), ""),
                first=found[what, kind, n][0].document(),
                second=found[what, kind, n][1].document(),
                opened_s=minute,
                **owner_of(archive, kind, n),
            )
            for what, kind, n in fresh
        ]
        for row in Contradiction.objects.bulk_create(rows):
            self._standing[row.kind, row.object_kind, row.object_number] = row.pk
