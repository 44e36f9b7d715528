"""Which forecast holds now, and how good were the past ones?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.forecast.models import Forecast
from cleanheat.diagnosis.forecast.numbers import number
from cleanheat.diagnosis.forecast.reading import Issue
from cleanheat.kernel.time import DAY_S, HOUR_S, epoch, utc
from cleanheat.telemetry.public import store

Floats = NDArray[np.float64]
LEADS_H = ((0, 6), (6, 24), (24, 48), (48, 72))
HORIZON_H = 72


@dataclass(frozen=True)
class Skill:
    """How far forecasts of a span of lead hours were off: mean absolute error, bias and standard error, K."""

    first_h: int
    last_h: int
    mae_k: float
    bias_k: float
    rmse_k: float
    hours: int


def newest(now: float) -> Issue | None:
    """The forecast issued last, of whichever source; of equal times the one taken in last."""
    row = Forecast.objects.filter(issued_at__lte=utc(now)).first()
    return None if row is None else _issue(row)


def _issue(row: Forecast) -> Issue:
    return Issue(
        row.source, epoch(row.issued_at), epoch(row.first_at), tuple(row.outdoor_temp_c), tuple(row.wind_m_s)
    )  # fmt: skip


def measured(end: int, hours: int) -> Floats:
    """City mean outdoor temperature of the ``hours`` up to ``end`` (a whole hour), oldest first, NaN where unknown."""
    start = end - hours * HOUR_S
    out = np.full(hours, np.nan)
    found = store().hourly_means("weather", ["outdoor_temp_c"], start, end)
    place = (found.hours - start) // HOUR_S
    inside = (place >= 0) & (place < hours)
    out[place[inside]] = found.means[0][inside]
    return out


def errors(now: int) -> Floats:
    """Forecast minus measured of recent issues, ``float64[issues, 72]`` by lead hour, NaN where not both are known."""
    days = int(number("spread", "review_days"))
    end = now - now % HOUR_S
    past = measured(end, days * 24)
    issues = [
        _issue(r) for r in Forecast.objects.filter(issued_at__gte=utc(end - days * DAY_S), issued_at__lt=utc(end))
    ]
    out = np.full((len(issues), HORIZON_H), np.nan)
    for row, issue in zip(out, issues, strict=True):  # some hundred issues
        lead = np.arange(HORIZON_H)
        hour = issue.issued - issue.issued % HOUR_S + HOUR_S * lead
        said = (hour - issue.first) // HOUR_S
        was = (hour - end) // HOUR_S + past.shape[0]
        both = (said >= 0) & (said < len(issue.outdoor_c)) & (was >= 0) & (was < past.shape[0])
        row[lead[both]] = np.array(issue.outdoor_c)[said[both]] - past[was[both]]
    return out


def skill(now: int) -> list[Skill]:
    """Measured quality by lead time; empty spans are left out."""
    off = errors(now)
    found = []
    for first, last in LEADS_H:
        part = off[:, first:last]
        part = part[~np.isnan(part)]
        if part.size:
            rmse = float(np.sqrt(np.mean(part**2)))
            found.append(Skill(first, last, float(np.abs(part).mean()), float(part.mean()), rmse, part.size))
    return found
