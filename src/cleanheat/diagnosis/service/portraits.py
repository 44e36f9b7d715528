"""Who is this heat user?  What is known, what it means in tags with their reasons, and what nobody has noticed yet.

A tag is a word that follows from a number against a limit of ``service.toml``; the reason says both.  A home without a
sensor has the tags that its flat, calls and fees allow, and is said to be unread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.service.homes import Homes
from cleanheat.diagnosis.service.numbers import number
from cleanheat.diagnosis.vocabulary import BY_CODE, State

Bools = NDArray[np.bool_]
Tone = str


@dataclass(frozen=True)
class Tag:
    """``is_latent``: a problem that nobody has complained of."""

    key: str
    zh: str
    reason: str
    tone: Tone
    is_latent: bool = False


@dataclass(frozen=True)
class _Rule:
    zh: str
    tone: Tone
    holds: Callable[[Homes], Bools]
    reason: Callable[[Mapping[str, Any]], str]
    is_latent: bool = False


def _limit(name: str) -> float:
    return number("tags", name)


def _not_heated(h: Homes) -> Bools:
    return np.asarray(h.state == State.VACANT.code)


def _unsound(h: Homes) -> Bools:
    return np.isin(h.state, [State.FROZEN_SENSOR.code, State.MISPLACED_SENSOR.code])


def _cold(h: Homes) -> Bools:
    return np.asarray((h.values["mean_c"] < _limit("cold_c")) & ~_not_heated(h) & ~_unsound(h))


RULES: Final[Mapping[str, _Rule]] = {
    "vacant": _Rule("空置或报停", "neutral", _not_heated, lambda v: f"日均 {v['mean_c']:.1f} ℃，明显低于邻户且无波动"),
    "sensor": _Rule("测点存疑", "notice", _unsound, lambda v: f"{v['state_zh']}：读数不代表室温"),
    "cold": _Rule("低温户", "serious", _cold, lambda v: f"日均 {v['mean_c']:.1f} ℃，低于 {_limit('cold_c'):g} ℃"),
    "hot": _Rule(
        "过热户", "warning", lambda h: (h.values["mean_c"] > _limit("hot_c")) & ~_unsound(h),
        lambda v: f"日均 {v['mean_c']:.1f} ℃，高于 {_limit('hot_c'):g} ℃",
    ),
    "below_class": _Rule(
        "冷于同类户", "warning",
        lambda h: (h.values["class_k"] <= -_limit("own_class_k")) & ~_not_heated(h) & ~_unsound(h),
        lambda v: f"比同位置、同节能等级住户的中位数低 {-v['class_k']:.1f} K",
    ),
    "leaky": _Rule(
        "受室外影响大", "notice", lambda h: h.values["outdoor_k_per_k"] > h.leaky_from,
        lambda v: f"室外每降 1 K 室温降 {v['outdoor_k_per_k']:.2f} K，超过同类户的界限 {v['leaky_from']:.2f} K",
    ),
    "restless": _Rule(
        "昼夜波动大", "notice", lambda h: h.values["night_day_k"] >= _limit("night_day_k"),
        lambda v: f"昼夜差 {v['night_day_k']:.1f} K",
    ),
    "windows": _Rule(
        "常开窗", "notice", lambda h: h.values["openings"] >= _limit("openings_a_week"),
        lambda v: f"近一周开窗约 {v['openings']:.0f} 次",
    ),
    "complains": _Rule(
        "多次投诉", "warning", lambda h: h.values["calls"] >= _limit("complaints"),
        lambda v: f"本季投诉 {v['calls']:.0f} 次",
    ),
    "owes": _Rule("欠费", "warning", lambda h: h.owes > 0, lambda v: f"本季尚欠 {v['owes']:.0f} 元"),
    "late": _Rule(
        "迟缴费", "notice", lambda h: (h.values["late_days"] >= _limit("late_days")) & ~(h.owes > 0),
        lambda v: f"晚于期限 {v['late_days']:.0f} 天缴清",
    ),
    "silent": _Rule(
        "沉默的低温户", "serious",
        lambda h: _cold(h) & (h.values["mean_c"] <= _limit("cold_c") - _limit("silent_k")) & (h.values["calls"] == 0),
        lambda v: f"日均 {v['mean_c']:.1f} ℃ 而本季无投诉", is_latent=True,
    ),
    "withholds": _Rule(
        "因冷欠费风险", "serious", lambda h: _cold(h) & (h.owes > 0),
        lambda v: f"日均 {v['mean_c']:.1f} ℃ 且尚欠 {v['owes']:.0f} 元", is_latent=True,
    ),
}  # fmt: skip


def holding(homes: Homes) -> dict[str, Bools]:
    """Which homes each tag holds for ``bool[N]``; what is unknown holds for nobody."""
    with np.errstate(invalid="ignore"):
        return {key: np.asarray(rule.holds(homes)) for key, rule in RULES.items()}


def tags(homes: Homes, row: int) -> list[Tag]:
    """One home's tags, gravest first."""
    values = {name: float(v[row]) for name, v in homes.values.items()}
    said = {
        **values,
        "owes": float(homes.owes[row]),
        "leaky_from": float(homes.leaky_from[row]),
        "state_zh": BY_CODE[int(homes.state[row])].zh,
    }
    found = [
        Tag(key, RULES[key].zh, RULES[key].reason(said), RULES[key].tone, RULES[key].is_latent)
        for key, holds in holding(homes).items()
        if holds[row]
    ]
    return sorted(found, key=lambda tag: ("serious", "warning", "notice", "neutral").index(tag.tone))


@dataclass(frozen=True)
class ClassRow:
    """One position class against middle flats: how warm, how many below 18 °C, how many calls a hundred homes."""

    position: int
    homes: int
    read: int
    mean_c: float | None
    against_middle_k: float | None
    cold_share: float | None
    below_own_class: int
    calls_a_hundred: float | None


def special(homes: Homes, seen: Bools) -> list[ClassRow]:
    """Edge, top, corner and overhanging flats of a scope (``seen [N]``), each with what its own class tells."""
    return [_class(homes, seen, position) for position in range(5)]


def _class(homes: Homes, seen: Bools, position: int) -> ClassRow:
    mine = seen & (homes.position == position)
    mean, middle = homes.values["mean_c"], homes.values["mean_c"][seen & (homes.position == 0)]
    read = mine & np.isfinite(mean)
    n, own = int(read.sum()), mean[read]
    base = middle[np.isfinite(middle)]
    held = holding(homes)
    return ClassRow(
        position, int(mine.sum()), n,
        round(float(np.median(own)), 2) if n else None,
        round(float(np.median(own) - np.median(base)), 2) if n and base.size else None,
        round(float((own < _limit("cold_c")).mean()), 4) if n else None,
        int((held["below_class"] & mine).sum()),
        round(100 * float(homes.values["calls"][mine].mean()), 2) if mine.any() else None,
    )  # fmt: skip
