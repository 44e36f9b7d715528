"""What do plants, branch lines and boiler rooms do?  They follow the weather, and carry what their units take.

Supply temperatures are known from the weather alone, since units need them first; flows, returns and heat are the sums
over the units supplied (Σ units = source), so energy is conserved along the tree plant → branch → unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.calc.thermal.constants import DESIGN_INDOOR_TEMP_C, WATER_KWH_PER_T_K
from cleanheat.calc.thermal.regulation import RADIATORS_75_50, Circuit, primary_constant_flows
from cleanheat.simulator import chance
from cleanheat.simulator.grid import Grid

Floats = NDArray[Any]
PLANT_CURVE, BOILER_CURVE = Circuit(111.0, 57.0), Circuit(104.0, 57.0)
LOWEST_SUPPLY_C = (72.0, 67.0)
"""Plants and boiler rooms keep this supply temperature and let the substations' valves throttle."""
FULL_PEAK_C, FIRST_PEAK_C, PEAK_SHARE = -20.0, -13.0, 0.30
"""Peak boiler rooms start at a smoothed −13 °C and give up to 30 % of the load they stand behind at −20 °C."""
FUEL_MJ_KG = np.array([21.0, 48.6, 15.5, 0.0])
FUEL_YIELD = np.array([0.82, 0.93, 0.80, 0.98])
EARTH_KM = 6371.0


@dataclass(frozen=True)
class SourceTable:
    """Rows of heat sources: branches first, then boiler rooms; and the plants above the branches."""

    branch_numbers: NDArray[np.int32]
    boiler_numbers: NDArray[np.int32]
    plant_numbers: NDArray[np.int32]
    plant_of_branch: NDArray[np.int64]
    branch_of_boiler: NDArray[np.int64]
    is_peak: NDArray[np.bool_]
    fuel: NDArray[np.int64]
    boilers: NDArray[np.float64]
    capacity_mw: NDArray[np.float64]
    shift_k: NDArray[np.float64]
    gain: NDArray[np.float64]
    noise: NDArray[np.int64]

    @property
    def count(self) -> int:
        return int(self.branch_numbers.shape[0] + self.boiler_numbers.shape[0])


def source_table(archive: Archive, seed: int) -> SourceTable:
    branch, boiler, plant = archive["branch"], archive["boiler"], archive["plant"]
    key = np.concatenate([branch.numbers, boiler.numbers + 100_000, plant.numbers + 200_000])
    fuel = np.clip(np.nan_to_num(boiler.values["fuel"][boiler.numbers]), 0, 3).astype(np.int64)
    return SourceTable(
        branch_numbers=branch.numbers,
        boiler_numbers=boiler.numbers,
        plant_numbers=plant.numbers,
        plant_of_branch=_rows(plant)[branch.links["plant"][branch.numbers]],
        branch_of_boiler=_rows(branch)[boiler.links["branch"][boiler.numbers]],
        is_peak=boiler.values["is_peak"][boiler.numbers] > 0,
        fuel=fuel,
        boilers=np.clip(np.nan_to_num(boiler.values["boilers"][boiler.numbers], nan=2.0), 1, 12),
        capacity_mw=np.maximum(np.nan_to_num(boiler.values["capacity_mw"][boiler.numbers], nan=20.0), 1.0),
        shift_k=np.clip(chance.normal(seed, "source/shift", key), -2, 2),
        gain=np.clip(1 + 0.02 * chance.normal(seed, "source/gain", key), 0.95, 1.06),
        noise=(chance.uniform(seed, "source/noise", key) * chance.TABLE_MINUTES).astype(np.int64),
    )


def _rows(table: KindTable) -> NDArray[np.int64]:
    """Row of each object number; −1 where there is none."""
    rows = np.full(table.size, -1, np.int64)
    rows[table.numbers] = np.arange(table.count)
    return rows


def supplying(
    archive: Archive, sources: SourceTable
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """For each unit row: the source row that supplies it, the way to it in km, the peak boiler behind it (or −1)."""
    unit, boiler = archive["unit"], archive["boiler"]
    n_branches = sources.branch_numbers.shape[0]
    boiler_row = _rows(boiler)[unit.links["boiler"][unit.numbers]]
    branch_row = _rows(archive["branch"])[unit.links["branch"][unit.numbers]]
    peak = (boiler_row >= 0) & sources.is_peak[boiler_row]
    own_boiler = (boiler_row >= 0) & ~(peak & (branch_row >= 0))
    source = np.where(own_boiler, n_branches + boiler_row, np.maximum(branch_row, 0))
    plants = archive["plant"]
    plant = (
        plants.numbers[sources.plant_of_branch[np.maximum(branch_row, 0)]] if n_branches else np.zeros(unit.count, int)
    )
    number = boiler.numbers[np.maximum(boiler_row, 0)] if boiler.count else np.zeros(unit.count, int)
    longitude = np.where(own_boiler, boiler.longitude[number], plants.longitude[plant])
    latitude = np.where(own_boiler, boiler.latitude[number], plants.latitude[plant])
    east = np.radians(unit.longitude[unit.numbers] - longitude) * np.cos(np.radians(43.9))
    north = np.radians(unit.latitude[unit.numbers] - latitude)
    distance = np.nan_to_num(np.hypot(east, north) * EARTH_KM, nan=3.0)
    return source, np.minimum(distance, 25.0), np.where(peak & ~own_boiler, boiler_row, -1)


def supply_knots(sources: SourceTable, felt_temp_c: NDArray[np.float64]) -> Floats:
    """Hourly supply temperature ``[sources, hours]`` by the curve for two networks of constant flow."""
    n = sources.branch_numbers.shape[0]
    felt = felt_temp_c[None, :] - sources.shift_k[: sources.count, None]
    load = np.clip((DESIGN_INDOOR_TEMP_C - felt) / 39.1, 0.1, 1.06) * sources.gain[: sources.count, None]
    plant, _ = primary_constant_flows(load[:n], PLANT_CURVE, RADIATORS_75_50)
    boiler, _ = primary_constant_flows(load[n:], BOILER_CURVE, RADIATORS_75_50)
    lowest = np.repeat(LOWEST_SUPPLY_C, [n, load.shape[0] - n])[:, None]
    supply: Floats = np.maximum(np.concatenate([plant, boiler]), lowest).astype(np.float32)
    return supply


@dataclass(frozen=True)
class Load:
    """Sums over units by source row on a grid: heat kW, flow t/h, flow·return t/h·°C, each ``float32[sources, T]``."""

    heat_kw: Floats
    flow_t_h: Floats
    flow_return: Floats

    def __add__(self, other: Load) -> Load:
        return Load(self.heat_kw + other.heat_kw, self.flow_t_h + other.flow_t_h, self.flow_return + other.flow_return)


@dataclass(frozen=True)
class SourceValues:
    """Catalogue columns ``[objects, T]`` of the three kinds (counters as rates an hour; None: no such signal)."""

    plant: list[Floats]
    branch: list[Floats]
    boiler: list[Floats]


def evaluate(
    sources: SourceTable,
    grid: Grid,
    supply_c: Floats,
    felt_c: Floats,
    load: Load,
    peak_mw: Floats,
    seed: int,
    runs: Floats,
) -> SourceValues:
    """Values of all sources: ``supply_c`` on the grid, ``felt_c`` the smoothed outdoor temperature, ``load`` below.

    ``peak_mw[boilers, T]`` is the load behind each peak boiler room; ``runs[T]`` is 1 in the season, else 0.
    """
    n = sources.branch_numbers.shape[0]
    slow = chance.windows(chance.noise_table(seed, "drift", 240.0), sources.noise + grid.minute, grid.n, grid.stride)
    fast = chance.windows(chance.noise_table(seed, "ripple", 14.0), sources.noise + grid.minute, grid.n, grid.stride)
    supply = supply_c + 0.25 * slow[: sources.count]
    flow = np.maximum(load.flow_t_h, 1e-3)
    back = np.clip(load.flow_return / flow - 0.4, 15.0, None)
    supply, back = (20.0 + (t - 20.0) * runs for t in (supply, back))
    start = np.clip((FIRST_PEAK_C - felt_c) / (FIRST_PEAK_C - FULL_PEAK_C), 0.0, 1.0) * PEAK_SHARE
    peak_heat = np.where(
        sources.is_peak[:, None], np.minimum(peak_mw * start, 0.95 * sources.capacity_mw[:, None]), 0.0
    )
    peak_heat = peak_heat.astype(np.float32)

    branch_flow = flow[:n] * 1.004
    relief = np.zeros_like(branch_flow)
    has = sources.branch_of_boiler >= 0
    np.add.at(relief, sources.branch_of_boiler[has], peak_heat[has])
    # What peak boiler rooms add is missing from the plant's flow.
    span = np.maximum(supply[:n] - back[:n], 5.0)
    branch_flow = np.maximum(branch_flow - relief * 1000.0 / (WATER_KWH_PER_T_K * span), 0.3 * branch_flow)
    branch = _network(supply[:n], back[:n], branch_flow, 1.15, slow[:n], runs)
    plant = _plants(sources, supply[:n], back[:n], branch_flow, slow[sources.count :], runs)
    boiler_flow = np.where(sources.is_peak[:, None], 0.0, flow[n:]).astype(np.float32)
    on_peak = peak_heat > 0.05
    peak_flow = peak_heat * 1000.0 / (WATER_KWH_PER_T_K * 38.0)
    boiler_flow = np.where(on_peak, peak_flow, boiler_flow)
    boiler_back = np.where(sources.is_peak[:, None], np.where(on_peak, supply[n:] - 38.0, 24.0), back[n:])
    boiler_supply = np.where(sources.is_peak[:, None] & ~on_peak, 25.0, supply[n:])
    columns = _network(boiler_supply, boiler_back, boiler_flow, 0.78, slow[n : sources.count], runs)
    return SourceValues(
        plant,
        branch,
        columns + _firing(sources, columns[5], boiler_flow, fast[n : sources.count], slow[n : sources.count]),
    )


def _network(supply: Floats, back: Floats, flow: Floats, mpa: float, slow: Floats, runs: Floats) -> list[Floats]:
    """The nine network signals of a source from its temperatures and flow."""
    power_mw = WATER_KWH_PER_T_K * flow * (supply - back) / 1000.0
    makeup = flow * (0.0022 + 0.0006 * slow)
    back_mpa = 0.30 + 0.012 * slow
    supply_mpa = back_mpa + (mpa - 0.30) * np.where(flow > 0.5, 0.92 + 0.03 * slow, 0.0) * runs
    return [supply, back, supply_mpa, back_mpa, flow, power_mw, power_mw * 3.6, np.abs(makeup), np.abs(makeup)]


def _plants(
    sources: SourceTable, supply: Floats, back: Floats, flow: Floats, slow: Floats, runs: Floats
) -> list[Floats]:
    n = sources.plant_numbers.shape[0]
    of = sources.plant_of_branch

    def total(values: Floats) -> Floats:
        sums = np.zeros((n, values.shape[1]), np.float32)
        np.add.at(sums, of, values)
        return sums

    all_flow = np.maximum(total(flow), 1e-3)
    return _network(
        total(flow * supply) / all_flow + 0.6 * runs,
        total(flow * back) / all_flow - 0.3 * runs,
        all_flow,
        1.25,
        slow,
        runs,
    )


def _firing(sources: SourceTable, power_mw: Floats, flow: Floats, fast: Floats, slow: Floats) -> list[Floats]:
    """The fire side of boiler rooms: running boilers, flue gas, fuel, pumps and electricity."""
    share = power_mw / sources.capacity_mw[:, None].astype(np.float32)
    on = power_mw > 0.05
    unit = (sources.capacity_mw / sources.boilers)[:, None]
    running = np.where(on, np.clip(np.ceil(power_mw / (0.92 * unit)), 1, sources.boilers[:, None]), 0.0)
    fuel = sources.fuel[:, None]
    burns, is_gas = fuel < 3, fuel == 1
    lit = on & burns
    flue = np.where(lit, np.where(is_gas, 62.0, 95.0) + 45.0 * np.clip(share, 0, 1) + 1.5 * slow, 18.0)
    oxygen = np.where(lit, np.where(is_gas, 3.4, 8.0) - 1.2 * np.clip(share, 0, 1) + 0.12 * fast + 0.15 * slow, 20.9)
    dust = np.where(lit, np.where(is_gas, 1.6, 6.2) + 0.35 * slow + 0.25 * fast, 0.0)
    so2 = np.where(lit, np.where(is_gas, 3.0, 23.0) + 2.0 * slow + 1.2 * fast, 0.0)
    nox = np.where(lit, np.where(is_gas, 24.0, 38.0) + 2.0 * slow + 1.2 * fast, 0.0)
    heat_value = np.where(burns, FUEL_MJ_KG[fuel] * FUEL_YIELD[fuel], 1.0)
    rate = np.where(lit, power_mw * 3.6 / heat_value, 0.0)
    hertz = np.where(flow > 0.5, np.clip(34.0 + 12.0 * share + 0.15 * slow, 25.0, 50.0), 0.0)
    electric = np.where(fuel == 3, power_mw * 1000.0 / FUEL_YIELD[3], 0.0)
    power_kw = electric + flow * 0.28 + np.where(on, 8.0 + 9.0 * power_mw, 3.0)
    return [
        np.maximum(c, 0.0).astype(np.float32)
        for c in (running, flue, oxygen, dust, so2, nox, rate, rate, hertz, power_kw)
    ]
