"""What should every branch and boiler room send over the next three days, and what could it send at most?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.guidance import dispatch, ramps, source, station
from cleanheat.calc.thermal.constants import DESIGN_OUTDOOR_TEMP_C, WATER_KWH_PER_T_K
from cleanheat.diagnosis.forecast.outlook import Outlook
from cleanheat.diagnosis.guidance.network import FUELS, Supplied
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.diagnosis.guidance.present import Present

Floats = NDArray[np.float64]
GRID_C: Final[Floats] = np.linspace(-40.0, 20.0, 61)
"""The outdoor temperatures over which curves are made."""


@dataclass(frozen=True)
class SourcePlan:
    """Sources ``[S, 73]``; ``curve_c`` over :data:`GRID_C`; ``boilers`` is 0 for branches.

    ``in_force_c`` over :data:`GRID_C`: what each is run at, identified from operation where it is known, through the
    present reading; ``as_is_supply_c``: what it will send if it goes on so.
    """

    curve_c: Floats
    in_force_c: Floats
    demand_kw: Floats
    supply_c: Floats
    return_c: Floats
    flow_t_h: Floats
    heat_kw: Floats
    short_kw: Floats
    cost_yuan_h: Floats
    boilers: NDArray[np.int64]
    as_is_supply_c: Floats
    able_kw: Floats


def plan_sources(
    network: Supplied,
    now: Present,
    sky: Outlook,
    heating: station.Heating,
    curve: Floats,
    run_at: Floats | None = None,
) -> SourcePlan:
    """All sources: the cheapest curve that carries what units need, in time for the way, within the rate.

    ``run_at [S, 61]``: curves identified from operation, NaN where none is.
    """
    demand = demand_of(network, heating, curve, GRID_C[None, :])
    prices = _prices(network)
    best = source.optimum(network.network, demand, prices)
    delay = _mean_delay(network)
    felt = ramps.ahead_by(np.broadcast_to(sky.felt_c, (network.sources, sky.felt_c.shape[0])), delay)
    rise, fall = _rates(network, "rise_k_h"), _rates(network, "fall_k_h")
    required = ramps.on_outdoor(GRID_C, best.supply_c, felt)
    present_c = now.sources["supply_c"]
    supply = ramps.reachable(ramps.in_time(required, rise), present_c, rise, fall)
    coming = demand_of(network, heating, curve, felt)
    state = source.at_supply(network.network, coming, prices, supply)
    force = in_force(best.supply_c, run_at, present_c, sky.felt_c[:1], network.network.highest_c)
    as_is = ramps.on_outdoor(GRID_C, force, np.broadcast_to(sky.felt_c, (network.sources, sky.felt_c.shape[0])))
    rests = (network.of_source(network.load_kw) <= 0)[:, None]
    return SourcePlan(
        curve_c=np.where(rests, np.nan, best.supply_c),
        in_force_c=np.where(rests, np.nan, force),
        demand_kw=coming.heat_kw,
        supply_c=np.where(rests, np.nan, supply),
        return_c=np.where(rests, np.nan, state.return_c),
        flow_t_h=np.where(rests, 0.0, state.flow_t_h),
        heat_kw=state.heat_kw,
        short_kw=state.short_kw,
        cost_yuan_h=state.cost_yuan_h,
        boilers=_boilers(network, now, state.heat_kw),
        as_is_supply_c=np.where(rests, np.nan, as_is),
        able_kw=able_kw(network, heating, curve),
    )


def in_force(wanted_c: Floats, run_at: Floats | None, present_c: Floats, felt_c: Floats, highest_c: Floats) -> Floats:
    """What each source is run at over :data:`GRID_C`, ``[S, 61]``: the identified curve, else the recommended one;
    either way through the present reading."""
    found = wanted_c if run_at is None else np.where(np.isfinite(run_at), run_at, wanted_c)
    here = ramps.on_outdoor(GRID_C, found, felt_c)[:, 0]
    off = np.where(np.isnan(present_c), 0.0, present_c - here)
    return np.minimum(found + off[:, None], highest_c[:, None])


def demand_of(network: Supplied, heating: station.Heating, curve: Floats, outdoor_c: Floats) -> source.Demand:
    """What units ask of their sources at felt temperatures ``[1, B]`` (all alike) or ``[S, T]``."""
    target = number("unit", "target_room_c")
    felt = outdoor_c[0] if outdoor_c.shape[0] == 1 else network.to_units(outdoor_c, missing=0.0)
    load = station.needed_load(heating, felt, target)
    heat = load * heating.load_kw[:, None]
    supply = ramps.on_outdoor(GRID_C, curve, felt)
    half = load / np.maximum(
        station.flow_ratio(load, number("unit", "flow_exponent"), number("unit", "least_flow")), 0.1
    )
    back = supply - half * (heating.supply_c - heating.return_c)[:, None]
    weight = heating.load_kw[:, None]
    total = np.maximum(network.of_source(weight[:, 0]), 1e-9)[:, None]
    return source.Demand(
        heat_kw=network.of_source(heat),
        supply_c=network.of_source(supply * weight) / total,
        return_c=network.of_source(back * weight) / total,
        mean_k=np.maximum(network.of_source(network.mean_k[:, None] * load * weight) / total, 0.2),
    )


def able_kw(network: Supplied, heating: station.Heating, curve: Floats) -> Floats:
    """The most each source can give its units on the coldest design day, ``[S]``: water at its limits, boilers at
    their power."""
    cold = np.array([[DESIGN_OUTDOOR_TEMP_C]])
    demand = demand_of(network, heating, curve, cold)
    # The exchangers pass more when more is asked: the limit is the water, so ask for what the water could carry.
    most = network.network.most_flow * network.network.flow_t_h
    hot = network.network.highest_c - demand.supply_c[:, 0]
    back = demand.return_c[:, 0] + np.clip(0.15 * hot, 3.0, 15.0)
    carried = WATER_KWH_PER_T_K * most * np.maximum(network.network.highest_c - back, 0.0)
    n, power = network.branches.shape[0], network.capacity_mw * 1000.0
    carried[n:] = np.where(network.of_source(network.load_kw)[n:] > 0, np.minimum(carried[n:], power), power)
    return carried


def _boilers(network: Supplied, now: Present, heat_kw: Floats) -> NDArray[np.int64]:
    n = network.branches.shape[0]
    out = np.zeros(heat_kw.shape, np.int64)
    if not network.boilers.size:
        return out

    def by_fuel(name: str) -> Floats:
        return np.array([number(fuel, name) for fuel in FUELS])[network.fuel]

    boilers = dispatch.Boilers(
        network.boiler_count,
        network.capacity_mw / network.boiler_count,
        by_fuel("least_share"),
        by_fuel("efficiency"),
        by_fuel("standing_loss"),
    )
    wanted = dispatch.best_number(boilers, np.nan_to_num(heat_kw[n:]) / 1000.0)
    running = np.where(now.running[n:] < 0, wanted[:, 0], now.running[n:])
    out[n:] = dispatch.held(wanted, by_fuel("least_run_h").astype(np.int64), running)
    return out


def _prices(network: Supplied) -> source.Prices:
    lowest = min(number("branch", "lowest_c"), number("boiler", "lowest_c"))
    electricity, heat, soil = (number("prices", n) for n in ("electricity", "heat", "soil_c"))
    return source.Prices(electricity, heat, _rates(network, "warmth_yuan_gj_k"), soil, lowest)


def _rates(network: Supplied, name: str) -> Floats:
    """A number of branches and boiler rooms, for each source its own."""
    return np.repeat([number("branch", name), number("boiler", name)], [network.branches.size, network.boilers.size])


def _mean_delay(network: Supplied) -> Floats:
    weight = network.of_source(network.load_kw)
    return np.where(weight > 0, network.of_source(network.delay_h * network.load_kw) / np.maximum(weight, 1e-9), 0.0)
