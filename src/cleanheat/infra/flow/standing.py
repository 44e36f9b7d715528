"""Where does an item stand after these steps?  The one pure function by which items move and timelines are replayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cleanheat.infra.flow.calendars import after, between
from cleanheat.infra.flow.definition import ClockSpec, FlowDefinition, Stage, Transition
from cleanheat.kernel.time import HOUR_S, MINUTE_S

OPENED = "opened"
DEADLINE = "deadline"


@dataclass(frozen=True)
class Running:
    """One clock: due at an instant, or standing still with seconds left.  ``total_s`` grows with extensions."""

    due_s: float | None
    left_s: float
    total_s: float


@dataclass(frozen=True)
class Standing:
    """Everything about an item that steps change."""

    state: str
    holder_id: int
    holders: tuple[int, ...] = ()
    """Who held it before, the latest last."""
    counts: Mapping[str, int] = field(default_factory=dict)
    clocks: Mapping[str, Running] = field(default_factory=dict)
    asked: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    overdue: tuple[str, ...] = ()
    late: int = 0
    """How often a clock ran out, also those that were stopped since."""
    escalation: int = 0

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Standing:
        clocks = {key: Running(**running) for key, running in document["clocks"].items()}
        plain = {**document, "clocks": clocks}
        return cls(**{**plain, "holders": tuple(plain["holders"]), "overdue": tuple(plain["overdue"])})


@dataclass(frozen=True)
class Fact:
    """What a step says, as far as it moves the item."""

    at_s: float
    action: str
    level: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    receiver_id: int = 0
    """The holder from this step on; 0: unchanged."""


def begin(definition: FlowDefinition, state: str, holder_id: int, at_s: float, level: int) -> Standing:
    fresh = Standing(state, holder_id, counts={c.key: 0 for c in definition.counters})
    return _with_clocks(definition, fresh, at_s, level, was="")


def step(definition: FlowDefinition, now: Standing, fact: Fact) -> Standing:
    """The standing after one more step."""
    if fact.action == DEADLINE:
        return _deadline(definition, now, fact)
    taken = definition.transition[fact.action]
    counts = {**now.counts, taken.counts: now.counts[taken.counts] + 1} if taken.counts else now.counts
    moved = replace(now, state=target(definition, now, taken), counts=counts, asked=_asked(now, taken, fact))
    if fact.receiver_id and fact.receiver_id != now.holder_id:
        moved = replace(moved, holder_id=fact.receiver_id, holders=(*now.holders, now.holder_id))
    if taken.extends:
        moved = _extended(definition, moved, taken, float(now.asked[taken.answers]["hours"]), fact.at_s)
    return _with_clocks(definition, moved, fact.at_s, fact.level, was=now.state)


def replay(definition: FlowDefinition, opened: Standing, facts: Iterable[Fact]) -> Standing:
    now = opened
    for fact in facts:
        now = step(definition, now, fact)
    return now


def is_capped(definition: FlowDefinition, now: Standing, taken: Transition) -> bool:
    cap = definition.cap.get(taken.counts, 0)
    return cap > 0 and now.counts[taken.counts] >= cap


def target(definition: FlowDefinition, now: Standing, taken: Transition) -> str:
    is_diverted = bool(taken.capped_to) and is_capped(definition, now, taken)
    return taken.capped_to if is_diverted else taken.target(now.state)


def _asked(now: Standing, taken: Transition, fact: Fact) -> Mapping[str, Mapping[str, Any]]:
    open_requests = {key: told for key, told in now.asked.items() if key != taken.answers}
    return {**open_requests, taken.asks: dict(fact.fields)} if taken.asks else open_requests


def _deadline(definition: FlowDefinition, now: Standing, fact: Fact) -> Standing:
    key, stage = str(fact.fields["clock"]), stage_of(definition, fact.fields)
    if stage.does == "overdue" and key not in now.overdue:
        return replace(now, overdue=(*now.overdue, key), late=now.late + 1)
    return replace(now, escalation=now.escalation + 1) if stage.does == "escalate" else now


def stage_of(definition: FlowDefinition, fields: Mapping[str, Any]) -> Stage:
    return next(s for s in definition.clock[str(fields["clock"])].stages if s.key == fields["stage"])


def _extended(definition: FlowDefinition, now: Standing, taken: Transition, hours: float, at_s: float) -> Standing:
    spec, running = definition.clock[taken.extends], now.clocks.get(taken.extends)
    if running is None:
        return now
    more = hours * HOUR_S
    due = None if running.due_s is None else after(spec.calendar, max(running.due_s, at_s), more)
    longer = Running(due, running.left_s + more, running.total_s + more)
    is_in_time_again = due is not None and due > at_s
    overdue = tuple(k for k in now.overdue if k != taken.extends) if is_in_time_again else now.overdue
    return replace(now, clocks={**now.clocks, taken.extends: longer}, overdue=overdue)


def _with_clocks(definition: FlowDefinition, now: Standing, at_s: float, level: int, was: str) -> Standing:
    """Clocks started, stopped, paused and resumed by the state just entered."""
    if now.state == was:
        return now
    pauses, clocks = definition.state[now.state].pauses, {}
    for spec in definition.clocks:
        running = now.clocks.get(spec.key)
        if pauses and running is not None:
            clocks[spec.key] = _paused(spec, running, at_s)
        elif now.state in spec.states:
            clocks[spec.key] = _resumed(spec, running, at_s) if running else _started(spec, at_s, level)
    return replace(now, clocks=clocks, overdue=tuple(k for k in now.overdue if k in clocks))


def _started(spec: ClockSpec, at_s: float, level: int) -> Running:
    total = float(spec.minutes[level - 1] * MINUTE_S)
    return Running(after(spec.calendar, at_s, total), total, total)


def _paused(spec: ClockSpec, running: Running, at_s: float) -> Running:
    left = running.left_s if running.due_s is None else between(spec.calendar, at_s, running.due_s)
    return replace(running, due_s=None, left_s=left)


def _resumed(spec: ClockSpec, running: Running, at_s: float) -> Running:
    if running.due_s is not None:
        return running
    due = after(spec.calendar, at_s, running.left_s) if running.left_s > 0 else at_s + running.left_s
    return replace(running, due_s=due)
