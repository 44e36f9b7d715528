"""From where on does a home differ from its class?  The level that only a given share of each class goes beyond."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]


def group_quantile(values: Floats, group: Ints, groups: int, share: float, least: int) -> NDArray[np.float64]:
    """Quantile ``share`` (0–1) of the known values of each group ``[G]``; in the unit of the values.

    Args: ``values [S]``, NaN = unknown; ``group [S]``, 0 is nobody's; ``least``: a group with fewer known values than
    this is too small to speak for itself and takes the quantile of all.  NaN only where nothing at all is known.
    Source: linear interpolation between order statistics (Hyndman & Fan, type 7).

    >>> group_quantile(np.array([1.0, 2.0, 3.0, np.nan, 9.0]), np.array([1, 1, 1, 1, 2]), 3, 0.5, 2).tolist()
    [2.5, 2.0, 2.5]
    """
    kept = np.flatnonzero(~np.isnan(values) & (group > 0))
    order = kept[np.lexsort((values[kept], group[kept]))]
    count = np.bincount(group[order], minlength=groups)
    first = np.cumsum(count) - count
    every = float(np.quantile(values[kept], share)) if kept.size else np.nan
    out = np.full(groups, every)
    large = np.flatnonzero(count >= max(least, 1))
    at = share * (count[large] - 1)
    low = np.floor(at).astype(np.int64)
    ordered = np.asarray(values[order], np.float64)
    below, above = ordered[first[large] + low], ordered[first[large] + np.minimum(low + 1, count[large] - 1)]
    out[large] = below + (at - low) * (above - below)
    return out
