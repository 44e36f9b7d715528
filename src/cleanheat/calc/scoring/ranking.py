"""Who stands where, who moved, and where does it go?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def places(totals: ArrayLike) -> NDArray[np.int64]:
    """Place of each, 1 the best; equals share a place and the next one is left out (1, 2, 2, 4); 0 for NaN."""
    x = np.asarray(totals, dtype=np.float64)
    present = ~np.isnan(x)
    rising = np.sort(x[present])
    better = rising.size - np.searchsorted(rising, x, side="right")
    return np.where(present, better + 1, 0).astype(np.int64)


def movement(now: ArrayLike, before: ArrayLike) -> NDArray[np.int64]:
    """Places gained (+) or lost (−) against the former period; 0 where one of the two has no place."""
    a, b = np.asarray(now, dtype=np.int64), np.asarray(before, dtype=np.int64)
    return np.where((a > 0) & (b > 0), b - a, 0).astype(np.int64)


def trend(totals: ArrayLike) -> float:
    """Points a period: the median of the slopes between all pairs (Theil–Sen), so that one bad period does not tilt it.

    NaN marks periods without a score; NaN back when fewer than two have one.
    """
    y = np.asarray(totals, dtype=np.float64)
    t = np.flatnonzero(~np.isnan(y))
    if t.size < 2:
        return float("nan")
    i, j = np.triu_indices(t.size, 1)
    return float(np.median((y[t[j]] - y[t[i]]) / (t[j] - t[i])))
