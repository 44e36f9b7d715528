"""What questions to the store are answered with: arrays, in the signals' units or as scaled integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Source = Literal["minutes", "hours"]


@dataclass(frozen=True)
class LatestRows:
    """The newest row of each object: ``columns[i]`` scaled integers, ``words`` packed verdicts, all ordered by id."""

    ids: NDArray[np.uint32]
    minutes: NDArray[np.int64]
    columns: list[NDArray[Any]]
    words: NDArray[np.uint64]


@dataclass(frozen=True)
class SignalSeries:
    """One signal's buckets, in its unit; NaN where no value is usable.  Of a counter, ``mean`` is the last reading."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    good: NDArray[np.int64]
    bad: NDArray[np.int64]
    missing: NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    """Readings of one object in buckets of ``width_s`` seconds; buckets without a single row are left out.

    ``times`` are the buckets' starts (epoch seconds), ``rows`` how many rows fell into each.
    """

    kind: str
    number: int
    start: int
    end: int
    width_s: int
    source: Source
    times: NDArray[np.int64]
    rows: NDArray[np.int64]
    signals: Mapping[str, SignalSeries]


@dataclass(frozen=True)
class HourlyMeans:
    """Means over many objects an hour: ``means`` float64[S, H] in the signals' units, ``counts`` values behind them."""

    hours: NDArray[np.int64]
    means: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class ObjectHours:
    """Hourly means of single objects, one row an object and hour, by id and hour."""

    ids: NDArray[np.uint32]
    hours: NDArray[np.int64]
    means: NDArray[np.float64]


@dataclass(frozen=True)
class Ranked:
    """Objects in order of their mean over a window."""

    ids: NDArray[np.uint32]
    means: NDArray[np.float64]
    counts: NDArray[np.int64]
