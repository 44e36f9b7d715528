"""What should a substation unit run at?  Water temperatures, flow, primary side and settings for every hour's load.

Arrays are ``[N]`` over units and ``[N, T]`` over units and hours; NaN in, NaN out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cleanheat.calc.thermal.constants import DESIGN_INDOOR_TEMP_C, DESIGN_OUTDOOR_TEMP_C, WATER_KWH_PER_T_K
from cleanheat.calc.thermal.exchanger import cold_end_k
from cleanheat.calc.thermal.regulation import Circuit, staged_flow

Floats = NDArray[np.float64]
LIFT_K = DESIGN_INDOOR_TEMP_C - DESIGN_OUTDOOR_TEMP_C


@dataclass(frozen=True)
class Heating:
    """Units as the archive designs them: secondary temperatures °C, flow t/h, load kW, exponent b of the terminals.

    ``loss`` is the building's real loss against design, ``emission`` the terminals' real output against design,
    ``gains_k`` what people, appliances and sun warm the rooms by (0: the plain textbook).
    """

    supply_c: Floats
    return_c: Floats
    flow_t_h: Floats
    load_kw: Floats
    exponent: Floats
    loss: Floats
    emission: Floats
    gains_k: Floats

    @property
    def excess_k(self) -> Floats:
        return (self.supply_c + self.return_c) / 2.0 - DESIGN_INDOOR_TEMP_C


def needed_load(heating: Heating, outdoor_c: Floats, room_c: ArrayLike) -> Floats:
    """Heat that keeps ``room_c``, as a share of the design load: loss·(t_n − gains − t_w)/(18 + 21.1), never negative.

    Args: ``outdoor_c [T]`` or ``[N, T]``; ``room_c`` a number or ``[N]``.
    Source: relative load of heating textbooks (供热工程), with the building's own loss.
    """
    wanted = np.asarray(room_c, np.float64).reshape(-1, 1) - heating.gains_k[:, None]
    return np.maximum(heating.loss[:, None] * (wanted - outdoor_c) / LIFT_K, 0.0)


def flow_ratio(load: Floats, exponent: float, least: float) -> Floats:
    """φ = Q̄^m within [least, 1]: flow that follows the load without steps, so that temperatures stay monotone too.

    ``exponent`` 0 is constant flow (质调节), 1 flow in proportion to load.
    """
    return np.clip(np.power(np.clip(load, 1e-6, None), exponent), least, 1.0)


def water(heating: Heating, load: Floats, ratio: Floats, room_c: ArrayLike) -> tuple[Floats, Floats]:
    """Secondary supply and return temperature °C that give off a load at a flow ratio, ``[N, T]``.

    Source: staged-flow regulation, t = t_n + ½(t_g′+t_h′−2t_n)·(Q̄/e)^{1/(1+b)} ± ½(t_g′−t_h′)·Q̄/φ, ``e`` the
    terminals' real output.
    """
    circuit = Circuit(heating.supply_c[:, None], heating.return_c[:, None], heating.exponent[:, None])
    emission = heating.emission[:, None]
    # The first term asks for what the terminals must give, the second for what the water must carry.
    supply, back = staged_flow(load / emission, ratio / emission, circuit)
    shift = np.asarray(room_c, np.float64).reshape(-1, 1) - DESIGN_INDOOR_TEMP_C
    return np.asarray(supply + shift), np.asarray(back + shift)


def emitted_load(heating: Heating, middle_c: Floats, room_c: Floats) -> Floats:
    """Share of the design load given off at a mean water temperature: e·((t_m − t_r)/excess′)^{1+b}."""
    excess = heating.excess_k.reshape(-1, *([1] * (middle_c.ndim - 1)))
    exponent, emission = (a.reshape(excess.shape) for a in (heating.exponent, heating.emission))
    return np.asarray(emission * np.power(np.maximum(middle_c - room_c, 0.0) / excess, 1.0 + exponent))


def loss_to_emission(heating: Heating, middle_c: Floats, room_c: Floats, outdoor_c: Floats) -> Floats:
    """Loss ÷ emission that explains a measured steady room, ``[N]``: needs temperatures alone, no heat meter.

    Source: heat given off = heat lost, both relative to design.
    """
    plain = np.power(np.maximum(middle_c - room_c, 0.0) / heating.excess_k, 1.0 + heating.exponent)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = room_c - heating.gains_k - outdoor_c
        return np.where(lost > 5.0, plain * LIFT_K / lost, np.nan)


def primary_return_c(primary_supply_c: Floats, supply_c: Floats, back_c: Floats, mean_k: Floats) -> Floats:
    """Primary return τ2 of an exchanger that must have the log-mean difference ``mean_k``; NaN where it cannot.

    Source: Q = UA·Δt_m, cold end by Chen's approximation.
    """
    hot = np.where(primary_supply_c - supply_c > 0.5, primary_supply_c - supply_c, np.nan)
    return np.asarray(back_c + cold_end_k(hot, mean_k))


def primary_flow_t_h(load_kw: Floats, primary_supply_c: Floats, primary_return: Floats) -> Floats:
    """Primary flow for a load; NaN where the primary water is not warm enough to give anything."""
    drop = primary_supply_c - primary_return
    return np.asarray(load_kw / (WATER_KWH_PER_T_K * np.where(drop > 1.0, drop, np.nan)))


def pump_hz(flow: Floats, present_flow: Floats, present_hz: Floats, design_flow: Floats, limits: Settings) -> Floats:
    """Pump frequency for a flow ``[N, T]``: in proportion to what is measured now, else to design with its margin.

    Source: affinity law, G ∝ n, for an unchanged network.
    """
    measured = (present_hz > 0) & (present_flow > 0.05 * design_flow)
    with np.errstate(divide="ignore", invalid="ignore"):
        a_hz = np.where(measured, present_hz / present_flow, limits.full_hz / (limits.pump_margin * design_flow))
    return np.clip(a_hz[:, None] * flow, limits.least_hz, limits.full_hz)


def valve_pct(flow: Floats, present_flow: Floats, present_pct: Floats, limits: Settings) -> Floats:
    """Opening of the primary control valve for a flow ``[N, T]``, from what it passes now; NaN where that is unknown.

    Source: inherent characteristic G ∝ opening^k (k = 2, between linear and equal percentage) at unchanged Δp.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        known = (present_pct > limits.least_pct) & (present_flow > 0)
        share = np.where(known[:, None], flow / np.where(known, present_flow, 1.0)[:, None], np.nan)
    return np.clip(present_pct[:, None] * np.power(share, 1.0 / limits.valve_power), 0.0, 100.0)


@dataclass(frozen=True)
class Settings:
    """Limits of pumps and valves: Hz, %, margin of a pump's design flow, power of the valve's characteristic."""

    full_hz: float
    least_hz: float
    pump_margin: float
    least_pct: float
    valve_power: float
