"""Where does each room stand?  Its building, community, circuit and source: rows of arrays, groups counted from 1."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Places:
    """One row a room, ascending number.  ``source``: branches first, boiler rooms after them (``branches`` of them).

    ``unit_row``: the room's unit among the archive's units, −1 for none.
    """

    numbers: NDArray[np.int32]
    building: Ints
    community: Ints
    unit: Ints
    source: Ints
    company: Ints
    unit_row: Ints
    branches: int

    @property
    def count(self) -> int:
        return int(self.numbers.shape[0])

    def same_as(self, other: Places) -> bool:
        """Whether every room stands where it stood, in the same row."""
        return all(np.array_equal(getattr(self, part.name), getattr(other, part.name)) for part in fields(self))


def places(archive: Archive) -> Places:
    rooms, units, stations = archive["room"], archive["unit"], archive["substation"]
    numbers = rooms.numbers
    building = rooms.links["building"][numbers].astype(np.int64)
    unit = rooms.links["unit"][numbers].astype(np.int64)
    station = units.links["substation"][unit]
    branch, boiler = (stations.links[name][station].astype(np.int64) for name in ("branch", "boiler"))
    branches = archive["branch"].size
    row_of = np.full(units.size, -1, np.int64)
    row_of[units.numbers] = np.arange(units.count)
    return Places(
        numbers,
        building,
        archive["building"].links["community"][building].astype(np.int64),
        unit,
        np.where(branch > 0, branch, np.where(boiler > 0, branches + boiler, 0)),
        rooms.links["company"][numbers].astype(np.int64),
        row_of[unit],
        branches,
    )


def placed(size: int, numbers: NDArray[np.int32], values: NDArray[Any], empty: float = np.nan) -> NDArray[Any]:
    """Rows put into slots by number."""
    out = np.full((size, *values.shape[1:]), empty, values.dtype)
    out[numbers] = values
    return out
