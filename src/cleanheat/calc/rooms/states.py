"""What is the matter with a room?  Cold, hot, an open window, a sensor that measures something else, nobody there.

All functions take arrays over rooms and say only what the readings can bear: an unknown hour is neither cold nor
warm, and no state follows from missing data.  Shapes: S rooms, T samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Reach(IntEnum):
    """Whose departure it is: this room's alone, or shared by the building, the circuit or the source."""

    NONE = 0
    ROOM = 1
    BUILDING = 2
    UNIT = 3
    SOURCE = 4

    @property
    def zh(self) -> str:
        return ("", "仅本户", "整栋楼", "同机组多栋楼", "同热源")[self]


def coldness(room_c: Floats, limit_c: float) -> tuple[Floats, Ints, Ints, Ints]:
    """Degree-hours below a limit, hours below it, the longest spell and hours observed, of hourly ``[S, T]``.

    An unknown hour ends a spell.
    Source: Σ(limit − T)⁺·Δt.

    >>> [v.tolist() for v in coldness(np.array([[17.0, 16.5, 19.0, np.nan, 17.5]]), 18.0)]
    [[3.0], [3], [2], [4]]
    """
    below = room_c < limit_c
    short = np.where(below, limit_c - room_c, 0.0).sum(axis=1)
    run = np.zeros(room_c.shape[0], np.int64)
    longest = run.copy()
    for t in range(room_c.shape[1]):
        run = np.where(below[:, t], run + 1, 0)
        np.maximum(longest, run, out=longest)
    return short, below.sum(axis=1), longest, (~np.isnan(room_c)).sum(axis=1)


def follows(room_c: Floats, other_c: Floats, least: int) -> tuple[Floats, Floats]:
    """Slope (K/K) and correlation of rooms' changes with another temperature's, over hours where both are known.

    ``other_c [S, T]`` or ``[T]``.  NaN with fewer than ``least`` common hours or where either stands still.

    >>> slope, r = follows(np.array([[0.0, 1.0, 2.0]]), np.array([0.0, 2.0, 4.0]), 3)
    >>> slope.round(2).tolist(), r.round(2).tolist()
    ([0.5], [1.0])
    """
    other = np.broadcast_to(other_c, room_c.shape)
    both = ~np.isnan(room_c) & ~np.isnan(other)
    n = both.sum(axis=1)
    some = np.maximum(n, 1)[:, None]
    a, b = (np.where(both, v, 0.0) for v in (room_c, other))
    a = np.where(both, a - a.sum(axis=1, keepdims=True) / some, 0.0)
    b = np.where(both, b - b.sum(axis=1, keepdims=True) / some, 0.0)
    aa, bb, ab = (a * a).sum(axis=1), (b * b).sum(axis=1), (a * b).sum(axis=1)
    known = (n >= least) & (aa > 1e-6) & (bb > 1e-6)
    slope = np.where(known, ab / np.where(known, bb, 1.0), np.nan)
    return slope, np.where(known, ab / np.sqrt(np.where(known, aa * bb, 1.0)), np.nan)


def standing(room_c: Floats, least: int) -> Floats:
    """Range of ``[S, T]`` in K; NaN with fewer than ``least`` readings."""
    known = ~np.isnan(room_c)
    high = np.where(known, room_c, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(known, room_c, np.inf).min(axis=1, initial=np.inf)
    return np.where(known.sum(axis=1) >= least, high - low, np.nan)


def group_median(values: Floats, group: Ints, groups: int) -> tuple[Floats, Ints]:
    """Median of the known values of each group ``[G]`` (NaN where none) and how many there were.

    ``group [S]``: 0 is nobody's.

    >>> group_median(np.array([1.0, 5.0, 3.0, np.nan]), np.array([1, 1, 1, 2]), 3)[0].tolist()
    [nan, 3.0, nan]
    """
    kept = np.flatnonzero(~np.isnan(values) & (group > 0))
    order = kept[np.lexsort((values[kept], group[kept]))]
    count = np.bincount(group[order], minlength=groups)
    first = np.cumsum(count) - count
    out = np.full(groups, np.nan)
    has = count > 0
    middle = values[order]
    low, high = first[has] + (count[has] - 1) // 2, first[has] + count[has] // 2
    out[has] = (middle[low] + middle[high]) / 2
    return out, count


def reach(departure_k: Floats, middles: Sequence[Floats], least_k: float, share: float) -> NDArray[np.uint8]:
    """Isolated or common?  The widest group whose median goes at least ``share`` of the way with the room.

    ``middles``: medians of each room's building, circuit and source beside the room ``[S]``, NaN where too few rooms
    are read to speak for it.  A wider group counts only if those within it that speak go along; a departure below
    ``least_k`` is nobody's.

    >>> reach(np.array([-3.0, -3.0, 0.1]), [np.array([0.0, -2.5, 0.0]), np.array([-2.5, 0.0, 0.0])], 1.0, 0.6).tolist()
    [1, 2, 0]
    """
    out = np.where(np.abs(departure_k) >= least_k, np.uint8(Reach.ROOM), np.uint8(Reach.NONE))
    alike = out > 0
    for level, middle in zip((Reach.BUILDING, Reach.UNIT, Reach.SOURCE), middles, strict=False):
        with np.errstate(invalid="ignore"):
            goes_with = middle * np.sign(departure_k) >= share * np.abs(departure_k)
        out[alike & goes_with] = level
        alike &= goes_with | np.isnan(middle)
    return out
