"""What is the slow level of a noisy value?  Exponentially weighted mean, in place, for any number of objects.

Source: S. W. Roberts, "Control chart tests based on geometric moving averages", Technometrics 1 (1959).
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", np.float32, np.float64)


def smoothed(
    state: NDArray[Real], value: NDArray[Real], share: float, held: NDArray[np.bool_] | None = None
) -> NDArray[Real]:
    """Take one more value: a missing one leaves the mean, the first one begins it; ``held``: who stands still.

    >>> smoothed(np.array([np.nan, 1.0, 1.0]), np.array([2.0, np.nan, 2.0]), 0.5).tolist()
    [2.0, 1.0, 1.5]
    >>> smoothed(np.array([np.nan, 1.0]), np.array([2.0, 2.0]), 0.5, np.array([True, True])).tolist()
    [2.0, 1.0]
    """
    known = ~np.isnan(value)
    fresh = known & np.isnan(state)
    moves = known & ~fresh if held is None else known & ~fresh & ~held
    np.copyto(state, value, where=fresh)
    np.add(state, share * (value - state), out=state, where=moves)
    return state
