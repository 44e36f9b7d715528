"""Since when does a condition stand, and does it stand long enough to be said?  Counters for many conditions at once.

A minute that looks bad adds one, a good one takes one away; at its onset count a condition stands, and it falls when it
has lost its release count again.  A minute of which nothing is known holds the counter, and long ignorance clears it:
missing data never raises anything and never keeps it up for ever.
Source: criticality counter of the CARE scheme for condition monitoring (Gück et al., Data 9 (2024)).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int16]


@dataclass
class Standing:
    """Of ``K`` conditions at ``n`` objects: count, unknown minutes in a row, who stands, since when (0 = not)."""

    count: Ints
    unsure: Ints
    active: Bools
    since: NDArray[np.int64]

    @classmethod
    def of(cls, conditions: int, n: int) -> Standing:
        shape = conditions, n
        return cls(
            np.zeros(shape, np.int16), np.zeros(shape, np.int16), np.zeros(shape, bool), np.zeros(shape, np.int64)
        )

    def snapshot(self) -> dict[str, NDArray[Any]]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True)
class Counts:
    """Minutes of each condition ``int16[K, 1]``: net bad ones until it stands, net good ones until it falls."""

    onset: Ints
    release: Ints
    hold: int


def advance(
    standing: Standing, bad: Bools, known: Bools, armed: Bools, minute: int, counts: Counts, elapsed: int = 1
) -> None:
    """Carry the counters over one more look, ``elapsed`` minutes after the one before.

    Args: ``bad``, ``known``, ``armed`` bool[K, n]; where ``armed`` is False nothing is counted and nothing stands.

    >>> s, c = Standing.of(1, 1), Counts(np.int16([[2]]), np.int16([[1]]), 30)
    >>> yes, no = np.array([[True]]), np.array([[False]])
    >>> for t in (60, 120): advance(s, yes, yes, yes, t, c)
    >>> s.active.item(), s.since.item()
    (True, 60)
    >>> advance(s, no, yes, yes, 180, c)
    >>> s.active.item()
    False
    """
    step = np.where(bad, np.int16(elapsed), np.int16(-elapsed))
    step[~known] = 0
    standing.count += step
    np.clip(standing.count, 0, counts.onset, out=standing.count)
    standing.unsure = np.where(known, np.int16(0), np.minimum(standing.unsure + np.int16(elapsed), np.int16(30_000)))
    gone = ~armed | (standing.unsure > counts.hold)
    standing.count[gone] = 0
    standing.since[(standing.count > 0) & (standing.since == 0)] = minute
    standing.active |= standing.count >= counts.onset
    standing.active &= standing.count > counts.onset - counts.release
    standing.since[(standing.count == 0) & ~standing.active] = 0
