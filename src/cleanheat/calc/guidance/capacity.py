"""What can an object carry, and what does it need on the coldest day?  Heat signatures from history against design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.constants import DESIGN_OUTDOOR_TEMP_C

Floats = NDArray[np.float64]
LEAST_DAYS = 7
LEAST_SPREAD_K = 2.0
ROUNDS = 3


@dataclass(frozen=True)
class Signature:
    """Daily heat against outdoor temperature, ``[N]``: slope kW/K (negative), heat at 0 °C kW, its spread kW, days,
    the highest hour kW, and heat extrapolated to the design outdoor temperature with its standard error, kW."""

    slope_kw_k: Floats
    at_zero_kw: Floats
    spread_kw: Floats
    days: NDArray[np.int64]
    peak_kw: Floats
    design_kw: Floats
    design_error_kw: Floats


def signature(
    heat_kw: Floats, outdoor_c: Floats, peak_kw: Floats, design_c: float = DESIGN_OUTDOOR_TEMP_C
) -> Signature:
    """Robust line through daily means ``[N, D]`` against outdoor ``[D]``; NaN days are left out.

    Fewer than :data:`LEAST_DAYS` days, or days of one temperature, give NaN: nothing may be extrapolated from them.
    Source: heat signature (热负荷特性曲线), least squares with bounded weights.
    """
    known = ~np.isnan(heat_kw) & ~np.isnan(outdoor_c)[None, :]
    weight, x = known.astype(np.float64), np.where(np.isnan(outdoor_c), 0.0, outdoor_c)[None, :]
    y = np.where(known, heat_kw, 0.0)
    slope = at_zero = spread = np.full(heat_kw.shape[0], np.nan)
    for _ in range(ROUNDS):
        slope, at_zero = _line(weight, x, y)
        rest = np.where(known, y - at_zero[:, None] - slope[:, None] * x, np.nan)
        spread = 1.4826 * _median(np.abs(rest))
        far = np.abs(np.nan_to_num(rest)) / np.maximum(2.0 * np.nan_to_num(spread, nan=1.0), 1e-9)[:, None]
        weight = known / np.maximum(far, 1.0)
    days = known.sum(axis=1)
    total = np.maximum(weight.sum(axis=1), 1e-9)
    mean = (weight * x).sum(axis=1) / total
    variance = (weight * (x - mean[:, None]) ** 2).sum(axis=1) / total
    enough = (days >= LEAST_DAYS) & (np.sqrt(variance) >= LEAST_SPREAD_K)
    error = spread * np.sqrt(1 / total + (design_c - mean) ** 2 / np.maximum(variance * total, 1e-9))
    slope = np.where(enough, np.minimum(slope, 0.0), np.nan)
    design = np.where(enough, at_zero + slope * design_c, np.nan)
    return Signature(
        slope,
        np.where(enough, at_zero, np.nan),
        np.where(enough, spread, np.nan),
        days,
        peak_kw,
        design,
        np.where(enough, error, np.nan),
    )


def _line(weight: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    total = np.maximum(weight.sum(axis=1), 1e-9)
    mean_x, mean_y = (weight * x).sum(axis=1) / total, (weight * y).sum(axis=1) / total
    away = x - mean_x[:, None]
    slope = (weight * away * (y - mean_y[:, None])).sum(axis=1) / np.maximum((weight * away**2).sum(axis=1), 1e-9)
    return slope, mean_y - slope * mean_x


def _median(values: Floats) -> Floats:
    """Median of each row without NaN; NaN where a row has none."""
    ordered = np.sort(values, axis=1)
    n = np.count_nonzero(~np.isnan(values), axis=1)
    row = np.arange(values.shape[0])
    low, high = np.maximum(n - 1, 0) // 2, np.minimum(n // 2, values.shape[1] - 1)
    return np.where(n > 0, (ordered[row, low] + ordered[row, high]) / 2.0, np.nan)


def delay_h(source: Floats, stations: Floats, most_h: int) -> Floats:
    """Hours from a source to its stations ``[N]``: where the changes of supply temperature are most alike.

    Args: ``source [T]``, or each station's own ``[N, T]``, and ``stations [N, T]`` hourly, NaN where unknown.
    Returns: whole hours, NaN where nothing is alike (correlation below 0.3) or too little is known.
    Source: cross-correlation of first differences.
    """
    change, changes = np.diff(np.atleast_2d(source), axis=1), np.diff(stations, axis=1)
    scores = np.full((most_h + 1, stations.shape[0]), -1.0)
    for lag in range(most_h + 1):
        a, b = change[:, : change.shape[1] - lag], changes[:, lag:]
        known = ~np.isnan(a) & ~np.isnan(b)
        x, y = np.where(known, a, 0.0), np.where(known, b, 0.0)
        scale = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
        enough = (known.sum(axis=1) >= 48) & (scale > 1e-9)
        scores[lag] = np.where(enough, (x * y).sum(axis=1) / np.where(enough, scale, 1.0), -1.0)
    return np.where(scores.max(axis=0) >= 0.3, scores.argmax(axis=0).astype(np.float64), np.nan)
