"""How were the rooms of every building yesterday?  One small file a day, measured once the day is over.

Rooms whose sensor says nothing of the home (stuck all day, out of range) count as not read; what is not read is
neither good nor bad, it lowers the coverage.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.rooms.states import coldness, standing
from cleanheat.diagnosis.rooms.learning import hours_of, room_grid
from cleanheat.diagnosis.rooms.numbers import number
from cleanheat.diagnosis.rooms.places import places
from cleanheat.diagnosis.service.numbers import number as service_number
from cleanheat.kernel.time import DAY_S, SHANGHAI, local, utc
from cleanheat.telemetry.public import Store

FOLDER: Final = "service"
BLOCK: Final = 20_000
Float32s = NDArray[np.float32]


@dataclass(frozen=True)
class Day:
    """One local day of all buildings that have sensors; rows by building number ascending.

    ``sensors`` there are, ``rooms`` read, ``hours`` read, ``good_hours`` at 18 °C or more, ``hot_hours`` above 24 °C,
    ``short_kh`` degree-hours below 18 °C, ``warm_ch`` sum of temperatures, ``wander_k`` sum over rooms of their
    deviation within the day, ``fed_hours`` of ``watched_hours`` in which the building's unit sent heat; ``outdoor_c``.
    """

    start: int
    outdoor_c: float
    building: NDArray[np.int32]
    sensors: Float32s
    rooms: Float32s
    hours: Float32s
    good_hours: Float32s
    hot_hours: Float32s
    short_kh: Float32s
    warm_ch: Float32s
    wander_k: Float32s
    fed_hours: Float32s
    watched_hours: Float32s


COUNTED: Final = tuple(f.name for f in fields(Day) if f.name not in ("start", "outdoor_c", "building"))


def day_start(at: float) -> int:
    """Local midnight before an instant, in epoch seconds."""
    moment = local(at)
    return int(at) - (moment.hour * 3_600 + moment.minute * 60 + moment.second)


def measure(store: Store, archive: Archive, start: int) -> Day:
    """From the hours of the local day that begins at ``start``."""
    where, end = places(archive), start + DAY_S
    buildings, row = np.unique(where.building, return_inverse=True)
    sums = {name: np.zeros(buildings.size) for name in COUNTED}
    for begin in range(0, where.count, BLOCK):
        part = slice(begin, begin + BLOCK)
        room = room_grid(store, where.numbers[part], start, end)
        room[standing(room, int(number("sensor", "flat_least_h"))) <= number("sensor", "flat_k")] = np.nan
        for name, value in _of_rooms(room).items():
            sums[name] += np.bincount(row[part], value, buildings.size)
    unit = archive["building"].links["unit"][buildings]
    sums["fed_hours"], sums["watched_hours"] = _fed(store, unit, start, end)
    outdoor = hours_of(store, archive, start, end).outdoor_c
    mean = float(np.nanmean(outdoor)) if np.isfinite(outdoor).any() else float("nan")
    return Day(start, mean, buildings.astype(np.int32), **{n: v.astype(np.float32) for n, v in sums.items()})


def _of_rooms(room: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    short, below, _, seen = coldness(room, number("comfort", "cold_c"))
    total = np.where(np.isnan(room), 0.0, room).sum(axis=1)
    mean = total / np.maximum(seen, 1)
    square = np.where(np.isnan(room), 0.0, (room - mean[:, None]) ** 2).sum(axis=1)
    return {
        "sensors": np.ones(room.shape[0]),
        "rooms": seen > 0,
        "hours": seen,
        "good_hours": seen - below,
        "hot_hours": (room > number("comfort", "hot_c")).sum(axis=1),
        "short_kh": short,
        "warm_ch": total,
        "wander_k": np.sqrt(square / np.maximum(seen, 1)),
    }


def _fed(
    store: Store, unit: NDArray[np.int32], start: int, end: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Hours in which each building's unit was seen to send heat, and hours in which it was seen at all."""
    numbers = np.unique(unit[unit > 0])
    signals = ["secondary_supply_temp_c", "secondary_return_temp_c"]
    hot, back = store.hour_grid("unit", signals, start, end, numbers)
    known = np.isfinite(hot - back)
    fed = known & (hot - back >= service_number("reference", "running_delta_k"))
    at = np.searchsorted(numbers, np.maximum(unit, numbers[0] if numbers.size else 0))
    has = unit > 0
    if not numbers.size:
        return np.zeros(unit.size), np.zeros(unit.size)
    return np.where(has, fed.sum(axis=1)[at], 0.0), np.where(has, known.sum(axis=1)[at], 0.0)


def path_of(data_dir: Path, start: int) -> Path:
    return data_dir / FOLDER / f"{utc(start).astimezone(SHANGHAI):%Y%m%d}.npz"


def save(day: Day, data_dir: Path) -> None:
    path = path_of(data_dir, day.start)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        arrays: dict[str, Any] = {f.name: np.asarray(getattr(day, f.name)) for f in fields(Day)}
        np.savez_compressed(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def kept(data_dir: Path, start: int, end: int) -> Iterator[Day]:
    """The measured days that begin in ``[start, end)``, oldest first; days nobody measured are left out."""
    for at in range(day_start(start), end, DAY_S):
        path = path_of(data_dir, at)
        if at >= start and path.exists() and (day := _read(path, path.stat().st_mtime_ns)) is not None:
            yield day


@lru_cache(maxsize=400)
def _read(path: Path, _changed: int) -> Day | None:
    """None for a file that cannot be read: the day will be measured anew."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            arrays: dict[str, Any] = {f.name: held[f.name] for f in fields(Day)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return Day(**(arrays | {"start": int(arrays["start"]), "outdoor_c": float(arrays["outdoor_c"])}))
