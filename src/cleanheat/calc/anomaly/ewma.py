"""What is the level of a noisy residual now?  Exponentially weighted mean with its own control limits.

Limits widen from the first sample to L·σ·√(λ/(2−λ)).  What is unknown leaves the mean as it is.
Source: S. W. Roberts, "Control chart tests based on geometric moving averages", Technometrics 1 (1959).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass
class Mean:
    """Weighted means of ``n`` residuals and the weight of their beginning (1 = nothing known yet)."""

    value: Floats
    unsure: Floats

    @classmethod
    def of(cls, n: int) -> Mean:
        return cls(np.zeros(n), np.ones(n))


def advance(mean: Mean, residual: Floats, share: float) -> Floats:
    """Take one more residual ``[n]``; returns the mean in units of its own spread for unit residuals.

    >>> mean = Mean.of(1)
    >>> [round(float(advance(mean, np.array([1.0]), 0.2)[0]), 2) for _ in range(3)]
    [1.0, 1.41, 1.7]
    """
    known = np.isfinite(residual)
    mean.value = np.where(known, mean.value + share * (np.nan_to_num(residual) - mean.value), mean.value)
    mean.unsure = np.where(known, mean.unsure * (1 - share) ** 2, mean.unsure)
    spread = np.sqrt(share / (2 - share) * (1 - mean.unsure))
    return np.where(spread > 0, mean.value / np.maximum(spread, 1e-12), 0.0)


def over_history(residual: Floats, share: float) -> Floats:
    """The same for a past ``[S, T]``."""
    mean = Mean.of(residual.shape[0])
    return np.stack([advance(mean, residual[:, t], share) for t in range(residual.shape[1])], axis=1)
