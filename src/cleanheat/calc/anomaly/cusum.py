"""Has a mean shifted, and since when?  Two-sided CUSUM of standardised deviations, for histories and for the minute.

S⁺ = max(0, S⁺ + z − k), S⁻ = max(0, S⁻ − z − k); a shift is said at h, and its onset is where the sum last stood at 0.
What is unknown leaves the sums as they are.
Source: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954); k = half the shift looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class Sums:
    """Sums upwards and downwards of ``n`` objects, and since when (epoch s, 0 = not) each is above zero."""

    up: Floats
    down: Floats
    up_since: Ints
    down_since: Ints

    @classmethod
    def of(cls, n: int) -> Sums:
        return cls(np.zeros(n), np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64))


def advance(sums: Sums, z: Floats, at: int, k: float, h: float) -> NDArray[np.int8]:
    """Take one more deviation ``z [n]``; returns 1 where the mean has risen, −1 where it has fallen, else 0.

    Sums are capped at 2·h, so that the end of a shift is seen as soon as its beginning was.

    >>> sums = Sums.of(1)
    >>> [int(advance(sums, np.array([z]), t, 0.5, 4.0)[0]) for t, z in enumerate([0.0, 2.0, 2.0, 2.0, -3.0])]
    [0, 0, 0, 1, 0]
    """
    step = np.nan_to_num(z)
    known = np.isfinite(z)
    for name, sign in (("up", 1.0), ("down", -1.0)):
        before, since = getattr(sums, name), getattr(sums, f"{name}_since")
        after = np.where(known, np.clip(before + sign * step - k, 0.0, 2 * h), before)
        setattr(sums, name, after)
        setattr(sums, f"{name}_since", np.where(after > 0, np.where(before > 0, since, at), 0))
    return ((sums.up >= h).astype(np.int8) - (sums.down >= h).astype(np.int8)).astype(np.int8)


def over_history(z: Floats, k: float, h: float) -> tuple[NDArray[np.int8], Ints]:
    """Verdicts ``int8[S, T]`` and onsets ``int64[S, T]`` (place of the step at which the sum left zero, −1 = none)."""
    sums = Sums.of(z.shape[0])
    verdict = np.zeros(z.shape, np.int8)
    onset = np.full(z.shape, -1, np.int64)
    for t in range(z.shape[1]):
        verdict[:, t] = advance(sums, z[:, t], t + 1, k, h)
        since = np.where(verdict[:, t] > 0, sums.up_since, sums.down_since)
        onset[:, t] = np.where(verdict[:, t] != 0, since - 1, -1)
    return verdict, onset
