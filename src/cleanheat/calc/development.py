"""How has something grown, how old is it, and how does it compare with a year and a period before?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def grown(years: ArrayLike, amounts: ArrayLike, first: int, last: int) -> tuple[Floats, Floats]:
    """What was added in each year ``first`` … ``last`` and what there was at its end.

    What is older than ``first``, or of unknown year, was there before; what is younger than ``last`` is left out.

    Args: years float[N] (NaN: unknown), amounts float[N] of any unit (NaN counts nothing).
    Returns: added float[Y], standing float[Y], in the unit of ``amounts``.

    >>> added, standing = grown([1990, 2001, 2002, 2002], [5, 1, 1, 1], 2001, 2002)
    >>> added.tolist(), standing.tolist()
    ([1.0, 2.0], [6.0, 8.0])
    """
    year, amount = np.asarray(years, dtype=np.float64), np.nan_to_num(np.asarray(amounts, dtype=np.float64))
    before = ~(year >= first)
    within = (year >= first) & (year <= last)
    added = np.bincount((year[within] - first).astype(np.intp), amount[within], last - first + 1).astype(np.float64)
    return added, amount[before].sum() + np.cumsum(added)


def change(now: ArrayLike, before: ArrayLike) -> Floats:
    """Relative change now/before − 1; NaN where either is unknown or there was nothing before.

    >>> change([110.0, 5.0], [100.0, 0.0]).round(3).tolist()
    [0.1, nan]
    """
    a, b = np.asarray(now, dtype=np.float64), np.asarray(before, dtype=np.float64)
    out = np.full(np.broadcast(a, b).shape, np.nan)
    np.divide(a, b, out=out, where=b > 0)
    return np.asarray(out - 1.0)


def by_age(years: ArrayLike, amounts: ArrayLike, this_year: int, edges: Sequence[int]) -> Floats:
    """Amounts by age in whole years: below ``edges[0]``, … , from ``edges[-1]`` on, and last those of unknown year.

    Returns: float[len(edges) + 2].
    """
    year, amount = np.asarray(years, dtype=np.float64), np.nan_to_num(np.asarray(amounts, dtype=np.float64))
    known = year > 0
    band = np.where(known, np.searchsorted(edges, this_year - np.where(known, year, 0), "right"), len(edges) + 1)
    return np.bincount(band, amount, len(edges) + 2).astype(np.float64)
