"""What goes wrong, where and when?  A schedule of faults from the seed; its labels are never sent.

Each family of faults (``families``) draws, for every hour, how many begin in that hour, on which object, for how long
and how badly, as a function of the seed alone: the schedule of any span can be asked for, past and to come, and is
always the same.
Operation faults act on the physics (``effects``, ``shortfall`` and the kinds' own modules); data faults act on what the
sensors say (``distortion``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, season, season_of
from cleanheat.simulator import chance
from cleanheat.simulator.families import (
    DATA,
    FURTHER_OPERATION,
    LATE_SHARE,
    LOST_SHARE,
    ON_COLUMNS,
    OPERATION,
    OPERATIONAL,
    TWICE_SHARE,
    Family,
    Fault,
    columns_of,
)

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


LATE_START_SHARE, LATE_START_DAYS = 0.015, (1.5, 6.0)
FALSE_START_SHARE, FALSE_START_DAYS, FALSE_START_H = 0.05, (1.0, 8.0), (3.0, 14.0)
"""Units that are heated on trial so many days before their season, for so many hours."""
CIRCULATION_SHARE, CIRCULATION_DAYS = 0.08, (2.0, 7.0)
"""Units whose pumps run without heat so many days before their season."""
_EARLIEST_S = 12 * DAY_S
"""No unit starts, and nothing comes before its start, earlier than this before the season's first day."""
LATE_MINUTES, LATEST_MINUTES = 4.0, 30
"""Late batches come after this many minutes on average, and at most."""
AHEAD_MIN, BEHIND_MIN = (2.0, 8.0), (3.0, 45.0)
"""How far a sender's clock is wrong, ahead or behind, in minutes."""


class Schedule:
    """Every fault of one city; ``rate`` 0 leaves only the ``extra`` ones (for tests and staged demonstrations).

    ``data_rate`` multiplies what is wrong with the data alone: as ``rate`` unless given, but a few batches are always
    late, sent twice or lost.  ``rates`` multiplies single families beside.
    """

    def __init__(
        self,
        archive: Archive,
        seed: int,
        extra: Labels | None = None,
        rate: float = 1.0,
        data_rate: float | None = None,
        rates: Mapping[Fault, float] | None = None,
    ) -> None:
        self.seed = seed
        self.rate = rate
        self.data_rate = rate if data_rate is None else data_rate
        self._rates = rates or {}
        self._delivery_rate = 1.0 if data_rate is None else data_rate
        self.extra = np.zeros(0, LABEL) if extra is None else extra
        unit = archive["unit"]
        sender = {k: t.links["sender"][t.numbers] for k, t in ((k, archive[k]) for k in KINDS)}
        companies, platforms = np.unique(sender["unit"]), np.unique(sender["device"])
        self._objects = {k: archive[k].numbers for k in KINDS} | {
            "substation": np.unique(unit.links["substation"][unit.numbers]),
            "company": companies,
            "platform": platforms,
            "sender": np.union1d(companies, platforms),
        }
        boiler = archive["boiler"]
        is_peak = boiler.values["is_peak"][boiler.numbers] > 0
        self._objects |= {"boiler/area": boiler.numbers[~is_peak], "boiler/peak": boiler.numbers[is_peak]}
        # Data faults befall the objects of careless senders more often.
        weight = {k: carelessness(seed, s) for k, s in sender.items()}
        weight["sender"] = carelessness(seed, self._objects["sender"])
        self._cumulative = {k: np.cumsum(w) / max(w.sum(), 1e-9) for k, w in weight.items()}
        self._families = [
            *((f"fault/{i}", f) for i, f in enumerate(OPERATION)),
            *((f"data/{f.fault.code}/{f.kind}", f) for f in DATA),
            *((f"operation/{f.fault.code}", f) for f in FURTHER_OPERATION),
        ]

    def labels(self, start: int, end: int) -> Labels:
        """Faults that overlap ``[start, end)``, ascending by start; those of single batches are ``deliveries``."""
        parts = [self.extra]
        parts += [self._drawn(stream, family, start, end) for stream, family in self._families]
        if self.rate > 0:
            parts += [self._late_starts(start, end), *self._before_the_season(start, end)]
        found = np.concatenate(parts)
        found = found[(found["start"] < end) & (found["end"] > start) & ~_idle(found)]
        return found[np.argsort(found["start"], kind="stable")]

    def deliveries(self, senders: NDArray[np.int32], start: int, end: int) -> Labels:
        """Batches of these senders that are late (``amount`` minutes), sent twice or never, minute by minute."""
        minute = np.arange(-(-start // MINUTE_S), -(-end // MINUTE_S))
        who, when = (a.ravel() for a in np.meshgrid(senders, minute, indexing="ij"))
        often = carelessness(self.seed, who) * max(self._delivery_rate, 1e-9)
        luck = chance.uniform(self.seed, "delivery", who, when) / often
        lost, twice = LATE_SHARE + LOST_SHARE, LATE_SHARE + LOST_SHARE + TWICE_SHARE
        unlucky = luck < twice
        who, when, luck = who[unlucky], when[unlucky], luck[unlucky]
        label = np.zeros(who.shape[0], LABEL)
        label["kind"], label["number"], label["column"] = "sender", who, -1
        label["fault"] = np.select([luck < LATE_SHARE, luck < lost], [Fault.LATE, Fault.BATCH_LOST], Fault.DUPLICATED)
        label["start"], label["end"] = when * MINUTE_S, (when + 1) * MINUTE_S
        minutes = -LATE_MINUTES * np.log(1 - chance.uniform(self.seed, "delay", who, when))
        label["amount"] = np.minimum(1 + np.floor(minutes), LATEST_MINUTES)
        return label[np.argsort(label["start"], kind="stable")]

    def unit_start_delay_s(self, numbers: NDArray[np.int32], year: int) -> NDArray[np.int64]:
        """Seconds between the season's first day and the unit's start: most are early, a few late."""
        early = -2.5 * DAY_S * chance.uniform(self.seed, "start/early", numbers, year)
        low, high = LATE_START_DAYS
        late = DAY_S * (low + (high - low) * chance.uniform(self.seed, "start/late", numbers, year))
        return np.where(self._is_late(numbers, year), late, early).astype(np.int64)

    def _is_late(self, numbers: NDArray[np.int32], year: int) -> NDArray[np.bool_]:
        share = LATE_START_SHARE if self.rate > 0 else 0.0
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

    def _before_the_season(self, start: int, end: int) -> list[Labels]:
        """Trial heat that stops again, and circulation without heat that lasts until the unit starts."""
        parts = []
        for year in range(1970 + start // (366 * DAY_S) - 1, 1970 + end // (365 * DAY_S) + 1):
            first = season(year).start
            if end < first - _EARLIEST_S or start > first + LATE_START_DAYS[1] * DAY_S:
                continue
            for fault, share, days in (
                (Fault.FALSE_START, FALSE_START_SHARE, FALSE_START_DAYS),
                (Fault.COLD_CIRCULATION, CIRCULATION_SHARE, CIRCULATION_DAYS),
            ):
                units = self._objects["unit"]
                units = units[chance.uniform(self.seed, f"{fault.code}/who", units, year) < share]
                luck = chance.uniform(self.seed, f"{fault.code}/when", units, year)
                label = np.zeros(units.shape[0], LABEL)
                label["kind"], label["number"], label["fault"] = "unit", units, fault
                label["column"], label["amount"] = -1, 1.0
                starts = first + self.unit_start_delay_s(units, year)
                label["start"] = (starts - DAY_S * (days[0] + (days[1] - days[0]) * luck)) // MINUTE_S * MINUTE_S
                low, high = FALSE_START_H
                trial_h = low + (high - low) * chance.uniform(self.seed, f"{fault.code}/h", units, year)
                is_trial = fault == Fault.FALSE_START
                label["end"] = np.where(is_trial, label["start"] + trial_h * HOUR_S, starts) // MINUTE_S * MINUTE_S
                parts.append(label)
        return parts

    def _drawn(self, stream: str, family: Family, start: int, end: int) -> Labels:
        pool = f"{family.kind}/{family.pool}" if family.pool else family.kind
        objects = self._objects[pool]
        is_operation = family.fault in OPERATIONAL
        rate = (self.rate if is_operation else self.data_rate) * self._rates.get(family.fault, 1.0)
        if objects.shape[0] == 0 or rate <= 0:
            return np.zeros(0, LABEL)
        a_day = rate * max(family.at_least, family.a_day * objects.shape[0] / family.city_objects)
        slots = int(np.ceil(a_day / 24 * 1.5)) + 1
        hour = np.arange((start - int(family.longest_h * HOUR_S)) // HOUR_S - 1, -(-end // HOUR_S))
        hour, slot = (a.ravel() for a in np.meshgrid(hour, np.arange(slots), indexing="ij"))
        happens = chance.uniform(self.seed, stream, hour, slot) < a_day / 24 / slots
        hour, slot = hour[happens], slot[happens]

        def draw(what: str) -> NDArray[np.float64]:
            return chance.uniform(self.seed, f"{stream}/{what}", hour, slot)

        length = np.exp(np.log(family.median_h) + family.spread * chance.normal(self.seed, f"{stream}/h", hour, slot))
        low, high = family.amount
        label = np.zeros(hour.shape[0], LABEL)
        label["kind"], label["fault"], label["column"] = family.kind, family.fault, -1
        label["number"] = objects[self._who(stream, pool, draw("who"))]
        label["start"] = hour * HOUR_S + (draw("minute") * 60).astype(np.int64) * MINUTE_S
        longest = np.minimum(length, family.longest_h) * HOUR_S
        label["end"] = label["start"] + np.maximum(family.shortest_min * MINUTE_S, longest) // 60 * 60
        label["amount"] = low + (high - low) * draw("amount")
        if family.fault in ON_COLUMNS:
            columns = np.array(columns_of(family.fault, family.kind))
            label["column"] = columns[(draw("column") * len(columns)).astype(np.int64)]
        return _meant(family, label)

    def _who(self, stream: str, pool: str, luck: NDArray[np.float64]) -> NDArray[np.int64]:
        """Which of a pool's objects: all alike, or in data faults the careless senders' more often."""
        if stream.startswith("data/"):
            return np.asarray(np.searchsorted(self._cumulative[pool], luck, side="right"))
        return np.asarray((luck * self._objects[pool].shape[0]).astype(np.int64))


def carelessness(seed: int, sender: NDArray[Any]) -> NDArray[np.float64]:
    """How much more often than usual a sender's data are wrong, 0.25–4: some companies are worse than others."""
    return np.asarray(np.clip(np.exp(0.8 * chance.normal(seed, "careless", sender)), 0.25, 4.0))


def _meant(family: Family, label: Labels) -> Labels:
    """What the drawn amount means: a factor, a mark for nothing, minutes of a clock."""
    drawn = label["amount"].astype(np.float64)
    if family.fault == Fault.UNIT_MISTAKE:
        is_pressure = np.array([s.unit == "MPa" for s in KINDS[family.kind].signals])[label["column"]]
        factor = np.array([[10.0, 0.1, 10.0], [1000.0, 10.0, 0.1]])  # kPa and bar for MPa
        label["amount"] = factor[is_pressure.astype(int), np.minimum(drawn * 3, 2).astype(int)]
    elif family.fault == Fault.SENTINEL:
        label["amount"] = np.select([drawn < 0.35, drawn < 0.7], [-39.9, 999.9], 0.0)
        label["column"][label["amount"] == 0] = -1  # a controller that is gone: all channels
    elif family.fault == Fault.ROOM_MISPLACED:
        label["amount"] = np.where(drawn < 0, -0.12 + 0.14 * drawn, 0.12 + 0.2 * drawn)
    elif family.fault == Fault.WRONG_CLOCK:
        (ahead, ahead_most), (behind, behind_most) = AHEAD_MIN, BEHIND_MIN
        far = np.abs(drawn)
        minutes = np.where(drawn > 0, ahead + (ahead_most - ahead) * far, -behind - (behind_most - behind) * far)
        label["amount"] = np.rint(minutes)
    return label


_IN_SEASON = [int(f) for f in OPERATIONAL - {Fault.FALSE_START, Fault.COLD_CIRCULATION}]


def _idle(labels: Labels) -> NDArray[np.bool_]:
    """Operation faults drawn for the summer: nothing runs, nothing fails."""
    at = labels["start"]
    heated = ~np.isin(labels["fault"], _IN_SEASON)
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
