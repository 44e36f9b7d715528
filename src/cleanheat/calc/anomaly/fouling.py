"""Does an exchanger lose its power?  Trend of ln UA at comparable load, and the cold end's approach τ2 − t_h.

UA = Q / ΔT_lm needs a heat meter; the approach needs temperatures only.  Fouling is slow: a straight line over the days
that bear load, by the median of pairwise slopes (Theil–Sen), must fall by more than its own uncertainty.

Shapes: S exchangers, D days.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.exchanger import log_mean_k

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_PIECES = 60
"""Days are pooled to at most so many points: pairwise slopes stay cheap and single days count less."""


def conductance_kw_k(
    heat_kw: Floats, primary_supply_c: Floats, primary_return_c: Floats, supply_c: Floats, return_c: Floats
) -> Floats:
    """UA, kW/K; NaN where a temperature is unknown or the ends do not allow it.

    >>> round(float(conductance_kw_k(*(np.array(x) for x in (1000.0, 90.0, 50.0, 60.0, 45.0)))), 1)
    71.7
    """
    mean = np.asarray(log_mean_k(primary_supply_c - supply_c, primary_return_c - return_c))
    return np.where((mean > 0) & (heat_kw > 0), heat_kw / np.where(mean > 0, mean, 1.0), np.nan)


def approach_k(primary_return_c: Floats, return_c: Floats) -> Floats:
    """Cold end difference τ2 − t_h, K: small for a clean exchanger of a good size."""
    return np.asarray(primary_return_c - return_c)


def trend(values: Floats, least_days: int = 14) -> tuple[Floats, Floats]:
    """Slope a day ``[S]`` and its uncertainty (spread of the line's residuals over the span), NaN for too few days.

    >>> slope, unsure = trend(np.linspace(0.0, 1.0, 101)[None])
    >>> round(float(slope[0]), 4), bool(unsure[0] < 1e-9)
    (0.01, True)
    """
    points, places = _pooled(values)
    rise = points[:, None, :] - points[:, :, None]
    run = places[:, None, :] - places[:, :, None]
    slopes = np.where(run > 0, rise / np.where(run > 0, run, 1.0), np.nan).reshape(len(values), -1)
    enough = np.isfinite(values).sum(axis=1) >= least_days
    slope = np.where(enough, _median(slopes), np.nan)
    left = points - slope[:, None] * places
    spread = 1.4826 * _median(np.abs(left - _median(left)[:, None]))
    n = np.maximum(np.isfinite(points).sum(axis=1), 1)
    span = np.maximum(values.shape[1] / np.sqrt(12.0), 1.0)
    return slope, spread / (span * np.sqrt(n))


def fouled(log_ua: Floats, loss: float, sure: float = 3.0) -> Bools:
    """Whether UA has fallen by ``loss`` (share) or more over the days seen, beyond ``sure`` uncertainties."""
    slope, unsure = trend(log_ua)
    fall = -slope * log_ua.shape[1]
    return np.asarray((fall > -np.log1p(-loss)) & (-slope > sure * unsure))


def _pooled(values: Floats) -> tuple[Floats, Floats]:
    """Medians of stretches of days ``[S, P]`` and their middle days."""
    days = values.shape[1]
    pieces = min(_PIECES, days)
    edges = np.linspace(0, days, pieces + 1).astype(np.int64)
    points = np.stack([_median(values[:, a:b]) for a, b in pairwise(edges.tolist())], axis=1)
    middle = (edges[:-1] + edges[1:] - 1) / 2
    return points, np.broadcast_to(middle, points.shape)


def _median(values: Floats) -> Floats:
    ordered = np.sort(values, axis=-1)
    n = np.isfinite(ordered).sum(axis=-1)
    low, high = np.maximum(n - 1, 0) // 2, np.minimum(n // 2, values.shape[-1] - 1)
    at = np.arange(len(values))
    return np.where(n > 0, (ordered[at, low] + ordered[at, high]) / 2, np.nan)
