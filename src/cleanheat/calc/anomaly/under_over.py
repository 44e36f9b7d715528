"""Is less, or more, supplied than needed?  Ratio over 24 h, several days' signed deviation, rooms, and severity.

A ratio alone is not enough: one mild day or a meter's error passes any limit.  Under-supply is said when the day's
ratio is outside the band *and* the water's deviation has summed beyond the CUSUM's limit, or when rooms say it.

Shapes: S objects, D days, T hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly import cusum

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Limits:
    """Band of the 24 h ratio, CUSUM of the supply's deviation in its spreads, shares of rooms too cold or too warm."""

    ratio_low: float
    ratio_high: float
    k: float
    h: float
    rooms_share: float


def supply_ratio(delivered_kwh: Floats, required_kwh: Floats) -> Floats:
    """r = Q / Q_required; NaN where nothing is required or either is unknown.

    >>> supply_ratio(np.array([80.0, 5.0]), np.array([100.0, 0.0])).tolist()
    [0.8, nan]
    """
    return np.where(required_kwh > 0, delivered_kwh / np.where(required_kwh > 0, required_kwh, 1.0), np.nan)


def judge(ratio: Floats, deviation: Floats, cold_rooms: Floats, warm_rooms: Floats, limits: Limits) -> NDArray[np.int8]:
    """−1 under-supplied, 1 over-supplied, 0 neither or not known, ``int8[S, D]``.

    Args:
        ratio: Q/Q̂ of the day; NaN = no heat meter, and then the water's deviation decides alone.
        deviation: mean of (t_g − t̂_g)/σ of the day.
        cold_rooms, warm_rooms: shares of rooms below 18 °C and above 24 °C; NaN = no rooms measured.
    """
    shifted, _ = cusum.over_history(deviation, limits.k, limits.h)
    low = (ratio < limits.ratio_low) | np.isnan(ratio)
    high = (ratio > limits.ratio_high) | np.isnan(ratio)
    known = np.isfinite(deviation)
    under = known & (((shifted < 0) & low) | ((ratio < limits.ratio_low) & (cold_rooms > limits.rooms_share)))
    over = known & (((shifted > 0) & high) | ((ratio > limits.ratio_high) & (warm_rooms > limits.rooms_share)))
    return (over.astype(np.int8) - under.astype(np.int8)).astype(np.int8)


def degree_hours(expected_c: Floats, read_c: Floats, step_h: float = 1.0) -> Floats:
    """Σ(t̂ − t)⁺Δt along the last axis, K·h: how grave an under-supply is.

    >>> float(degree_hours(np.array([45.0, 45.0, 45.0]), np.array([40.0, 46.0, np.nan])))
    5.0
    """
    return np.asarray(np.nan_to_num(np.maximum(expected_c - read_c, 0.0)).sum(axis=-1) * step_h)
