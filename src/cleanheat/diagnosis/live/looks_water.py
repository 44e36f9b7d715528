"""Is the circuit itself in order?  Water lost, pump, valve, flow, pressure, meters and sensors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly import hydraulics
from cleanheat.diagnosis.live.conditions import Condition, Look, limit
from cleanheat.diagnosis.live.view import View
from cleanheat.diagnosis.vocabulary import State

Floats = NDArray[np.floating[Any]]


def _parts(**weights: Floats) -> dict[str, Floats]:
    """Weights by signal."""
    return weights


def leak(view: View) -> Look:
    """Make-up of the last three hours above a share of the flow and above three times the circuit's own."""
    at = State.LEAK
    recent, own = view.memory.mean("makeup_t_h", 3, least=2), view.trends.slow_makeup_t_h
    flow = np.maximum(view.design["flow_t_h"], 1e-3)
    share = np.asarray(recent / flow, np.float32)
    usual = np.nan_to_num(own / flow)
    bound = np.maximum(limit(at, "share"), limit(at, "times_own") * usual).astype(np.float32)
    return Look((share > bound) & (recent > limit(at, "least_t_h")), share, bound, _parts(makeup_t_h=share / bound))


def pump(view: View) -> Look:
    """The pump turns and nothing flows."""
    at = State.PUMP
    flow = view.now["flow_t_h"] / view.design["flow_t_h"]
    turns = view.now["pump_hz"] > limit(at, "turns_hz")
    value = np.where(np.isnan(view.now["pump_hz"]), np.nan, flow).astype(np.float32)
    parts = _parts(flow_t_h=2.0 * turns, pump_hz=1.0 * turns)
    bad = hydraulics.pump_without_flow(view.now["pump_hz"], flow, limit(at, "turns_hz"), limit(at, "flow_share"))
    return Look(bad, value, limit(at, "flow_share"), parts)


def valve(view: View) -> Look:
    """Fully open and still too cold, or elsewhere than it was told to be."""
    at = State.VALVE
    opening, asked = view.now["valve_pct"], view.more["valve_setpoint_pct"]
    short = np.maximum(limit(at, "short_k"), 3 * view.expected["supply"].sigma)
    full = hydraulics.valve_at_end(opening, view.gap_k, limit(at, "full_pct"), short)
    stuck = hydraulics.valve_stuck(opening, asked, limit(at, "off_pct"))
    parts = _parts(valve_pct=np.where(stuck, 2.0, 1.0), supply_c=np.maximum(-view.z["supply"], 0))
    return Look(full | stuck, opening, np.where(stuck, asked, limit(at, "full_pct")).astype(np.float32), parts)


def imbalance(view: View) -> Look:
    """Six hours' flow far from what this circuit usually has in such weather."""
    at = State.IMBALANCE
    ratio = view.memory.mean("flow_ratio", 6, least=5)
    wide = 3 * view.expected["flow"].sigma / np.maximum(view.expected["flow"].value, 1e-3)
    band = np.maximum(limit(at, "band"), wide)
    bad = np.abs(ratio - 1) > band
    bound = np.where(ratio < 1, 1 - band, 1 + band).astype(np.float32)
    return Look(bad, ratio, bound, _parts(flow_t_h=np.abs(ratio - 1) / band))


def heat_mismatch(view: View) -> Look:
    """Metered heat and 1.163·G·Δt disagree for six hours: a meter, a flow or a temperature is wrong."""
    at = State.HEAT_MISMATCH
    off = view.memory.mean("mismatch", 6, least=5)
    weight = np.abs(off)
    bound = np.copysign(limit(at, "share"), off).astype(np.float32)
    return Look(weight > limit(at, "share"), off, bound, _parts(heat_kw=weight, flow_t_h=weight / 2))


def pressure(view: View) -> Look:
    """Return pressure fell by more than the limit within ten minutes."""
    at = State.PRESSURE
    bound = limit(at, "fall_mpa")
    return Look(view.fallen_mpa > bound, view.fallen_mpa, bound, _parts(return_mpa=np.ones(view.n, np.float32)))


def frozen(view: View) -> Look:
    """A main channel that the rules doubt or call wrong for hours while its neighbours are trusted."""
    at = State.FROZEN_SENSOR
    doubted = np.stack(list(view.doubted.values()))
    count = doubted.sum(axis=0).astype(np.float32)
    trusted = np.stack([np.isfinite(view.now[c]) for c in view.doubted]).sum(axis=0)
    value = np.where(count + trusted > 0, count, np.nan).astype(np.float32)
    parts = _parts(**{channel: where.astype(np.float32) for channel, where in view.doubted.items()})
    return Look((count > 0) & (count <= limit(at, "most")) & (trusted > 0), value, np.float32(0), parts)


LEAK = Condition(
    State.LEAK, leak, "makeup_share", "", "补水量达设计循环流量的 {value:.2%}（限值 {limit:.2%}），疑似失水"
)
PUMP = Condition(
    State.PUMP, pump, "flow_ratio", "", "循环泵运转而流量仅为设计值的 {value:.0%}", running=False,
    quiets=(State.ABNORMAL, State.IMBALANCE),
)  # fmt: skip
VALVE = Condition(
    State.VALVE,
    valve,
    "valve_pct",
    "%",
    "调节阀开度 {value:.0f}%（对照 {limit:.0f}%），供水温度 {supply:.1f} ℃，应为 {due:.1f} ℃",
)
IMBALANCE = Condition(
    State.IMBALANCE,
    imbalance,
    "flow_ratio",
    "",
    "近 6 小时流量为常态的 {value:.0%}（限值 {limit:.0%}）",
    quiets=(State.ABNORMAL,),
)
HEAT_MISMATCH = Condition(
    State.HEAT_MISMATCH, heat_mismatch, "mismatch", "",
    "热表热量与流量、温差计算值相差 {value:+.0%}（限值 {limit:+.0%}）", quiets=(State.ABNORMAL,),
)  # fmt: skip
PRESSURE = Condition(
    State.PRESSURE,
    pressure,
    "fallen_mpa",
    "MPa",
    "回水压力 10 分钟内下降 {value:.2f} MPa（限值 {limit:.2f} MPa）",
    running=False,
)
FROZEN = Condition(
    State.FROZEN_SENSOR, frozen, "doubted", "个", "{value:.0f} 个主要测点的读数持续不可信，其余测点正常", running=False
)
