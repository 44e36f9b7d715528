"""Has a mean shifted?  One-sided CUSUM of standardised deviations, for any number of objects.

Source: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954); the allowance is half the shift looked for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def advance(total: NDArray[np.float32], z: NDArray[np.float32], allowance: float, cap: float) -> None:
    """S = max(0, S + z − allowance), in place; an unknown ``z`` leaves it; bounded by ``cap`` so that the end of a
    shift is seen as soon as its beginning was.

    >>> s = np.zeros(2, np.float32)
    >>> for _ in range(3): advance(s, np.array([2.0, np.nan], np.float32), 0.5, 4.0)
    >>> s.tolist()
    [4.0, 0.0]
    """
    step = np.nan_to_num(z - np.float32(allowance), nan=0.0)
    np.clip(total + step, 0, cap, out=total)
