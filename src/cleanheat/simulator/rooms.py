"""How warm are the rooms?  Buildings store heat and lag by their time constant; rooms differ by place and people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.thermal.room_temperature import balance_temp_c, step
from cleanheat.simulator import chance
from cleanheat.simulator.grid import Grid, Knots

Floats = NDArray[Any]
TIME_CONSTANT_H = ((24.0, 34.0), (30.0, 42.0), (38.0, 52.0), (48.0, 64.0), (56.0, 72.0))
"""By energy class: not saving, 30, 50, 65 and 75 % saving."""
POSITION_K = (0.6, -0.6, -0.9, -1.9, -1.1)
"""Middle, edge, top, corner and ground-floor flats against the mean of their building."""
UNHEATED_C = 15.5
"""What people keep their homes at before and after the season, with shut windows, cooking and small heaters."""
SPIN_UP_H = 216
"""Three time constants of the slowest building: what was before no longer matters."""
DAY_PATTERN_K = np.interp(np.arange(24), [0, 5, 7, 9, 16, 20, 22, 24], [-0.1, -0.35, 0.0, -0.1, 0.0, 0.45, 0.35, -0.1])


@dataclass(frozen=True)
class BuildingTable:
    """Buildings as rows: their unit's row (−1: none), inertia, loss against design and gains."""

    unit_row: NDArray[np.int64]
    time_constant_h: Floats
    loss_ratio: Floats
    gains_k: Floats
    sun_k: Floats


@dataclass(frozen=True)
class RoomTable:
    """Rooms as rows (ascending number)."""

    numbers: NDArray[np.int32]
    building_row: NDArray[np.int64]
    offset_k: Floats
    habit_k: Floats
    evening: Floats
    humidity_pct: Floats
    is_stuck: NDArray[np.bool_]
    lies: NDArray[np.bool_]
    noise: NDArray[np.int64]

    @property
    def count(self) -> int:
        return int(self.numbers.shape[0])


def building_table(archive: Archive, seed: int, unit_row_of: NDArray[np.int64]) -> BuildingTable:
    table = archive["building"]
    numbers = table.numbers
    energy = np.clip(np.nan_to_num(table.values["energy_class"][numbers]), 0, 4).astype(np.int64)
    low, high = np.array(TIME_CONSTANT_H).T
    share = chance.uniform(seed, "building/tau", numbers)
    return BuildingTable(
        unit_row=unit_row_of[table.links["unit"][numbers]],
        time_constant_h=(low[energy] + (high - low)[energy] * share).astype(np.float32),
        loss_ratio=np.clip(0.985 + 0.045 * chance.normal(seed, "building/loss", numbers), 0.83, 1.12).astype(
            np.float32
        ),
        gains_k=(1.6 + 1.2 * chance.uniform(seed, "building/gains", numbers)).astype(np.float32),
        sun_k=(0.002 + 0.003 * chance.uniform(seed, "building/sun", numbers)).astype(np.float32),
    )


def room_table(archive: Archive, seed: int) -> RoomTable:
    table, buildings = archive["room"], archive["building"]
    numbers = table.numbers
    row_of = np.zeros(buildings.size, np.int64)
    row_of[buildings.numbers] = np.arange(buildings.count)
    place = np.clip(np.nan_to_num(table.values["position"][numbers]), 0, 4).astype(np.int64)
    own = np.clip(1.35 * chance.normal(seed, "room/own", numbers), -3.2, 3.2)
    lies = chance.uniform(seed, "room/lie", numbers) < 0.003
    habit = chance.uniform(seed, "room/habit", numbers)
    return RoomTable(
        numbers=numbers,
        building_row=row_of[table.links["building"][numbers]],
        offset_k=(np.array(POSITION_K)[place] + own + np.where(lies, 5.5, 0.0)).astype(np.float32),
        habit_k=np.where(habit > 0.6, (habit - 0.55) * 8.0, 0.0).astype(np.float32),
        evening=(0.4 + 1.2 * chance.uniform(seed, "room/evening", numbers)).astype(np.float32),
        humidity_pct=(30.0 + 16.0 * chance.uniform(seed, "room/humidity", numbers)).astype(np.float32),
        lies=np.asarray(lies),
        is_stuck=chance.uniform(seed, "room/stuck", numbers) < 0.004,
        noise=(chance.uniform(seed, "room/noise", numbers) * chance.TABLE_MINUTES).astype(np.int64),
    )


def building_knots(
    table: BuildingTable,
    supply_ratio: Floats,
    outdoor_c: Floats,
    sun_w_m2: Floats,
    keep: int,
    uneven: tuple[NDArray[np.int64], Floats] | None = None,
    unheated: NDArray[np.bool_] | None = None,
) -> Floats:
    """Building temperatures ``[buildings, keep]`` at the last ``keep`` hours of a span.

    ``supply_ratio[units, hours]`` is heat ÷ design heat in each hour, weather ``[hours]``; the first day's balance
    starts the first-order lag, which then runs hour by hour.  ``uneven``: rows that get more or less than their unit's
    share, and the factor ``[rows, hours]``; ``unheated[units, hours]``: before the unit's start and after the season,
    when people help themselves.
    """
    city = supply_ratio.mean(axis=0)
    no_unit = table.unit_row < 0
    state: Floats = np.zeros(0, np.float32)
    kept = []
    hours = outdoor_c.shape[0]
    for h in range(hours):
        ratio = np.where(no_unit, city[h], supply_ratio[:, h][table.unit_row])
        if uneven is not None:
            np.multiply.at(ratio, uneven[0], uneven[1][:, h])
        balance = balance_temp_c(ratio, outdoor_c[h], table.loss_ratio, table.gains_k + table.sun_k * sun_w_m2[h])
        # People open windows when it is too warm: what lies above 24 °C is halved.
        balance = np.minimum(balance, 24.0 + 0.5 * (balance - 24.0)).astype(np.float32)
        if unheated is not None and unheated[:, h].any():
            helped = np.where(no_unit, unheated[:, h].all(), unheated[:, h][table.unit_row])
            balance = np.where(helped, np.maximum(balance, np.float32(UNHEATED_C)), balance)
        if h == 0:
            state = balance
        state = step(state, balance, table.time_constant_h, 1.0)
        if h >= hours - keep:
            kept.append(state)
    return np.stack(kept, axis=1).astype(np.float32)


def room_knots(rooms: RoomTable, buildings: Floats, first_hour: int) -> Knots:
    """Hourly room temperatures before windows and noise."""
    pattern = DAY_PATTERN_K[(first_hour + 8 + np.arange(buildings.shape[1])) % 24].astype(np.float32)
    warm = buildings[rooms.building_row]
    warm += rooms.offset_k[:, None]
    warm += rooms.evening[:, None] * pattern
    # A stuck sensor says the same in every window, whatever the season did since.
    warm[rooms.is_stuck] = np.round(21.0 + rooms.offset_k[rooms.is_stuck, None])
    return Knots(first_hour, {"room": warm})


@lru_cache(maxsize=4)
def _window_table(seed: int) -> NDArray[np.float32]:
    """Cooling by an opened window in units of one: falls within minutes, comes back within the hour; once a day."""
    minutes = chance.TABLE_MINUTES
    n = minutes // 1440
    begin = (chance.uniform(seed, "window/begin", np.arange(n)) * minutes).astype(np.int64)
    opened = 8 + 25 * chance.uniform(seed, "window/length", np.arange(n))
    table = np.zeros(minutes, np.float64)
    age = np.arange(6 * 60)
    for at, length in zip(begin, opened, strict=True):  # forty-five windows, once for each seed
        open_part = -np.expm1(-np.minimum(age, length) / 9.0)
        np.add.at(table, (at + age) % minutes, open_part * np.exp(-np.maximum(age - length, 0) / 45.0))
    cooling = -np.minimum(table, 1.2).astype(np.float32)
    return np.concatenate([cooling, cooling])


def evaluate(rooms: RoomTable, rows: slice, grid: Grid, knots: Knots, seed: int) -> list[Floats]:
    """Room temperature and humidity ``[rows, T]``."""
    slow = chance.windows(chance.noise_table(seed, "room", 180.0), rooms.noise[rows] + grid.minute, grid.n, grid.stride)
    opened = chance.windows(_window_table(seed), rooms.noise[rows] * 7 + grid.minute, grid.n, grid.stride)
    alive = np.where(rooms.is_stuck[rows], 0.0, 1.0).astype(np.float32)[:, None]
    room = knots.at("room", rows, grid)
    room += slow * (np.float32(0.16) * alive)
    room += opened * (rooms.habit_k[rows, None] * alive)
    humidity = slow * np.float32(2.2)
    humidity += rooms.humidity_pct[rows, None]
    return [room, humidity]
