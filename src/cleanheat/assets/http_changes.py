"""Addresses of single records: their fields, versions and restoring; change requests and the steps they take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from cleanheat.accounts import public as accounts
from cleanheat.assets import changes, history
from cleanheat.assets.cards import KIND_ZH
from cleanheat.assets.models_upkeep import ArchiveRecordVersion, ChangeRequest
from cleanheat.assets.naming import titles
from cleanheat.assets.queries import archive
from cleanheat.assets.queries import require as require_object
from cleanheat.assets.record_words import Difference, FieldShown, differences, fields_shown
from cleanheat.infra.flow.actions import Request
from cleanheat.infra.flow.queries import possible, timeline
from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.scope import may, require, scope_of

router = Router(tags=["assets"])
VIEW = "assets.view"
Kind = Annotated[str, Field(max_length=12)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
Value = str | float | int | bool | None
Values = Annotated[dict[str, Value], Field(min_length=1, max_length=40)]
Reason = Annotated[str, Field(max_length=history.LONGEST_REASON)]
PAGE = 50


class RecordOut(Schema):
    """One record with its fields; ``open_change``: the request that waits, 0 if none."""

    kind: str
    kind_zh: str
    number: int
    code: str
    name: str
    longitude: float | None
    latitude: float | None
    fields: list[FieldShown]
    versions: int
    open_change: int
    may_propose: bool
    may_restore: bool


class RecordVersionOut(Schema):
    """One version; ``by`` empty: the platform.  ``is_present``: nothing came after it."""

    version: int
    at: datetime
    by: str
    reason: str
    source: str
    source_zh: str
    is_present: bool
    differences: list[Difference]


class RestoreIn(Schema):
    version: Annotated[int, Field(ge=0, lt=2**31)]
    reason: Reason


class RestoredOut(Schema):
    version: int


class ChangeIn(Schema):
    """``values``: the new values of the fields to change, by key."""

    kind: Kind
    number: Number
    values: Values
    reason: Reason
    files: Annotated[list[int], Field(max_length=20)] = Field(default_factory=list)


class ChangeRequestOut(Schema):
    """One request as lists show it."""

    id: int
    kind: str
    kind_zh: str
    number: int
    code: str
    name: str
    reason: str
    state: str
    state_zh: str
    tone: str
    company: str
    by: str
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    is_overdue: bool
    version: int | None
    seen: int
    differences: list[Difference]


class ChangePage(Schema):
    total: int
    page: int
    size: int
    rows: list[ChangeRequestOut]
    by_state: dict[str, int]


class ChangeStepOut(Schema):
    at: datetime
    by: str
    action_zh: str
    state_zh: str
    note: str


class ChangeActionOut(Schema):
    key: str
    zh: str
    needs_note: bool


class PlaceOut(Schema):
    longitude: float | None
    latitude: float | None


class ChangeDetail(ChangeRequestOut):
    """One request whole; ``place``: where the object is now."""

    steps: list[ChangeStepOut]
    actions: list[ChangeActionOut]
    place: PlaceOut


class ChangeStep(Schema):
    """``values`` only with ``submit``, to ask for something else; ``seen``: the steps the caller knew of."""

    action: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=2_000)] = ""
    seen: int | None = None
    key: Annotated[str, Field(max_length=64)] = ""
    values: Values | None = None


class ChangeQuery(Schema):
    state: Annotated[str, Field(max_length=40)] = ""
    open: bool = False
    kind: Kind = ""
    number: Annotated[int, Field(ge=0, lt=2**31)] = 0
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


@router.get("/archive/records/{kind}/{number}", response=RecordOut)
def record(request: HttpRequest, kind: Kind, number: Number) -> dict[str, Any]:
    """One record with its fields."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    require_object(kind, number, scope)
    name, code = titles(kind, [number])[0]
    waiting = ChangeRequest.objects.filter(kind=kind, number=number, item__closed_at=None).first()
    table = archive()[kind]
    return {
        "kind": kind,
        "kind_zh": KIND_ZH.get(kind, kind),
        "number": number,
        "code": code,
        "name": name,
        "longitude": _degrees(table.longitude[number]),
        "latitude": _degrees(table.latitude[number]),
        "fields": fields_shown(kind, changes.stored(kind, number)),
        "versions": ArchiveRecordVersion.objects.filter(kind=kind, number=number).count(),
        "open_change": waiting.pk if waiting else 0,
        "may_propose": may(request.user, changes.EDIT),
        "may_restore": may(request.user, changes.APPROVE),
    }


def _degrees(value: float) -> float | None:
    return None if value != value else float(value)


@router.get("/archive/records/{kind}/{number}/versions", response=list[RecordVersionOut])
def record_versions(request: HttpRequest, kind: Kind, number: Number) -> list[dict[str, Any]]:
    """Who changed the record when and why, newest first."""
    require(request.user, VIEW)
    rows = history.versions(kind, number, scope_of(request.user))
    return [
        {
            "version": row.version,
            "at": row.at,
            "by": _person(row.by),
            "reason": row.reason,
            "source": row.source,
            "source_zh": row.get_source_display(),
            "is_present": i == 0,
            "differences": differences(kind, row.before, row.after),
        }
        for i, row in enumerate(rows)
    ]


def _person(user: Any) -> str:
    return (user.display_name or user.username) if user else ""


@router.post("/archive/records/{kind}/{number}/restore", response=RestoredOut)
def restore_record(request: HttpRequest, kind: Kind, number: Number, body: RestoreIn) -> dict[str, int]:
    """Have a record as it was at a version (0: as first loaded)."""
    return {"version": changes.restore(request.user, kind, number, body.version, body.reason)}


@router.get("/archive/changes", response=ChangePage)
def change_requests(request: HttpRequest, wanted: Query[ChangeQuery]) -> dict[str, Any]:
    """The scope's requests, newest first."""
    require(request.user, VIEW)
    rows = changes.visible_changes(scope_of(request.user))
    by_state = changes.counts(rows)
    rows = changes.selected(rows, wanted.state, wanted.kind, wanted.number, is_open=wanted.open)
    start = (wanted.page - 1) * PAGE
    page = [_out(change) for change in rows[start : start + PAGE]]
    return {"total": rows.count(), "page": wanted.page, "size": PAGE, "rows": page, "by_state": by_state}


@router.post("/archive/changes", response={201: ChangeDetail})
def propose_change(request: HttpRequest, body: ChangeIn) -> Status[dict[str, Any]]:
    """Ask for a change of a record."""
    change = changes.propose(request.user, body.kind, body.number, body.values, body.reason, tuple(body.files))
    return Status(201, _detail(request, change.pk))


@router.get("/archive/changes/{change_id}", response=ChangeDetail)
def change_request(request: HttpRequest, change_id: int) -> dict[str, Any]:
    require(request.user, VIEW)
    return _detail(request, change_id)


@router.post("/archive/changes/{change_id}/steps", response=ChangeDetail)
def step_change(request: HttpRequest, change_id: int, body: ChangeStep) -> dict[str, Any]:
    """Take a step; approving writes the record at once.  409: changed meanwhile, or not from this state."""
    asked = Request(body.action, body.note, key=body.key, seen=body.seen)
    changes.act(request.user, change_id, asked, body.values)
    return _detail(request, change_id)


def _out(change: ChangeRequest) -> dict[str, Any]:
    item = change.item
    state = definition_of(item.version).state[item.state]
    return {
        **{name: getattr(change, name) for name in ("kind", "number", "code", "name", "reason", "version")},
        **{name: getattr(item, name) for name in ("opened_at", "changed_at", "due_at", "is_overdue", "state")},
        "id": change.pk,
        "kind_zh": KIND_ZH.get(change.kind, change.kind),
        "state_zh": state.zh,
        "tone": state.tone,
        "company": accounts.short_name(item.company_id or item.sender_id),
        "by": _person(item.created_by),
        "seen": item.steps_count,
        "differences": differences(change.kind, change.before, change.after),
    }


def _detail(request: HttpRequest, change_id: int) -> dict[str, Any]:
    change = changes.require_change(scope_of(request.user), change_id)
    table = archive()[change.kind]
    return {
        **_out(change),
        "steps": [
            {
                "at": told.step.at,
                "by": _person(told.step.actor),
                "action_zh": told.action_zh,
                "state_zh": told.to_zh,
                "note": told.step.note,
            }
            for told in timeline(change.item)
        ],
        "actions": [
            {"key": t.key, "zh": t.zh, "needs_note": t.needs_note} for t in possible(request.user, change.item)
        ],
        "place": {
            "longitude": _degrees(table.longitude[change.number]),
            "latitude": _degrees(table.latitude[change.number]),
        },
    }
