"""Is a quantity still what it used to be at such a load?  A slow line of its own for every object, hour by hour.

Each object keeps the line y = ȳ + b·(x − x̄) of its past weeks by exponentially weighted moments, so that it is compared
with itself at equal x; the departure of the last day is a mean of residuals.  While it departs, the line stands still:
what goes wrong slowly is not learned as the new usual.
Source: exponentially weighted recursive least squares with a ridge towards a slope known from physics (Ljung, *System
Identification*, 1999, ch. 11); Roberts, Technometrics 1 (1959), for the mean of residuals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Float32s = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Pace:
    """Hours: of the line's memory, of the departure's, and how many must be learned before anything is judged.

    ``slope``: what physics expects of y(x); ``steady``: variance of x from which on the own slope counts as much;
    ``most``: a single hour departs no further than this.
    """

    memory_h: float
    recent_h: float
    least_h: float
    slope: float = 0.0
    steady: float = 0.01
    most: float = 1.0


@dataclass
class OwnReference:
    """One row an object, ``float32[n]``: hours learned, moments of x and y, and the day's departure (NaN: unknown)."""

    hours: Float32s
    mean_x: Float32s
    mean_y: Float32s
    var_x: Float32s
    cov: Float32s
    recent: Float32s

    @classmethod
    def of(cls, n: int) -> OwnReference:
        hours, mean_x, mean_y, var_x, cov = np.zeros((5, n), np.float32)
        return cls(hours, mean_x, mean_y, var_x, cov, np.full(n, np.nan, np.float32))

    def snapshot(self) -> dict[str, NDArray[Any]]:
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def restore(self, kept: Mapping[str, NDArray[Any]]) -> None:
        """Raises ``KeyError`` or ``ValueError`` where the memory is of something else."""
        for f in fields(self):
            getattr(self, f.name)[:] = kept[f.name]

    def usual(self, x: Floats, pace: Pace) -> Floats:
        """What y the line expects at ``x [n]``; NaN where too little is learned."""
        slope = (self.cov + pace.steady * pace.slope) / (self.var_x + pace.steady)
        return np.where(self.hours >= pace.least_h, self.mean_y + slope * (x - self.mean_x), np.nan)


def advance(own: OwnReference, x: Floats, y: Floats, held: Bools, pace: Pace) -> None:
    """Take in one hour in place; a missing x or y changes nothing, ``held [n]``: whose line stands still.

    >>> own, pace = OwnReference.of(1), Pace(memory_h=336, recent_h=1, least_h=3)
    >>> still = np.array([False])
    >>> for _ in range(5): advance(own, np.array([0.0]), np.array([2.0]), still, pace)
    >>> advance(own, np.array([0.0]), np.array([1.5]), ~still, pace)
    >>> round(float(own.recent[0]), 2), round(float(own.mean_y[0]), 2)
    (-0.5, 2.0)
    """
    known = np.isfinite(x) & np.isfinite(y)
    off = np.clip(y - own.usual(x, pace), -pace.most, pace.most)
    judged = known & np.isfinite(off)
    before = np.where(np.isnan(own.recent), 0.0, own.recent)
    own.recent[judged] = (before + (off - before) / pace.recent_h)[judged]
    learns = known & ~held
    own.hours[learns] += 1
    share = np.maximum(1.0 / np.maximum(own.hours, 1.0), 1.0 / pace.memory_h)
    dx, dy = np.where(learns, x - own.mean_x, 0.0), np.where(learns, y - own.mean_y, 0.0)
    dy = np.where(own.hours > pace.least_h, np.clip(dy, -pace.most, pace.most), dy)
    own.mean_x += (share * dx).astype(np.float32)
    own.mean_y += (share * dy).astype(np.float32)
    own.var_x = _forgetting(own.var_x, dx * dx, share, learns)
    own.cov = _forgetting(own.cov, dx * dy, share, learns)


def _forgetting(moment: Float32s, change: Floats, share: Floats, learns: Bools) -> Float32s:
    """A second moment after one more value; older ones fade."""
    return np.where(learns, (1 - share) * (moment + share * change), moment).astype(np.float32)
