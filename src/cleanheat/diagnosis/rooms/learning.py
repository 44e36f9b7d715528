"""What do the last weeks teach about each room?  Its own way, and models of the hours ahead, circuit by circuit.

Rooms are learned in blocks ordered by their unit, so that a block shares supply and weather and a room with little
history is drawn to its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.rooms import horizons, usual
from cleanheat.calc.rooms.horizons import RoomInputs
from cleanheat.diagnosis.rooms.kept import RoomModels
from cleanheat.diagnosis.rooms.places import Places, placed, places
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, SHANGHAI, utc
from cleanheat.telemetry.public import Store

DAYS: Final = 42
BLOCK: Final = 400
LEAST_AHEAD_H: Final = 10 * 24
"""Hours of history before models of the hours ahead are tried at all."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Hours:
    """The hours learned from: city weather and local clock ``[T]``."""

    start: int
    end: int
    outdoor_c: Floats
    local_hour: NDArray[np.int64]


def _silent(_done: int, _total: int, _note: str) -> None:
    """No one is watching."""


def learn(
    store: Store, archive: Archive, until: int, days: int = DAYS, progress: Callable[[int, int, str], object] = _silent
) -> RoomModels:
    """From the whole hours of the ``days`` before ``until``; a room without history stays unknown."""
    end = until - until % HOUR_S
    at = hours_of(store, archive, end - days * DAY_S, end)
    where = places(archive)
    made = RoomModels.empty(archive["room"].size)
    order = np.lexsort((where.numbers, where.unit))
    ahead: dict[int, NDArray[np.float16]] = {}
    for begin in range(0, order.size, BLOCK):
        rows = order[begin : begin + BLOCK]
        progress(begin, order.size, "室温规律")
        _learn_block(store, archive, where, rows, at, made, ahead)
    return _with_ahead(made, end, ahead)


def hours_of(store: Store, archive: Archive, start: int, end: int) -> Hours:
    stations = store.hour_grid("weather", ["outdoor_temp_c"], start, end, archive["weather"].numbers)[0]
    outdoor = _median(stations.astype(np.float64))
    clock = (np.arange(start, end, HOUR_S) + _zone_s(start)) // HOUR_S % 24
    return Hours(start, end, outdoor, clock.astype(np.int64))


def _zone_s(at: int) -> int:
    offset = utc(at).astimezone(SHANGHAI).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def room_grid(store: Store, numbers: NDArray[np.int32], start: int, end: int) -> Floats:
    """Hourly room temperatures ``[S, T]`` in the order of ``numbers``, NaN where none that could be one."""
    order = np.argsort(numbers)
    found = store.hour_grid("room", ["room_temp_c"], start, end, numbers[order])[0].astype(np.float64)
    out = np.empty_like(found)
    out[order] = found
    spec = KINDS["room"]["room_temp_c"]
    return np.where((out < spec.low) | (out > spec.high), np.nan, out)


def supply_grid(store: Store, archive: Archive, unit_row: NDArray[np.int64], start: int, end: int) -> Floats:
    """Secondary supply beside each room ``[S, T]``; NaN for a room without a unit."""
    rows = np.unique(unit_row[unit_row >= 0])
    numbers = archive["unit"].numbers[rows]
    found = store.hour_grid("unit", ["secondary_supply_temp_c"], start, end, numbers)[0].astype(np.float64)
    out = np.full((unit_row.size, (end - start) // HOUR_S), np.nan)
    has = unit_row >= 0
    out[has] = found[np.searchsorted(rows, unit_row[has])]
    return out


def _learn_block(
    store: Store, archive: Archive, where: Places, rows: NDArray[np.int64], at: Hours, made: RoomModels,
    ahead: dict[int, NDArray[np.float16]],
) -> None:  # fmt: skip
    numbers = where.numbers[rows]
    room = room_grid(store, numbers, at.start, at.end)
    known = ~np.isnan(room)
    if not known.any():
        return
    supply = supply_grid(store, archive, where.unit_row[rows], at.start, at.end)
    first = int(known.any(axis=0).argmax())  # nothing is computed for weeks in which no room was read
    own = usual.fit(room[:, first:], supply[:, first:], at.outdoor_c[first:], at.local_hour[first:])
    made.theta[numbers], made.spread[numbers], made.hours[numbers] = own.theta, own.spread, own.hours
    if known.any(axis=0).sum() < LEAST_AHEAD_H:
        return
    inputs = RoomInputs(room[:, first:], supply[:, first:], at.outdoor_c[first:], at.local_hour[first:])
    found = horizons.fit(inputs)
    made.trust[numbers], made.error_k[numbers] = found.trust, found.error_k
    made.persistence_k[numbers], made.ahead_hours[numbers] = found.persistence_k, found.hours
    ahead.update(zip(numbers.tolist(), found.theta.astype(np.float16), strict=True))


def _with_ahead(made: RoomModels, until: int, ahead: dict[int, NDArray[np.float16]]) -> RoomModels:
    trusted = bool(made.trust.any())
    numbers = np.array(sorted(ahead), np.int32)
    theta = placed(made.size, numbers, np.stack([ahead[n] for n in numbers.tolist()]), 0) if trusted else made.ahead
    return RoomModels(
        until, made.theta, made.spread, made.hours, theta, made.trust, made.error_k, made.persistence_k,
        made.ahead_hours,
    )  # fmt: skip


def _median(values: Floats) -> Floats:
    """Median over the first axis of the known values, NaN where none."""
    if not values.shape[0]:
        return np.full(values.shape[1], np.nan)
    ordered, n = np.sort(values, axis=0), (~np.isnan(values)).sum(axis=0)  # NaN goes to the end
    columns = np.arange(values.shape[1])
    low, high = np.maximum(n - 1, 0) // 2, np.minimum(n // 2, np.maximum(n - 1, 0))
    return np.asarray((ordered[low, columns] + ordered[high, columns]) / 2)
