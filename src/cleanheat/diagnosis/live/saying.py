"""How is a condition told to people?  Finding with level, confidence, evidence, contributions and explanation."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cleanheat.diagnosis.live.conditions import Condition, Look
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.view import View
from cleanheat.diagnosis.parameters import Source
from cleanheat.diagnosis.supply_stopped import SUPPLY_STOPPED
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Contribution, Evidence, Finding, Level

BY_EXPECTATION = frozenset(
    {State.UNDER_SUPPLY, State.OVER_SUPPLY, State.ABNORMAL, State.IMBALANCE, State.CAPACITY_SHORTAGE}
)
"""States that rest on what is expected, so that they are as sure as the parameters are personal."""


def source_key(state: State) -> str:
    """The key of a state's findings and alerts."""
    return SUPPLY_STOPPED if state is State.STOPPED else f"diagnosis.{state.value}"


def device_key(state: State) -> str:
    """The key of what many rural devices have in common."""
    return f"diagnosis.device_{state.value}"


def state_of(source: str) -> State:
    """The state that a finding's key stands for."""
    if source == SUPPLY_STOPPED:
        return State.STOPPED
    return State(source.partition(".")[2].removeprefix("device_"))


def finding(
    condition: Condition, look: Look, view: View, row: int, kind: str, object_number: int, since: int
) -> Finding:
    """What holds at one object, in the trade's own quantities."""
    value, bound = float(look.value[row]), float(np.broadcast_to(look.limit, look.value.shape)[row])
    personal = Source(int(view.expected.source[row]))
    return Finding(
        source_key(condition.state),
        kind,
        object_number,
        level_of(condition.state, view, row),
        since,
        f"{condition.state.zh}：{_said(condition, look, view, row, value, bound)}{_caveat(condition.state, personal)}",
        _evidence(condition, view, row, value, bound),
        confidence(condition.state, value, bound, personal),
        contributions({signal: float(weights[row]) for signal, weights in look.parts.items()}),
    )


def _said(condition: Condition, look: Look, view: View, row: int, value: float, bound: float) -> str:
    if value != value:  # NaN: the condition stands while nothing can be read
        return "当前无可信读数，保持原判断"
    told = {
        "value": value,
        "limit": bound,
        "supply": _at(view.now["supply_c"], row),
        "due": _at(view.expected["supply"].value, row),
        "pattern": pattern(view, row) if condition.state is State.INTERMITTENT else "",
        "branch_short": max(-_at(view.more["branch_gap_k"], row), 0.0) if "branch_gap_k" in view.more else 0.0,
    }
    told |= {name: _at(values, row) for name, values in look.told.items()}
    return condition.says.format(**told).replace("nan", "—")


def _at(values: np.ndarray, row: int) -> float:
    return float(values[row])


def _caveat(state: State, source: Source) -> str:
    if state not in BY_EXPECTATION or source >= Source.OWN:
        return ""
    return f"（按{'同类对象参数' if source == Source.GROUP else '设计曲线'}判断，可信度较低）"


def _evidence(condition: Condition, view: View, row: int, value: float, bound: float) -> tuple[Evidence, ...]:
    main = Evidence(condition.signal, _known(value, 3), round(bound, 3), condition.unit)
    supply, due = _at(view.now["supply_c"], row), _at(view.expected["supply"].value, row)
    if not condition.running or due != due:
        return (main,)
    return main, Evidence("supply_c", _known(supply, 1), round(due, 1), "℃")


def _known(value: float, digits: int) -> float | None:
    return None if value != value else round(value, digits)


def confidence(state: State, value: float, bound: float, source: Source) -> float:
    """Half sure at the limit, and surer the further beyond it, as far as the expectation itself can be trusted."""
    names = {Source.NONE: "none", Source.GROUP: "group"}
    most = number("confidence", names.get(source, "own") if state in BY_EXPECTATION else "own")
    if value != value:
        return round(most * number("confidence", "start"), 2)
    beyond = abs(value - bound) / max(abs(bound), 1e-3)
    return round(
        most * (1 - (1 - number("confidence", "start")) * math.exp(-beyond / number("confidence", "scale"))), 2
    )


def contributions(weights: Mapping[str, float]) -> tuple[Contribution, ...]:
    """Shares that sum to one, the greatest first; signals that say nothing are left out."""
    known = {signal: w for signal, w in weights.items() if w > 0 and math.isfinite(w)}
    total = sum(known.values())
    if not total:
        return ()
    ordered = sorted(known.items(), key=lambda item: -item[1])
    return tuple(Contribution(signal, w / total) for signal, w in ordered)


def level_of(state: State, view: View, row: int) -> Level:
    """The state's own level; of under-supply by degree-hours of a day, one graver where rooms are cold."""
    own = state.level or Level.IV
    if state is not State.UNDER_SUPPLY:
        return own
    gap = float(view.memory.mean("gap_k", 24)[row])
    degree_hours = max(-gap, 0.0) * 24 if gap == gap else 0.0
    level = int(own)
    if degree_hours >= number("severity", "grave_degree_hours"):
        level -= 1
    elif degree_hours < number("severity", "light_degree_hours"):
        level += 1
    if view.rooms is not None and view.rooms.cold_share[row] >= number("severity", "cold_room_share"):
        level -= 1
    return Level(min(max(level, int(Level.II)), int(Level.IV)))


def pattern(view: View, row: int) -> str:
    """Whether stops come at equal hours of the day (a schedule) or anyhow."""
    stops = np.nan_to_num(view.memory.last("stops", 72)[:, row]) > 0
    if not stops.any():
        return "运行时间占比偏低"
    hours = (np.arange(view.memory.hour - 72, view.memory.hour) + 8) % 24
    of_hour = np.bincount(hours[stops], minlength=24)
    near = of_hour + np.roll(of_hour, 1) + np.roll(of_hour, -1)
    again = near[hours[stops]] >= 2
    regular = again.mean() >= number("intermittent", "same_hour_share") and stops.sum() >= 3
    return "停运集中在相同钟点，疑似定时间歇供热" if regular else "停运时刻不规律"
