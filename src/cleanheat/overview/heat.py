"""How much heat did it take for how much cold?  Days of heat, degree-days and use per degree-day out of readings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.calc.thermal.degree_days import degree_days
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.overview.development import M2_IN_10K, Compared, compared
from cleanheat.telemetry import public as telemetry

Floats = NDArray[np.float64]
HOURS_A_DAY: Final = DAY_S // HOUR_S
LEAST_HOURS: Final = 12
"""A day with fewer hours of readings says nothing."""


@dataclass(frozen=True)
class HeatDays:
    """Days of a span: ``days`` (epoch s), heat GJ, mean outdoor °C, and GJ per °C·d and 10,000 m²; NaN: not known."""

    days: NDArray[np.int64]
    heat_gj: Floats
    outdoor_c: Floats
    specific: Floats


def heat_days(scope: Scope, start: int, end: int) -> HeatDays:
    """Days from ``start`` (a local midnight).  Heat: the mean of the units that report, for all of the scope."""
    archive, days = assets.archive(), start + DAY_S * np.arange(max((end - start) // DAY_S, 0))
    units = np.flatnonzero(assets.visible("unit", scope))
    area = float(np.nansum(archive["unit"].values["heated_area_m2"][units])) / M2_IN_10K
    heat = _daily("unit", "heat_power_gj_h", days, None if scope.sees_all else units) * HOURS_A_DAY * units.size
    outdoor = _daily("weather", "outdoor_temp_c", days, None)
    cold = _cold(outdoor)
    specific = np.full(days.size, np.nan)
    np.divide(heat, cold * area, out=specific, where=(cold > 0) & (area > 0))
    return HeatDays(days, heat, outdoor, specific)


def _daily(kind: str, signal: str, days: NDArray[np.int64], ids: NDArray[np.intp] | None) -> Floats:
    if not days.size or (ids is not None and not ids.size):
        return np.full(days.size, np.nan)
    found = telemetry.store().hourly_means(kind, [signal], int(days[0]), int(days[-1]) + DAY_S, ids)
    at = (found.hours - days[0]) // DAY_S
    known = np.isfinite(found.means[0])
    counts = np.bincount(at[known], minlength=days.size)
    out = np.full(days.size, np.nan)
    sums = np.bincount(at[known], found.means[0][known], days.size)
    np.divide(sums, counts, out=out, where=counts >= LEAST_HOURS)
    return out


def heat_compared(scope: Scope, spans: tuple[tuple[int, int], ...]) -> list[Compared]:
    """Heat, degree-days and normalised use of three spans (see ``compared``)."""
    found = [heat_days(scope, *span) for span in spans]
    sums = [(_sum(d.heat_gj), _sum(_cold(d.outdoor_c)), _mean(d.specific)) for d in found]
    heat, cold, specific = zip(*sums, strict=True)
    return [
        compared("heat", "供热量", "GJ", heat),
        compared("degree_days", "度日数", "℃·d", cold),
        compared("specific", "度日耗热", "GJ/(℃·d·万m²)", specific),
    ]


def _cold(outdoor_c: Floats) -> Floats:
    return np.where(np.isnan(outdoor_c), np.nan, degree_days(outdoor_c[None, :]))


def _sum(values: Floats) -> float | None:
    """Only of spans without a missing day: a sum over fewer days is no comparison."""
    return round(float(values.sum()), 2) if values.size and np.isfinite(values).all() else None


def _mean(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return round(float(known.mean()), 4) if known.size else None
