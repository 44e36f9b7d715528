"""What wears slowly?  Exchanger, strainer and pipes, pump, boiler: each against its own earlier weeks at equal load."""

from __future__ import annotations

import numpy as np

from cleanheat.diagnosis.live.conditions import Condition, Look, limit
from cleanheat.diagnosis.live.view import DAY_H, View
from cleanheat.diagnosis.live.wearing import flue_loss
from cleanheat.diagnosis.vocabulary import State


def fouling(view: View) -> Look:
    """Conductance of the last day below the exchanger's own at such a primary flow; or, without weeks to know that by,
    a cold end much wider than usual (as a share: usual ÷ of the day)."""
    at = State.FOULING
    ratio, share = view.wear["conductance"], limit(at, "share")
    day, own = view.memory.mean("approach_k", DAY_H, least=18), view.trends.slow_approach_k
    usual = np.where(np.isnan(own), np.nanmedian(own) if np.isfinite(own).any() else np.float32(np.nan), own)
    widest = np.maximum(usual * limit(at, "times_own"), usual + limit(at, "rise_k"))
    widest = np.maximum(widest, limit(at, "least_k"))
    by_end = np.isnan(ratio)
    value = np.where(by_end, usual / np.maximum(day, np.float32(0.1)), ratio).astype(np.float32)
    bound = np.where(by_end, usual / widest, share).astype(np.float32)
    fallen = np.maximum(1 - value, 0)
    parts = {"primary_return_c": fallen, "return_c": fallen / 2}
    return Look(value < bound, value, bound, parts, {"approach": day, "usual_approach": usual})


def resistance(view: View) -> Look:
    """Δp/G² of the last day far from its own: a clogged strainer or a closed valve above it, a short cut below."""
    at = State.RESISTANCE
    value, high, low = view.wear["resistance"], limit(at, "high"), limit(at, "low")
    bound = np.where(value < 1, low, high).astype(np.float32)
    off = np.abs(value - 1)
    return Look((value > high) | (value < low), value, bound, {"supply_mpa": off, "flow_t_h": off})


def pump_wear(view: View) -> Look:
    """What the pump draws for the cube of its flow, above its own."""
    value, bound = view.wear["pump"], limit(State.PUMP_WEAR, "ratio")
    off = np.maximum(value - 1, 0)
    return Look(value > bound, value, bound, {"pump_a": off, "pump_hz": off / 2, "flow_t_h": off / 4})


def flue(view: View) -> Look:
    """Heat lost by the stack of the last day above the boiler room's own at such a load."""
    value, bound = view.wear["flue"], limit(State.FLUE_LOSS, "ratio")
    hot, air = view.memory.mean("flue_c", DAY_H, least=12), view.memory.mean("oxygen_pct", DAY_H, least=12)
    off = np.maximum(value - 1, 0)
    told = {"flue": hot, "o2": air, "lost": flue_loss(hot, air, view.design["fuel"])}
    return Look(value > bound, value, bound, {"flue_c": off, "oxygen_pct": off / 2}, told)


FOULING = Condition(
    State.FOULING, fouling, "conductance", "",
    "近一天换热能力为自身同流量常态的 {value:.0%}（限值 {limit:.0%}），"
    "一次回水高于二次回水 {approach:.1f} K（常态 {usual_approach:.1f} K），换热效果下降",
    quiets=(State.ABNORMAL,),
)  # fmt: skip
RESISTANCE = Condition(
    State.RESISTANCE, resistance, "resistance", "",
    "近一天二次侧阻力系数（压差/流量²）为自身常态的 {value:.0%}（限值 {limit:.0%}），疑似除污器堵塞、阀门误关或旁通",
    quiets=(State.PUMP_WEAR, State.ABNORMAL),
)  # fmt: skip
PUMP_WEAR = Condition(
    State.PUMP_WEAR, pump_wear, "pump_effort", "",
    "近一天循环泵同流量功耗（功率/流量³）为自身常态的 {value:.0%}（限值 {limit:.0%}），疑似叶轮磨损或间隙增大",
)  # fmt: skip
FLUE_LOSS = Condition(
    State.FLUE_LOSS, flue, "flue_loss", "",
    "近一天排烟热损失为自身同负荷常态的 {value:.0%}（限值 {limit:.0%}）：排烟 {flue:.0f} ℃、氧量 {o2:.1f}%，"
    "约损失燃料热量的 {lost:.1f}%，疑似受热面积灰或风量过大",
)  # fmt: skip
