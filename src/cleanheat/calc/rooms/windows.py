"""Is a window open?  A fall of a kelvin within half an hour that the supply does not explain; closed once it rebounds.

A fall that does not come back within some hours was no window: something else cools the room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class WindowLimits:
    """``drop_k`` within the window of samples; ``supply_k``: by how much supply may have changed meanwhile;
    ``rebound``: share of the fall that must come back; ``give_up_h``: after so long it was no window."""

    drop_k: float
    supply_k: float
    rebound: float
    give_up_h: float


@dataclass
class Windows:
    """Memory over rooms: temperature before and lowest since the fall, its onset (epoch s, 0 none), openings kept as
    an exponential count of the last week."""

    before_c: NDArray[np.float32]
    lowest_c: NDArray[np.float32]
    since: NDArray[np.int64]
    openings: NDArray[np.float32]

    @classmethod
    def of(cls, size: int) -> Windows:
        def unknown() -> NDArray[np.float32]:
            return np.full(size, np.nan, np.float32)

        return cls(unknown(), unknown(), np.zeros(size, np.int64), np.zeros(size, np.float32))

    @property
    def is_open(self) -> NDArray[np.bool_]:
        return self.since > 0


WEEK_S = 7 * 86_400


def advance(
    windows: Windows, recent_c: Floats, supply_change_k: Floats, at: int, step_s: int, limits: WindowLimits
) -> None:
    """One more sample: ``recent_c [N, S]`` the last half hour's, newest last; ``supply_change_k [S]`` over it.

    An unknown supply explains nothing away: without it the fall and its rebound must do.
    """
    now = recent_c[-1]
    highest = np.where(np.isnan(recent_c), -np.inf, recent_c).max(axis=0)
    windows.openings *= np.float32(np.exp(-step_s / WEEK_S))
    with np.errstate(invalid="ignore"):
        steady = ~(np.abs(supply_change_k) > limits.supply_k)
        fell = ~windows.is_open & (highest - now >= limits.drop_k) & steady
        low = np.fmin(windows.lowest_c, now)
        back = now - low >= limits.rebound * (windows.before_c - low)
    closed = windows.is_open & back
    over = windows.is_open & ~closed & (at - windows.since > limits.give_up_h * 3_600)
    windows.openings[closed] += 1
    windows.lowest_c = np.where(windows.is_open, low, windows.lowest_c).astype(np.float32)
    for rows in (closed, over):
        windows.since[rows] = 0
        windows.before_c[rows] = windows.lowest_c[rows] = np.nan
    windows.since[fell] = at
    windows.before_c[fell], windows.lowest_c[fell] = highest[fell], now[fell]
