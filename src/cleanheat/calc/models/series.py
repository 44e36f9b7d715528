"""How do irregular readings become hours?  Series of many objects on one regular grid.

An hour is named by its beginning.  NaN means missing or not trusted, per channel and never per row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Ints = NDArray[np.int64]

HOUR_S = 3600
CHANNELS = (
    "outdoor_c",
    "supply_c",
    "return_c",
    "primary_supply_c",
    "primary_return_c",
    "flow_t_h",
    "heat_kw",
    "setpoint_c",
    "room_c",
    "makeup_t_h",
    "pump_hz",
    "valve_pct",
)
"""Canonical channels of any circuit: the secondary side of a unit, its own water for a boiler, branch or plant."""


@dataclass(frozen=True)
class Series:
    """Channels ``float32[S, T]`` of ``S`` objects; step ``t`` covers ``start + t·step_s`` up to the next (epoch s)."""

    start: int
    step_s: int
    values: Mapping[str, Floats32]

    @property
    def steps(self) -> int:
        return int(next(iter(self.values.values())).shape[1])

    @property
    def stamps(self) -> Ints:
        """Beginning of each step, epoch seconds ``int64[T]``."""
        return self.start + self.step_s * np.arange(self.steps, dtype=np.int64)

    def hourly(self) -> Series:
        """Means of the known steps of each hour, from the first whole hour on.

        >>> quarter = Series(900, 900, {"supply_c": np.array([[1, 2, 3, 4, 5, 6, np.nan]], np.float32)})
        >>> quarter.hourly().start, quarter.hourly().values["supply_c"].tolist()
        (3600, [[5.0]])
        """
        if self.step_s == HOUR_S:
            return self
        if HOUR_S % self.step_s:
            raise ValueError(f"{self.step_s} s do not divide an hour")
        per_hour = HOUR_S // self.step_s
        skip = (-self.start) % HOUR_S // self.step_s
        hours = (self.steps - skip + per_hour - 1) // per_hour
        last = skip + hours * per_hour
        values = {}
        for channel, of_steps in self.values.items():
            padded = np.pad(of_steps, ((0, 0), (0, max(0, last - self.steps))), constant_values=np.nan)[:, skip:last]
            values[channel] = _mean(padded.reshape(of_steps.shape[0], hours, per_hour).astype(np.float64))
        return Series(self.start + skip * self.step_s, HOUR_S, values)


def _mean(parts: Floats) -> Floats32:
    known = ~np.isnan(parts)
    n = known.sum(axis=-1)
    total = np.where(known, parts, 0.0).sum(axis=-1)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan).astype(np.float32)


def step_means(stamps: Ints, readings: Floats, start: int, step_s: int, steps: int) -> Floats:
    """Mean of the known readings ``[N]`` of each step, NaN where there is none; ``stamps`` in any order.

    >>> step_means(np.array([0, 1800, 3600]), np.array([1.0, 3.0, np.nan]), 0, 3600, 2).tolist()
    [2.0, nan]
    """
    place = (stamps - start) // step_s
    use = (place >= 0) & (place < steps) & ~np.isnan(readings)
    n = np.bincount(place[use], minlength=steps)
    total = np.bincount(place[use], weights=readings[use], minlength=steps)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def counted(stamps: Ints, counter: Floats, start: int, step_s: int, steps: int, reach_s: int = 3 * HOUR_S) -> Floats:
    """What a counter has grown by in each step, in its unit; ``stamps`` ascending.

    The counter is interpolated to the steps' borders between readings at most ``reach_s`` apart.  Where it runs
    backwards (reset, changed meter) nothing is known until both borders lie behind the new beginning.

    >>> counted(np.array([0, 3600, 7200, 10800]), np.array([5.0, 7.0, 1.0, 2.0]), 0, 3600, 3).tolist()
    [2.0, nan, 1.0]
    """
    known = ~np.isnan(counter)
    at, value = stamps[known], counter[known]
    if at.size < 2:
        return np.full(steps, np.nan)
    borders = start + step_s * np.arange(steps + 1, dtype=np.int64)
    value_at = np.interp(borders, at, value)
    broken = np.concatenate([[0], np.cumsum((np.diff(value) < 0) | (np.diff(at) > reach_s))])
    before = np.clip(np.searchsorted(at, borders, side="right") - 1, 0, at.size - 1)
    after = np.clip(np.searchsorted(at, borders, side="left"), 0, at.size - 1)
    good = (broken[before] == broken[after]) & (borders >= at[0]) & (borders <= at[-1])
    same = good[:-1] & good[1:] & (broken[before[:-1]] == broken[after[1:]])
    return np.where(same, np.diff(value_at), np.nan)


def newest(stamps: Ints, readings: Floats, borders: Ints, reach_s: int = HOUR_S, stroke: bool = True) -> Floats:
    """What was last read by each of ``borders``, NaN where that is longer ago than ``reach_s``; ``stamps`` ascending.

    ``stroke``: a reading at the very border counts too.  It must not where a reading's stamp may name the interval
    that begins with it: that would be the future.

    >>> newest(np.array([0, 1800, 9000]), np.array([1.0, 2.0, 3.0]), np.array([0, 3600, 9000])).tolist()
    [1.0, 2.0, 3.0]
    >>> newest(np.array([0, 1800, 9000]), np.array([1.0, 2.0, 3.0]), np.array([0, 3600, 9000]), stroke=False).tolist()
    [nan, 2.0, nan]
    """
    known = ~np.isnan(readings)
    at, value = stamps[known], readings[known]
    if not at.size:
        return np.full(borders.size, np.nan)
    last = np.searchsorted(at, borders, side="right" if stroke else "left") - 1
    place = np.maximum(last, 0)
    return np.where((last >= 0) & (borders - at[place] <= reach_s), value[place], np.nan)
