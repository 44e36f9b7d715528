"""Weighted means in which parts may be missing: what is not there neither counts nor weighs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def weighted_mean(values: ArrayLike, weights: ArrayLike, axis: int = -1) -> Floats:
    """Σ w·x ÷ Σ w over the parts that are there (not NaN); NaN where nothing with a weight is."""
    x = np.asarray(values, dtype=np.float64)
    w = np.broadcast_to(np.asarray(weights, dtype=np.float64), x.shape)
    present = np.where(np.isnan(x), 0.0, w)
    total = present.sum(axis=axis)
    mean: Floats = np.divide(
        (present * np.nan_to_num(x)).sum(axis=axis), total, out=np.full(total.shape, np.nan), where=total > 0
    )
    return mean


def pass_ratio(checks: ArrayLike, violations: ArrayLike) -> Floats:
    """r = 1 − violations ÷ checks; NaN where nothing was checked."""
    n = np.asarray(checks, dtype=np.float64)
    missed = np.divide(np.asarray(violations, dtype=np.float64), n, out=np.full(n.shape, np.nan), where=n > 0)
    passed: Floats = 1.0 - missed
    return passed


def grouped_means(ratios: ArrayLike, weights: ArrayLike, groups: ArrayLike, count: int) -> Floats:
    """Weighted mean over the columns of each group: ``[n, columns] → [n, count]``; ``groups``: whose a column is."""
    r = np.asarray(ratios, dtype=np.float64)
    w = np.where(np.isnan(r), 0.0, np.asarray(weights, dtype=np.float64))
    member = np.asarray(groups)[:, None] == np.arange(count)[None, :]
    total = w @ member
    sums = (w * np.nan_to_num(r)) @ member
    mean: Floats = np.divide(sums, total, out=np.full(total.shape, np.nan), where=total > 0)
    return mean
