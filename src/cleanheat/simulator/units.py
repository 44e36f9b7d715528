"""What does every heat-exchange unit do?  From the weather, its operator and its faults to twenty measured values.

A unit is a quasi-steady exchanger between the primary water that reaches it and a secondary loop that follows a
regulation curve.  Slow quantities are known at whole hours (:func:`knots`); :func:`evaluate` takes them to any grid
of minutes and adds what is fast: control, faults, pumps.  Heat is conserved: Q = 1.163·G·ΔT on both sides, the
primary side giving ``1/EXCHANGER_YIELD`` of what the secondary takes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.thermal.constants import (
    DESIGN_INDOOR_TEMP_C,
    FLOOR_EXPONENT,
    RADIATOR_EXPONENT,
    WATER_KWH_PER_T_K,
)
from cleanheat.calc.thermal.exchanger import cold_end_k, log_mean_k
from cleanheat.calc.thermal.heat_power import GJ_PER_KWH
from cleanheat.simulator import chance
from cleanheat.simulator.effects import Channel, Effects
from cleanheat.simulator.grid import Grid, Knots
from cleanheat.simulator.shortfall import Shortfall

Floats = NDArray[Any]
EXCHANGER_YIELD = 0.985
STANDING_C = 19.0
"""Where water comes to rest when nothing is supplied: about the temperature of the cellar and the rooms."""
START_TAU_S = 6 * 3600.0
SNAP_K = 2.0
"""When it grows colder than the curve's slow temperature by more than this, operators do not wait for it."""
ZONE_PRESSURE_MPA = (0.30, 0.50, 0.78)


@dataclass(frozen=True)
class UnitTable:
    """Units as rows (ascending number): what the archive says and how each is built and run."""

    numbers: NDArray[np.int32]
    source: NDArray[np.int64]
    area_m2: Floats
    design_kw: Floats
    design_flow_t_h: Floats
    design_dt_k: Floats
    design_excess_k: Floats
    inverse_exponent: Floats
    design_log_mean_k: Floats
    delay_h: Floats
    drop_k: Floats
    gain: Floats
    shift_k: Floats
    slowness: Floats
    setback: Floats
    flow_ratio: Floats
    staged: Floats
    pressure_mpa: Floats
    primary_mpa: Floats
    pump_kw: Floats
    makeup_t_h: Floats
    noise: NDArray[np.int64]

    @property
    def count(self) -> int:
        return int(self.numbers.shape[0])


def unit_table(archive: Archive, seed: int, source: NDArray[np.int64], distance_km: NDArray[np.float64]) -> UnitTable:
    """Rows of all units; ``source`` and ``distance_km`` (row of the supplying source, way to it) per unit row."""
    table = archive["unit"]
    numbers = table.numbers

    def value(name: str) -> NDArray[np.float64]:
        return table.values[name][numbers]

    def spread(name: str, sigma: float, low: float, high: float, middle: float = 0.0) -> NDArray[np.float64]:
        return np.clip(middle + sigma * chance.normal(seed, f"unit/{name}", numbers), low, high)

    is_floor = value("is_floor") > 0
    design_kw = np.maximum(value("heat_index_w_m2") * value("heated_area_m2") / 1000.0, 1.0)
    supply, back = value("design_supply_temp_c"), value("design_return_temp_c")
    usual = design_kw / (WATER_KWH_PER_T_K * np.maximum(supply - back, 4.0))
    given = value("design_flow_t_h")
    flow = np.where((given > 0.25 * usual) & (given < 4 * usual), given, usual)
    design_dt = design_kw / (WATER_KWH_PER_T_K * flow)
    middle = (supply + back) / 2
    hot_end = np.maximum(106.0 - (middle + design_dt / 2), 15.0)
    night = chance.uniform(seed, "unit/night", numbers)
    zone = np.clip(np.nan_to_num(value("zone")), 0, 2).astype(np.int64)
    columns = {
        "area_m2": value("heated_area_m2"),
        "design_kw": design_kw,
        "design_flow_t_h": flow,
        "design_dt_k": design_dt,
        "design_excess_k": middle - DESIGN_INDOOR_TEMP_C,
        "inverse_exponent": 1.0 / (1.0 + np.where(is_floor, FLOOR_EXPONENT, RADIATOR_EXPONENT)),
        "design_log_mean_k": log_mean_k(hot_end, spread("cold end", 1.5, 2.5, 9.0, 5.0)),
        "delay_h": 0.1 + distance_km * 1.35 / 4.0,
        "drop_k": np.minimum(0.2 + 0.16 * distance_km, 3.5),
        "gain": spread("gain", 0.055, 0.84, 1.18, 1.0),
        "shift_k": spread("shift", 1.2, -3.5, 3.5, 0.6),
        "slowness": 0.35 + 0.6 * chance.uniform(seed, "unit/slowness", numbers),
        "setback": np.where(night < 0.3, 0.04 + 0.12 * chance.uniform(seed, "unit/setback", numbers), 0.0),
        "flow_ratio": spread("flow", 0.08, 0.75, 1.25, 1.0),
        "staged": (chance.uniform(seed, "unit/staged", numbers) < 0.3).astype(np.float64),
        "pressure_mpa": np.array(ZONE_PRESSURE_MPA)[zone] + spread("pressure", 0.03, -0.06, 0.06),
        "primary_mpa": np.clip(0.86 - 0.022 * distance_km + spread("primary", 0.03, -0.06, 0.06), 0.55, 1.1),
        "pump_kw": 0.00042 * value("heated_area_m2") * spread("pump", 0.2, 0.6, 1.6, 1.0) + 0.8,
        "makeup_t_h": flow * np.exp(spread("makeup", 0.5, -1.2, 1.2, 0.0)) * 0.0012,
    }
    small = {name: np.nan_to_num(column).astype(np.float32) for name, column in columns.items()}
    noise = (chance.uniform(seed, "unit/noise", numbers) * chance.TABLE_MINUTES).astype(np.int64)
    return UnitTable(numbers=numbers, source=source, noise=noise, **small)


def take(units: UnitTable, rows: slice) -> UnitTable:
    """The same table with some of its rows only."""
    return UnitTable(**{f.name: getattr(units, f.name)[rows] for f in fields(units)})


@dataclass(frozen=True)
class Span:
    """What units meet during the hours of a window, hourly from ``first_hour``: weather and sources."""

    first_hour: int
    smoothed_temp_c: NDArray[np.float64]
    recent_temp_c: NDArray[np.float64]
    source_supply_c: Floats
    source_first_hour: int


def needed(units: UnitTable, span: Span) -> tuple[Floats, Floats]:
    """Relative load ``[units, hours]`` that the operators' curves ask for, and the slowly felt temperature."""
    slow, quick = (a.astype(np.float32)[None, :] for a in (span.smoothed_temp_c, span.recent_temp_c))
    share = units.slowness[:, None]
    felt = np.minimum(slow * share + quick * (1 - share), quick + SNAP_K) - units.shift_k[:, None]
    load = np.clip((DESIGN_INDOOR_TEMP_C - felt) / 39.1, 0.12, 1.12) * units.gain[:, None]
    hour_of_day = (span.first_hour + 8 + np.arange(slow.shape[1])) % 24
    night = ((hour_of_day >= 23) | (hour_of_day < 5)).astype(np.float32)
    return load * (1.0 - units.setback[:, None] * night), slow


def knots(units: UnitTable, span: Span, shortfall: Shortfall | None = None) -> Knots:
    """Hourly slow quantities ``[units, hours]``: mean excess, ΔT, flow, primary supply and cold-end difference."""
    load, slow = needed(units, span)
    believed = None
    if shortfall is not None:
        factor, believed = shortfall.on_units(units.count)
        load = load * factor
    flow_ratio = units.flow_ratio[:, None] * (1.0 - 0.2 * units.staged[:, None] * (slow > -5.0))
    excess = units.design_excess_k[:, None] * load ** units.inverse_exponent[:, None]
    difference = units.design_dt_k[:, None] * load / flow_ratio
    supply = DESIGN_INDOOR_TEMP_C + excess + difference / 2
    # The delay is constant, so every hour of a unit falls between its source's hours at the same share.
    at = span.first_hour - span.source_first_hour - units.delay_h
    before = np.clip(np.floor(at).astype(np.int64), 0, None)
    part = (at - before).astype(np.float32)[:, None]
    flat = span.source_supply_c.ravel()
    start = units.source * span.source_supply_c.shape[1] + before
    index = start[:, None] + np.arange(slow.shape[1])
    primary = flat[index]
    primary += (flat[np.minimum(index + 1, flat.shape[0] - 1)] - primary) * part
    primary = np.maximum(primary - units.drop_k[:, None], supply + 6.0)
    cold = cold_end_k(primary - supply, units.design_log_mean_k[:, None] * load)
    values = {
        "middle": DESIGN_INDOOR_TEMP_C + excess,
        "difference": difference,
        "flow": units.design_flow_t_h[:, None] * flow_ratio,
        "primary": primary,
        "cold": np.clip(cold, 0.6, 10.0),
    }
    if believed is not None:
        values["believed"] = believed
    return Knots(span.first_hour, {name: np.ascontiguousarray(v, np.float32) for name, v in values.items()})


@dataclass(frozen=True)
class UnitValues:
    """Catalogue columns ``[units, T]`` (counters as rates an hour) and what the network needs to know of them."""

    columns: list[Floats]
    heat_kw: Floats
    primary_flow_t_h: Floats
    primary_return_c: Floats


def evaluate(
    units: UnitTable,
    rows: slice,
    grid: Grid,
    knots: Knots,
    effects: Effects,
    seed: int,
    started_s: NDArray[np.int64],
    ended_s: int,
) -> UnitValues:
    """Physical values of some rows on a grid; ``started_s``/``ended_s`` bound each unit's season (epoch seconds)."""
    first, last, _ = rows.indices(units.count)
    times = grid.times
    ripple = chance.windows(
        chance.noise_table(seed, "ripple", 14.0), units.noise[rows] + grid.minute, grid.n, grid.stride
    )
    drift = chance.windows(
        chance.noise_table(seed, "drift", 240.0), units.noise[rows] * 3 + grid.minute, grid.n, grid.stride
    )

    warm, delta, flow_factor = _season(started_s[rows], ended_s, times)
    _tried(warm, delta, flow_factor, effects, first, last, times)
    warm = _scaled(warm, effects, first, last, times, Channel.WARM)
    delta = _scaled(delta, effects, first, last, times, Channel.DELTA)
    flow_factor = _scaled(flow_factor, effects, first, last, times, Channel.FLOW)

    middle = knots.at("middle", rows, grid)
    middle += 0.35 * ripple
    middle = STANDING_C + (middle - STANDING_C) * warm
    difference = knots.at("difference", rows, grid) * (1.0 + 0.018 * ripple) * delta
    secondary_flow = knots.at("flow", rows, grid) * (1.0 + 0.006 * drift) * flow_factor
    supply, back = middle + 0.5 * difference, middle - 0.5 * difference
    heat_kw = WATER_KWH_PER_T_K * secondary_flow * difference

    cold = _added(knots.at("cold", rows, grid), effects, first, last, times, Channel.FOULING, relative=True)
    primary = knots.at("primary", rows, grid) + 0.25 * drift
    # A closed valve leaves standing water that cools with the station.
    alive = 0.25 + 0.75 * delta
    primary = STANDING_C + (primary - STANDING_C) * np.minimum(alive, 1.0) * np.minimum(warm, 1.0) ** 0.3
    primary_return = np.minimum(back + cold, primary - 2.0)
    primary_flow = heat_kw / (EXCHANGER_YIELD * WATER_KWH_PER_T_K) / (primary - primary_return)
    primary_heat_gj_h = heat_kw * (GJ_PER_KWH / EXCHANGER_YIELD)

    design_primary = units.design_kw[rows, None] / (WATER_KWH_PER_T_K * 55.0)
    opening = np.clip(100.0 * np.sqrt(np.clip(primary_flow / (2.1 * design_primary), 0.0, 1.0)), 0.0, 100.0)
    asked = opening * knots.at("believed", rows, grid) if "believed" in knots.values else opening
    setpoint = np.rint(np.clip(asked - 1.2 * ripple, 0.0, 100.0) * 0.5) * 2.0
    spinning = effects.on(first, last, times, Channel.SPINNING)
    speed = secondary_flow / (1.25 * units.design_flow_t_h[rows, None])
    speed[spinning[0]] += spinning[1] * 0.7
    turned = _added(speed.copy(), effects, first, last, times, Channel.SLIP, relative=True)
    turns = flow_factor > 0.05
    turns[spinning[0]] |= spinning[1] > 0.5
    hertz = np.where(turns, 50.0 * np.clip(0.25 + 0.75 * turned, 0.4, 1.0), 0.0)
    shaft = (hertz / 50.0) ** 3 * units.pump_kw[rows, None]
    pulse = np.clip(drift - 0.9, 0.0, None)
    makeup = pulse * (4.0 * units.makeup_t_h[rows, None])
    makeup = _added(makeup, effects, first, last, times, Channel.MAKEUP_T_H)
    makeup_hertz = np.where(makeup > 0.004, np.minimum(26.0 + 8.0 * makeup, 49.0), 0.0)
    back_mpa = units.pressure_mpa[rows, None] + 0.006 * drift
    back_mpa = np.maximum(_added(back_mpa, effects, first, last, times, Channel.PRESSURE_MPA), 0.02)
    lost_mpa = _added(0.02 + 0.16 * speed * speed, effects, first, last, times, Channel.RESISTANCE, relative=True)
    supply_mpa = back_mpa + lost_mpa
    primary_mpa = units.primary_mpa[rows, None] + 0.008 * drift
    primary_back_mpa = primary_mpa - 0.10 - 0.05 * (1.0 - opening / 100.0)
    columns = [
        primary, primary_return, primary_mpa, primary_back_mpa, primary_flow, primary_heat_gj_h, primary_heat_gj_h,
        supply, back, supply_mpa, back_mpa, secondary_flow, opening, setpoint, hertz, shaft * 1.9 + 0.4 * (hertz > 0),
        makeup_hertz, makeup, makeup, shaft + 0.3,
    ]  # fmt: skip
    return UnitValues(columns, heat_kw, primary_flow, primary_return)


def _season(started_s: NDArray[np.int64], ended_s: int, times: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Warmth, ΔT and flow factors of the season: nothing before the start, a slow filling with heat after it."""
    since = (times[None, :] - started_s[:, None]).astype(np.float32)
    runs = ((since >= 0) & (times < ended_s)[None, :]).astype(np.float32)
    filling = -np.expm1(-np.maximum(since, 0.0) / START_TAU_S)
    cooling = np.exp(-np.maximum(times - ended_s, 0) / START_TAU_S).astype(np.float32)
    return filling * cooling, runs * (0.4 + 0.6 * filling), runs


def _tried(
    warm: Floats,
    delta: Floats,
    flow: Floats,
    effects: Effects,
    first: int,
    last: int,
    times: NDArray[np.int64],
) -> None:
    """What runs before the season, in place: pumps on trial, and heat that stops again."""
    rows, flows = effects.on(first, last, times, Channel.TRIAL_FLOW)
    flow[rows] = np.maximum(flow[rows], np.minimum(flows, 1.0))
    rows, heat = effects.on(first, last, times, Channel.TRIAL_HEAT)
    warm[rows] = np.maximum(warm[rows], heat)
    delta[rows] = np.maximum(delta[rows], heat * np.minimum(flow[rows], 1.0))


def _scaled(
    base: Floats, effects: Effects, first: int, last: int, times: NDArray[np.int64], channel: Channel
) -> Floats:
    rows, values = effects.on(first, last, times, channel)
    base[rows] *= values
    return base


def _added(
    base: Floats,
    effects: Effects,
    first: int,
    last: int,
    times: NDArray[np.int64],
    channel: Channel,
    relative: bool = False,
) -> Floats:
    rows, values = effects.on(first, last, times, channel)
    base[rows] += base[rows] * values if relative else values
    return base
