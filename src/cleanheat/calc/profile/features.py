"""What do a heating system's readings depend on?  The cold of the last days, of the last hours, and the hour itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY_H, FAST_H = 24, 6
DAY_WEIGHTS = (0.4, 0.35, 0.25)
"""How much the last day, the one before and the one before that weigh in the effective outdoor temperature."""
KNOTS_C = (-12.0, -3.0)
"""Where the response to the cold may bend: lower and upper limits of supply temperatures, staged flow."""
BAND_H = 3
SIZE = 3 + len(KNOTS_C) + DAY_H // BAND_H - 1


def effective(outdoor: Floats) -> tuple[Floats, Floats]:
    """Slow and fast effective outdoor temperature of hourly temperatures ``[H]`` (NaN where unknown).

    Slow: weighted mean of three days before each hour, fast: of six hours.  An hour without any temperature in its
    span is NaN; gaps within are left out of the mean.
    Source: weather compensation as practised: 0.3–0.5 of today's mean, the rest of the days before.

    >>> slow, fast = effective(np.full(80, -10.0))
    >>> float(slow[-1]), float(fast[0])
    (-10.0, -10.0)
    """
    known = ~np.isnan(outdoor)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, outdoor, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    hour = np.arange(1, outdoor.shape[0] + 1)

    def mean(begin: int, end: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Mean of the hours from ``begin`` to ``end`` hours ago, the present one included."""
        first, last = np.maximum(hour - begin, 0), np.maximum(hour - end, 0)
        n = count[last] - count[first]
        return (total[last] - total[first]) / np.maximum(n, 1), n > 0

    sums, weights = np.zeros(outdoor.shape[0]), np.zeros(outdoor.shape[0])
    for back, weight in enumerate(DAY_WEIGHTS):
        value, there = mean((back + 1) * DAY_H, back * DAY_H)
        sums += np.where(there, weight * value, 0.0)
        weights += weight * there
    slow = np.where(weights > 0, sums / np.maximum(weights, 1e-9), np.nan)
    fast, there = mean(FAST_H, 0)
    return slow, np.where(there, fast, slow)


def features(slow: Floats, fast: Floats, local_hour: NDArray[np.int64]) -> Floats:
    """``float64[H, SIZE]``: one, slow and fast temperature, bends, and the three-hour bands of the day but the first.

    >>> features(np.array([-20.0]), np.array([-18.0]), np.array([4])).tolist()[0][:6]
    [1.0, -20.0, -18.0, -8.0, -17.0, 1.0]
    """
    bends = [np.minimum(slow - knot, 0.0) for knot in KNOTS_C]
    bands = [(local_hour // BAND_H == band).astype(np.float64) for band in range(1, DAY_H // BAND_H)]
    return np.stack([np.ones_like(slow), slow, fast, *bends, *bands], axis=-1)
