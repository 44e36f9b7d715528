"""Real substations' raw series judged by the shipped rules: is their known dirt marked for what it is, the rest left?

The series are hourly, later every 3 to 15 minutes, irregular; each row is judged at its own minute as one unit's.  What
is wrong is told by the series themselves, not by the rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, MINUTE_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.contents import is_measured
from cleanheat.quality.library import shipped
from cleanheat.quality.public import Judge, Judged, RuleSet
from cleanheat.simulator.city import make_city
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.mapping import read_map

FOLDER = Path(__file__).parents[2] / "shared/data/substations_nis"
MAPS = Path(__file__).parents[1] / "docs/examples"
YEAR_S = 365 * DAY_S
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
    """A series in order of time: epoch minutes, and values ``[S, n]`` of the unit's signals (NaN: has none)."""

    minutes: NDArray[np.int64]
    values: Floats

    def part(self, rows: slice) -> Rows:
        return Rows(self.minutes[rows], self.values[:, rows])


def read(name: str) -> Rows:
    """A raw export as it came: the example mapping's columns, without its translation of sentinels and lost rows."""
    mapping = read_map(MAPS / f"{name}.toml")
    table = csv.read_csv(FOLDER / f"{name}.csv.gz")
    wall = table[mapping.time.column].cast(pa.timestamp("s"))
    at = pc.assume_timezone(wall, str(mapping.time.zone), ambiguous="earliest", nonexistent="earliest")
    seconds = at.cast(pa.int64()).to_numpy() // MINUTE_S * MINUTE_S
    minutes, first = np.unique(seconds, return_index=True)
    unit = KINDS["unit"]
    values = np.full((len(unit.signals), minutes.size), np.nan)
    for code, column in _columns(name).items():
        values[unit.index[code]] = table[column].to_numpy()[first] * (GJ_PER_MWH if code == "heat_total_gj" else 1.0)
    return Rows(minutes.astype(np.int64), values)


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
    return judge_all({"": rows}, {"": asked})[""]


def judge_all(
    series: Mapping[str, Rows],
    asked: Mapping[str, NDArray[np.bool_] | None],
    tell: Callable[[int, int], object] = lambda _done, _total: None,
) -> dict[str, Judgement]:
    """Several series side by side, each cut into years that are played at once, a year one unit.

    A minute costs the same for one unit as for ten; hours and seasons are those of the rows' own years.
    """
    archive = make_city("small", 3).archive()
    rules = {i + 1: r for i, r in enumerate(r for r in shipped() if r.kind == "unit" and is_measured(r.kind))}
    compiled = RuleSet.compile([r.spec(i) for i, r in rules.items()], archive)
    engine = Judge(archive, compiled)
    codes = {r.spec.number: rules[r.spec.number].code for r in compiled if r.verdict is not None}
    done = {name: Judgement() for name in series}
    years = [year for name, rows in series.items() for year in _years(name, rows, asked.get(name))]
    units = _radiator_units(archive, len(years))
    by_minute: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for i, year in enumerate(years):
        for at in year.places.tolist():
            by_minute[int(year.rows.minutes[at]) + year.shift_s].append((i, at))
    wrong = {name: dirt(rows) for name, rows in series.items()}
    has = {name: ~np.isnan(rows.values) for name, rows in series.items()}
    for n, minute in enumerate(sorted(by_minute)):
        present = by_minute[minute]
        values = np.stack([years[i].rows.values[:, at] for i, at in present], axis=1)
        frame = _frame(minute, units[[i for i, _ in present]], values)
        said_by = _said_by(engine.judge({"unit": frame}, minute + MINUTE_S + 5.0), codes)
        for row, (i, at) in enumerate(present):
            name = years[i].name
            masks = {sort: mask[:, at] for sort, mask in wrong[name].items()}
            _count(done[name], frame.verdicts[:, row], masks, has[name][:, at], said_by[int(units[i])])
        if n % 500 == 0:
            tell(n, len(by_minute))
    return done


@dataclass(frozen=True)
class _Year:
    """Some rows of a series and by how much their time is moved, whole years, to lie beside the others."""

    name: str
    rows: Rows
    places: NDArray[np.intp]
    shift_s: int


def _years(name: str, rows: Rows, asked: NDArray[np.bool_] | None) -> list[_Year]:
    year = (rows.minutes - rows.minutes[0]) // YEAR_S
    there = np.ones(year.shape, bool) if asked is None else asked
    last = int(year.max())
    return [_Year(name, rows, np.flatnonzero(there & (year == y)), (last - y) * YEAR_S) for y in range(last + 1)]


def _said_by(judged: Judged, codes: Mapping[int, str]) -> dict[int, dict[int, set[str]]]:
    """Object → signal → the rules that left a verdict on it."""
    found: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for hits in judged.hits:
        for unit, signal, rule in zip(hits.ids.tolist(), hits.signals.tolist(), hits.rules.tolist(), strict=True):
            if rule in codes:
                found[unit][signal].add(codes[rule])
    return found


def _count(
    done: Judgement,
    verdicts: NDArray[np.uint8],
    wrong: Mapping[str, NDArray[np.bool_]],
    has: NDArray[np.bool_],
    said_by: Mapping[int, set[str]],
) -> None:
    """One row's verdicts against what is known of it."""
    done.rows += 1
    bad = np.isin(verdicts, (Verdict.SUSPICIOUS, Verdict.BAD, Verdict.MISSING))
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
        done.others_by_rule.update((code, KINDS["unit"].signals[i].code) for code in said_by.get(i, {"?"}))


def _radiator_units(archive: Archive, count: int) -> NDArray[np.uint32]:
    table = archive["unit"]
    numbers: NDArray[np.uint32] = table.numbers[table.values["is_floor"][table.numbers] == 0].astype(np.uint32)
    return numbers[:count]


def _frame(minute: int, ids: NDArray[np.uint32], values: Floats) -> Frame:
    columns = [s.encode(v) for s, v in zip(KINDS["unit"].signals, values, strict=True)]
    return Frame("unit", minute, ids, columns, np.zeros((len(columns), ids.shape[0]), np.uint8))
