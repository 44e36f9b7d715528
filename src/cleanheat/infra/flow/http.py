"""Addresses of flows: what is in force, its versions, a draft's proof and simulation, publishing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from cleanheat.infra.flow import simulate, versions
from cleanheat.infra.flow.definition import FlowDefinition
from cleanheat.infra.flow.models import FlowItem, FlowStep, FlowVersion
from cleanheat.infra.flow.people import directory, unstaffed
from cleanheat.infra.flow.proof import faults
from cleanheat.infra.flow.versions import FLOWS, Flow
from cleanheat.infra.scope import may, require
from cleanheat.kernel.errors import not_found

router = Router(tags=["flows"])
REHEARSED = 2_000
WALKED = 500
SEED = 20_260_115


class FlowOut(Schema):
    key: str
    zh: str
    version: int
    may_edit: bool


class FlowVersionOut(Schema):
    id: int
    number: int
    state: str
    state_name: str
    note: str
    made_at: datetime


class FlowDetail(FlowOut):
    definition: FlowDefinition
    versions: list[FlowVersionOut]


class Draft(Schema):
    definition: dict[str, Any]
    note: Annotated[str, Field(max_length=400)] = ""


class FlowFaultOut(Schema):
    where: str
    title: str


class MisfitOut(Schema):
    item_id: int
    step: int
    state: str
    action: str


class Rehearsal(Schema):
    """What the proof says, how generated orders went, and which past ones the draft would not allow."""

    faults: list[FlowFaultOut]
    unstaffed: dict[str, str]
    orders: int
    ended: int
    longest: int
    stuck: dict[str, int]
    never: list[str]
    tried: int
    misfits: list[MisfitOut]


def _flow(request: HttpRequest, key: str) -> Flow:
    if key not in FLOWS:
        raise not_found("没有这个流程", key)
    require(request.user, FLOWS[key].view_permission)
    return FLOWS[key]


@router.get("/flows", response=list[FlowOut])
def flows(request: HttpRequest) -> list[dict[str, Any]]:
    return [_out(request, flow) for flow in FLOWS if may(request.user, flow.view_permission)]


@router.get("/flows/{key}", response=FlowDetail)
def flow(request: HttpRequest, key: str) -> dict[str, Any]:
    """The definition in force and all versions, newest first."""
    found = _flow(request, key)
    version = versions.in_force(key)
    rows = FlowVersion.objects.filter(flow=key).defer("body")
    return {
        **_out(request, found),
        "definition": versions.definition_of(version),
        "versions": [_version(v) for v in rows],
    }


@router.post("/flows/{key}/rehearsals", response=Rehearsal)
def rehearse(request: HttpRequest, key: str, body: Draft) -> dict[str, Any]:
    """Try a draft before it is kept: proof, people, generated orders, and what really happened lately."""
    require(request.user, _flow(request, key).edit_permission)
    draft = versions.read(key, body.definition)
    staffed = directory().staffed()
    walks, past = simulate.walk(draft, WALKED, SEED, staffed), _past(key)
    return {
        "faults": faults(draft),
        "unstaffed": unstaffed(draft, staffed),
        "orders": walks.orders,
        "ended": walks.ended,
        "longest": walks.longest,
        "stuck": walks.stuck,
        "never": list(walks.never),
        "tried": len(past),
        "misfits": simulate.rehearse(draft, past),
    }


@router.post("/flows/{key}/versions", response={201: FlowVersionOut})
def keep_draft(request: HttpRequest, key: str, body: Draft) -> Status[dict[str, Any]]:
    _flow(request, key)
    return Status(201, _version(versions.draft(request.user, key, body.definition, body.note)))


@router.post("/flows/{key}/versions/{version_id}/publish", response=FlowVersionOut)
def publish(request: HttpRequest, key: str, version_id: int) -> dict[str, Any]:
    """Put a draft in force; refused with the fault if an item could get stuck."""
    require(request.user, _flow(request, key).edit_permission)
    return _version(versions.publish(request.user, version_id, key))


def _past(key: str) -> dict[int, simulate.Story]:
    """What happened to the newest items, as the simulator wants it."""
    newest = list(FlowItem.objects.filter(flow=key).order_by("-pk").values_list("pk", flat=True)[:REHEARSED])
    told: dict[int, list[tuple[str, dict[str, Any]]]] = {}
    steps = FlowStep.objects.filter(item_id__in=newest).order_by("item_id", "number")
    for item_id, action, fields in steps.values_list("item_id", "action", "fields").iterator():
        told.setdefault(item_id, []).append((action, fields))
    return dict(told)


def _out(request: HttpRequest, flow: Flow) -> dict[str, Any]:
    version = versions.in_force(flow.key)
    may_edit = may(request.user, flow.edit_permission)
    return {
        "key": flow.key,
        "zh": versions.definition_of(version).zh,
        "version": version.number,
        "may_edit": may_edit,
    }


def _version(version: FlowVersion) -> dict[str, Any]:
    same = {name: getattr(version, name) for name in ("id", "number", "state", "note", "made_at")}
    return {**same, "state_name": FlowVersion.State(version.state).label}
