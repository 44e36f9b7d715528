"""When did this station's heating begin, each season?  Series in, one plain record a season out; ``calc`` judges.

starts(series, curve_c=None, zone_s=0) -> list[SeasonStart]          # one a heating year with data
[start.as_json() for start in starts(series)]                        # what the report's ``startup`` holds
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly import startup as calc
from cleanheat.calc.anomaly.days import HOURS, by_day, known_hours, quantile_by
from cleanheat.calc.anomaly.metered import measured_heat
from cleanheat.calc.models.series import HOUR_S, Series
from cleanheat.kernel import parameters

Floats = NDArray[np.float64]
DAY_S = HOURS * HOUR_S
_TURN = (7, 1)
"""A heating year begins on the first of July."""


@cache
def limits() -> calc.Limits:
    return calc.Limits(**parameters.values(parameters.read("cleanheat.diagnosis.station", "detection.toml")["startup"]))


@dataclass(frozen=True)
class SeasonStart:
    """One season's start.  Times are local epoch seconds, ``None`` = not seen; ``why`` says in Chinese why not.

    ``trial``: heat was tried and taken away again before it stayed.
    """

    season: str
    first_heat: int | None
    sustained_heat: int | None
    interruptions: tuple[tuple[int, int], ...]
    hours_to_curve: int | None
    trial: bool
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "season": self.season,
            "first_heat": _stamp(self.first_heat),
            "sustained_heat": _stamp(self.sustained_heat),
            "interruptions": [{"from": _day(a), "to": _day(b)} for a, b in self.interruptions],
            "hours_to_curve": self.hours_to_curve,
            "trial": self.trial,
            "note": self.why,
        }


def starts(series: Series, curve_c: Floats | None = None, zone_s: int = 0) -> list[SeasonStart]:
    """Starts of the first object of a series; ``curve_c [T]``: its curve where known (hours to 90 % of it)."""
    if not series.values:
        return []
    grid = whole_days(series, zone_s)
    supply, back = secondary(grid)
    if supply is None:
        return []
    curve = np.full(supply.shape, np.nan) if curve_c is None else _placed(curve_c, series, grid)
    return [
        _season(label, *span, supply, back, curve, grid)
        for label, span in heating_years(grid).items()
        if np.isfinite(supply[:, span[0] * HOURS : span[1] * HOURS]).any()
    ]


def whole_days(series: Series, zone_s: int = 0) -> Series:
    """The hourly series from local midnight to local midnight, missing hours NaN; its ``start`` is local epoch."""
    hours = series.hourly()
    start = hours.start + zone_s
    lead = start % DAY_S // HOUR_S
    tail = -(hours.steps + lead) % HOURS
    padded = {
        name: np.pad(np.asarray(values, np.float32), ((0, 0), (lead, tail)), constant_values=np.nan)
        for name, values in hours.values.items()
    }
    return Series(start - lead * HOUR_S, HOUR_S, padded)


def heating_years(grid: Series) -> dict[str, tuple[int, int]]:
    """``"2022-23" → (first day, day after the last)`` as places in the grid's days."""
    days = grid.steps // HOURS
    first = datetime.fromtimestamp(grid.start, UTC).date()
    out: dict[str, tuple[int, int]] = {}
    for year in range(first.year - 1, first.year + days // 365 + 2):
        begin = (date(year, *_TURN) - first).days
        end = (date(year + 1, *_TURN) - first).days
        if end > 0 and begin < days:
            out[f"{year}-{(year + 1) % 100:02d}"] = max(begin, 0), min(end, days)
    return out


def secondary(grid: Series) -> tuple[Floats | None, Floats]:
    """Supply and return whose warming is heating: the secondary side, else the primary; ``None`` = neither is there."""
    for hot, cold in (("supply_c", "return_c"), ("return_c", ""), ("primary_supply_c", "primary_return_c")):
        supply = grid.values.get(hot)
        if supply is not None and np.isfinite(supply).any():
            back = grid.values.get(cold)
            known = np.full(supply.shape, np.nan) if back is None else np.asarray(back, np.float64)
            return np.asarray(supply, np.float64), known
    return None, np.empty((1, 0))


def _channel(grid: Series, name: str) -> Floats:
    values = grid.values.get(name)
    return np.full((1, grid.steps), np.nan) if values is None else np.asarray(values, np.float64)


def _heat(grid: Series, supply: Floats, back: Floats) -> Floats:
    return measured_heat(_channel(grid, "heat_kw"), _channel(grid, "flow_t_h"), supply, back)


def _placed(curve_c: Floats, series: Series, grid: Series) -> Floats:
    hours = series.hourly().steps
    out = np.full((1, grid.steps), np.nan)
    lead = next(k for k in range(HOURS + 1) if grid.steps - k >= hours and (grid.start + k * HOUR_S) >= grid.start)
    out[0, lead : lead + hours] = curve_c[:hours]
    return out


def _season(
    label: str, first: int, last: int, supply: Floats, back: Floats, curve: Floats, grid: Series
) -> SeasonStart:
    part = slice(first * HOURS, last * HOURS)
    days = last - first
    filled, moved = _filled(grid, part, days), _circulating(grid, part, days)
    heat, outdoor = _heat(grid, supply, back)[:, part], _channel(grid, "outdoor_c")[:, part]
    start = calc.judge(supply[:, part], back[:, part], curve[:, part], filled, moved, limits(), heat, outdoor)[0]
    base = grid.start + first * DAY_S

    def hour(place: int) -> int | None:
        return None if place < 0 else base + place * HOUR_S

    if start.running_before:
        return SeasonStart(label, None, None, _days(start, base), None, False, "记录开始时已在供热，开栓时间不在记录内")
    if start.first_heat < 0:
        return SeasonStart(label, None, None, (), None, False, "记录内没有供热")
    why = "" if start.sustained_heat >= 0 else "有试供热，未见持续供热（或记录太短）"
    return SeasonStart(
        label,
        hour(start.first_heat),
        hour(start.sustained_heat),
        _days(start, base),
        None if start.hours_to_curve < 0 else start.hours_to_curve,
        0 <= start.first_heat < start.sustained_heat - 2 * HOURS,
        why,
    )


def _days(start: calc.Start, base: int) -> tuple[tuple[int, int], ...]:
    return tuple((base + a * DAY_S, base + b * DAY_S) for a, b in start.interruptions)


def _filled(grid: Series, part: slice, days: int) -> NDArray[np.bool_]:
    """Days on which the circuit's pressure stands clearly above the summer's."""
    pressure = grid.values.get("pressure_mpa")
    if pressure is None:
        return np.zeros((1, days), bool)
    daily = quantile_by(by_day(np.asarray(pressure[:, part], np.float64)), 0.5)
    return np.asarray(daily > quantile_by(daily, 0.0)[:, None] + limits().pressure_rise_mpa)


def _circulating(grid: Series, part: slice, days: int) -> NDArray[np.bool_]:
    """Days on which water moved: flow above a twentieth of what it later usually is."""
    flow = grid.values.get("flow_t_h")
    if flow is None:
        return np.zeros((1, days), bool)
    values = np.asarray(flow[:, part], np.float64)
    usual = quantile_by(values, 0.9)
    moved = (values > 0.05 * usual[:, None]) & (usual[:, None] > 0)
    return np.asarray(by_day(moved).sum(axis=-1) * 2 > np.maximum(known_hours(values), 1))


def _stamp(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
