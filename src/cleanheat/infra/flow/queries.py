"""Which items may this scope see, what may this person do with one, and what happened to it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from cleanheat.infra import clock
from cleanheat.infra.flow.definition import Transition
from cleanheat.infra.flow.guards import Known, facts_of, holds
from cleanheat.infra.flow.models import FlowItem, FlowStep
from cleanheat.infra.flow.people import Parties, directory, fits, relations
from cleanheat.infra.flow.standing import Standing, is_capped
from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.scope import Scope, may, owned_by, scope_of
from cleanheat.kernel.time import HOUR_S


def visible_items(scope: Scope, flow: str = "") -> QuerySet[FlowItem]:
    """The scope's items: by company, office, district or sender."""
    items = FlowItem.objects.filter(flow=flow) if flow else FlowItem.objects.all()
    return items.filter(owned_by(scope))


def possible(user: Any, item: FlowItem) -> Sequence[Transition]:
    """The steps this person may take now; guards and counters are answered when he takes one."""
    scope, place = scope_of(user), directory().place_of(user)
    if place is None:
        return ()
    definition, now = definition_of(item.version), Standing.read(item.standing)
    related = relations(user.pk, place, scope, Parties(item.created_by_id or 0, item.issuer_id, item.holder_id))
    return [
        t
        for t in definition.leaving(item.state)
        if fits(t.who, place, related)
        and may(user, t.permission)
        and (not t.answers or t.answers in now.asked)
        and (not t.asks or t.asks not in now.asked)
        and not (is_capped(definition, now, t) and not t.capped_to)
    ]


def open_to_platform(item: FlowItem) -> Sequence[Transition]:
    """The steps the platform itself may take now: their guards hold."""
    definition, now = definition_of(item.version), Standing.read(item.standing)
    known = facts(item, now, clock.now_utc(), {})
    return [t for t in definition.leaving(item.state) if not t.who and holds(definition, t, known)]


def facts(item: FlowItem, now: Standing, at: datetime, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What guards may ask of an item at an instant."""
    hours_open = (at - item.opened_at).total_seconds() / HOUR_S
    from_city = len(directory().chain_of(item.issuer_id)) == 1
    in_district = bool(item.district_id) and directory().supervisor_of(item.district_id) > 0
    return facts_of(now, Known(item.level, hours_open, from_city, in_district), fields)


@dataclass(frozen=True)
class Told:
    """One step in words."""

    step: FlowStep
    action_zh: str
    from_zh: str
    to_zh: str


def timeline(item: FlowItem) -> Sequence[Told]:
    """Every step, oldest first."""
    definition = definition_of(item.version)
    zh = {state.key: state.zh for state in definition.states}
    return [
        Told(s, _action_zh(item, s), zh.get(s.from_state, ""), zh[s.to_state])
        for s in item.steps.select_related("actor").order_by("number")
    ]


def _action_zh(item: FlowItem, step: FlowStep) -> str:
    definition = definition_of(item.version)
    if step.action in definition.transition:
        return definition.transition[step.action].zh
    if step.action == "opened":
        return "创建"
    spec = definition.clock[step.fields["clock"]]
    stage = next(s for s in spec.stages if s.key == step.fields["stage"])
    return f"{spec.zh}{stage.zh}"
