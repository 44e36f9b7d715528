"""What is a room's own way?  Its level, its answer to the cold and to the water sent, its day; and how far it is off.

T(t) = a + b·felt(t) + c·sent(t) + two harmonics of the hour, with ``felt`` and ``sent`` the day-long memories of
outdoor and supply temperature: the first-order room seen from afar.  A masked ridge a room, drawn towards the rooms it
is fitted with.  Shapes: S rooms, T hours, K features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models.ridge import Normals, accumulate, predict, solve, spread
from cleanheat.calc.rooms.series import memory

Floats = NDArray[np.float64]
FEATURES = ("one", "outdoor_felt", "supply_felt", "day_sin", "day_cos", "half_day_sin", "half_day_cos")
SIZE = len(FEATURES)
OUTDOOR, SUPPLY, DAY = 1, 2, slice(3, SIZE)
MEMORY_H = 24.0
CENTRE_OUTDOOR_C, CENTRE_SUPPLY_C = -7.0, 42.0
"""Subtracted, so that the level is that of a usual winter day and is drawn apart from the slopes."""
PRIOR = np.array([0.5, 600.0, 600.0, *[40.0] * 4])
GENERAL = np.array([21.0, 0.05, 0.08, 0.0, 0.0, 0.0, 0.0])
"""What a room nobody knows is taken for, per K of outdoor and of supply temperature [proposal]."""
ROUNDS = 3
OUTLIER_SPREADS = 4.0
LEAST_HOURS = 24


@dataclass(frozen=True)
class Usual:
    """``theta [S, K]``, robust deviation ``spread [S]`` in K, ``hours [S]`` learned from; NaN with too few hours."""

    theta: Floats
    spread: Floats
    hours: NDArray[np.int32]

    def night_day_k(self) -> Floats:
        """Highest minus lowest of the usual day ``[S]``, K."""
        hour = np.arange(24)
        angle = 2 * np.pi * hour / 24
        shape = np.stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)])
        day = self.theta[:, DAY] @ shape
        return np.asarray(day.max(axis=1) - day.min(axis=1))


def features(outdoor_felt_c: Floats, supply_felt_c: Floats, local_hour: NDArray[np.int64]) -> Floats:
    """``[…, K]`` of memories that broadcast; an unknown supply counts as the usual one, unknown weather is NaN."""
    angle = 2 * np.pi * np.asarray(local_hour) / 24
    supply = np.nan_to_num(np.asarray(supply_felt_c) - CENTRE_SUPPLY_C)
    columns = (1.0, outdoor_felt_c - CENTRE_OUTDOOR_C, supply, np.sin(angle), np.cos(angle))
    return np.stack(np.broadcast_arrays(*columns, np.sin(2 * angle), np.cos(2 * angle)), axis=-1)


def fit(room_c: Floats, supply_c: Floats, outdoor_c: Floats, local_hour: NDArray[np.int64]) -> Usual:
    """Learn from hourly ``room_c [S, T]``, each room's ``supply_c [S, T]`` and ``outdoor_c [T]``, NaN unknown."""
    x = features(memory(outdoor_c, MEMORY_H), memory(supply_c, MEMORY_H), local_hour)
    known = np.isfinite(room_c) & np.isfinite(x).all(axis=-1)
    kept, theta, wide = known, np.zeros((room_c.shape[0], SIZE)), np.zeros(room_c.shape[0])
    for _ in range(ROUNDS):
        theta = _theta(accumulate(x, room_c, kept))
        off = room_c - predict(theta[:, None], x)
        wide = spread(off, known, 0.05)
        kept = known & (np.abs(off) <= OUTLIER_SPREADS * wide[:, None])
    hours = known.sum(axis=1).astype(np.int32)
    few = hours < LEAST_HOURS
    theta[few], wide[few] = np.nan, np.nan
    return Usual(theta, wide, hours)


def _theta(seen: Normals) -> Floats:
    together = Normals(*(part.sum(axis=0, keepdims=True) for part in (seen.xx, seen.xy, seen.yy, seen.n)))
    return solve(seen, PRIOR, solve(together, PRIOR, GENERAL)[0])[:, 0]


def departure_k(usual: Usual, room_c: Floats, x: Floats) -> Floats:
    """How far rooms ``[S]`` lie from their own way at one instant with features ``[S, K]``; NaN where unknown."""
    return np.asarray(room_c - np.einsum("sk,sk->s", usual.theta, x))
