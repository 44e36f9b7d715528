"""Is it time to alarm?  A counter that rises with each anomalous sample and falls with each normal one.

What is unknown leaves it as it is, so a lost connection neither makes an alarm nor ends one.
Source: criticality counter of the CARE scheme for condition monitoring (Gück et al., Data 9 (2024)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass
class Counter:
    """Counts of ``n`` objects, who is in alarm, since when (epoch s) the count is above zero."""

    count: Ints
    alarm: Bools
    since: Ints

    @classmethod
    def of(cls, n: int) -> Counter:
        return cls(np.zeros(n, np.int64), np.zeros(n, bool), np.zeros(n, np.int64))


def advance(counter: Counter, anomalous: Bools, known: Bools, at: int, raise_at: int, most: int) -> Bools:
    """Take one more sample; alarm from ``raise_at`` on, until the count is back at zero; counts stop at ``most``.

    >>> counter = Counter.of(1)
    >>> looks = [True, True, True, False, False, False]
    >>> [bool(advance(counter, np.array([x]), np.array([True]), 1, 3, 3)[0]) for x in looks]
    [False, False, True, True, True, False]
    """
    step = np.where(known, np.where(anomalous, 1, -1), 0)
    before = counter.count
    counter.count = np.clip(before + step, 0, most)
    counter.since = np.where(counter.count > 0, np.where(before > 0, counter.since, at), 0)
    counter.alarm = (counter.alarm & (counter.count > 0)) | (counter.count >= raise_at)
    return counter.alarm


def over_history(anomalous: Bools, known: Bools, raise_at: int, most: int) -> Bools:
    """The same over a past ``bool[S, T]``."""
    counter = Counter.of(anomalous.shape[0])
    steps = range(anomalous.shape[1])
    return np.stack([advance(counter, anomalous[:, t], known[:, t], t, raise_at, most) for t in steps], axis=1)
