"""What a signal did over the last minutes: the reference of every windowed function, live and in tests.

Each takes ``window``: float64[W, n], one row a minute, oldest first, this minute last, NaN for none; and gives
float64[n], NaN where there is too little to say.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COLUMNS: Final = 1_024
"""Objects at a time: an hour of them stays in the cache."""
MINUTES_PER_HOUR: Final = 60.0
MAD_TO_STD: Final = 1.4826
"""Standard deviation of a normal distribution in median absolute deviations."""


def _in_blocks(function: Callable[..., Floats]) -> Callable[..., Floats]:
    """The same function over a few objects at a time."""

    @wraps(function)
    def whole(window: Floats, *rest: float) -> Floats:
        n = window.shape[1]
        if n <= COLUMNS:
            return function(window, *rest)
        return np.concatenate([function(window[:, i : i + COLUMNS], *rest) for i in range(0, n, COLUMNS)])

    return whole


def count(window: Floats) -> Floats:
    """Minutes with a value."""
    return np.asarray(np.count_nonzero(~np.isnan(window), axis=0), dtype=np.float64)


@_in_blocks
def avg(window: Floats) -> Floats:
    """Mean of the values there are, in the signal's unit."""
    return _ratio(_sum(window), count(window))


@_in_blocks
def std(window: Floats) -> Floats:
    """Standard deviation (of the population) of the values there are, in the signal's unit."""
    deviations = window - avg(window)
    deviations *= deviations
    return np.asarray(np.sqrt(_ratio(_sum(deviations), count(window))), dtype=np.float64)


def min_of(window: Floats) -> Floats:
    """Smallest value."""
    return np.asarray(np.fmin.reduce(window, axis=0), dtype=np.float64)


def max_of(window: Floats) -> Floats:
    """Largest value."""
    return np.asarray(np.fmax.reduce(window, axis=0), dtype=np.float64)


def median(window: Floats) -> Floats:
    """Median of the values there are, the mean of the two middle ones for an even number."""
    return quantile(window, 0.5)


@_in_blocks
def quantile(window: Floats, share: float) -> Floats:
    """The value below which ``share`` (0 to 1) of the values lie, linear between neighbours."""
    ordered = np.sort(window.T, axis=1)  # NaN last
    last = np.count_nonzero(~np.isnan(ordered), axis=1) - 1
    place = share * np.maximum(last, 0)
    low = place.astype(np.intp)
    rows = np.arange(ordered.shape[0])
    below, above = ordered[rows, low], ordered[rows, np.minimum(low + 1, np.maximum(last, 0))]
    return np.asarray(below + (above - below) * (place - low), dtype=np.float64)


@_in_blocks
def slope(window: Floats) -> Floats:
    """Linear trend by least squares, in the signal's unit per hour; needs values of two minutes."""
    known = ~np.isnan(window)
    minutes = np.arange(window.shape[0], dtype=np.float64)[:, None]
    times = minutes - _ratio((known * minutes).sum(axis=0), count(window))
    moments = (known * times * times).sum(axis=0)
    return _ratio(_sum(times * (window - avg(window))), np.where(moments > 0, moments, 0.0)) * MINUTES_PER_HOUR


@_in_blocks
def robust_z(window: Floats) -> Floats:
    """How many robust standard deviations this minute lies from the window's median.

    0 where it lies on the median; not to be said (NaN) where it does not and more than half of the window are equal.
    """
    middle = median(window)
    deviation = window[-1] - middle
    spread = median(np.abs(window - middle)) * MAD_TO_STD
    return np.asarray(np.where(deviation == 0, 0.0, _ratio(deviation, spread)), dtype=np.float64)


def _sum(window: Floats) -> Floats:
    return np.asarray(np.add.reduce(window, axis=0, where=~np.isnan(window)), dtype=np.float64)


def _ratio(above: Floats, below: Floats) -> Floats:
    """``above / below``, NaN where ``below`` is 0."""
    out = np.full(np.shape(above), np.nan)
    return np.divide(above, below, out=out, where=below != 0)


WINDOWED: Final[MappingProxyType[str, Callable[..., Floats]]] = MappingProxyType(
    {f.__name__: f for f in (avg, std, min_of, max_of, median, count, quantile, slope, robust_z)}
)
"""By the key of the function registry; ``quantile`` takes the share as a second argument."""
