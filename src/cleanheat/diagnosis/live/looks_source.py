"""Is a heat source run as it should be?  Short cycling, efficiency, flue gas, capacity, peak-shaving boilers."""

from __future__ import annotations

import numpy as np

from cleanheat.diagnosis.live.conditions import Condition, Look, limit
from cleanheat.diagnosis.live.looks_supply import ABNORMAL, INTERMITTENT, OVER, UNDER
from cleanheat.diagnosis.live.looks_water import (
    FROZEN,
    HEAT_MISMATCH,
    IMBALANCE,
    LEAK,
    PRESSURE,
    PUMP,
    VALVE,
)
from cleanheat.diagnosis.live.looks_wear import FLUE_LOSS, FOULING, PUMP_WEAR, RESISTANCE
from cleanheat.diagnosis.live.view import View
from cleanheat.diagnosis.vocabulary import State


def short_cycling(view: View) -> Look:
    """Boilers started more often within six hours than the limit allows."""
    at = State.SHORT_CYCLING
    starts, hours = view.memory.total("starts", 6)
    value = np.where(hours >= 4, starts, np.nan).astype(np.float32)
    bound = limit(at, "starts_6h")
    return Look(value > bound, value, bound, {"running_boilers": np.ones(view.n, np.float32)})


def efficiency(view: View) -> Look:
    """Heat out of a tonne of fuel, three hours against the boiler room's own three days."""
    at = State.EFFICIENCY
    now, own = view.memory.mean("heat_per_fuel", 3, least=3), view.memory.mean("heat_per_fuel", 72, least=36)
    value = np.asarray(now / np.where(own > 0, own, np.nan), np.float32)
    bound = limit(at, "share")
    return Look(value < bound, value, bound, {"fuel_t_h": 1 - value, "heat_kw": 1 - value})


def flue(view: View) -> Look:
    """Flue gas much hotter than the boiler room's own three days, without more load."""
    at = State.FLUE
    now, own = view.memory.mean("flue_c", 3, least=3), view.memory.mean("flue_c", 72, least=36)
    load, usual = view.memory.mean("heat_kw", 3, least=3), view.memory.mean("heat_kw", 72, least=36)
    rise, bound = now - own, limit(at, "rise_k")
    return Look((rise > bound) & (load < limit(at, "load_share") * usual), rise, bound, {"flue_c": rise})


def capacity_shortage(view: View) -> Look:
    """Everything it has is running (boilers, or design flow) and its water stays too cold for six hours."""
    at = State.CAPACITY_SHORTAGE
    gap = view.mean_gap_k(6)
    short = np.maximum(limit(at, "short_k"), 2 * view.expected["supply"].sigma)
    flow = view.now["flow_t_h"] / view.design["flow_t_h"]
    full = flow >= limit(at, "flow_share")
    if "running_boilers" in view.now:
        full |= view.now["running_boilers"] >= view.design["boilers"]
    return Look(full & (gap < -short), gap, -short, {"supply_c": np.maximum(-view.z["supply"], 0), "flow_t_h": flow})


def peak_not_started(view: View) -> Look:
    """A peak boiler room rests while it is cold enough for it, or while its branch is short of temperature."""
    at = State.PEAK_NOT_STARTED
    rests, short = view.now["running_boilers"] == 0, view.more["branch_gap_k"]
    is_peak = view.design["is_peak"] > 0
    felt = np.full(view.n, view.expected.felt_c, np.float32)
    value = np.where(is_peak & np.isfinite(view.now["running_boilers"]), felt, np.nan)
    needed = (felt < limit(at, "felt_c")) | (short < -limit(at, "branch_short_k"))
    parts = {"running_boilers": np.ones(view.n, np.float32)}
    return Look(is_peak & rests & needed, value.astype(np.float32), limit(at, "felt_c"), parts)


def peak_started(view: View) -> Look:
    """A peak boiler room runs: no trouble, but what people want to see; whether it should is guidance's to say."""
    is_peak = view.design["is_peak"] > 0
    running = view.now["running_boilers"]
    value = np.where(is_peak, running, np.nan).astype(np.float32)
    return Look(is_peak & (running > 0), value, 0.0, {"running_boilers": np.ones(view.n, np.float32)})


SHORT_CYCLING = Condition(
    State.SHORT_CYCLING,
    short_cycling,
    "starts_6h",
    "次",
    "近 6 小时锅炉启动 {value:.0f} 次（限值 {limit:.0f} 次）",
    running=False,
)
EFFICIENCY = Condition(
    State.EFFICIENCY,
    efficiency,
    "heat_per_fuel",
    "",
    "近 3 小时单位燃料产热为近 3 天的 {value:.0%}（限值 {limit:.0%}）",
)
FLUE = Condition(State.FLUE, flue, "flue_c", "K", "排烟温度高于近 3 天 {value:.0f} K（限值 {limit:.0f} K），负荷未增加")
CAPACITY = Condition(
    State.CAPACITY_SHORTAGE, capacity_shortage, "gap_k", "K",
    "设备已满负荷，近 6 小时供水温度仍低 {value:.1f} K（限值 {limit:.1f} K），应为 {due:.1f} ℃",
    quiets=(State.ABNORMAL,),
)  # fmt: skip
PEAK = Condition(
    State.PEAK_NOT_STARTED, peak_not_started, "felt_c", "℃",
    "体感室外温度 {value:.1f} ℃（启动界限 {limit:.1f} ℃），调峰锅炉未运行，所属支线供水低 {branch_short:.1f} K",
    running=False,
)  # fmt: skip
PEAK_ON = Condition(
    State.PEAK_STARTED, peak_started, "running_boilers", "台", "调峰锅炉运行 {value:.0f} 台", running=False
)

_SOURCE = (UNDER, OVER, INTERMITTENT, CAPACITY, LEAK, HEAT_MISMATCH, PRESSURE, IMBALANCE, FROZEN, ABNORMAL)
TABLE: dict[str, tuple[Condition, ...]] = {
    "unit": (
        UNDER, OVER, INTERMITTENT, PUMP, VALVE, LEAK, FOULING, RESISTANCE, PUMP_WEAR, IMBALANCE, HEAT_MISMATCH,
        PRESSURE, FROZEN, ABNORMAL,
    ),
    "boiler": (*_SOURCE, PUMP, SHORT_CYCLING, EFFICIENCY, FLUE, FLUE_LOSS, PEAK, PEAK_ON),
    "branch": _SOURCE,
    "plant": _SOURCE,
}  # fmt: skip
"""Which conditions are looked for at which kind."""
