"""Real substations' raw series judged by the shipped rules: is their known dirt marked for what it is, the rest left?

The series are hourly, later every 3 to 15 minutes, irregular; each row is judged at its own minute as one unit's, the
outdoor temperature as one weather station's.  What is wrong is told by the series themselves, not by the rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.contents import is_measured
from cleanheat.quality.library import shipped
from cleanheat.quality.public import Judge, RuleSet
from cleanheat.simulator.city import make_city
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.mapping import read_map

FOLDER = Path(__file__).parents[2] / "shared/data/substations_nis"
MAPS = Path(__file__).parents[1] / "docs/examples"
OUTDOOR = "t_amb"
GJ_PER_MWH = 3.6
SENTINEL = -39.9
AROUND = 5
NAMED_BY = {
    "communication loss": ("all_zero", "missing"),
    "sentinel": ("sentinel",),
    "dead meter": ("dead_meter", "all_zero"),
    "counter reset": ("counter_fell",),
}
Floats = NDArray[np.float64]


@dataclass
class Judgement:
    """Of one series: values of each sort of dirt, those marked, those marked by the rules meant for it; the others."""

    rows: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    others: int = 0
    others_good: int = 0
    others_by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def good_share(self) -> float:
        return self.others_good / self.others


@dataclass(frozen=True)
class Rows:
    """A series in order of time: epoch minutes, values ``[S, n]`` of the unit's signals (NaN: has none), outdoors."""

    minutes: NDArray[np.int64]
    values: Floats
    outdoor_c: Floats

    def part(self, rows: slice) -> Rows:
        return Rows(self.minutes[rows], self.values[:, rows], self.outdoor_c[rows])


def read(name: str) -> Rows:
    """A raw export as it came: the example mapping's columns, without its translation of sentinels and lost rows."""
    mapping = read_map(MAPS / f"{name}.toml")
    table = pl.read_csv(FOLDER / f"{name}.csv.gz")
    wall = (
        table[mapping.time.column]
        .str.to_datetime()
        .dt.replace_time_zone(str(mapping.time.zone), ambiguous="earliest", non_existent="null")
    )
    table = table.with_columns(at=wall.dt.epoch("s") // MINUTE_S * MINUTE_S)
    table = table.drop_nulls("at").unique("at", keep="first").sort("at")
    unit = KINDS["unit"]
    values = np.full((len(unit.signals), table.height), np.nan)
    for code, column in _columns(name).items():
        values[unit.index[code]] = table[column].to_numpy() * (GJ_PER_MWH if code == "heat_total_gj" else 1.0)
    return Rows(table["at"].to_numpy().astype(np.int64), values, table[OUTDOOR].to_numpy())


def _columns(name: str) -> dict[str, str]:
    """Signal → column of the example mapping."""
    return {source.signal.code: source.column for source in read_map(MAPS / f"{name}.toml").signals}


def dirt(rows: Rows) -> dict[str, NDArray[np.bool_]]:
    """What is known to be wrong, ``bool[S, n]`` each, told from the values alone."""
    unit = KINDS["unit"]
    temps = [unit.index[f"{side}_{way}_temp_c"] for side in ("primary", "secondary") for way in ("supply", "return")]
    heat, has = unit.index["heat_total_gj"], ~np.isnan(rows.values)
    sentinel = np.abs(rows.values - SENTINEL) < 0.05
    zero = rows.values == 0
    lost = zero[temps].all(axis=0)
    dead = zero[temps[0]] & zero[temps[1]] & ~lost
    everything, meter = np.zeros(has.shape, bool), np.zeros(has.shape, bool)
    everything[:, lost] = has[:, lost]
    for i in (temps[0], temps[1], heat):
        meter[i] = dead & (zero[i] | (i != heat))
    reset = np.zeros(has.shape, bool)
    counts = np.flatnonzero(~lost & ~meter[heat])
    reset[heat, counts[1:]] = np.diff(np.round(rows.values[heat, counts], 1)) < 0
    return {
        "communication loss": everything,
        "sentinel": sentinel,
        "dead meter": meter & ~sentinel,
        "counter reset": reset,
    }


def chosen(rows: Rows, every: int) -> NDArray[np.bool_]:
    """All dirty rows with what is around them, and of the rest one stretch of a hundred rows in ``every``."""
    dirty = np.logical_or.reduce([mask.any(axis=0) for mask in dirt(rows).values()])
    near = np.convolve(dirty.astype(int), np.ones(2 * AROUND + 1, int), "same") > 0
    return np.asarray(near | (np.arange(dirty.shape[0]) // 100 % every == 0))


def judge(rows: Rows, asked: NDArray[np.bool_] | None = None) -> Judgement:
    """The rows (or those ``asked`` for) through the engine with the shipped rules, nothing learned before."""
    archive = make_city("small", 3).archive()
    rules = {
        i + 1: r for i, r in enumerate(r for r in shipped() if r.kind in {"unit", "weather"} and is_measured(r.kind))
    }
    compiled = RuleSet.compile([r.spec(i) for i, r in rules.items()], archive)
    engine = Judge(archive, compiled)
    marking = {r.spec.number for r in compiled if r.verdict is not None}
    unit, weather = _radiator_unit(archive), archive["weather"].numbers[:1].astype(np.uint32)
    wrong, has = dirt(rows), ~np.isnan(rows.values)
    places = np.arange(rows.minutes.shape[0]) if asked is None else np.flatnonzero(asked)
    done = Judgement(rows=places.shape[0])
    for at in places.tolist():
        minute = int(rows.minutes[at])
        frame = _frame("unit", minute, unit, rows.values[:, at])
        outdoor = np.full(len(KINDS["weather"].signals), np.nan)
        outdoor[0] = rows.outdoor_c[at]
        frames = {"unit": frame, "weather": _frame("weather", minute, weather, outdoor)}
        judged = engine.judge(frames, minute + MINUTE_S + 5.0)
        said_by: dict[int, set[str]] = defaultdict(set)
        for hits in (h for h in judged.hits if h.kind == "unit"):
            for signal, rule in zip(hits.signals.tolist(), hits.rules.tolist(), strict=True):
                if rule in marking:
                    said_by[signal].add(rules[rule].code)
        _count(done, frame, {sort: mask[:, at] for sort, mask in wrong.items()}, has[:, at], said_by)
    return done


def _count(
    done: Judgement,
    frame: Frame,
    wrong: Mapping[str, NDArray[np.bool_]],
    has: NDArray[np.bool_],
    said_by: Mapping[int, set[str]],
) -> None:
    """One row's verdicts against what is known of it."""
    bad = np.isin(frame.verdicts[:, 0], (Verdict.SUSPICIOUS, Verdict.BAD, Verdict.MISSING))
    known = np.zeros(has.shape, bool)
    for sort, mask in wrong.items():
        known |= mask
        done.wrong[sort] += int(mask.sum())
        done.marked[sort] += int((mask & bad).sum())
        for i in np.flatnonzero(mask).tolist():
            done.named[sort] += any(c.startswith(n) for c in said_by.get(i, ()) for n in NAMED_BY[sort])
    others = has & ~known
    done.others += int(others.sum())
    done.others_good += int((others & ~bad).sum())
    for i in np.flatnonzero(others & bad).tolist():
        done.others_by_rule.update((code, frame.spec.signals[i].code) for code in said_by.get(i, {"?"}))


def _radiator_unit(archive: Archive) -> NDArray[np.uint32]:
    table = archive["unit"]
    return table.numbers[table.values["is_floor"][table.numbers] == 0][:1].astype(np.uint32)


def _frame(kind: str, minute: int, ids: NDArray[np.uint32], values: Floats) -> Frame:
    columns = [s.encode(np.array([v])) for s, v in zip(KINDS[kind].signals, values.tolist(), strict=True)]
    return Frame(kind, minute, ids, columns, np.zeros((len(columns), 1), np.uint8))
