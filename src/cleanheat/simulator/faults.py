"""What goes wrong, where and when?  A schedule of faults from the seed; its labels are never sent.

Each family of faults draws, for every hour, how many begin in that hour, on which object, for how long and how badly,
as a function of the seed alone: the schedule of any span can be asked for, past and to come, and is always the same.
Operation faults act on the physics through :class:`Effects`; data faults act on what the sensors say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, season, season_of
from cleanheat.simulator import chance


class Fault(IntEnum):
    """Everything that can go wrong; below 20 in operation, from 20 on in what is said about it."""

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

    @property
    def code(self) -> str:
        return self.name.lower()


LABEL = np.dtype(
    [
        ("kind", "U10"),
        ("number", "<i4"),
        ("fault", "<i2"),
        ("start", "<i8"),
        ("end", "<i8"),
        ("amount", "<f4"),
        ("column", "<i2"),
    ]
)
"""One fault: object kind and number, ``[start, end)`` epoch seconds, severity, signal column (−1: the whole object)."""
Labels = NDArray[np.void]


@dataclass(frozen=True)
class Family:
    """How often and how long one fault happens; rates a day in the whole city, ``at_least`` in a small one."""

    fault: Fault
    kind: str
    a_day: float
    at_least: float
    median_h: float
    spread: float
    longest_h: float
    amount: tuple[float, float]
    city_objects: int


UNITS, SUBSTATIONS, BOILERS, COMPANIES, PLATFORMS = 5_250, 3_500, 162, 72, 16
FAMILIES: tuple[Family, ...] = (
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
DATA_COLUMNS = (0, 1, 4, 7, 8, 11)
"""Unit signals whose sensors fail: the temperatures of both sides and both flows."""
LATE_SHARE, LATE_DAYS = 0.015, (1.5, 6.0)


class Schedule:
    """Every fault of one city; ``rate`` 0 leaves only the ``extra`` ones (for tests and staged demonstrations)."""

    def __init__(self, archive: Archive, seed: int, extra: Labels | None = None, rate: float = 1.0) -> None:
        self.seed = seed
        self.rate = rate
        self.extra = np.zeros(0, LABEL) if extra is None else extra
        unit, boiler, device = archive["unit"], archive["boiler"], archive["device"]
        self._objects = {
            "unit": unit.numbers,
            "boiler": boiler.numbers,
            "substation": np.unique(unit.links["substation"][unit.numbers]),
            "company": np.unique(unit.links["sender"][unit.numbers]),
            "platform": np.unique(device.links["sender"][device.numbers]),
        }

    def labels(self, start: int, end: int) -> Labels:
        """Faults that overlap ``[start, end)``, ascending by start."""
        parts = [self.extra]
        if self.rate > 0:
            parts += [self._drawn(i, family, start, end) for i, family in enumerate(FAMILIES)]
            parts.append(self._late_starts(start, end))
        found = np.concatenate(parts)
        found = found[(found["start"] < end) & (found["end"] > start) & ~_idle(found)]
        return found[np.argsort(found["start"], kind="stable")]

    def unit_start_delay_s(self, numbers: NDArray[np.int32], year: int) -> NDArray[np.int64]:
        """Seconds between the season's first day and the unit's start: most are early, a few late."""
        early = -2.5 * DAY_S * chance.uniform(self.seed, "start/early", numbers, year)
        low, high = LATE_DAYS
        late = DAY_S * (low + (high - low) * chance.uniform(self.seed, "start/late", numbers, year))
        return np.where(self._is_late(numbers, year), late, early).astype(np.int64)

    def _is_late(self, numbers: NDArray[np.int32], year: int) -> NDArray[np.bool_]:
        share = LATE_SHARE if self.rate > 0 else 0.0
        return np.asarray(chance.uniform(self.seed, "start/who", numbers, year) < share)

    def _late_starts(self, start: int, end: int) -> Labels:
        parts = []
        for year in range(1970 + start // (366 * DAY_S) - 1, 1970 + end // (365 * DAY_S) + 1):
            first = season(year).start
            late = self._objects["unit"][self._is_late(self._objects["unit"], year)]
            label = np.zeros(late.shape[0], LABEL)
            label["kind"], label["number"], label["fault"] = "unit", late, Fault.LATE_START
            label["start"], label["column"], label["amount"] = first, -1, 1.0
            label["end"] = first + self.unit_start_delay_s(late, year)
            parts.append(label)
        return np.concatenate(parts)

    def _drawn(self, index: int, family: Family, start: int, end: int) -> Labels:
        objects = self._objects[family.kind]
        if objects.shape[0] == 0:
            return np.zeros(0, LABEL)
        a_day = self.rate * max(family.at_least, family.a_day * objects.shape[0] / family.city_objects)
        slots = int(np.ceil(a_day / 24 * 1.5)) + 1
        hour = np.arange((start - int(family.longest_h * HOUR_S)) // HOUR_S - 1, -(-end // HOUR_S))
        hour, slot = (a.ravel() for a in np.meshgrid(hour, np.arange(slots), indexing="ij"))
        happens = chance.uniform(self.seed, f"fault/{index}", hour, slot) < a_day / 24 / slots
        hour, slot = hour[happens], slot[happens]

        def draw(what: str) -> NDArray[np.float64]:
            return chance.uniform(self.seed, f"fault/{index}/{what}", hour, slot)

        length = np.exp(
            np.log(family.median_h) + family.spread * chance.normal(self.seed, f"fault/{index}/h", hour, slot)
        )
        low, high = family.amount
        label = np.zeros(hour.shape[0], LABEL)
        label["kind"], label["fault"], label["column"] = family.kind, family.fault, -1
        label["number"] = objects[(draw("who") * objects.shape[0]).astype(np.int64)]
        label["start"] = hour * HOUR_S + (draw("minute") * 60).astype(np.int64) * MINUTE_S
        label["end"] = (
            label["start"] + np.maximum(5 * MINUTE_S, np.minimum(length, family.longest_h) * HOUR_S) // 60 * 60
        )
        label["amount"] = low + (high - low) * draw("amount")
        if family.fault in {Fault.STUCK, Fault.DRIFT, Fault.LIE, Fault.CHANNEL_DEAD}:
            label["column"] = np.array(DATA_COLUMNS)[(draw("column") * len(DATA_COLUMNS)).astype(np.int64)]
        return label


def _idle(labels: Labels) -> NDArray[np.bool_]:
    """Operation faults drawn for the summer: nothing runs, nothing fails."""
    at = labels["start"]
    heated = labels["fault"] >= Fault.STUCK
    if at.shape[0]:
        for year in range(season_of(int(at.min())).year, season_of(int(at.max())).year + 1):
            heated |= (at >= season(year).start) & (at < season(year).end)
    return np.asarray(~heated)


def write_labels(labels: Labels, path: Path) -> None:
    """Labels as Parquet, beside a JSON list of the fault codes; kept in the simulator's own folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {name: labels[name] for name in ("number", "start", "end", "amount", "column")}
    codes = {int(f): f.code for f in Fault}
    table = pa.table(
        {
            "kind": pa.array(labels["kind"].tolist(), pa.string()),
            "fault": pa.array([codes[f] for f in labels["fault"].tolist()], pa.string()),
            **{name: pa.array(np.ascontiguousarray(values)) for name, values in columns.items()},
        }
    )
    pq.write_table(table, path)
    path.with_name("faults.json").write_text(json.dumps(list(codes.values()), indent=1))


class Channel(IntEnum):
    """What an operation fault changes in a unit."""

    WARM = 0
    DELTA = 1
    FLOW = 2
    FOULING = 3
    MAKEUP_T_H = 4
    PRESSURE_MPA = 5


# fault → (channel, share of the label's amount, minutes to take hold, minutes to let go).  The first three channels
# are factors (1 − amount·envelope), the others are added.
_ACTS: dict[Fault, tuple[tuple[Channel, float, float, float], ...]] = {
    Fault.STOP: ((Channel.FLOW, 0.985, 0.8, 2.0), (Channel.DELTA, 0.99, 1.2, 12.0), (Channel.WARM, 0.93, 110.0, 45.0)),
    Fault.PUMP_TRIP: ((Channel.FLOW, 0.99, 0.5, 1.0), (Channel.DELTA, 0.97, 2.0, 6.0), (Channel.WARM, 0.7, 90.0, 20.0)),
    Fault.UNDER_SUPPLY: ((Channel.DELTA, 1.0, 45.0, 45.0), (Channel.WARM, 0.85, 60.0, 60.0)),
    Fault.OVER_SUPPLY: ((Channel.DELTA, -1.0, 45.0, 45.0), (Channel.WARM, -0.85, 60.0, 60.0)),
    Fault.INTERMITTENT: ((Channel.DELTA, 0.97, 4.0, 15.0), (Channel.WARM, 0.85, 100.0, 40.0)),
    Fault.LEAK: ((Channel.MAKEUP_T_H, 1.0, 3.0, 3.0), (Channel.PRESSURE_MPA, -0.03, 6.0, 20.0)),
    Fault.FOULING: ((Channel.FOULING, 1.0, 7200.0, 60.0),),
    Fault.SOURCE_TRIP: ((Channel.DELTA, 0.8, 25.0, 30.0), (Channel.WARM, 0.55, 90.0, 60.0)),
}
TAIL_S = 8 * HOUR_S
"""How long after its end a fault is still felt."""


@dataclass(frozen=True)
class Effects:
    """Envelopes acting on rows of one table, ascending by row: what the faults of a span do to the physics."""

    row: NDArray[np.int64]
    channel: NDArray[np.int8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    amount: NDArray[np.float32]
    attack_s: NDArray[np.float32]
    release_s: NDArray[np.float32]

    @classmethod
    def of(cls, labels: Labels, row_of: NDArray[np.int64], served: Sequence[NDArray[np.int64]] = ()) -> Effects:
        """Effects on units: ``row_of[unit number]``; ``served[boiler number]`` are the rows a boiler room supplies."""
        parts: list[tuple[NDArray[np.int64], Labels, Fault]] = []
        for fault in _ACTS:
            found = labels[labels["fault"] == fault]
            if found.shape[0] == 0:
                continue
            if fault == Fault.SOURCE_TRIP:
                rows = [served[n] for n in found["number"].tolist()]
                parts.append((np.concatenate(rows), np.repeat(found, [r.shape[0] for r in rows]), fault))
            elif fault == Fault.INTERMITTENT:
                found = _daily_pauses(found)
                parts.append((row_of[found["number"]], found, fault))
            else:
                parts.append((row_of[found["number"]], found, fault))
        columns: list[tuple[NDArray[np.float64], ...]] = [
            tuple(
                np.broadcast_to(np.asarray(v, np.float64), rows.shape)
                for v in (rows, channel, found["start"], found["end"], found["amount"] * share, attack, release)
            )
            for rows, found, fault in parts
            for channel, share, attack, release in _ACTS[fault]
        ]
        stacked = [np.concatenate(c) for c in zip(*columns, strict=True)] if columns else [np.zeros(0)] * 7
        order = np.argsort(stacked[0], kind="stable")
        row, channel, start, end, amount, attack, release = (c[order] for c in stacked)
        return cls(
            row.astype(np.int64),
            channel.astype(np.int8),
            start.astype(np.int64),
            end.astype(np.int64),
            amount.astype(np.float32),
            (attack * 60).astype(np.float32),
            (release * 60).astype(np.float32),
        )

    @classmethod
    def none(cls) -> Effects:
        return cls.of(np.zeros(0, LABEL), np.zeros(0, np.int64))

    def on(
        self, first: int, last: int, times: NDArray[np.int64], channel: Channel
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows ``[k]`` within ``[first, last)`` (counted from ``first``) and their values ``[k, T]`` on a channel.

        The first three channels are factors to multiply by, the others amounts to add; each row appears once.
        """
        lo, hi = np.searchsorted(self.row, [first, last])
        pick = np.arange(lo, hi)
        near = (self.start[pick] <= times[-1]) & (self.end[pick] + TAIL_S > times[0])
        pick = pick[near & (self.channel[pick] == channel)]
        if pick.shape[0] == 0:
            return pick, np.zeros((0, times.shape[0]), np.float32)
        amount = self.amount[pick, None] * self._envelope(pick, times)
        rows, at = np.unique(self.row[pick] - first, return_index=True)
        if channel <= Channel.FLOW:
            return rows, np.multiply.reduceat(1.0 - amount, at, axis=0)
        return rows, np.add.reduceat(amount, at, axis=0)

    def _envelope(self, pick: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.float32]:
        since = (times - self.start[pick, None]).astype(np.float32)
        after = (times - self.end[pick, None]).astype(np.float32)
        attack, release = self.attack_s[pick, None], self.release_s[pick, None]
        held = -np.expm1(-np.clip(since - np.maximum(after, 0.0), 0.0, None) / attack)
        fading = held * np.exp(-np.maximum(after, 0.0) / release)
        return np.asarray(fading, np.float32)

    @cached_property
    def count(self) -> int:
        return int(self.row.shape[0])


def _daily_pauses(labels: Labels) -> Labels:
    """Intermittent supply as pauses: 22:30–04:30 every night and 12:00–14:30 at noon, in local time."""
    pauses = []
    for label in labels:  # a few hundred labels in a season
        days = np.arange(int(label["start"]) // DAY_S, int(label["end"]) // DAY_S + 1) * DAY_S
        for begin_h, length_h in ((14.5, 6.0), (4.0, 2.5)):
            pause = np.repeat(label[None], days.shape[0])
            pause["start"] = days + int(begin_h * HOUR_S)
            pause["end"] = np.minimum(pause["start"] + int(length_h * HOUR_S), label["end"])
            pauses.append(pause[(pause["start"] >= label["start"]) & (pause["start"] < label["end"])])
    return np.concatenate(pauses)
