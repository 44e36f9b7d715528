"""Which faults are there, how often and how badly?  Tables of families; the rates are a believable city's.

Operation faults act on the physics, data faults on what is said of it: of one value, a row, a batch or a sender's
clock.  A family's rate is for the whole city; a smaller one has its share of it, but ``at_least`` that much.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cleanheat.kernel.quantities import KINDS


class Fault(IntEnum):
    """Everything that can go wrong: in operation (``OPERATIONAL``) or in what is said about it."""

    STOP = 1
    PUMP_TRIP = 2
    UNDER_SUPPLY = 3
    OVER_SUPPLY = 4
    INTERMITTENT = 5
    LEAK = 6
    FOULING = 7
    LATE_START = 8
    SOURCE_TRIP = 9
    STUCK = 20
    DRIFT = 21
    LIE = 22
    CHANNEL_DEAD = 23
    SUBSTATION_GATEWAY = 24
    COMPANY_GATEWAY = 25
    PLATFORM_GATEWAY = 26
    OUT_OF_RANGE = 30
    SPIKE = 31
    UNIT_MISTAKE = 32
    SWAPPED = 33
    SIGN = 34
    SENTINEL = 35
    COUNTER_RESET = 36
    ROW_MISSING = 37
    WRONG_CLOCK = 38
    LATE = 39
    DUPLICATED = 40
    BATCH_LOST = 41
    VALVE_STUCK = 50
    IMBALANCE = 51
    PUMP_NO_FLOW = 52
    PRESSURE_DROP = 53
    FALSE_START = 54
    COLD_CIRCULATION = 55
    STRAINER = 56
    PUMP_WEAR = 57
    CAPACITY_SHORTAGE = 60
    SHORT_CYCLING = 61
    EFFICIENCY_LOSS = 62
    PEAK_IDLE = 63
    BRANCH_UNDER = 64
    EXCESS_AIR = 65
    ROOM_MISPLACED = 70
    ROOM_VACANT = 71
    DEVICE_STOPPED = 80
    DEVICE_CYCLING = 81
    DEVICE_WEAK = 82

    @property
    def code(self) -> str:
        return self.name.lower()


OPERATIONAL = frozenset(f for f in Fault if f < Fault.STUCK or f >= Fault.VALVE_STUCK)
"""Faults of operation: they act on the physics and happen in the heating season only."""
DELIVERY = frozenset({Fault.LATE, Fault.DUPLICATED, Fault.BATCH_LOST})
"""Faults of single batches: drawn for each sender and minute, not from the families below."""
ON_COLUMNS = frozenset(
    {
        Fault.STUCK, Fault.DRIFT, Fault.LIE, Fault.CHANNEL_DEAD, Fault.OUT_OF_RANGE, Fault.SPIKE, Fault.UNIT_MISTAKE,
        Fault.SWAPPED, Fault.SIGN, Fault.SENTINEL, Fault.COUNTER_RESET,
    }
)  # fmt: skip
"""Faults of one signal of one object (a sentinel may take the whole row: column −1)."""


@dataclass(frozen=True)
class Family:
    """How often and how long one fault happens; rates a day in the whole city, ``at_least`` in a small one.

    ``pool`` names a part of the kind's objects that alone can have it: ``area`` and ``peak`` boiler rooms.
    """

    fault: Fault
    kind: str
    a_day: float
    at_least: float
    median_h: float
    spread: float
    longest_h: float
    amount: tuple[float, float]
    city_objects: int
    shortest_min: int = 5
    pool: str = ""


UNITS, SUBSTATIONS, BOILERS, COMPANIES, PLATFORMS = 5_250, 3_500, 162, 72, 16
BRANCHES, PLANTS, ROOMS, DEVICES, STATIONS, SENDERS = 27, 6, 120_000, 110_000, 150, 88
OPERATION: tuple[Family, ...] = (
    Family(Fault.STOP, "unit", 84, 36, 1.2, 0.7, 9, (1.0, 1.0), UNITS),
    Family(Fault.PUMP_TRIP, "unit", 16, 4, 0.7, 0.4, 3, (0.97, 1.0), UNITS),
    Family(Fault.UNDER_SUPPLY, "unit", 42, 2, 22, 0.5, 96, (0.15, 0.38), UNITS),
    Family(Fault.OVER_SUPPLY, "unit", 18, 1, 28, 0.5, 96, (0.14, 0.30), UNITS),
    Family(Fault.INTERMITTENT, "unit", 2.5, 0.1, 240, 0.4, 720, (0.85, 1.0), UNITS),
    Family(Fault.LEAK, "unit", 10, 1, 9, 0.6, 60, (0.6, 3.0), UNITS),
    Family(Fault.FOULING, "unit", 3, 0.2, 360, 0.4, 720, (0.8, 2.2), UNITS),
    Family(Fault.SOURCE_TRIP, "boiler", 2.5, 0.3, 1.5, 0.5, 5, (0.5, 0.95), BOILERS),
    Family(Fault.STUCK, "unit", 16, 1, 18, 0.7, 120, (1, 1), UNITS),
    Family(Fault.DRIFT, "unit", 6, 0.4, 120, 0.4, 336, (3.0, 8.0), UNITS),
    Family(Fault.LIE, "unit", 5, 0.4, 48, 0.6, 240, (0.15, 0.5), UNITS),
    Family(Fault.CHANNEL_DEAD, "unit", 8, 0.5, 24, 0.7, 168, (1, 1), UNITS),
    Family(Fault.SUBSTATION_GATEWAY, "substation", 72, 24, 0.5, 0.9, 8, (1, 1), SUBSTATIONS),
    Family(Fault.COMPANY_GATEWAY, "company", 7, 3, 0.25, 0.6, 1.5, (1, 1), COMPANIES),
    Family(Fault.PLATFORM_GATEWAY, "platform", 2, 1, 0.3, 0.6, 2, (1, 1), PLATFORMS),
)
"""Operation, and the data faults that were there first: their place in this table is part of what they draw."""
AREA_BOILERS, PEAK_BOILERS = 116, 46
FURTHER_OPERATION: tuple[Family, ...] = (
    Family(Fault.VALVE_STUCK, "unit", 2.5, 0.08, 60, 0.5, 240, (1.0, 1.0), UNITS, 360),
    Family(Fault.IMBALANCE, "unit", 2, 0.08, 360, 0.4, 720, (0.12, 0.28), UNITS, 1_440),
    Family(Fault.PUMP_NO_FLOW, "unit", 3, 0.15, 0.9, 0.5, 6, (0.96, 1.0), UNITS, 15),
    Family(Fault.PRESSURE_DROP, "unit", 3, 0.15, 0.7, 0.5, 5, (0.08, 0.2), UNITS, 15),
    Family(Fault.CAPACITY_SHORTAGE, "boiler", 0.25, 0.06, 360, 0.4, 720, (0.12, 0.3), AREA_BOILERS, 2_880, "area"),
    Family(Fault.SHORT_CYCLING, "boiler", 0.8, 0.1, 14, 0.6, 72, (2.0, 5.0), AREA_BOILERS, 120, "area"),
    Family(Fault.EFFICIENCY_LOSS, "boiler", 0.25, 0.06, 300, 0.4, 720, (0.06, 0.16), AREA_BOILERS, 1_440, "area"),
    Family(Fault.PEAK_IDLE, "boiler", 0.5, 0.08, 60, 0.5, 168, (1.0, 1.0), PEAK_BOILERS, 360, "peak"),
    Family(Fault.BRANCH_UNDER, "branch", 0.15, 0.06, 10, 0.5, 48, (0.10, 0.25), BRANCHES, 120),
    Family(Fault.ROOM_MISPLACED, "room", 3, 0.06, 240, 0.5, 1_000, (-1.0, 1.0), ROOMS, 2_880),
    Family(Fault.ROOM_VACANT, "room", 15, 0.1, 120, 0.6, 700, (4.0, 9.0), ROOMS, 2_880),
    Family(Fault.DEVICE_STOPPED, "device", 60, 1, 10, 0.8, 96, (1.0, 1.0), DEVICES, 60),
    Family(Fault.DEVICE_CYCLING, "device", 20, 0.5, 30, 0.7, 168, (1.0, 1.0), DEVICES, 120),
    Family(Fault.DEVICE_WEAK, "device", 25, 0.25, 72, 0.6, 336, (2.0, 5.0), DEVICES, 360),
    Family(Fault.STRAINER, "unit", 1.5, 0.05, 300, 0.4, 720, (0.5, 1.4), UNITS, 2_880),
    Family(Fault.PUMP_WEAR, "unit", 0.8, 0.03, 480, 0.4, 960, (0.12, 0.3), UNITS, 2_880),
    Family(Fault.EXCESS_AIR, "boiler", 0.2, 0.05, 240, 0.4, 600, (2.5, 5.0), AREA_BOILERS, 1_440, "area"),
)
"""Operation that came later: each draws by its own name, so that none changes what others draw."""

_KINDS = {
    "unit": UNITS,
    "boiler": BOILERS,
    "branch": BRANCHES,
    "plant": PLANTS,
    "room": ROOMS,
    "device": DEVICES,
    "weather": STATIONS,
}
# fault, (kind → faults a day in the city), median hours, spread, longest hours, amount, shortest minutes
_DATA: tuple[tuple[Fault, dict[str, float], float, float, float, tuple[float, float], int], ...] = (
    (
        Fault.OUT_OF_RANGE,
        {"unit": 30, "boiler": 2, "branch": 0.3, "plant": 0.1, "room": 40, "device": 40, "weather": 0.5},
        0.6, 0.9, 12, (0.02, 0.5), 1,
    ),
    (
        Fault.SPIKE,
        {"unit": 150, "boiler": 8, "branch": 1, "plant": 0.2, "room": 200, "device": 200, "weather": 3},
        1.6 / 60, 0.5, 5 / 60, (1.0, 2.0), 1,
    ),
    (
        Fault.UNIT_MISTAKE,
        {"unit": 6, "boiler": 0.5, "branch": 0.05, "plant": 0.02, "room": 10, "device": 10},
        24, 0.7, 96, (0.0, 1.0), 30,
    ),
    (Fault.SWAPPED, {"unit": 4, "boiler": 0.3, "branch": 0.05, "plant": 0.02}, 36, 0.6, 120, (1.0, 1.0), 60),
    (
        Fault.SIGN,
        {"unit": 4, "boiler": 0.3, "branch": 0.05, "plant": 0.02, "room": 6, "device": 6, "weather": 0.2},
        5, 0.8, 48, (1.0, 1.0), 5,
    ),
    (
        Fault.SENTINEL,
        {"unit": 40, "boiler": 2, "branch": 0.3, "plant": 0.1, "room": 60, "device": 60, "weather": 1},
        0.7, 0.9, 24, (0.0, 1.0), 1,
    ),
    (Fault.COUNTER_RESET, {"unit": 6, "boiler": 0.5, "branch": 0.05, "plant": 0.02}, 1 / 60, 0.0, 1 / 60, (1, 1), 1),
    (Fault.STUCK, {"boiler": 0.4, "room": 20, "device": 15, "weather": 0.4}, 24, 0.7, 120, (1.0, 1.0), 60),
    (Fault.DRIFT, {"boiler": 0.2, "room": 10, "device": 8, "weather": 0.2}, 120, 0.4, 336, (3.0, 8.0), 60),
    (
        Fault.CHANNEL_DEAD,
        {"boiler": 0.5, "branch": 0.1, "plant": 0.02, "room": 30, "device": 30, "weather": 0.5},
        16, 0.8, 120, (1.0, 1.0), 5,
    ),
    (
        Fault.ROW_MISSING,
        {"unit": 60, "boiler": 4, "branch": 0.5, "plant": 0.1, "room": 300, "device": 300, "weather": 3},
        0.2, 0.9, 4, (1.0, 1.0), 1,
    ),
)  # fmt: skip
DATA: tuple[Family, ...] = (
    *(
        Family(fault, kind, a_day, 0.01 * a_day, median, spread, longest, amount, _KINDS[kind], shortest)
        for fault, rates, median, spread, longest, amount, shortest in _DATA
        for kind, a_day in rates.items()
    ),
    Family(Fault.WRONG_CLOCK, "sender", 2, 0.1, 7, 0.6, 36, (-1.0, 1.0), SENDERS, 30),
)

LATE_SHARE, TWICE_SHARE, LOST_SHARE = 0.004, 0.002, 0.001
"""Of all batches: late by some minutes, sent twice, never sent.  A careless sender has more of them."""

_UNIT_SENSORS = tuple(KINDS["unit"].signals[i].code for i in (0, 1, 4, 7, 8, 11))
PAIRS: dict[str, dict[int, int]] = {
    kind: {
        i: spec.index[s.code.replace("supply", "return")]
        for i, s in enumerate(spec.signals)
        if "supply" in s.code and s.code.replace("supply", "return") in spec.index
    }
    for kind, spec in KINDS.items()
    if kind not in {"device", "room", "weather"}
}
"""Supply column → return column: what is wired or configured the wrong way round."""
SPIKE_UNITS = {"℃", "MPa", "t/h", "GJ/h", "MW"}
SENTINEL_UNITS = {"℃", "MPa"}
"""What a controller writes for a temperature or pressure it does not have; elsewhere 999.9 may be a reading."""


def columns_of(fault: Fault, kind: str) -> tuple[int, ...]:
    """Columns of a kind that a fault can befall."""
    spec = KINDS[kind]
    if fault == Fault.SWAPPED:
        return tuple(PAIRS[kind])
    if fault == Fault.COUNTER_RESET:
        return tuple(i for i, s in enumerate(spec.signals) if s.is_counter)
    if kind == "unit" and fault in {Fault.STUCK, Fault.DRIFT, Fault.LIE, Fault.CHANNEL_DEAD}:
        return tuple(spec.index[code] for code in _UNIT_SENSORS)
    chosen = [i for i, s in enumerate(spec.signals) if not s.is_counter and s.bits > 8 and "makeup" not in s.code]
    units = {
        Fault.SPIKE: SPIKE_UNITS,
        Fault.SIGN: {"℃", "MPa", "t/h"},
        Fault.SENTINEL: SENTINEL_UNITS,
        Fault.UNIT_MISTAKE: SPIKE_UNITS,
        Fault.STUCK: {"℃", "t/h"},
        Fault.DRIFT: {"℃"},
    }.get(fault)
    found = tuple(i for i in chosen if units is None or spec.signals[i].unit in units)
    if kind == "device" and fault != Fault.OUT_OF_RANGE:
        return (spec.index["room_temp_c"],)  # its water stands cold or hot as it cycles
    return found[:2] if kind == "boiler" and fault == Fault.DRIFT else found
