"""What weather do recommendations reckon with, for now and the next three days, and how sure is it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.guidance import outlook as calc
from cleanheat.diagnosis.forecast import queries
from cleanheat.diagnosis.forecast.numbers import number
from cleanheat.diagnosis.forecast.reading import Issue
from cleanheat.kernel.time import HOUR_S

Floats = NDArray[np.float64]
Basis = Literal["forecast", "stale", "persistence", "none"]
HOURS = queries.HORIZON_H + 1
PAST_H = 96
ONE_SIDED_80 = 1.2816


@dataclass(frozen=True)
class Outlook:
    """Hourly from the present hour ``start`` on, ``[73]``: expected, lowest and highest (80 % of cases) and felt °C.

    ``basis``: a fresh forecast, a stale one, the days before (persistence), or nothing at all (all NaN).
    """

    start: int
    outdoor_c: Floats
    low_c: Floats
    high_c: Floats
    felt_c: Floats
    past_c: Floats
    basis: Basis
    source: str = ""
    issued: int = 0
    note: str = ""

    @property
    def is_known(self) -> bool:
        return self.basis != "none"

    @property
    def times(self) -> NDArray[np.int64]:
        return self.start + np.arange(HOURS, dtype=np.int64) * HOUR_S


def outlook(now: float, present_c: float | None) -> Outlook:
    """The outlook at an instant; ``present_c`` is what the city's stations read now, if they can be trusted."""
    hour = int(now) - int(now) % HOUR_S
    past = queries.measured(hour, PAST_H)
    issue = queries.newest(now)
    usable = issue is not None and _reaches(issue, hour, now)
    if issue is not None and usable:
        return _by_forecast(issue, hour, now, past, present_c)
    why = "没有天气预报" if issue is None else f"最近一次预报（{issue.source}）已过期"
    before = np.append(past, np.nan if present_c is None else present_c)
    expected = calc.as_before(before, HOURS)
    if np.isnan(expected).all():
        none = np.full(HOURS, np.nan)
        return Outlook(hour, none, none, none, none, past, "none", note=f"{why}，且无实测气温：无法给出建议")
    band = _spread("persistence_")
    said = f"{why}，按前几日的日变化外推，区间放宽"
    return _made(hour, expected, band, past, "persistence", note=said)


def _reaches(issue: Issue, hour: int, now: float) -> bool:
    """Young enough, and it says something of at least the next half day."""
    young = now - issue.issued <= number("use", "usable_hours") * HOUR_S
    return young and issue.first <= hour + HOUR_S and issue.covered_until() >= hour + 12 * HOUR_S


def _by_forecast(issue: Issue, hour: int, now: float, past: Floats, present_c: float | None) -> Outlook:
    said = np.array(issue.outdoor_c)
    place = (hour - issue.first) // HOUR_S + np.arange(HOURS)
    inside = place < said.shape[0]
    expected = said[np.clip(place, 0, said.shape[0] - 1)]
    if not inside.all():  # the days after the forecast's end go on as its last day
        tail = calc.as_before(said, HOURS)
        expected = np.where(inside, expected, tail[np.maximum(place - said.shape[0] + 1, 0)])
    if present_c is not None:  # the present is known: what the forecast is off by now fades out
        fade = np.exp(-np.arange(HOURS) / number("use", "nudge_hours"))
        expected = expected + (present_c - expected[0]) * fade
    age_h = (now - issue.issued) / HOUR_S
    is_stale = age_h > number("use", "fresh_hours")
    band = np.where(inside, _measured_spread(int(now)), _spread("persistence_"))
    band = np.maximum(band, _spread("persistence_") * 0.5) if is_stale else band
    note = f"预报已发布 {age_h:.0f} 小时，未更新，区间放宽" if is_stale else ""
    if not inside.all():
        note = f"{note}；" * bool(note) + f"预报只到第 {int(inside.sum())} 小时，其后按末日外推"
    return _made(hour, expected, band, past, "stale" if is_stale else "forecast", issue.source, issue.issued, note)


def _made(
    hour: int,
    expected: Floats,
    band: Floats,
    past: Floats,
    basis: Basis,
    source: str = "",
    issued: int = 0,
    note: str = "",
) -> Outlook:
    half = ONE_SIDED_80 * band
    felt = calc.felt(past, expected, number("use", "memory_hours"))
    return Outlook(hour, expected, expected - half, expected + half, felt, past, basis, source, issued, note)


def _spread(which: str = "") -> Floats:
    return calc.spread(HOURS, *(number("spread", f"{which}{name}") for name in ("first_k", "day_k", "most_k")))


def _measured_spread(now: int) -> Floats:
    """What forecasts were off by of late, where enough of them can be judged; else what is usual."""
    usual, off = _spread(), queries.errors(now)
    if off.shape[0] < number("spread", "least_issues"):
        return usual
    known = np.count_nonzero(~np.isnan(off), axis=0)
    rmse = np.sqrt(np.nansum(off**2, axis=0) / np.maximum(known, 1))
    lead = np.flatnonzero(known >= number("spread", "least_issues"))
    if lead.size < 12:
        return usual
    smooth = np.convolve(
        np.pad(np.interp(np.arange(HOURS), lead, rmse[lead]), 3, mode="edge"), np.full(7, 1 / 7), "valid"
    )
    return np.maximum.accumulate(np.maximum(smooth, number("spread", "first_k")))
