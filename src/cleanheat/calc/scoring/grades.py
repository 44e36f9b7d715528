"""Which grade is a total?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Band:
    """One grade: from ``low`` points up to the next band's."""

    code: str
    zh: str
    low: float


def check_bands(bands: Sequence[Band]) -> None:
    """Bands fall strictly, and the last begins at 0, so that every total has exactly one grade."""
    if not bands or bands[-1].low != 0 or any(a.low <= b.low for a, b in pairwise(bands)):
        raise ValueError("bands must fall strictly and end at 0")
    if len({b.code for b in bands}) != len(bands):
        raise ValueError("two bands have the same code")


def grades(totals: ArrayLike, bands: Sequence[Band]) -> list[str]:
    """Code of each total's band; empty for NaN.  Totals are compared as shown: rounded to two decimals."""
    places = positions(totals, bands)
    return ["" if place < 0 else bands[place].code for place in places]


def positions(totals: ArrayLike, bands: Sequence[Band]) -> NDArray[np.intp]:
    """Index of each total's band, −1 for NaN."""
    x = np.round(np.atleast_1d(np.asarray(totals, dtype=np.float64)), 2)
    rising = np.array([band.low for band in reversed(bands)])
    place = len(bands) - np.searchsorted(rising, x, side="right")
    return np.where(np.isnan(x), -1, np.minimum(place, len(bands) - 1)).astype(np.intp)
