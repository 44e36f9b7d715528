"""What do the weather stations read?  The city's weather, warmer in the built-up area, each with its own noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.simulator import chance
from cleanheat.simulator.grid import Grid

Floats = NDArray[Any]
CENTRE = (125.32, 43.88)
ISLAND_KM = 12.0
NOISE = (0.22, 1.5, 0.35, 12.0, 2.5, 3.5, 0.8, 1.8)
EARTH_KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class StationTable:
    """Weather stations as rows: how urban each is (0–1), its own offset and noise."""

    numbers: NDArray[np.int32]
    urban: Floats
    offset_k: Floats
    factor: Floats
    noise: NDArray[np.int64]

    @property
    def count(self) -> int:
        return int(self.numbers.shape[0])


def station_table(archive: Archive, seed: int) -> StationTable:
    table = archive["weather"]
    numbers = table.numbers
    east = (table.longitude[numbers] - CENTRE[0]) * EARTH_KM_PER_DEGREE * np.cos(np.radians(CENTRE[1]))
    north = (table.latitude[numbers] - CENTRE[1]) * EARTH_KM_PER_DEGREE
    urban = np.exp(-np.nan_to_num(np.hypot(east, north), nan=10.0) / ISLAND_KM)
    return StationTable(
        numbers=numbers,
        urban=urban.astype(np.float32),
        offset_k=np.clip(0.4 * chance.normal(seed, "station/offset", numbers), -1, 1).astype(np.float32),
        factor=(0.85 + 0.3 * chance.uniform(seed, "station/factor", numbers)).astype(np.float32),
        noise=(chance.uniform(seed, "station/noise", numbers) * chance.TABLE_MINUTES).astype(np.int64),
    )


def evaluate(stations: StationTable, grid: Grid, hourly: Floats, first_hour: int, seed: int) -> list[Floats]:
    """The eight weather signals ``[stations, T]`` from the city's hourly weather ``[8, hours]``."""
    city = grid.between(hourly.astype(np.float32), first_hour)
    hour = (grid.times // 3600 + 8) % 24
    night = 0.5 + 0.5 * np.cos((hour - 3) * np.pi / 12)
    table = chance.noise_table(seed, "station", 90.0)
    rows = []
    for i, size in enumerate(NOISE):  # eight signals
        noise = chance.windows(table, stations.noise + grid.minute + 977 * i, grid.n, grid.stride)
        value = city[i][None, :] * (1.0 if i < 2 else stations.factor[:, None]) + size * noise
        if i == 0:
            island = stations.urban[:, None] * (0.7 + 1.1 * night)[None, :] - 0.6
            value = value + island + stations.offset_k[:, None]
        elif i == 3:
            value = np.where(city[3][None, :] > 3.0, value, 0.0)
        rows.append(value if i == 0 else np.maximum(value, 1.0 if i > 3 else 0.0))
    rows[1] = np.minimum(rows[1], 100.0)
    return rows
