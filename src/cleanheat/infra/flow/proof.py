"""Can an item get stuck?  Proved for a definition before it is published: no dead end, nothing unreachable.

Guards may always be false and counters may be exhausted, so the proof leaves both out: from every state a person must
reach an end by steps that nothing can forbid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cleanheat.infra.flow.definition import FlowDefinition, Transition
from cleanheat.infra.flow.guards import guard_fault


@dataclass(frozen=True)
class Fault:
    """What is wrong with which state, transition or clock."""

    where: str
    title: str


def faults(definition: FlowDefinition) -> tuple[Fault, ...]:
    """Everything that forbids publishing; empty: the flow strands nothing."""
    return (
        *_shape(definition),
        *_unreachable(definition),
        *_stranded(definition),
        *_requests(definition),
        *_guards(definition),
    )


def _shape(flow: FlowDefinition) -> Iterable[Fault]:
    finals = {s.key for s in flow.states if s.is_final}
    if not finals:
        yield Fault(flow.key, "没有结束状态")
    for t in flow.transitions:
        if left := finals.intersection(t.starts):
            yield Fault(t.key, f"结束状态不能再流转: {', '.join(sorted(left))}")
        if t.who and not t.permission:
            yield Fault(t.key, "人工操作必须注明权限")
        if t.receiver == "chosen" and not any(f.type == "organisation" for f in t.form):
            yield Fault(t.key, "指定承办单位的操作缺少单位字段")
    for clock in flow.clocks:
        if ended := finals.intersection(clock.states):
            yield Fault(clock.key, f"结束状态不应计时: {', '.join(sorted(ended))}")
        if len({s.key for s in clock.stages}) != len(clock.stages):
            yield Fault(clock.key, "时限阶段重名")


def _unreachable(flow: FlowDefinition) -> Iterable[Fault]:
    reached = _closure({s: {e for t in flow.leaving(s) for e in _ends(t, s)} for s in flow.state}, flow.initial)
    for state in flow.states:
        if state.key not in reached:
            yield Fault(state.key, f"状态“{state.zh}”无法到达")


def _stranded(flow: FlowDefinition) -> Iterable[Fault]:
    """States from which no sure path of people's steps leads to an end."""
    into: dict[str, set[str]] = {s: set() for s in flow.state}
    for t in flow.transitions:
        for start in t.starts if _is_sure(flow, t) else ():
            into[t.target(start)].add(start)
    ending = _closure(into, [s.key for s in flow.states if s.is_final])
    for state in flow.states:
        if state.key not in ending:
            yield Fault(state.key, f"状态“{state.zh}”没有可靠的办结路径")


def _is_sure(flow: FlowDefinition, t: Transition) -> bool:
    """A person may take it whatever was counted, asked or measured before."""
    return bool(t.who) and not t.guard and not t.answers and not flow.cap.get(t.counts, 0)


def _requests(flow: FlowDefinition) -> Iterable[Fault]:
    asked = {t.asks for t in flow.transitions if t.asks}
    for t in flow.transitions:
        if t.answers and t.answers not in asked:
            yield Fault(t.key, f"没有操作会提出“{t.answers}”申请")
        if t.extends and not t.answers:
            yield Fault(t.key, "延期只能由批准申请触发")
    lengthening = {t.answers for t in flow.transitions if t.extends}
    for t in flow.transitions:
        if t.asks in lengthening and not any(f.key == "hours" and f.type == "number" and f.is_required for f in t.form):
            yield Fault(t.key, "延期申请必须填写 hours")
    for request in asked - {t.answers for t in flow.transitions}:
        yield Fault(request, "申请没有人答复")


def _guards(flow: FlowDefinition) -> Iterable[Fault]:
    for t in flow.transitions:
        if t.guard and (reason := guard_fault(flow, t)):
            yield Fault(t.key, f"条件有误: {reason}")


def _ends(t: Transition, start: str) -> set[str]:
    return {t.target(start), t.capped_to or t.target(start)}


def _closure(edges: Mapping[str, set[str]], begin: Iterable[str]) -> set[str]:
    reached, waiting = set(begin), list(begin)
    while waiting:
        for state in edges[waiting.pop()] - reached:
            reached.add(state)
            waiting.append(state)
    return reached
