"""What should a branch or boiler room send out?  Supply temperature and flow at the least cost of pumping and loss.

Over a grid of outdoor temperatures, so that what is recommended is a curve: monotone, readable, checked once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.guidance.ramps import never_less_when_colder
from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K
from cleanheat.calc.thermal.exchanger import cold_end_k

Floats = NDArray[np.float64]
CANDIDATES = 61
KW_PER_GJ_H = 1e6 / 3600.0


@dataclass(frozen=True)
class Network:
    """Sources and what hangs on them, ``[S]``: highest supply °C, design flow t/h, pump kW at design flow, loss kW/K.

    ``least_flow`` is the share of design flow that keeps the pressure difference at the last station, ``most_flow``
    what pumps and pipes allow.
    """

    highest_c: Floats
    flow_t_h: Floats
    pump_kw: Floats
    loss_kw_k: Floats
    least_flow: float
    most_flow: float


@dataclass(frozen=True)
class Demand:
    """What the stations of each source need on the outdoor grid, ``[S, B]``: heat kW, mean secondary temperatures °C,
    log-mean difference K that their exchangers need."""

    heat_kw: Floats
    supply_c: Floats
    return_c: Floats
    mean_k: Floats


@dataclass(frozen=True)
class Prices:
    """yuan/kWh of electricity, yuan/GJ of heat, what each K of supply temperature costs yuan/(GJ·K) ``[S]``, °C of the
    soil around the pipes, °C of the lowest supply searched."""

    electricity: float
    heat: float
    warmth: Floats
    soil_c: float
    lowest_supply_c: float


@dataclass(frozen=True)
class Curves:
    """Recommended over the outdoor grid, ``[S, B]``: supply °C, return °C, flow t/h, heat sent kW (needs plus loss),
    what cannot be sent within the limits kW, cost yuan/h."""

    supply_c: Floats
    return_c: Floats
    flow_t_h: Floats
    heat_kw: Floats
    short_kw: Floats
    cost_yuan_h: Floats


def optimum(network: Network, demand: Demand, prices: Prices) -> Curves:
    """min pump + loss + warmth over τ1 subject to Q* = c·G·(τ1 − τ2), flow and temperature limits.

    Where no supply temperature meets the demand, the highest one with the highest flow, and what is short.  Supply is
    never lower when it is colder.
    Source: operation regulation of primary networks (供热工程); pump power ∝ G³; warmer water costs a turbine its power
    and a boiler its flue loss.
    """
    lowest = np.minimum(prices.lowest_supply_c, network.highest_c)
    steps = np.linspace(0.0, 1.0, CANDIDATES)
    tau1 = (lowest[:, None] + (network.highest_c - lowest)[:, None] * steps)[:, None, :]
    _, flow, heat = _state(network, demand, prices, tau1)
    cost = _cost(network, prices, flow, _loss_kw(network, prices, tau1, demand), heat * tau1)
    design = network.flow_t_h[:, None, None]
    allowed = (flow <= network.most_flow * design) & ~np.isnan(flow)
    cost = np.where(allowed, cost, np.inf)
    best = np.where(np.isfinite(cost).any(axis=2), cost.argmin(axis=2), CANDIDATES - 1)
    chosen = np.take_along_axis(np.broadcast_to(tau1, cost.shape), best[:, :, None], axis=2)[:, :, 0]
    return at_supply(network, demand, prices, never_less_when_colder(chosen))


def at_supply(network: Network, demand: Demand, prices: Prices, supply_c: Floats) -> Curves:
    """Return, flow and cost that go with supply temperatures ``[S, B]``: the balance Q* = c·G·(τ1 − τ2) holds.

    Where the least flow carries more than is needed, the return comes back warmer.
    """
    tau2, flow, heat = (a[:, :, 0] for a in _state(network, demand, prices, supply_c[:, :, None]))
    design = network.flow_t_h[:, None]
    most = network.most_flow * design
    unreachable = np.isnan(flow)
    sent = np.clip(np.where(unreachable, most, flow), network.least_flow * design, most)
    by_exchange = np.where(unreachable, np.minimum(supply_c - 1.0, demand.return_c + 5.0), tau2)
    able = WATER_KWH_PER_T_K * sent * np.maximum(supply_c - by_exchange, 0.0)
    carried = np.minimum(heat, able)
    back = supply_c - carried / (WATER_KWH_PER_T_K * sent)
    loss = _loss_kw(network, prices, supply_c[:, :, None], demand)[:, :, 0]
    cost = _cost(network, prices, sent[:, :, None], loss[:, :, None], (carried * supply_c)[:, :, None])[:, :, 0]
    return Curves(supply_c, back, sent, carried, heat - carried, cost)


def _state(network: Network, demand: Demand, prices: Prices, tau1: Floats) -> tuple[Floats, Floats, Floats]:
    """Return, flow and heat sent ``[S, B, K]`` for candidates of supply; NaN where the exchangers cannot give it."""
    hot = tau1 - demand.supply_c[:, :, None]
    mean = demand.mean_k[:, :, None]
    tau2 = demand.return_c[:, :, None] + cold_end_k(np.where(hot > 0.5, hot, np.nan), mean)
    drop = tau1 - tau2
    heat = demand.heat_kw[:, :, None] + _loss_kw(network, prices, tau1, demand)
    flow = heat / (WATER_KWH_PER_T_K * np.where(drop > 1.0, drop, np.nan))
    return tau2, flow, np.broadcast_to(heat, flow.shape)


def _loss_kw(network: Network, prices: Prices, tau1: Floats, demand: Demand) -> Floats:
    """What pipes lose: by the mean of supply and secondary return, which the return follows closely."""
    mean = (tau1 + demand.return_c[:, :, None]) / 2.0 - prices.soil_c
    return np.asarray(network.loss_kw_k[:, None, None] * np.maximum(mean, 0.0))


def _cost(network: Network, prices: Prices, flow: Floats, loss_kw: Floats, warmth: Floats) -> Floats:
    """yuan an hour of ``[S, B, K]``; ``warmth`` is heat sent times its temperature, kW·°C."""
    least = np.maximum(flow, network.least_flow * network.flow_t_h[:, None, None])
    pump = network.pump_kw[:, None, None] * (least / network.flow_t_h[:, None, None]) ** 3
    by_heat = prices.heat * loss_kw + prices.warmth[:, None, None] * warmth
    return np.asarray(prices.electricity * pump + by_heat / KW_PER_GJ_H)
