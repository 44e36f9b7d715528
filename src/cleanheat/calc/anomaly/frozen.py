"""Does a sensor still measure?  Its longest run of one value while its neighbours move.

Shapes: S objects, T = 24·D hours from a local midnight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import by_day, since_false

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def still_hours(values: Floats, tolerance: float = 1e-3) -> NDArray[np.int64]:
    """Hours in a row in which the value has not changed, ``int64[S, T]``; a missing hour begins anew.

    >>> still_hours(np.array([[50.0, 50.0, 50.0, 51.0, np.nan, 51.0]])).tolist()
    [[0, 1, 2, 0, 0, 0]]
    """
    same = np.zeros(values.shape, bool)
    with np.errstate(invalid="ignore"):
        same[..., 1:] = np.abs(np.diff(values, axis=-1)) <= tolerance
    return since_false(same)


def longest_still(values: Floats, neighbour: Floats, moved: float = 1.0) -> Floats:
    """Longest run of each day ``[S, D]``, h, counted where the neighbour moved by ``moved`` or more meanwhile.

    A circuit at rest is not a frozen sensor, and where everything stands still the line has died, not a sensor.
    Without a neighbour (all NaN) runs are taken as they are.
    """
    still = by_day(still_hours(values))
    runs = still.max(axis=-1).astype(np.float64)
    ends = still.argmax(axis=-1)[..., None]
    hour = np.arange(still.shape[-1])
    meanwhile = (hour <= ends) & (hour >= ends - runs[..., None])
    daily = by_day(neighbour)
    known = np.isfinite(daily) & meanwhile
    top = np.where(known, daily, -np.inf).max(axis=-1)
    bottom = np.where(known, daily, np.inf).min(axis=-1)
    alone = ~np.isfinite(neighbour).any(axis=-1, keepdims=True)
    return np.where(alone | (top - bottom >= moved), runs, 0.0)


@dataclass
class Watch:
    """For the minute path: the last value of ``n`` sensors and since when (epoch s) it has not changed."""

    last: Floats
    since: NDArray[np.int64]

    @classmethod
    def of(cls, n: int) -> Watch:
        return cls(np.full(n, np.nan), np.zeros(n, np.int64))


def advance(watch: Watch, values: Floats, at: int, tolerance: float = 1e-3) -> Floats:
    """Take one more reading; returns for how many hours each value has stood still.  Missing readings change nothing.

    >>> watch = Watch.of(1)
    >>> [float(advance(watch, np.array([v]), t)[0]) for t, v in ((0, 50.0), (3600, 50.0), (7200, 50.5))]
    [0.0, 1.0, 0.0]
    """
    known = np.isfinite(values)
    moved = known & ~(np.abs(values - watch.last) <= tolerance)
    watch.last[moved] = values[moved]
    watch.since[moved] = at
    return np.where(known & ~np.isnan(watch.last), (at - watch.since) / 3600.0, 0.0)
