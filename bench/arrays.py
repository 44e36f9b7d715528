"""A city as arrays, and the minutes it would send: what benchmarks and pipeline tests run on, with a fixed seed.

Readings move slowly (knots 15 minutes apart), agree with each other (``balance``), carry sensor noise and are
quantised; 1 % of rows are absent, 0.5 % of values missing, 1 % of sensors frozen, 1 in 10,000 values tenfold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.balance import COUNTED, Balance, Values, named
from cleanheat.assets.archive import Archive, KindTable
from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.frames import Block

KNOT_S = 900
ABSENT = 0.01
MISSING = 0.005
WRONG, WRONG_TIMES = 1e-4, 10
MW_A_UNIT, LONE_BOILER_MW = 2.5, 60.0
COMPANY, OPERATOR, RURAL, WEATHER = 100, 200, 300, 400
"""Organisation ids begin here: companies 101…, plant operators 201…, rural platforms 301…, the weather service 401."""


@dataclass(frozen=True)
class Counts:
    companies: int = 72
    plants: int = 6
    branches: int = 27
    boilers: int = 162
    stations: int = 3_500
    buildings: int = 50_000
    rooms: int = 120_000
    devices: int = 110_000
    rural: int = 16
    weather: int = 150
    pipes: int = 60_000


CITY = Counts()


def tiny(**changes: int) -> Counts:
    small = {"companies": 3, "plants": 1, "branches": 2, "boilers": 4, "stations": 12, "buildings": 60, "rooms": 200}
    return Counts(**{**small, "devices": 50, "rural": 2, "weather": 5, "pipes": 40, **changes})


def _slots(numbers: NDArray[Any], size: int, values: NDArray[Any], fill: float = 0) -> NDArray[Any]:
    slots = np.full(size, fill, dtype=np.int32 if values.dtype.kind in "iu" else np.float64)
    slots[numbers] = values
    return slots


class _Maker:
    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def table(self, kind: str, numbers: NDArray[Any], links: dict[str, Any], values: dict[str, Any]) -> KindTable:
        n, size = numbers.size, int(numbers.max()) + 1
        spread = lambda low, high: _slots(numbers, size, self.rng.uniform(low, high, n), np.nan)  # noqa: E731
        full = lambda v, dtype: np.broadcast_to(np.asarray(v, dtype), (n,))  # noqa: E731
        return KindTable(
            kind,
            numbers.astype(np.int32),
            spread(125.1, 125.5),
            spread(43.7, 44.0),
            {k: _slots(numbers, size, full(v, np.int32)) for k, v in links.items()},
            {k: _slots(numbers, size, full(v, np.float64), np.nan) for k, v in values.items()},
        )


def archive(counts: Counts = CITY, seed: int = 7) -> Archive:
    """All kinds with the links and values that the minute uses."""
    make = _Maker(seed)
    up_to = lambda n: np.arange(1, n + 1)  # noqa: E731
    station = up_to(counts.stations)
    company_of = COMPANY + 1 + (station - 1) % counts.companies
    district_of = 1 + (station - 1) % 17
    branch_of = np.where(station % 5 == 0, 0, 1 + station % counts.branches)
    area_boilers = counts.boilers // 2 + 1
    boiler_of = np.where(station % 5 == 0, 1 + station % area_boilers, 0)
    unit_station = np.repeat(station, np.where(station % 2 == 0, 2, 1))
    place = np.concatenate([[1], np.where(np.diff(unit_station) == 0, 2, 1)])
    unit = unit_station * 4 + place
    own = unit_station - 1
    unit_links = {
        "substation": unit_station,
        "company": company_of[own],
        "office": company_of[own] * 10,
        "sender": company_of[own],
        "district": district_of[own],
        "branch": branch_of[own],
        "boiler": boiler_of[own],
    }
    building = up_to(counts.buildings)
    b_unit = (building - 1) * unit.size // counts.buildings
    room = up_to(counts.rooms)
    r_building = 1 + (room - 1) * counts.buildings // counts.rooms
    r_unit = b_unit[r_building - 1]
    boiler = up_to(counts.boilers)
    b_company = COMPANY + 1 + (boiler - 1) % counts.companies
    supplied = np.bincount(unit_links["boiler"], minlength=counts.boilers + 1)[1:]
    capacity = np.where(supplied > 0, MW_A_UNIT * supplied, LONE_BOILER_MW)
    device, pipe = up_to(counts.devices), up_to(counts.pipes)
    rural = RURAL + 1 + (device - 1) * counts.rural // counts.devices
    pipe_unit = unit[(pipe - 1) % unit.size]
    medium = np.where(pipe % 10 == 0, 0, np.where(pipe % 3 == 0, 1, 2))
    tables = [
        make.table(
            "plant",
            up_to(counts.plants),
            {"sender": OPERATOR + up_to(counts.plants), "district": 1},
            {"capacity_mw": 1_200.0},
        ),
        make.table(
            "branch",
            up_to(counts.branches),
            {
                "plant": 1 + (up_to(counts.branches) - 1) % counts.plants,
                "sender": OPERATOR + 1 + (up_to(counts.branches) - 1) % counts.plants,
                "district": 1,
            },
            {"design_flow_t_h": 8_000.0, "length_km": 12.0, "heated_area_m2": 9e6},
        ),
        make.table(
            "boiler",
            boiler,
            {"company": b_company, "office": b_company * 10, "sender": b_company, "district": 1, "branch": 0},
            {
                "capacity_mw": capacity,
                "boilers": 3.0,
                "is_peak": boiler > area_boilers,
                "fuel": 0.0,
                "heated_area_m2": 8e5,
            },
        ),
        make.table(
            "substation",
            station,
            {
                "company": company_of,
                "office": company_of * 10,
                "district": district_of,
                "street": 0,
                "branch": branch_of,
                "boiler": boiler_of,
            },
            {"heated_area_m2": 80_000.0, "system": 1.0},
        ),
        make.table(
            "unit",
            unit,
            unit_links,
            {
                "heated_area_m2": 50_000.0,
                "heat_index_w_m2": 40.0,
                "design_supply_temp_c": 60.0,
                "design_return_temp_c": 45.0,
                "design_flow_t_h": 120.0,
                "is_floor": 0.0,
                "zone": 0.0,
            },
        ),
        make.table(
            "building",
            building,
            {
                "unit": unit[b_unit],
                "substation": unit_station[b_unit],
                "company": unit_links["company"][b_unit],
                "community": 1 + building % 2,
            },
            {"heated_area_m2": 4_000.0},
        ),
        make.table(
            "room",
            room,
            {
                "building": r_building,
                "unit": unit[r_unit],
                "company": unit_links["company"][r_unit],
                "office": unit_links["office"][r_unit],
                "sender": unit_links["sender"][r_unit],
                "district": unit_links["district"][r_unit],
            },
            {"floor": 3.0},
        ),
        make.table("device", device, {"sender": rural, "district": 14}, {"rated_kw": 5.0}),
        make.table("community", up_to(2), {"company": COMPANY + 1, "district": 1}, {}),
        make.table("heat_user", up_to(2), {"building": 1}, {}),
        make.table("weather", up_to(counts.weather), {"sender": WEATHER + 1, "district": 1}, {}),
        make.table(
            "pipe",
            pipe,
            {
                "company": 0,
                "branch": np.where(medium < 2, 1 + pipe % counts.branches, 0),
                "boiler": 0,
                "unit": np.where(medium == 2, pipe_unit, 0),
            },
            {"medium": medium},
        ),
    ]
    return Archive(f"bench-{seed}", {t.kind: t for t in tables})


TYPICAL: dict[str, tuple[float, float, float]] = {
    "supply_temp_c": (108, 8, 0.04),
    "return_temp_c": (50, 5, 0.04),
    "primary_supply_temp_c": (92, 6, 0.04),
    "primary_return_temp_c": (48, 4, 0.04),
    "secondary_supply_temp_c": (52, 4, 0.04),
    "secondary_return_temp_c": (42, 3, 0.04),
    "room_temp_c": (21, 1.5, 0.03),
    "outdoor_temp_c": (-15, 1.0, 0.05),
    "flow_t_h": (6_000, 600, 6),
    "primary_flow_t_h": (45, 6, 0.15),
    "secondary_flow_t_h": (110, 10, 0.3),
    "heat_power_gj_h": (4.2, 0.6, 0.02),
    "heat_power_mw": (40, 3, 0.1),
    "humidity_pct": (35, 6, 0.2),
    "is_on": (1, 0, 0),
    "running_boilers": (2, 0, 0),
    "auxiliary_state": (0, 0, 0),
    "power_w": (1_500, 400, 8),
    "oxygen_pct": (8, 1, 0.1),
    "valve_opening_pct": (55, 12, 0.05),
    "valve_setpoint_pct": (55, 12, 0),
    "circulation_pump_hz": (41, 3, 0.02),
    "makeup_pump_hz": (12, 3, 0.1),
    "pump_hz": (40, 3, 0.02),
}
"""Mean, spread over objects and sensor noise of a signal in its unit."""

STANDING: dict[str, tuple[float, float]] = {
    "supply_pressure_mpa": (1.0, 0.04),
    "return_pressure_mpa": (0.35, 0.04),
    "primary_supply_pressure_mpa": (0.6, 0.03),
    "primary_return_pressure_mpa": (0.35, 0.03),
    "secondary_supply_pressure_mpa": (0.5, 0.03),
    "secondary_return_pressure_mpa": (0.3, 0.03),
    "makeup_flow_t_h": (0.3, 0.05),
    "flue_temp_c": (120, 8),
    "dust_mg_m3": (5, 0.8),
    "so2_mg_m3": (20, 3),
    "nox_mg_m3": (38, 3),
    "fuel_rate_t_h": (6, 0.5),
    "irradiance_w_m2": (4, 2),
}
"""Mean and spread of what does not move; others take three tenths of their range."""

DEVICE: dict[str, tuple[float, float, float]] = {
    **TYPICAL,
    "supply_temp_c": (58, 8, 0.04),
    "return_temp_c": (38, 5, 0.04),
}
"""A household's water is not a network's."""


def _typical(kind: str, code: str) -> tuple[float, float, float]:
    return (DEVICE if kind == "device" else TYPICAL).get(code, (0, 0, 0))


def _around(kind: str, signal: Signal) -> tuple[float, float]:
    """Mean and spread over the objects of a kind."""
    if signal.code in TYPICAL:
        return _typical(kind, signal.code)[:2]
    return STANDING.get(signal.code, (signal.low + 0.3 * (signal.high - signal.low), 0.02 * signal.high))


@dataclass
class _Kind:
    """One kind's slow process: offsets of each object, what they move by in a quarter of an hour, who is frozen."""

    base: list[NDArray[np.float32]]
    slope: list[NDArray[np.float32]]
    frozen: NDArray[np.bool_]


class City:
    """Sends minutes: ``minute(t)`` is one block a sender and kind, 95 senders at full size."""

    def __init__(self, counts: Counts = CITY, seed: int = 7) -> None:
        self.archive = archive(counts, seed)
        self._rng = np.random.default_rng(seed + 1)
        self._kinds: dict[str, _Kind] = {}
        self._order: dict[str, list[tuple[int, NDArray[Any]]]] = {}
        self._balance, self._knot = Balance(self.archive), -1
        for kind in KINDS:
            table = self.archive[kind]
            sender = table.links["sender"][table.numbers]
            by_sender = [(int(s), np.flatnonzero(sender == s)) for s in np.unique(sender)]
            self._order[kind] = by_sender
            self._kinds[kind] = self._begin(kind, table.count)

    def _begin(self, kind: str, n: int) -> _Kind:
        base = [self._spread(kind, s, n) for s in KINDS[kind].signals]
        return _Kind(base, [np.zeros(n, np.float32) for _ in base], self._rng.random(n) < 0.01)

    def _spread(self, kind: str, signal: Signal, n: int) -> NDArray[np.float32]:
        if signal.is_counter:
            return self._rng.uniform(1_000, 90_000, n).astype(np.float32)
        mean, spread = _around(kind, signal)
        return np.clip(mean + spread * self._rng.standard_normal(n), signal.low, signal.high).astype(np.float32)

    def slow(self, share: float = 0.0) -> dict[str, Values]:
        """All kinds' readings without noise, in physical units and the order of the archive, between two knots."""
        city = {
            kind: named(kind, (b + np.float32(share) * s for b, s in zip(k.base, k.slope, strict=True)))
            for kind, k in self._kinds.items()
        }
        self._balance.settle(city)
        return city

    def _turn(self) -> None:
        """The next quarter of an hour: every process takes a step, and counters count what will have flowed."""
        for kind, state in self._kinds.items():
            for i, s in enumerate(KINDS[kind].signals):
                state.base[i] += state.slope[i]
                _, spread, _ = _typical(kind, s.code)
                n = state.frozen.size
                step = 0.5 + self._rng.random(n) if s.is_counter else 0.12 * spread * self._rng.standard_normal(n)
                step = np.clip(state.base[i] + step, s.low, s.high) - state.base[i]
                state.slope[i] = np.where(state.frozen, 0, step).astype(np.float32)
        before, after = self.slow(), self.slow(1.0)
        for kind, counted in COUNTED.items():
            state = self._kinds[kind]
            for counter, (signal, times) in counted.items():
                flowed = times * (before[kind][signal] + after[kind][signal]) / 2 * KNOT_S / HOUR_S
                state.slope[KINDS[kind].index[counter]] = np.where(state.frozen, 0, flowed).astype(np.float32)

    def _sent(self, kind: str, slow: Values) -> list[NDArray[Any]]:
        """Scaled integers of all objects of a kind, in the order of the archive, with noise and dirt."""
        state = self._kinds[kind]
        n = state.frozen.size
        out = []
        for s in KINDS[kind].signals:
            noise, value = _typical(kind, s.code)[2], slow[s.code]
            if noise:
                value = value + np.float32(noise) * self._rng.standard_normal(n, dtype=np.float32) * ~state.frozen
            stored = np.rint(np.clip(value, s.low, s.high) * s.scale).astype(s.dtype)
            if not s.is_counter:
                wrong = self._rng.integers(0, n, self._rng.poisson(n * WRONG))
                stored[wrong] = np.minimum(WRONG_TIMES * stored[wrong].astype(np.int64), -s.missing - 1)
            stored[self._rng.integers(0, n, self._rng.poisson(n * MISSING))] = s.missing
            out.append(stored)
        return out

    def minute(self, t: int, sequence: int = 1) -> list[Block]:
        """Blocks of all senders, sorted by sender as they would arrive."""
        if t // KNOT_S != self._knot:
            self._knot = t // KNOT_S
            self._turn()
        slow, blocks = self.slow(t % KNOT_S / KNOT_S), []
        for kind in KINDS:
            numbers, columns = self.archive[kind].numbers.astype(np.uint32), self._sent(kind, slow[kind])
            for sender, own in self._order[kind]:
                rows = own[self._rng.random(own.size) >= ABSENT] if own.size > 20 else own
                blocks.append(Block(sender, sequence, kind, t, numbers[rows], [c[rows] for c in columns]))
        return sorted(blocks, key=lambda b: b.sender)
