"""How good is a forecast?  The measures of the targets table; every one leaves out what is unknown and can be empty.

An empty measure is None, not NaN: reports are strict JSON.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def _both(actual: Floats, forecast: Floats, use: Bools | None) -> tuple[Floats, Floats]:
    known = np.isfinite(actual) & np.isfinite(forecast)
    known = known if use is None else known & use
    return actual[known], forecast[known]


def mae(actual: Floats, forecast: Floats, use: Bools | None = None) -> float | None:
    """Mean absolute error, in the unit of the readings.

    >>> mae(np.array([1.0, 2.0, np.nan]), np.array([2.0, 2.0, 0.0]))
    0.5
    """
    a, f = _both(actual, forecast, use)
    return float(np.abs(a - f).mean()) if a.size else None


def wape(actual: Floats, forecast: Floats, use: Bools | None = None) -> float | None:
    """Σ|error| / Σ|actual|: does not explode near zero load."""
    a, f = _both(actual, forecast, use)
    total = np.abs(a).sum()
    return float(np.abs(a - f).sum() / total) if total > 0 else None


def smape(actual: Floats, forecast: Floats, use: Bools | None = None) -> float | None:
    """Mean of |error| / ((|actual| + |forecast|) / 2), 0 … 2.

    >>> smape(np.array([100.0]), np.array([110.0])).__round__(4)
    0.0952
    """
    a, f = _both(actual, forecast, use)
    size = (np.abs(a) + np.abs(f)) / 2
    return float(np.where(size > 0, np.abs(a - f) / np.maximum(size, 1e-12), 0.0).mean()) if a.size else None


def mase(actual: Floats, forecast: Floats, scale: float | None, use: Bools | None = None) -> float | None:
    """MAE as a multiple of ``scale``: the MAE of "as at this hour yesterday" in the hours learned from."""
    error = mae(actual, forecast, use)
    return None if error is None or not scale else error / scale


def naive_scale(learned: Floats, season: int = 24) -> float | None:
    """MAE of "as a season ago" within ``learned [T]``."""
    return mae(learned[season:], learned[:-season]) if learned.size > season else None


def f_beta(precision: float, recall: float, beta: float = 0.5) -> float:
    """Weighted harmonic mean; 0.5 holds precision dearer than recall.

    >>> f_beta(1.0, 0.5)
    0.8333333333333334
    """
    weight = beta * beta
    below = weight * precision + recall
    return (1 + weight) * precision * recall / below if below else 0.0
