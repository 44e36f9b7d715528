"""How well are faults found at this station?  The standard injection into its last season, judged and counted.

    report(series, zone_s=0) -> dict        # what the report's ``detection`` holds
    split(grid) -> Split                    # which days teach and which are judged; ``findings`` uses the same

Earlier seasons teach, the last one is judged; with one season only its first 60 % teach.  Thresholds never see the
days judged.  All figures are of injected faults and say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly import injection, startup
from cleanheat.calc.anomaly.days import HOURS, by_day, known_hours
from cleanheat.calc.models.series import HOUR_S, Series
from cleanheat.diagnosis.station import detection
from cleanheat.diagnosis.station.habits import SIGNALS
from cleanheat.diagnosis.station.startup import DAY_S, heating_years, limits, secondary, whole_days

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_KNOWN_HOURS = 6
_FIRST_PART = 0.6
_BETA = 0.5
BLOCK_DAYS = (1, 3)
"""Within how many days of a block's beginning its fault should be found."""


@dataclass(frozen=True)
class Split:
    """Days that teach ``bool[D]`` with their seasons ``int64[D]``, and the days judged (first, after the last)."""

    training: Bools
    season: Ints
    judged: tuple[int, int]
    note: str


def split(grid: Series) -> Split | None:
    """``None`` where no heating was ever seen."""
    spans = list(heating_spans(grid).values())
    if not spans:
        return None
    days = grid.steps // HOURS
    known = _known(grid)
    season = np.full(days, -1)
    for k, (first, last) in enumerate(spans):
        season[first:last] = k
    first, last = spans[-1]
    note = "以前各采暖季训练，末季检验"
    if len(spans) == 1:
        first += int(_FIRST_PART * (last - first))
        note = "只有一个采暖季：前六成供热日训练，其余检验"
    training = known & (season >= 0) & (np.arange(days) < first)
    return Split(training, season, (first, last), note)


def heating_spans(grid: Series) -> dict[str, tuple[int, int]]:
    """Days from sustained heat (or the record's beginning) to the last heated day of each heating year."""
    supply, back = secondary(grid)
    if supply is None:
        return _metered_spans(grid)
    out = {}
    for label, (first, last) in heating_years(grid).items():
        part = slice(first * HOURS, last * HOURS)
        _, hours = startup.heated(supply[:, part], back[:, part], limits())
        hot = np.asarray(by_day(hours).any(axis=-1))[0]
        if not hot.any():
            continue
        known = by_day(np.isfinite(supply[0, part])).sum(axis=-1) >= _KNOWN_HOURS
        begin = startup.sustained_day(hot, known, limits())
        begin = int(np.argmax(hot)) if begin < 0 else begin
        out[label] = first + begin, first + int(np.flatnonzero(hot)[-1]) + 1
    return out


def _metered_spans(grid: Series) -> dict[str, tuple[int, int]]:
    heat = grid.values.get("heat_kw")
    if heat is None:
        return {}
    hot = np.asarray(by_day(np.asarray(heat, np.float64) > 0).any(axis=-1))[0]
    years = heating_years(grid)
    seen = {label: np.flatnonzero(hot[a:b]) + a for label, (a, b) in years.items()}
    return {label: (int(at[0]), int(at[-1]) + 1) for label, at in seen.items() if at.size}


def _known(grid: Series) -> Bools:
    names = [name for name in SIGNALS if name in grid.values]
    most = np.max([known_hours(np.asarray(grid.values[name], np.float64))[0] for name in names], axis=0)
    return np.asarray(most >= _KNOWN_HOURS)


def report(series: Series, zone_s: int = 0) -> dict[str, Any]:
    """Recall per kind, false alarms per station-day, event F0.5 and normal-day accuracy, or the reason why not."""
    if not any(name in series.values for name in SIGNALS):
        return {"injected": True, "cannot": "没有水温也没有热量数据，无法检测"}
    grid = whole_days(series, zone_s)
    parts = split(grid)
    if parts is None:
        return {"injected": True, "cannot": "记录内没有供热，无法检测"}
    detector, why = detection.train(grid, parts.training, parts.season)
    if detector is None:
        return {"injected": True, "cannot": why}
    first, last = parts.judged
    out: dict[str, Any] = {
        "injected": True,
        "note": parts.note + "；故障为人工注入，门限只由训练日得出",
        "training_days": detector.training_days,
        "test": {"from": _date(grid, first), "to": _date(grid, last - 1), "days": last - first},
        "signals": list(detector.habits.signals),
    }
    days = last - first
    single = injection.single_days(days)
    out |= _single(_judged(detector, grid, parts.judged, single), single)
    blocks = injection.blocks(days)
    out["blocks"] = _blocks(_judged(detector, grid, parts.judged, blocks), blocks)
    return out


def _judged(detector: detection.Detector, grid: Series, judged: tuple[int, int], plan: Ints) -> Bools:
    """Alarms ``bool[days]`` of the days judged with the plan's faults put in."""
    first, last = judged
    span = slice(max(first - 1, 0) * HOURS, last * HOURS)  # one day ahead: ages and still values begin before midnight
    lead = first - max(first - 1, 0)
    values = {name: of[:, span] for name, of in detection.channels(grid).items()}
    faulty = injection.inject(values, np.concatenate([np.zeros(lead, np.int64), plan]))
    part = Series(grid.start + max(first - 1, 0) * DAY_S, HOUR_S, {k: v.astype(np.float32) for k, v in faulty.items()})
    return np.asarray(detection.judge(detector, part).alarm[0, lead:])


def _single(alarm: Bools, plan: Ints) -> dict[str, Any]:
    normal = plan == 0
    hits, false = int((alarm & ~normal).sum()), int((alarm & normal).sum())
    precision = hits / (hits + false) if hits + false else None
    recall = hits / max(int((~normal).sum()), 1)
    return {
        "recall": {kind: _mean(alarm[plan == k]) for k, kind in enumerate(injection.KINDS, start=1)},
        "false_alarms_per_station_day": _mean(alarm[normal]),
        "normal_day_accuracy": _mean(~alarm[normal]),
        "event_f05": f_beta(precision, recall),
        "events": {"found": hits, "missed": int((~normal & ~alarm).sum()), "false": false},
    }


def _blocks(alarm: Bools, plan: Ints) -> dict[str, Any]:
    normal = plan == 0
    begins = np.flatnonzero((plan > 0) & (np.concatenate([[0], plan[:-1]]) == 0))
    out: dict[str, Any] = {"false_alarms_per_station_day": _mean(alarm[normal])}
    for code in np.unique(plan[begins]).tolist():
        own = begins[plan[begins] == code]
        out[injection.KINDS[code - 1]] = {
            f"within_{days}_day": _mean(np.array([alarm[at : at + days].any() for at in own])) for days in BLOCK_DAYS
        }
    return out


def f_beta(precision: float | None, recall: float, beta: float = _BETA) -> float | None:
    """Weighted harmonic mean, precision counting more below 1; ``None`` where nothing was alarmed.

    >>> round(f_beta(1.0, 0.5), 4)
    0.8333
    """
    if precision is None:
        return None
    weight = beta * beta
    total = weight * precision + recall
    return round((1 + weight) * precision * recall / total, 4) if total else 0.0


def _mean(flags: Bools) -> float | None:
    return round(float(flags.mean()), 4) if flags.size else None


def _date(grid: Series, day: int) -> str:
    return datetime.fromtimestamp(grid.start + day * DAY_S, UTC).strftime("%Y-%m-%d")
