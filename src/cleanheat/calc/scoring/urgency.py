"""Who has problems first?  Reasons as severities, weighed into points, the most points first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NONE = 0
"""Grade of an object that has nothing of a sort; 1 is the gravest."""


def gravest(numbers: ArrayLike, grades: ArrayLike, size: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The gravest grade at each object, and how many there are.

    Args: object numbers int[N], grades int[N] from 1 (the gravest) to 254; ``size`` slots.
    Returns: uint8[size] with 0 where there is nothing, int64[size].

    >>> gravest([2, 2, 1], [3, 1, 4], 4)[0].tolist()
    [0, 4, 1, 0]
    """
    at = np.asarray(numbers, dtype=np.intp)
    worst = np.full(size, 255, np.uint8)
    np.minimum.at(worst, at, np.asarray(grades, dtype=np.uint8))
    return np.where(worst == 255, NONE, worst).astype(np.uint8), np.bincount(at, minlength=size)


def graded(grades: ArrayLike, points: Sequence[float]) -> Floats:
    """Points of grades: ``points[0]`` for grade 1, nothing for grade 0."""
    return np.array([0.0, *points])[np.asarray(grades, dtype=np.intp)]


def beyond(values: ArrayLike, tolerance: float, full: float) -> Floats:
    """Severity 0…1 of a quantity: 0 up to ``tolerance``, 1 from ``full`` on, straight between; NaN says nothing: 0.

    ``full`` below ``tolerance`` makes small values the severe ones.

    >>> beyond([1.0, 3.0, 9.0, float("nan")], 2.0, 4.0).tolist()
    [0.0, 0.5, 1.0, 0.0]
    """
    share = (np.asarray(values, dtype=np.float64) - tolerance) / (full - tolerance)
    return np.nan_to_num(np.clip(share, 0.0, 1.0))


def first(parts: Floats, numbers: ArrayLike) -> NDArray[np.intp]:
    """Places of objects, the most points first; equals by their largest single reason, then by number.

    Args: points float[R, N] of R reasons, object numbers int[N].
    """
    return np.lexsort((np.asarray(numbers), -parts.max(axis=0, initial=0.0), -parts.sum(axis=0)))
