"""Score functions: how many points, 0 to ``full``, does a measured figure earn?  NaN in, NaN out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
FULL = 100.0


def ratio(values: ArrayLike, full: float = FULL) -> Floats:
    """A share 0–1 of the full points; what lies outside counts as 0 or 1."""
    return full * np.clip(_floats(values), 0.0, 1.0)


def larger_is_better(values: ArrayLike, low: float, high: float, full: float = FULL) -> Floats:
    """0 at ``low`` and below, full at ``high`` and above, a straight line between."""
    _ordered(low, high)
    return full * np.clip((_floats(values) - low) / (high - low), 0.0, 1.0)


def smaller_is_better(values: ArrayLike, low: float, high: float, full: float = FULL) -> Floats:
    """Full at ``low`` and below, 0 at ``high`` and above."""
    return full - larger_is_better(values, low, high, full)


def step(values: ArrayLike, limit: float, full: float = FULL, *, is_floor: bool = True) -> Floats:
    """All or nothing: full at ``limit`` and above (``is_floor``), or at ``limit`` and below."""
    x = _floats(values)
    kept = x >= limit if is_floor else x <= limit
    return np.where(np.isnan(x), np.nan, np.where(kept, full, 0.0))


def interval_table(values: ArrayLike, edges: Sequence[float], points: Sequence[float]) -> Floats:
    """Points by interval: ``points[i]`` for ``edges[i-1] <= x < edges[i]``; one more point than edges, edges rising."""
    if len(points) != len(edges) + 1 or any(a >= b for a, b in pairwise(edges)):
        raise ValueError("edges must rise, and there is one more interval than edges")
    x = _floats(values)
    found = np.asarray(points, dtype=np.float64)[np.searchsorted(edges, x, side="right")]
    return np.where(np.isnan(x), np.nan, found)


def deduction(counts: ArrayLike, points_each: float, full: float = FULL, most: float | None = None) -> Floats:
    """Full points less ``points_each`` for every occurrence; at most ``most`` are taken away, never below 0."""
    taken = _floats(counts) * points_each
    return full - np.minimum(taken, full if most is None else min(most, full))


def rank_based(values: ArrayLike, full: float = FULL, *, larger_wins: bool = True) -> Floats:
    """The best gets full, the worst 0, the others by their place between; equals share the mean of their places.

    One alone gets full: there is nobody he would stand behind.
    """
    x = _floats(values)
    present = ~np.isnan(x)
    n = int(present.sum())
    out = np.full(x.shape, np.nan)
    if n == 0:
        return out
    good = x[present] if larger_wins else -x[present]
    below = np.searchsorted(np.sort(good), good, side="left")
    upto = np.searchsorted(np.sort(good), good, side="right")
    out[present] = full * ((below + upto - 1) / 2 / (n - 1) if n > 1 else 1.0)
    return out


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _ordered(low: float, high: float) -> None:
    if not low < high:
        raise ValueError("the lower end must lie below the upper")
