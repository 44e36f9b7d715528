"""A simulated city's hours as the store would answer them: what regularities are learned from, without a store."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S
from cleanheat.simulator.grid import Grid
from cleanheat.simulator.physics import City
from cleanheat.telemetry.public import ObjectHours

SPAN_H = 240


class SimulatedHours:
    """Hourly readings of every kind over ``[start, end)``, faults included, one reading an hour."""

    def __init__(self, city: City, start: int, end: int, kinds: tuple[str, ...] = tuple(KINDS)) -> None:
        self._city, self._start = city, start - start % HOUR_S
        counters = city.new_counters()
        parts: dict[str, list[list[NDArray[Any]]]] = {kind: [] for kind in kinds}
        for first in range(self._start // HOUR_S, end // HOUR_S, SPAN_H):
            n = min(SPAN_H, end // HOUR_S - first)
            window, grid = city.window(first, n + 1), Grid(first * HOUR_S, n, HOUR_S)
            units = city.unit_readings(window, slice(0, city.units.count), grid, counters)
            found = city.source_readings(window, grid, units.load, units.peak_kw, counters)
            found["unit"] = units.columns
            if "room" in kinds:
                found["room"] = city.room_readings(slice(None), grid, city.room_knots(window), window)
            if "device" in kinds:
                found["device"] = city.device_readings(slice(None), grid, city.device_knots(window), window)
            found["weather"] = city.weather_readings(window, grid)
            for kind in kinds:
                parts[kind].append(found[kind])
        self._columns = {k: [np.concatenate(c, axis=1) for c in zip(*p, strict=True)] for k, p in parts.items()}

    def object_hours(
        self, kind: str, signal: str, start: int, end: int, ids: NDArray[Any], _source: object = None
    ) -> ObjectHours:
        if kind not in self._columns:
            return ObjectHours(np.zeros(0, np.uint32), np.zeros(0, np.int64), np.zeros(0))
        spec = KINDS[kind]
        rows = np.searchsorted(self._city.archive[kind].numbers, ids)
        first = max((start - self._start) // HOUR_S, 0)
        values = self._columns[kind][spec.index[signal]][rows, first : (end - self._start) // HOUR_S]
        row, hour = np.nonzero(values != spec[signal].missing)
        hours = self._start + (first + hour.astype(np.int64)) * HOUR_S
        return ObjectHours(np.asarray(ids)[row].astype(np.uint32), hours, values[row, hour] / spec[signal].scale)
