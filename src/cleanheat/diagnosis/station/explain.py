"""How is a finding said to a heating engineer?  One Chinese sentence of the trade's own quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cleanheat.diagnosis.vocabulary import State

ZH = {
    "supply_c": "二次供水",
    "return_c": "二次回水",
    "primary_supply_c": "一次供水",
    "primary_return_c": "一次回水",
    "heat_kw": "供热量",
}
_UNIT = {"heat_kw": "kW"}
_WORTH_SAYING = 0.05


@dataclass(frozen=True)
class Facts:
    """Means over the days of a finding: deviations from and expected values of signals (°C or kW, running hours), the
    share of heat too little or too much, missing share of usual delivery, swings a day, hours at one value, outdoor.
    """

    days: int
    deviation: Mapping[str, float]
    expected: Mapping[str, float]
    share: float | None
    missing: float | None
    swings: float | None
    still_h: float | None
    outdoor_c: float | None

    def as_json(self) -> dict[str, Any]:
        return {
            "days": self.days,
            "deviation": dict(self.deviation),
            "expected": dict(self.expected),
            "share_of_heat": self.share,
            "missing_delivery": self.missing,
            "swings_per_day": self.swings,
            "still_hours": self.still_h,
            "outdoor_c": self.outdoor_c,
        }


def sentence(kind: State, facts: Facts) -> str:
    """What happened, against what, how large, how long.

    >>> facts = Facts(2, {"supply_c": -4.2}, {"supply_c": 48.0}, 0.15, 0.05, 1.0, 2.0, -8.0)
    >>> sentence(State.UNDER_SUPPLY, facts)
    '连续 2 天欠供：室外 -8.0 ℃ 时，二次供水比本站同样天气下的常见值低 4.2 ℃（常见 48.0 ℃），相当于供热不足约 15 %。'
    """
    span = f"连续 {facts.days} 天" if facts.days > 1 else "当天"
    said = _SAID.get(kind, _departure)(facts)
    weather = "" if facts.outdoor_c is None else f"室外 {facts.outdoor_c:.1f} ℃ 时，"
    return f"{span}{kind.zh}：{weather}{said}。"


def deviations(facts: Facts) -> str:
    """The signals that depart most, in words."""
    big = sorted(facts.deviation.items(), key=lambda part: -abs(part[1]) / _scale(facts, part[0]))[:3]
    parts = []
    for name, off in big:
        unit = _UNIT.get(name, "℃")
        side = "高" if off > 0 else "低"
        usual = f"（常见 {facts.expected[name]:.1f} {unit}）" if name in facts.expected else ""
        parts.append(f"{ZH.get(name, name)}比本站同样天气下的常见值{side} {abs(off):.1f} {unit}{usual}")
    return "，".join(parts)


def _scale(facts: Facts, name: str) -> float:
    """Heat departs in per cent of itself as temperatures do in kelvins of their excess over the room."""
    usual = facts.expected.get(name, 0.0)
    return max(abs(usual) if name == "heat_kw" else abs(usual - 20.0), 1e-6)


def _departure(facts: Facts) -> str:
    return deviations(facts) or "各量偏离常见值"


def _supplied(facts: Facts) -> str:
    small = facts.share is None or abs(facts.share) < _WORTH_SAYING
    size = "" if small else f"，相当于供热{{}}约 {100 * abs(facts.share or 0.0):.0f} %"
    return _departure(facts) + size


def _under(facts: Facts) -> str:
    return _supplied(facts).format("不足")


def _over(facts: Facts) -> str:
    return _supplied(facts).format("超出")


def _stopped(facts: Facts) -> str:
    share = "" if facts.missing is None else f"按本站时间表应供热的时段缺供 {100 * facts.missing:.0f} %"
    return share or "应供热的时段没有供热"


def _intermittent(facts: Facts) -> str:
    return f"白天供热水平每天起伏 {facts.swings or 0:.0f} 次，超出本站习惯"


def _frozen(facts: Facts) -> str:
    return f"供水温度读数 {facts.still_h or 0:.0f} 小时不变，而回水在变，传感器或传输卡死"


def _fouled(facts: Facts) -> str:
    return f"{_departure(facts)}，一次回水偏高而二次侧不足，疑似换热器结垢或一次侧流量过大"


_SAID = {
    State.UNDER_SUPPLY: _under,
    State.OVER_SUPPLY: _over,
    State.STOPPED: _stopped,
    State.INTERMITTENT: _intermittent,
    State.FROZEN_SENSOR: _frozen,
    State.FOULING: _fouled,
}
