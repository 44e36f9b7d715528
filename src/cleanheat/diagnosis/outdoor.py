"""How cold is it where an object stands?  The median of the nearest weather stations that can be trusted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.kernel.time import MINUTE_S
from cleanheat.telemetry.public import Latest

_NEVER_TWICE = 1_024


class Outdoor:
    """Nearest stations of each object of a kind, found once; the temperature is asked for each minute."""

    def __init__(self, archive: Archive, table: KindTable, stations: int, fresh_min: float) -> None:
        self._fresh_s = int(fresh_min * MINUTE_S)
        self._nearest = _nearest(archive["weather"], table, stations)

    def temp_c(self, latest: Latest, minute: int) -> NDArray[np.float64]:
        """``float64[size]``; the city's median where no near station can be trusted, NaN where none can at all."""
        stations = latest["weather"].trusted("outdoor_temp_c", minute - self._fresh_s)
        near = _median(stations[self._nearest])
        return np.where(np.isnan(near), _of_all(stations), near)


def city_temp_c(latest: Latest, minute: int, fresh_min: float) -> float | None:
    """The median of all weather stations that can be trusted and are fresh; ``None`` where there is none."""
    temp_c = _of_all(latest["weather"].trusted("outdoor_temp_c", minute - int(fresh_min * MINUTE_S)))
    return None if np.isnan(temp_c) else temp_c


def _of_all(stations: NDArray[np.float64]) -> float:
    known = stations[~np.isnan(stations)]
    return float(np.median(known)) if known.size else float("nan")


def _nearest(weather: KindTable, table: KindTable, count: int) -> NDArray[np.int32]:
    """Numbers of the nearest stations, ``int32[count, size]``; distances on the local plane are exact enough."""
    count = min(count, weather.count)
    shrink = np.cos(np.deg2rad(np.nanmean(weather.latitude[weather.numbers])))
    lon, lat = weather.longitude[weather.numbers], weather.latitude[weather.numbers]
    picks = np.zeros((count, table.size), dtype=np.int32)
    for start in range(0, table.count, _NEVER_TWICE):  # blocks: the distance matrix of all would be hundreds of MB
        block = table.numbers[start : start + _NEVER_TWICE]
        distance = ((table.longitude[block, None] - lon) * shrink) ** 2 + (table.latitude[block, None] - lat) ** 2
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :count]
        picks[:, block] = weather.numbers[nearest].T
    return picks


def _median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median over the first axis without NaN; NaN where all are."""
    ordered = np.sort(values, axis=0)  # NaN goes last
    known = np.count_nonzero(~np.isnan(values), axis=0)
    column = np.arange(values.shape[1])
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    high = np.minimum(high, values.shape[0] - 1)
    return np.where(known > 0, (ordered[low, column] + ordered[high, column]) / 2, np.nan)
