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
    ordered = np.array(window.T, order="C")
    ordered.sort(axis=1)  # NaN last
    last = np.maximum(count(window) - 1, 0)
    place = share * last
    low = np.floor(place)
    starts = np.arange(ordered.shape[0]) * ordered.shape[1]
    below = ordered.ravel()[starts + low.astype(np.intp)]
    above = ordered.ravel()[starts + np.minimum(low + 1, last).astype(np.intp)]
    return np.asarray(below + (above - below) * (place - low), dtype=np.float64)


@_in_blocks
def slope(window: Floats) -> Floats:
    """Linear trend by least squares, in the signal's unit per hour; needs values of two minutes."""
    known = (~np.isnan(window)).astype(np.float64)
    minutes = np.arange(window.shape[0], dtype=np.float64)
    number, first, second = known.sum(axis=0), minutes @ known, (minutes * minutes) @ known
    values = np.where(known > 0, window - avg(window), 0.0)  # centred: no cancellation
    moments = number * second - first * first
    return _ratio(number * (minutes @ values) - first * _sum(values), moments) * MINUTES_PER_HOUR


@_in_blocks
def robust_z(window: Floats) -> Floats:
    """How many robust standard deviations this minute lies from the window's median.

    0 where it lies on the median; not to be said (NaN) where it does not and half of the window are equal.
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
    np.divide(above, below, out=out, where=below != 0)
    return out


WINDOWED: Final[MappingProxyType[str, Callable[..., Floats]]] = MappingProxyType(
    {f.__name__: f for f in (avg, std, min_of, max_of, median, count, quantile, slope, robust_z)}
)
"""By the key of the function registry; ``quantile`` takes the share as a second argument."""
