"""When did heating begin?  (开栓)  First heat, sustained heat, what came between, and how soon the curve was reached.

A circuit is heated in an hour when its supply stands clearly above the cold level of this autumn *and* the water comes
back warm: hot water standing in front of a closed valve warms the supply sensor, never the return.  Cold level: the
lowest of the last days' low quantiles so far, so that a warm summer or a cool cellar is no heat.

Where heat is metered, an hour in which it clearly flows is heated however mild the autumn: :mod:`calc.anomaly.metered`.

States of a day: unknown, idle, filling (pressure has risen), circulation (flow or pressure difference, no heat), trial
heat, sustained heat, interrupted.  The first heat may be faint; a day counts as heated once supply and return have
risen by half of what is usual in that weather.  The onset is the first of the hours that rose to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS, by_day, known_hours, quantile_by, since_false
from cleanheat.calc.anomaly.metered import metered

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Phase(IntEnum):
    """What a day of autumn was, in the order in which they should come."""

    UNKNOWN = 0
    IDLE = 1
    FILLING = 2
    CIRCULATION = 3
    TRIAL = 4
    SUSTAINED = 5
    INTERRUPTED = 6


@dataclass(frozen=True)
class Limits:
    """The model's numbers; kelvins are above the cold level, ``_days`` are whole local days."""

    supply_rise_k: float
    return_rise_k: float
    rise_share: float
    usual_quantile: float
    drift_k: float
    cold_quantile: float
    cold_default_c: float
    cold_min_c: float
    cold_max_c: float
    heated_hours: float
    week_days: float
    week_heated: float
    fortnight_days: float
    fortnight_heated: float
    known_share: float
    curve_share: float
    pressure_rise_mpa: float
    metered_share: float
    metered_rise_k: float
    need_base_c: float
    need_least: float
    trial_pause_h: float
    mild_hours: float


def cold_level(values_c: Floats, limits: Limits) -> Floats:
    """What the water reads unheated, ``[S, D]``: the lowest three-day median of daily low quantiles before each day.

    >>> limits = Limits(8, 5, 0.5, 0.9, 3, 0.2, 22, 8, 32, 1, 7, 6, 14, 10, 0.7, 0.9, 0.05, 0.08, 0.5, 18, 0.3, 16, 6)
    >>> water = np.repeat([[24.0, 20.0, 20.0, 20.0, 40.0]], 24, axis=1)
    >>> cold_level(water, limits).tolist()
    [[22.0, 22.0, 22.0, 20.0, 20.0]]
    """
    low = quantile_by(by_day(values_c), limits.cold_quantile)
    low = np.clip(low, limits.cold_min_c, limits.cold_max_c)
    out = np.full(low.shape, float(limits.cold_default_c))
    if low.shape[1] < 4:
        return out
    windows = np.lib.stride_tricks.sliding_window_view(low, 3, axis=1)
    median = np.where(np.isfinite(windows).all(axis=2), np.median(np.nan_to_num(windows), axis=2), np.nan)
    lowest = np.fmin.accumulate(np.fmin(median, limits.cold_default_c), axis=1)
    out[:, 3:] = lowest[:, :-1]
    return out


def heated(
    supply_c: Floats,
    return_c: Floats,
    limits: Limits,
    heat_kw: Floats | None = None,
    outdoor_c: Floats | None = None,
) -> tuple[Bools, Bools]:
    """In which hours there was a trace of heat, and in which it was heated properly: ``bool[S, T]`` each.

    A trace: warm water was sent and came back warm.  Properly: both have risen by half of what they rise to on this
    record's warm days (water that cools for days after a trial is no heat).  Where the weather is known, half of what
    its day needs is enough in water that does not cool for some hours.  Metered heat in water that has risen at all
    is both.  Unknown is not heated.  Without a return channel (all NaN) twice the rise is asked of the supply.
    """
    no_return = ~np.isfinite(return_c).any(axis=1, keepdims=True)
    rise, back = (values - np.repeat(cold_level(values, limits), HOURS, axis=1) for values in (supply_c, return_c))
    least = np.where(no_return, 2.0, 1.0) * limits.supply_rise_k
    trace = (rise > least) & ((back > limits.return_rise_k) | no_return)
    usual, usual_back = (limits.rise_share * quantile_by(r, limits.usual_quantile)[:, None] for r in (rise, back))
    properly = trace & ~(rise < usual) & ~(back < usual_back)
    if outdoor_c is not None:
        need = need_share(outdoor_c, rise, limits)
        mild = trace & held(supply_c) & ~(rise < need * usual) & ~(back < need * usual_back)
        properly |= mild & np.repeat(by_day(mild).sum(axis=-1) >= limits.mild_hours, HOURS, axis=1)
    if heat_kw is not None:
        by_meter = metered(heat_kw, limits.usual_quantile, limits.metered_share) & (rise > limits.metered_rise_k)
        trace, properly = trace | by_meter, properly | by_meter
    return trace, np.asarray(properly)


def held(supply_c: Floats, over_h: int = 3, fall_k: float = 0.5) -> Bools:
    """Hours in which the supply stands or rises against some hours before; unknown is not held.

    >>> held(np.array([[30.0, 34.0, 36.0, 36.0, 35.0, 33.0]])).tolist()
    [[False, False, False, True, True, False]]
    """
    before = np.pad(supply_c, ((0, 0), (over_h, 0)), constant_values=np.nan)[:, : supply_c.shape[1]]
    return np.asarray(supply_c - before > -fall_k)


def need_share(outdoor_c: Floats | None, rise_k: Floats, limits: Limits) -> Floats:
    """Heat needed in each day's weather as a share of that of the record's warmest water: ``[S, T]``.

    1 where it is unknown, and where there is none: water that stays warm on a summer's day proves nothing.
    """
    if outdoor_c is None:
        return np.ones_like(rise_k)
    days = by_day(outdoor_c)
    n = np.isfinite(days).sum(axis=-1)
    daily = np.where(n > 0, np.nansum(days, axis=-1) / np.maximum(n, 1), np.nan)
    need = np.repeat(limits.need_base_c - daily, HOURS, axis=1)
    warm = rise_k >= quantile_by(rise_k, limits.usual_quantile)[:, None]
    at_usual = quantile_by(np.where(warm, need, np.nan), 0.5)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where((at_usual > 0) & (need > 0), need / at_usual, 1.0)
    return np.clip(np.where(np.isfinite(share), share, 1.0), limits.need_least, 1.0)


def onset(rise_k: Floats, at: int, least_k: float, back_h: int = 12) -> int:
    """The hour at which the rise that was seen at hour ``at`` began: back over hours that rose to it, at most 12.

    >>> onset(np.array([2.0, 0.2, 4.0, 9.0, 20.0]), 4, 3.0)
    2
    """
    begin = at
    while (
        begin > max(0, at - back_h)
        and rise_k[begin] - rise_k[max(begin - 2, 0)] > _STILL_K
        and rise_k[begin - 1] > least_k
    ):
        begin -= 1
    return begin


_STILL_K = 0.5
"""An hour that differs less from the one before did not rise."""


@dataclass(frozen=True)
class Start:
    """The start of one object's season, hours as places in the series, −1 = never seen.

    ``running_before``: the record begins while heat is on, so first heat lies before it.  ``interruptions``: (from
    day, to day) without heat between first and sustained heat, and of later stops of the first weeks.
    """

    first_heat: int
    sustained_heat: int
    interruptions: tuple[tuple[int, int], ...]
    hours_to_curve: int
    running_before: bool
    phases: NDArray[np.uint8]


def day_phases(hot: Bools, known: Bools, filled: Bools, circulating: Bools) -> NDArray[np.uint8]:
    """Phases before anything is known of what came later: ``uint8[S, D]`` from daily facts ``[S, D]``."""
    out = np.where(known, Phase.IDLE, Phase.UNKNOWN).astype(np.uint8)
    out[known & filled] = Phase.FILLING
    out[known & circulating] = Phase.CIRCULATION
    out[hot] = Phase.TRIAL
    return out


def sustained_day(hot: Bools, known: Bools, limits: Limits) -> int:
    """First heated day from which heat stays: 6 of the next 7 known days, or 10 of 14 with no gap above two; or −1.

    >>> limits = Limits(8, 5, 0.5, 0.9, 3, 0.2, 22, 8, 32, 1, 7, 6, 14, 10, 0.7, 0.9, 0.05, 0.08, 0.5, 18, 0.3, 16, 6)
    >>> trial = [1, 1, 1, 1, 0, 0, 1, 0, 0, 0] + [1] * 9
    >>> sustained_day(np.array(trial, bool), np.ones(19, bool), limits)
    10
    """
    for day in np.flatnonzero(hot).tolist():
        if _stays(hot[day:], known[day:], int(limits.week_days), limits.week_heated, limits.known_share, 1):
            return day
        if _stays(hot[day:], known[day:], int(limits.fortnight_days), limits.fortnight_heated, limits.known_share, 2):
            return day
    return -1


def _stays(hot: Bools, known: Bools, days: int, heated_days: float, known_share: float, gap: int) -> bool:
    hot, known = hot[:days], known[:days]
    n = int(known.sum())
    if hot.size < days or n < known_share * days:
        return False
    cold_run = 0
    for warm, seen in zip(hot.tolist(), known.tolist(), strict=True):
        cold_run = 0 if warm else cold_run + seen
        if cold_run > gap:
            return False
    return bool(hot.sum() >= heated_days / days * n)


def judge(
    supply_c: Floats,
    return_c: Floats,
    curve_c: Floats,
    filled: Bools,
    circulating: Bools,
    limits: Limits,
    heat_kw: Floats | None = None,
    outdoor_c: Floats | None = None,
) -> list[Start]:
    """The start of each object's season.

    Args:
        supply_c, return_c: ``[S, 24·D]`` °C of one heating year from a local midnight in summer, NaN = unknown.
        curve_c: what the supply should be, ``[S, 24·D]``, NaN where nobody knows.
        filled, circulating: ``bool[S, D]``, from pressure and flow; all False where they are not measured.
        heat_kw, outdoor_c: ``[S, 24·D]`` where they are known.
    Returns: one ``Start`` an object.
    """
    trace, hours = heated(supply_c, return_c, limits, heat_kw, outdoor_c)
    known = known_hours(supply_c) >= HOURS // 4
    hot = by_day(hours).sum(axis=-1) >= limits.heated_hours
    phases = day_phases(hot, known, filled, circulating)
    rise = supply_c - np.repeat(cold_level(supply_c, limits), HOURS, axis=1)
    return [
        _start(Course(trace[s], hours[s], hot[s], known[s], rise[s], supply_c[s], curve_c[s]), phases[s], limits)
        for s in range(supply_c.shape[0])
    ]


@dataclass(frozen=True)
class Course:
    """One object's year: hours with a trace of heat and properly heated, days heated and known, rise, supply, curve."""

    trace: Bools
    hours: Bools
    hot: Bools
    known: Bools
    rise: Floats
    supply: Floats
    curve: Floats


def _start(course: Course, phases: NDArray[np.uint8], limits: Limits) -> Start:
    if not course.hot.any():
        return Start(-1, -1, (), -1, False, phases)
    seen = int(np.argmax(course.trace))
    before = not course.known[: seen // HOURS].any()  # nobody saw the circuit cold: it was on when the record began
    day = _lasting_day(course, limits)
    first = onset(course.rise, seen, limits.drift_k)
    sustained = onset(course.rise, _first_hour(course.hours, day), limits.drift_k) if day >= 0 else -1
    phases = _with_hindsight(phases, course, seen // HOURS, day)
    reached = _to_curve(course.supply, course.curve, sustained, limits.curve_share)
    return Start(first, sustained, _gaps(phases), reached, before, phases)


def _lasting_day(course: Course, limits: Limits) -> int:
    """The sustained day; heat that soon stood longer than it had lasted was a trial, and the start comes after it."""
    hot = course.hot.copy()
    while (day := sustained_day(hot, course.known, limits)) >= 0:
        begin = _first_hour(course.hours, day)
        week = slice(begin, begin + int(limits.week_days) * HOURS)
        ahead = course.hours[week][np.isfinite(course.supply[week])]
        lasted, pause = _first_pause(ahead, int(limits.trial_pause_h))
        if pause <= lasted:
            return day
        hot[: day + 1 + lasted // HOURS] = False
    return -1


def _first_pause(hot: Bools, least_h: int) -> tuple[int, int]:
    """(hours before, length) of the first pause of at least so many hours; (all, 0) without one.

    >>> _first_pause(np.array([1, 1, 0, 1, 0, 0, 0, 0, 0, 1], bool), 3)
    (4, 5)
    """
    cold = since_false(~hot)
    long = np.flatnonzero(cold >= least_h)
    if not long.size:
        return hot.size, 0
    begin = int(long[0]) - least_h + 1
    again = np.flatnonzero(hot[begin:])
    return begin, int(again[0]) if again.size else hot.size - begin


def _with_hindsight(phases: NDArray[np.uint8], course: Course, first_day: int, day: int) -> NDArray[np.uint8]:
    """What the days were, once it is known from which day heat stayed."""
    place = np.arange(phases.size)
    between = (place > first_day) & (place <= int(np.flatnonzero(course.hot)[-1])) & course.known & ~course.hot
    out = np.where(between, Phase.INTERRUPTED, phases)
    if day >= 0:
        out = np.where(course.hot & (place >= day), Phase.SUSTAINED, out)
    return out.astype(np.uint8)


def _first_hour(hours: Bools, day: int) -> int:
    return day * HOURS + int(np.argmax(hours[day * HOURS : (day + 1) * HOURS]))


def _gaps(phases: NDArray[np.uint8]) -> tuple[tuple[int, int], ...]:
    """Runs of interrupted days as (first, last)."""
    off = np.flatnonzero(phases == Phase.INTERRUPTED)
    if not off.size:
        return ()
    runs = np.split(off, np.flatnonzero(np.diff(off) > 1) + 1)
    return tuple((int(run[0]), int(run[-1])) for run in runs)


def _to_curve(supply: Floats, curve: Floats, sustained: int, share: float, base_c: float = 20.0) -> int:
    """Hours from sustained heat until the supply's excess over the room first is ``share`` of the curve's; −1 never."""
    if sustained < 0:
        return -1
    with np.errstate(invalid="ignore"):
        there = (supply[sustained:] - base_c) >= share * (curve[sustained:] - base_c)
    there &= np.isfinite(curve[sustained:])
    return int(np.argmax(there)) if there.any() else -1
