"""Which objects have stopped reporting, and which senders are silent as a whole?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def silent_minutes(heard: NDArray[np.int64], now: int, watched_since: int | NDArray[np.int64]) -> NDArray[np.float64]:
    """Minutes since an object's last usable reading.

    Args:
        heard: epoch seconds of the last usable reading, ``int64[n]``, 0 = never.
        now: the minute being judged, epoch seconds.
        watched_since: nobody is called silent for time in which nobody listened; one moment, or ``int64[n]``.
    Returns: ``float64[n]`` minutes, never negative.
    Source: rule family 及时性 (timeliness): offline if the gap exceeds three periods.

    >>> silent_minutes(np.array([0, 600, 1140]), now=1200, watched_since=900).tolist()
    [5.0, 5.0, 1.0]
    """
    silent_s = np.maximum(now - np.maximum(heard, watched_since), 0)
    return np.asarray(silent_s / 60.0, dtype=np.float64)


def newest(values: NDArray[np.int64], groups: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    """Largest value of each group: ``int64[n]``, ``int32[n]`` → ``int64[size]``, 0 for an empty group.

    >>> newest(np.array([5, 9, 7]), np.array([1, 1, 2], np.int32), 4).tolist()
    [0, 9, 7, 0]
    """
    top = np.zeros(size, dtype=np.int64)
    np.maximum.at(top, groups, values)
    return top
