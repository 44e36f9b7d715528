"""What did the last three days of every object look like, hour by hour?  Rings of hourly means, fed every minute.

An hour's mean is of the minutes that could be trusted (of ``counted`` channels the sum); without any it is NaN.
Nothing is shifted: an hour has its place in the ring by its number, and a place that holds another hour counts as
empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.time import HOUR_S

Floats = NDArray[np.floating[Any]]
Float32s = NDArray[np.float32]

HOURS = 72
LEAST_MINUTES = 10
"""Of an hour that must be known before its mean counts."""


class HourMemory:
    """Rings ``float32[C, HOURS, n]`` of closed hours, and sums of the hour that is open."""

    def __init__(
        self, channels: Sequence[str], n: int, least_minutes: int = LEAST_MINUTES, counted: Sequence[str] = ()
    ) -> None:
        self.channels = tuple(channels)
        self._counted = np.isin(np.array(self.channels), np.array(counted or ("",)))
        self._place = {name: i for i, name in enumerate(self.channels)}
        self._least = least_minutes
        self.ring = np.full((len(self.channels), HOURS, n), np.nan, np.float32)
        self.held = np.full(HOURS, -1, np.int64)
        self.sums = np.zeros((len(self.channels), n), np.float32)
        self.counts = np.zeros((len(self.channels), n), np.int16)
        self.hour = -1
        self._cache: dict[tuple[str, int], tuple[Float32s, NDArray[np.int16]]] = {}

    def add(self, minute: int, values: Mapping[str, Floats]) -> bool:
        """One minute's readings by channel, NaN where unknown; whether an hour was closed before it."""
        hour = minute // HOUR_S
        closes = 0 <= self.hour < hour
        if closes:
            self._close()
        if hour > self.hour:
            self.hour = hour
        elif hour < self.hour:
            return False
        for name, value in values.items():
            i = self._place[name]
            known = value == value
            np.add(self.sums[i], value, out=self.sums[i], where=known, casting="same_kind")
            self.counts[i] += known
        return closes

    def _close(self) -> None:
        means = np.full(self.sums.shape, np.nan, np.float32)
        np.divide(self.sums, self.counts, out=means, where=self.counts >= self._least)
        means[self._counted] = np.where(self.counts >= self._least, self.sums, np.nan)[self._counted]
        self.put(self.hour, means)
        self.sums[:] = 0
        self.counts[:] = 0

    def put(self, hour: int, means: Floats) -> None:
        """The means ``[C, n]`` of one whole hour (number since the epoch)."""
        self.ring[:, hour % HOURS] = means
        self.held[hour % HOURS] = hour
        self._cache.clear()

    def last(self, channel: str, hours: int) -> Float32s:
        """``float32[hours, n]``: the closed hours before the open one, oldest first; NaN where not known."""
        wanted = np.arange(self.hour - hours, self.hour)
        found: Float32s = self.ring[self._place[channel], wanted % HOURS]
        found[self.held[wanted % HOURS] != wanted] = np.nan
        return found

    def total(self, channel: str, hours: int) -> tuple[Float32s, NDArray[np.int16]]:
        """Sum over the known of the last closed hours, and how many they are; computed once an hour."""
        key = channel, hours
        if key not in self._cache:
            past = self.last(channel, hours)
            known = np.isfinite(past).sum(axis=0, dtype=np.int16)
            self._cache[key] = np.asarray(np.nansum(past, axis=0, dtype=np.float32)), np.asarray(known)
        return self._cache[key]

    def mean(self, channel: str, hours: int, least: int = 1) -> Float32s:
        """Mean of the last closed hours, NaN where fewer than ``least`` are known."""
        total, count = self.total(channel, hours)
        out = np.full(total.shape, np.nan, np.float32)
        np.divide(total, count, out=out, where=count >= least)
        return out

    def snapshot(self) -> dict[str, NDArray[Any]]:
        hour = np.array(self.hour)
        return {"ring": self.ring, "held": self.held, "sums": self.sums, "counts": self.counts, "hour": hour}

    def restore(self, kept: Mapping[str, NDArray[Any]]) -> None:
        """Raises ``ValueError`` where the snapshot is of other channels or objects."""
        if kept["ring"].shape != self.ring.shape:
            raise ValueError(f"ring of shape {kept['ring'].shape}, {self.ring.shape} wanted")
        for name in ("ring", "held", "sums", "counts"):
            getattr(self, name)[:] = kept[name]
        self.hour = int(kept["hour"])
        self._cache.clear()
