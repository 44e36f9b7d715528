"""What do rural devices do?  Every type is a cycle of its own period and duty; water, power and room follow it.

Heat pumps cycle within the hour with a COP that falls with the cold; stoves burn a load of fuel over hours; storage
heaters charge in the valley tariff from 21:00; solar collectors follow the sun and call their auxiliary heat at night.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.simulator import chance
from cleanheat.simulator.grid import Grid, Knots

Floats = NDArray[Any]
AIR_PUMP, WATER_PUMP, STORAGE, PELLET, STRAW, SOLAR = range(6)
PERIOD_MIN = ((22, 55), (22, 60), (1440, 1440), (150, 330), (420, 700), (1440, 1440))
RISE_MIN = (6.0, 8.0, 220.0, 28.0, 40.0, 60.0)
FALL_MIN = (15.0, 22.0, 900.0, 110.0, 170.0, 260.0)
LIFT_K = (0.0, 9.0, 0.0, 22.0, 26.0, 20.0)
BASE_C = (0.0, 33.0, 0.0, 34.0, 33.0, 30.0)
ELECTRIC_SHARE = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
FAN_W = (0.0, 0.0, 0.0, 95.0, 60.0, 110.0)
VALLEY_START_MIN, SUN_START_MIN = 21 * 60, 8 * 60 + 40
UNUSED_SHARE = 0.11
LOCAL_MIN = 8 * 60


@dataclass(frozen=True)
class DeviceTable:
    """Devices as rows (ascending number)."""

    numbers: NDArray[np.int32]
    type_: NDArray[np.int64]
    electric_w: Floats
    standby_w: Floats
    heat_kw: Floats
    need_kw: Floats
    period_min: NDArray[np.float64]
    phase: NDArray[np.float64]
    rise_min: Floats
    fall_min: Floats
    lift_k: Floats
    base_c: Floats
    has_water: NDArray[np.bool_]
    auxiliary: Floats
    target_c: Floats
    is_used: Floats
    noise: NDArray[np.int64]

    @property
    def count(self) -> int:
        return int(self.numbers.shape[0])


def device_table(archive: Archive, seed: int) -> DeviceTable:
    table = archive["device"]
    numbers = table.numbers
    kind = np.clip(np.nan_to_num(table.values["device_type"][numbers]), 0, 5).astype(np.int64)

    def chosen(name: str) -> NDArray[np.float64]:
        return chance.uniform(seed, f"device/{name}", numbers)

    low, high = np.array(PERIOD_MIN, float).T
    period = low[kind] + (high - low)[kind] * chosen("period")
    fixed = np.select([kind == STORAGE, kind == SOLAR], [VALLEY_START_MIN, SUN_START_MIN], -1.0)
    phase = np.where(fixed >= 0, -(fixed - LOCAL_MIN + 30 * (chosen("late") - 0.5)) / 1440.0, chosen("phase"))
    rated = np.clip(np.nan_to_num(table.values["rated_kw"][numbers], nan=9.0), 1.0, 30.0)
    # Archives give a heat pump's heat or its electric power; above seven kilowatts it can only be the heat.
    electric_kw = np.where((kind <= WATER_PUMP) & (rated > 7.0), rated / 3.1, rated)
    area = np.clip(np.nan_to_num(table.values["floor_area_m2"][numbers], nan=90.0), 40.0, 220.0)
    used = chosen("used") >= UNUSED_SHARE
    return DeviceTable(
        numbers=numbers,
        type_=kind,
        electric_w=(1000.0 * electric_kw * np.array(ELECTRIC_SHARE)[kind] + np.array(FAN_W)[kind]).astype(np.float32),
        standby_w=(2.0 + 8.0 * chosen("standby")).astype(np.float32),
        heat_kw=np.where(kind <= WATER_PUMP, electric_kw, rated).astype(np.float32),
        need_kw=(area * (45.0 + 38.0 * chosen("need")) / 1000.0).astype(np.float32),
        period_min=period,
        phase=phase,
        rise_min=np.array(RISE_MIN, np.float32)[kind],
        fall_min=np.array(FALL_MIN, np.float32)[kind],
        lift_k=(np.array(LIFT_K)[kind] * (0.8 + 0.4 * chosen("lift"))).astype(np.float32),
        base_c=(np.array(BASE_C)[kind] + 5.0 * (chosen("base") - 0.4)).astype(np.float32),
        has_water=np.array(LIFT_K)[kind] > 0,
        auxiliary=np.where(kind == SOLAR, np.floor(4 * chosen("auxiliary")), 0.0).astype(np.float32),
        target_c=(15.2 + 4.8 * chosen("target")).astype(np.float32),
        is_used=used.astype(np.float32),
        noise=(chosen("noise") * chance.TABLE_MINUTES).astype(np.int64),
    )


def cop(outdoor_c: Floats) -> Floats:
    """Coefficient of performance of an air-source heat pump: 3.2 at 7 °C, 2.3 at −12 °C, 1.9 at −20 °C."""
    return np.clip(2.86 + 0.048 * outdoor_c, 1.5, 3.6)


def device_knots(
    devices: DeviceTable, first_hour: int, outdoor_c: Floats, smoothed_c: Floats, sun_w_m2: Floats
) -> Knots:
    """Hourly duty (share of a cycle that runs) and room temperature ``[devices, hours]``."""
    outdoor, smoothed, sun = (a.astype(np.float32)[None, :] for a in (outdoor_c, smoothed_c, sun_w_m2))
    load = np.clip((16.5 - (0.5 * outdoor + 0.5 * smoothed)) / 39.1, 0.0, 1.2)
    need = devices.need_kw[:, None] * load
    kind = devices.type_[:, None]
    gives = devices.heat_kw[:, None] * np.where(kind <= WATER_PUMP, cop(outdoor), 0.8)
    share = need / gives
    # A day's charge in ten valley hours; the sun decides for collectors.
    duty = np.clip(share, 0.06, np.where(kind == STORAGE, 10.0 / 24.0, 0.97))
    duty = np.where(kind == SOLAR, np.clip(0.12 + 0.2 * (sun > 40) + 0.0003 * sun, 0.05, 0.31), duty)
    short = np.clip(share - np.where(kind == STORAGE, 0.42, 0.97), 0.0, 0.6)
    room = devices.target_c[:, None] - 7.0 * short + 0.04 * outdoor
    used = devices.is_used[:, None]
    cold = 4.0 + 0.35 * smoothed
    values = {"duty": (duty * used).astype(np.float32), "room": (room * used + cold * (1 - used)).astype(np.float32)}
    return Knots(first_hour, values)


def evaluate(devices: DeviceTable, rows: slice, grid: Grid, knots: Knots, seed: int) -> list[Floats]:
    """On/off, supply and return temperature, power, room temperature and auxiliary state ``[rows, T]``."""
    period = devices.period_min[rows]
    begin = (grid.minute / period + devices.phase[rows]) % 1.0
    turns = begin.astype(np.float32)[:, None] + (grid.stride / period).astype(np.float32)[:, None] * np.arange(
        grid.n, dtype=np.float32
    )
    turns -= np.floor(turns)
    duty = knots.at("duty", rows, grid)
    is_on = turns < duty
    minutes = period.astype(np.float32)[:, None]
    rising = np.minimum(turns * (minutes / devices.rise_min[rows, None]), 1.0)
    turns -= duty
    turns *= minutes / devices.fall_min[rows, None]
    level = np.where(is_on, rising, np.maximum(1.0 - turns, 0.0))
    level *= devices.is_used[rows, None]
    noise = chance.windows(
        chance.noise_table(seed, "room", 180.0), devices.noise[rows] + grid.minute, grid.n, grid.stride
    )
    room = knots.at("room", rows, grid)
    room += level * np.float32(0.5)
    room += noise * np.float32(0.25)
    water = devices.is_used[rows, None]
    supply = level * devices.lift_k[rows, None]
    supply += devices.base_c[rows, None] * water + 8.0 * (1 - water)
    supply += noise * np.float32(0.3)
    back = supply - level * (np.float32(0.5) * devices.lift_k[rows, None] ** 0.8) - np.float32(0.6)
    dry = ~devices.has_water[rows]
    supply[dry] = np.nan
    back[dry] = np.nan
    power: Floats = is_on * devices.electric_w[rows, None]
    power *= 1.0 + noise * np.float32(0.015)
    power += devices.standby_w[rows, None]
    auxiliary = (level < 0.15) * devices.auxiliary[rows, None]
    return [is_on, supply, back, power, room, auxiliary]
