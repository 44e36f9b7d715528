"""How well are homes served?  Qualified rate with its interval, a score whose weights are public, a fair comparison.

Counts come in as hours of rooms; a rate never travels without how many hours and how many sensors stand behind it.
Operators are compared by what the city would have reached with *their* buildings in *their* weather (indirect
standardisation): never by bare rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Z95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


def rate(part: ArrayLike, whole: ArrayLike) -> Floats:
    """``part / whole``, NaN where nothing was observed.

    >>> rate([9, 0], [10, 0]).tolist()
    [0.9, nan]
    """
    p, w = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.where(w > 0, p / np.where(w > 0, w, 1.0), np.nan)


def wilson(share: ArrayLike, trials: ArrayLike, z: float = Z95) -> tuple[Floats, Floats]:
    """The interval of a share that came of ``trials`` independent observations; NaN without any.

    Hours of one room are not independent: the number of rooms is what counts as trials.
    Source: Wilson 1927.

    >>> low, high = wilson([1.0, 0.5], [5, 100])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.566, 0.404], [1.0, 0.596])
    """
    p, n = np.asarray(share, np.float64), np.asarray(trials, np.float64)
    known = (n > 0) & np.isfinite(p)
    p, n = np.where(known, p, 0.0), np.where(known, n, 1.0)
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


@dataclass(frozen=True)
class ServiceScore:
    """``total`` 0–100 (NaN: nothing known), each ``parts`` 0–1 (NaN unknown), ``weighed``: share of the weights that
    could be judged."""

    total: Floats
    parts: Mapping[str, Floats]
    weighed: Floats


def score(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> ServiceScore:
    """100·Σ w·part ÷ Σ w over the parts that are known; without the first part (the qualified rate) there is no score.

    >>> s = score({"qualified": np.array([1.0, 0.8]), "handling": np.array([np.nan, 0.5])},
    ...           {"qualified": 0.6, "handling": 0.4})
    >>> s.total.round(1).tolist(), s.weighed.tolist()
    ([100.0, 68.0], [0.6, 1.0])
    """
    first = np.asarray(next(iter(parts.values())), np.float64)
    total, weighed = np.zeros(first.shape), np.zeros(first.shape)
    for name, part in parts.items():
        known = ~np.isnan(part)
        total += np.where(known, weights[name] * part, 0.0)
        weighed += weights[name] * known
    has = ~np.isnan(first)
    return ServiceScore(
        np.where(has, 100 * total / np.where(weighed > 0, weighed, 1.0), np.nan),
        parts,
        np.where(has, weighed / sum(weights.values()), 0.0),
    )


def shortfall_part(degree_hours: ArrayLike, hours: ArrayLike, reference_k: float) -> Floats:
    """1 − min(1, mean shortfall ÷ reference): 1 where no home was ever below, 0 at ``reference_k`` on the mean."""
    return np.asarray(1 - np.minimum(1.0, rate(degree_hours, hours) / reference_k))


def steadiness_part(deviation_k: ArrayLike, reference_k: float) -> Floats:
    """1 − min(1, usual hour-to-hour deviation within a day ÷ reference)."""
    return np.asarray(1 - np.minimum(1.0, np.asarray(deviation_k, np.float64) / reference_k))


def by_group(values: ArrayLike, group: Ints, groups: int) -> Floats:
    """Sums over the members of each group ``[G]``; group 0 is nobody's."""
    sums = np.bincount(group, np.nan_to_num(np.asarray(values, np.float64)), groups)[:groups].astype(np.float64)
    sums[0] = 0.0
    return sums


def standardised(
    qualified: Floats, hours: Floats, stratum: Ints, strata: int, group: Ints, groups: int
) -> tuple[Floats, Floats]:
    """What the city would have reached in each group's strata, and the group's own rate as if it had the city's mix.

    Args: qualified and observed hours ``[N]`` of cells, each in a stratum (building class × terminal × weather band)
    and a group (an operator), group 0 nobody's.
    Returns: expected rate and standardised rate ``[G]``: observed ÷ expected × the city's rate, at most 1.
    Source: indirect standardisation (observed ÷ expected).

    >>> expected, own = standardised(np.array([90.0, 50.0]), np.array([100.0, 100.0]), np.array([0, 1]), 2,
    ...                              np.array([1, 2]), 3)
    >>> expected.round(2).tolist(), own.round(2).tolist()
    ([nan, 0.9, 0.5], [nan, 0.7, 0.7])
    """
    in_stratum = np.bincount(stratum, hours, strata)
    city = rate(np.bincount(stratum, qualified, strata), in_stratum)
    expected = rate(by_group(np.nan_to_num(city[stratum]) * hours, group, groups), by_group(hours, group, groups))
    own = rate(by_group(qualified, group, groups), by_group(hours, group, groups))
    whole = rate(qualified.sum(), hours.sum())
    return expected, np.minimum(own / np.where(expected > 0, expected, np.nan) * whole, 1.0)


def trend(values: Floats) -> Floats:
    """Change per step of rows ``[N, T]`` by the median of pairwise slopes (Theil–Sen); NaN with fewer than 3 known.

    >>> trend(np.array([[1.0, 2.0, 9.0, 4.0]])).tolist()
    [1.0]
    """
    steps = values.shape[1]
    first, last = np.triu_indices(steps, 1)
    slopes = np.sort((values[:, last] - values[:, first]) / (last - first), axis=1)
    n = (~np.isnan(slopes)).sum(axis=1)
    rows = np.arange(values.shape[0])
    low, high = np.maximum(n - 1, 0) // 2, np.minimum(n // 2, max(slopes.shape[1] - 1, 0))
    if not slopes.shape[1]:
        return np.full(values.shape[0], np.nan)
    middle = (slopes[rows, low] + slopes[rows, high]) / 2
    return np.where((~np.isnan(values)).sum(axis=1) >= 3, middle, np.nan)
