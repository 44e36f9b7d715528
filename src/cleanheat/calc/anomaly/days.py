"""How do hours become days?  Local days of hourly series, and what an aggregate of each says.

Shapes: S objects, T = 24·D hours beginning at a local midnight, D days.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
HOURS = 24


def by_day(hours: NDArray[Kind]) -> NDArray[Kind]:
    """``[..., 24·D]`` seen as ``[..., D, 24]``.

    >>> by_day(np.arange(48.0)).shape
    (2, 24)
    """
    return hours.reshape(*hours.shape[:-1], -1, HOURS)


def day_means(values: Floats, use: Bools, least_hours: int) -> Floats:
    """Mean ``[..., D]`` of the known hours in use; NaN where there are fewer than ``least_hours``.

    >>> day_means(np.arange(24.0), np.arange(24) < 3, 3).tolist(), day_means(np.arange(24.0), np.arange(24) < 2, 3)
    ([1.0], array([nan]))
    """
    known = by_day(use & np.isfinite(values))
    n = known.sum(axis=-1)
    total = np.where(known, by_day(values), 0.0).sum(axis=-1)
    return np.where(n >= least_hours, total / np.maximum(n, 1), np.nan)


def known_hours(values: Floats) -> NDArray[np.int64]:
    """How many hours of each day are known, ``int64[..., D]``."""
    return np.asarray(by_day(np.isfinite(values)).sum(axis=-1))


def since_false(flags: Bools) -> NDArray[np.int64]:
    """How many hours in a row it has been true up to and with each hour, ``int64[..., T]``.

    >>> since_false(np.array([True, True, False, True])).tolist()
    [1, 2, 0, 1]
    """
    place = np.broadcast_to(np.arange(flags.shape[-1], dtype=np.int64), flags.shape)
    last_false = np.maximum.accumulate(np.where(flags, -1, place), axis=-1)
    return np.asarray(place - last_false)


def quantile_by(values: Floats, q: float, axis: int = -1) -> Floats:
    """Lower-biased quantile of the known values along an axis; NaN where none is known, and never a warning.

    >>> quantile_by(np.array([[3.0, np.nan, 1.0, 2.0], [np.nan] * 4]), 0.5).tolist()
    [2.0, nan]
    """
    ordered = np.sort(np.moveaxis(values, axis, -1), axis=-1)  # NaN goes to the end
    n = np.isfinite(ordered).sum(axis=-1)
    at = np.clip(np.round(q * np.maximum(n - 1, 0)).astype(np.int64), 0, None)
    return np.asarray(np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0])
