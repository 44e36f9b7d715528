"""From the city down to one home: who stands on each step, how much he heats, what is open there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
from cleanheat.assets import public as assets
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import DAY_S
from cleanheat.orders import public as order_book
from cleanheat.overview.facts import Floats, mean_by
from cleanheat.overview.focus import upwards
from cleanheat.overview.rows import WayPlace
from cleanheat.telemetry import public as telemetry

BELOW: Final[Mapping[str, tuple[str, ...]]] = {
    "city": ("company", "plant", "branch", "boiler", "substation"),
    "company": ("boiler", "substation"),
    "plant": ("branch",),
    "branch": ("substation",),
    "boiler": ("substation",),
    "substation": ("community", "building"),
    "community": ("building",),
    "building": ("heat_user",),
}
"""The steps that lead down from each kind, the usual one first."""
CHAIN: Final = ("company", "plant", "branch", "boiler", "substation", "community", "building")
ORDERS: Final = ("alerts", "area", "name")
_LEVELS: Final = len(Level)
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class WayStep:
    """One place on the way down; ``levels[0]`` counts open alerts of level Ⅰ there and below, ``room_c`` is the mean
    of its rooms (of a home its own)."""

    kind: str
    number: int
    name: str
    code: str
    substations: int
    buildings: int
    households: int
    area_m2: float
    levels: list[int]
    orders: int
    room_c: float | None


@dataclass(frozen=True)
class Way:
    """Where one stands: the way from the city, the kinds that one may go down to, one page of the chosen one."""

    chain: list[WayPlace]
    below: list[str]
    shown: str
    total: int
    steps: list[WayStep]


def way(kind: str, number: int, shown: str, scope: Scope, order: str, start: int, size: int) -> Way:
    """Down from an object (``city`` 0) to its objects of the kind ``shown`` (by default the usual step)."""
    if kind not in BELOW:
        raise not_found("没有这个对象", kind)
    _require(kind, number, scope)
    shown = shown if shown in BELOW[kind] else BELOW[kind][0]
    sums = _Sums(shown, scope)
    members = sums.members(kind, number)
    ranked = members[sums.order(members, order)]
    return Way(
        chain(kind, number, scope),
        list(BELOW[kind]),
        shown,
        int(members.size),
        sums.steps(ranked[start : start + size]),
    )


def _require(kind: str, number: int, scope: Scope) -> None:
    """Outside the scope nothing exists: a company is there for whom one of its substations or boiler rooms is."""
    if kind == "company":
        owned = [assets.archive()[k].links["company"][assets.visible(k, scope)] for k in ("substation", "boiler")]
        if not any((companies == number).any() for companies in owned):
            raise not_found("没有这个对象", f"company {number}")
    elif kind != "city":
        assets.require(kind, number, scope)


def chain(kind: str, number: int, scope: Scope) -> list[WayPlace]:
    """The way from the city to an object, itself included, as far as the scope sees it."""
    found = [WayPlace("city", 0, "全市")]
    if kind == "city":
        return found
    for above in CHAIN[: CHAIN.index(kind)] if kind in CHAIN else CHAIN:
        at = _above(kind, number, above)
        if at and (above == "company" or assets.visible(above, scope)[at]):
            found.append(WayPlace(above, at, _names(above, [at])[0][0]))
    return [*found, WayPlace(kind, number, _names(kind, [number])[0][0])]


def _above(kind: str, number: int, above: str) -> int:
    if kind in {"company", "plant"} or (kind == "branch" and above == "company"):
        return 0
    if kind == "boiler" and above not in assets.archive()["boiler"].links and above != "plant":
        return 0
    return int(upwards(kind, above)[number])


def _names(kind: str, numbers: list[int]) -> list[tuple[str, str]]:
    if kind != "company":
        return assets.titles(kind, numbers)
    cards = [accounts.find_organisation(n) for n in numbers]
    return [(card.short_name, card.code) if card else ("", "") for card in cards]


class _Sums:
    """Everything that hangs on each object of one kind, counted over what the scope sees."""

    def __init__(self, kind: str, scope: Scope) -> None:
        self.kind, self.scope = kind, scope
        self.archive = assets.archive()
        self.size = self._size()
        self.levels = self._alerts()
        self.orders = self._orders()

    def _size(self) -> int:
        if self.kind != "company":
            return self.archive[self.kind].size
        return 1 + max(int(self.archive[k].links["company"].max(initial=0)) for k in ("substation", "boiler"))

    def _of(self, below: str) -> NDArray[np.int32]:
        """The object of this kind that each object of the kind below hangs on."""
        if below == self.kind:
            return np.arange(self.size, dtype=np.int32)
        if self.kind == "heat_user" or below in _ABOVE.get(self.kind, frozenset()):
            return np.zeros(self.archive[below].size, np.int32)
        return upwards(below, self.kind)

    def _count(self, below: str, weights: str = "") -> Floats:
        seen = np.flatnonzero(assets.visible(below, self.scope))
        amounts = np.nan_to_num(self.archive[below].values[weights][seen]) if weights else None
        return np.bincount(self._of(below)[seen], amounts, self.size).astype(np.float64)

    def _alerts(self) -> Ints:
        """Open alerts by level and object, int[4, size]; what hangs on nobody of this kind is counted at 0."""
        found, counts = alerts.open_alerts(self.scope, _ALERTED), np.zeros((_LEVELS, self.size), np.int64)
        for below in _ALERTED:
            of, mine = self._of(below), found.kinds == below
            mine &= found.numbers < of.size
            cell = (found.levels[mine] - 1) * self.size + of[found.numbers[mine]]
            counts += np.bincount(cell, minlength=counts.size).reshape(counts.shape)
        return counts

    def _orders(self) -> Ints:
        kinds, numbers = order_book.open_places(self.scope)
        words, counts = np.array(kinds, np.str_), np.zeros(self.size, np.int64)
        for below in _ALERTED:
            of, at = self._of(below), numbers[words == below]
            counts += np.bincount(of[at[at < of.size]], minlength=self.size)
        return counts

    def members(self, kind: str, number: int) -> Ints:
        """Objects of this kind below an object, as far as the scope sees them."""
        if self.kind == "company":
            seen = np.zeros(self.size, dtype=bool)
            for owned in ("substation", "boiler"):
                links = self.archive[owned].links["company"]
                seen[links[assets.visible(owned, self.scope)]] = True
            seen[0] = False
            return np.flatnonzero(seen)
        seen = np.array(assets.visible(self.kind, self.scope))
        if kind != "city":
            seen &= upwards(self.kind, kind) == number
        return np.flatnonzero(seen)

    def order(self, members: Ints, by: str) -> Ints:
        if by == "name":
            return np.arange(members.size)
        if by == "area":
            return np.argsort(-self.areas()[members], kind="stable")
        return np.lexsort(-self.levels[::-1, members])  # the last key, level Ⅰ, decides first

    def areas(self) -> Floats:
        if self.kind == "heat_user":
            return np.nan_to_num(self.archive["heat_user"].values["area_m2"])
        return self._count("building", "heated_area_m2")

    def steps(self, page: Ints) -> list[WayStep]:
        numbers, areas = page.tolist(), self.areas()
        one = np.ones(self.size)
        stations = self._count("substation") if self.kind in _WITH_STATIONS else one
        buildings = one if self.kind in {"building", "heat_user"} else self._count("building")
        households = one if self.kind == "heat_user" else self._count("building", "households")
        rooms = self._rooms()
        return [
            WayStep(
                self.kind, n, name, code, int(stations[n]), int(buildings[n]), int(households[n]),
                round(float(areas[n]), 1), self.levels[:, n].tolist(), int(self.orders[n]), _told(rooms[n]),
            )
            for n, (name, code) in zip(numbers, _names(self.kind, numbers), strict=True)
        ]  # fmt: skip

    def _rooms(self) -> Floats:
        now, table = telemetry.latest().copy_of("room"), self.archive["room"]
        temps = now.trusted("room_temp_c", int(now.minute.max(initial=0)) - DAY_S)
        seen = np.flatnonzero(assets.visible("room", self.scope))
        is_home = self.kind == "heat_user"
        of = table.links["user"] if is_home else self._of("building")[table.links["building"]]
        return mean_by(temps[seen], of[seen], self.size)


_ALERTED: Final = ("branch", "boiler", "substation", "unit", "community", "building")
_WITH_STATIONS: Final = frozenset({"company", "plant", "branch", "boiler"})
_ABOVE: Final[Mapping[str, frozenset[str]]] = {
    "company": frozenset({"branch"}),
    "plant": frozenset(),
    "branch": frozenset(),
    "boiler": frozenset({"branch"}),
    "substation": frozenset({"branch", "boiler"}),
    "community": frozenset({"branch", "boiler", "substation", "unit"}),
    "building": frozenset({"branch", "boiler", "substation", "unit", "community"}),
}
"""Kinds that do not hang on an object of a kind: what is wrong with them is counted further up."""


def _told(value: float) -> float | None:
    return round(float(value), 1) if np.isfinite(value) else None
