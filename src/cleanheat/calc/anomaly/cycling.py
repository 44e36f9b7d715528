"""Does an object heat in turns?  Swings of its level within a day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def swings(level: Floats, least: float) -> Floats:
    """How often each course ``[..., n]`` turned by ``least`` or more: its zigzag's legs, ``[...]``; gaps are jumped.

    >>> swings(np.array([1.0, 1.0, 0.6, 0.6, 1.0, 1.05, 0.5]), 0.15).tolist()
    3.0
    """
    shape = level.shape[:-1]
    high, low = np.full(shape, -np.inf), np.full(shape, np.inf)
    legs, way = np.zeros(shape), np.zeros(shape, np.int8)
    for k in range(level.shape[-1]):
        value = level[..., k]
        high, low = np.fmax(high, value), np.fmin(low, value)
        falls = (way >= 0) & (value <= high - least)
        rises = (way <= 0) & (value >= low + least) & ~falls
        legs += falls | rises
        way = np.where(falls, -1, np.where(rises, 1, way)).astype(np.int8)
        low = np.where(falls, value, low)
        high = np.where(rises, value, high)
    return legs
