"""Does what is supplied reach what is needed?  Under- and over-supply, intermittent running, unlike oneself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.live.conditions import Condition, Look, limit
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.view import DAY_H, MAIN, View
from cleanheat.diagnosis.parameters import Source
from cleanheat.diagnosis.vocabulary import State

Floats = NDArray[np.floating[Any]]
FAST_H = 6
DAYS = 3


def _parts(view: View, sign: int) -> dict[str, Floats]:
    """How far each signal departs in the direction that the finding says."""
    return {MAIN[q]: np.maximum(sign * view.z[q], 0) for q in ("supply", "return", "heat") if q in view.z}


def under_supply(view: View) -> Look:
    """24-hour heat below what is due **and** a signed sum of the temperature's departure; or 5 K short for 6 hours."""
    at = State.UNDER_SUPPLY
    asked = np.float32(1) * view.expected.coefficient("under_ratio", limit(at, "ratio"))
    bound = np.minimum(asked, 1 - limit(at, "sigmas") * view.heat_sigma)
    short = np.maximum(limit(at, "short_k"), limit(at, "sigmas") * view.expected["supply"].sigma)
    slow = (view.heat_ratio < bound) & (view.trends.down > limit(at, "cusum"))
    gap_k = view.mean_gap_k(FAST_H)
    fast = (gap_k < -short) & (view.gap_k < -short)
    value = np.where(np.isnan(view.heat_ratio) & fast, _by_temperature(view), view.heat_ratio)
    told = {"gap": gap_k, "gap_limit": np.broadcast_to(-short, gap_k.shape)}
    return Look(slow | fast, value, bound, _parts(view, -1), told)


def over_supply(view: View) -> Look:
    """24-hour heat above what is due, confirmed by days of one sign or by rooms above 24 °C."""
    at = State.OVER_SUPPLY
    asked = np.float32(1) * view.expected.coefficient("over_ratio", limit(at, "ratio"))
    bound = np.maximum(asked, 1 + limit(at, "sigmas") * view.heat_sigma)
    confirmed = view.trends.up > limit(at, "cusum")
    if view.rooms is not None:
        hot = view.rooms.mean_c > limit(at, "room_c")
        confirmed |= hot & (view.trends.up > limit(at, "cusum_with_rooms"))
    return Look((view.heat_ratio > bound) & confirmed, view.heat_ratio, bound, _parts(view, 1))


def _by_temperature(view: View) -> Floats:
    """Share of the due temperature above the room that arrives now."""
    due = np.maximum(view.expected["supply"].value - np.float32(20), 1)
    return np.asarray((view.now["supply_c"] - np.float32(20)) / due, np.float32)


def intermittent(view: View) -> Look:
    """Two stops within a day, or under nine tenths of the time running on each of three days."""
    at = State.INTERMITTENT
    stops, hours = view.memory.total("stops", DAY_H)
    known = hours >= number("reach", "least_hours")
    if "is_peak" in view.design:  # meant to come and go
        known &= ~(view.design["is_peak"] > 0)
    stops = np.where(known, stops, np.nan).astype(np.float32)
    duty = np.stack([_day_duty(view, day) for day in range(DAYS)])
    seldom = (duty < limit(at, "duty")).all(axis=0) & (duty > limit(at, "least_duty")).all(axis=0)
    bad = (stops >= limit(at, "stops_a_day") - np.float32(0.5)) | seldom
    return Look(bad, stops, limit(at, "stops_a_day"), {"flow_t_h": np.ones(view.n, np.float32)})


def _day_duty(view: View, day: int) -> Floats:
    """Share of the time running in the day so many days ago, NaN where half of it is not known."""
    late, late_h = view.memory.total("on", DAY_H * day) if day else (np.float32(0), np.int16(0))
    total, hours = view.memory.total("on", DAY_H * (day + 1))
    known = hours - late_h
    out = np.full(view.n, np.nan, np.float32)
    np.divide(total - late, known, out=out, where=known >= DAY_H // 2)
    return out


def abnormal(view: View) -> Look:
    """Mean squared standardised residual of six hours far above one: unlike the circuit's own past, reason unknown."""
    at = State.ABNORMAL
    value = np.where(view.expected.source >= Source.OWN, view.memory.mean("distance", FAST_H, least=5), np.nan)
    bound = limit(at, "distance") * np.float32(1) * view.expected.coefficient("limit_factor", 1.0) ** 2
    parts = {MAIN[q]: z * z for q, z in view.z.items()}
    return Look(value > bound, value.astype(np.float32), bound, parts)


UNDER = Condition(
    State.UNDER_SUPPLY, under_supply, "heat_ratio_24h", "",
    "近 24 小时供热量为应供的 {value:.0%}（下限 {limit:.0%}），供水温度 {supply:.1f} ℃，应为 {due:.1f} ℃，"
    "近 6 小时平均偏差 {gap:+.1f} K（限值 {gap_limit:+.1f} K）",
    quiets=(State.ABNORMAL,),
)  # fmt: skip
OVER = Condition(
    State.OVER_SUPPLY, over_supply, "heat_ratio_24h", "",
    "近 24 小时供热量为应供的 {value:.0%}（上限 {limit:.0%}），供水温度 {supply:.1f} ℃，应为 {due:.1f} ℃",
    quiets=(State.ABNORMAL,),
)  # fmt: skip
INTERMITTENT = Condition(
    State.INTERMITTENT, intermittent, "stops_24h", "次", "近 24 小时停运 {value:.0f} 次，{pattern}",
    running=False, quiets=(State.ABNORMAL,),
)  # fmt: skip
ABNORMAL = Condition(
    State.ABNORMAL, abnormal, "distance", "", "近 6 小时各测点综合偏离为常态的 {value:.1f} 倍（限值 {limit:.0f}）"
)
