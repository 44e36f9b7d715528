"""How cold has it been in the last days?  Hourly means of the city's outdoor temperature, the open hour included.

Parameters are trained against the same series: hourly means over the weather stations that can be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models.design import Inputs
from cleanheat.kernel.time import HOUR_S, SHANGHAI, utc
from cleanheat.telemetry.public import Latest, Store

KEPT_HOURS = 240
"""Ten days: the slowest memory of the cold (72 h) has nearly forgotten what was before."""
FRESH_S = HOUR_S


class WeatherNow:
    """A ring of hours for the whole city."""

    def __init__(self) -> None:
        self._mean_c = np.full(KEPT_HOURS, np.nan)
        self._hours = np.full(KEPT_HOURS, -1, np.int64)
        self._count = np.zeros(KEPT_HOURS, np.int64)
        self.hour = -1

    def add(self, latest: Latest, minute: int) -> None:
        stations = latest["weather"].trusted("outdoor_temp_c", minute - FRESH_S)
        known = stations[np.isfinite(stations)]
        if known.size:
            self._add(minute // HOUR_S, float(np.median(known)), 1)

    def _add(self, hour: int, mean_c: float, count: int) -> None:
        place = hour % KEPT_HOURS
        if self._hours[place] != hour:
            self._hours[place], self._count[place], self._mean_c[place] = hour, 0, 0.0
        total = self._count[place] + count
        self._mean_c[place] += (mean_c - self._mean_c[place]) * count / total
        self._count[place] = total
        self.hour = max(self.hour, hour)

    def hours(self, until: int, count: int = KEPT_HOURS) -> NDArray[np.float64]:
        """Means of the hours up to and with the number ``until``, oldest first, NaN where unknown."""
        wanted = np.arange(until - count + 1, until + 1)
        return np.where(self._hours[wanted % KEPT_HOURS] == wanted, self._mean_c[wanted % KEPT_HOURS], np.nan)

    def inputs(self, minute: int) -> Inputs:
        """What features are made of at a minute: the last element is the present hour, filled from the one before."""
        hour = minute // HOUR_S
        outdoor = self.hours(hour)
        if np.isnan(outdoor[-1]):
            outdoor[-1] = outdoor[-2]
        local_s = np.arange(hour - KEPT_HOURS + 1, hour + 1) * HOUR_S + _zone_s(minute)
        return Inputs.of(outdoor, local_s)

    def recover(self, store: Store, now: float) -> None:
        """The hours that are not known yet, from what is stored."""
        end = int(now)
        found = store.hourly_means("weather", ["outdoor_temp_c"], end - KEPT_HOURS * HOUR_S, end + 1)
        for hour, mean, count in zip(
            found.hours.tolist(), found.means[0].tolist(), found.counts[0].tolist(), strict=True
        ):
            number = hour // HOUR_S
            if count and self._hours[number % KEPT_HOURS] != number:
                self._add(number, mean, 60)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        return {"mean_c": self._mean_c, "hours": self._hours, "count": self._count}

    def restore(self, kept: Mapping[str, NDArray[Any]]) -> None:
        self._mean_c[:], self._hours[:], self._count[:] = kept["mean_c"], kept["hours"], kept["count"]
        self.hour = int(self._hours.max())


def _zone_s(minute: int) -> int:
    offset = SHANGHAI.utcoffset(utc(minute))
    return int(offset.total_seconds())
