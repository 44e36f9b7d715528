"""Addresses of governance: orders (list, counter, one with its timeline, steps alone and in batches, export)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
from cleanheat.governance import actions, trainings
from cleanheat.governance.models import Order
from cleanheat.governance.queries import OrderFilter, counts, select, visible_orders
from cleanheat.infra.files.http import FileOut, file_out
from cleanheat.infra.flow.actions import Request
from cleanheat.infra.flow.chain import first_broken
from cleanheat.infra.flow.definition import FormField, Transition
from cleanheat.infra.flow.models import FlowItem
from cleanheat.infra.flow.queries import Told, possible, timeline
from cleanheat.infra.flow.standing import Standing
from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sheets import Format, file_response
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import LATEST_S

router = Router(tags=["governance"])
Id = Annotated[int, Field(ge=1, lt=2**63)]
MOST_EXPORTED = 20_000


class OrderOut(Schema):
    """One order as lists show it.  ``seen`` (steps so far) goes back with a step, so that two people notice."""

    id: int
    number: str
    title: str
    level: int
    level_name: str
    colour: str
    state: str
    state_name: str
    tone: str
    source: str
    source_name: str
    object_kind: str
    object_number: int
    object_name: str
    company_id: int
    company_name: str
    office_id: int
    district_id: int
    holder_id: int
    holder_name: str
    issuer_id: int
    issuer_name: str
    is_automatic: bool
    is_open: bool
    is_overdue: bool
    was_overdue: bool
    escalation: int
    opened_at: datetime
    due_at: datetime | None
    changed_at: datetime
    closed_at: datetime | None
    feedback_at: datetime | None
    verify_at: datetime | None
    first_pass: bool | None
    seen: int


class OrderPage(Schema):
    total: int
    page: int
    size: int
    rows: list[OrderOut]


class StepFileOut(Schema):
    id: int
    name: str
    kind: str
    sha256: str


class OrderStepOut(Schema):
    """One entry of the timeline; ``actor_name`` empty: the platform."""

    number: int
    at: datetime
    actor_name: str
    organisation_name: str
    action: str
    action_name: str
    from_state: str
    to_state: str
    to_state_name: str
    receiver_name: str
    note: str
    fields: dict[str, Any]
    files: list[StepFileOut]


class ActionOut(Schema):
    """A step the caller may take now, with its form."""

    key: str
    zh: str
    to_state: str
    needs_note: bool
    least_files: int
    form: list[FormField]


class OrderClockOut(Schema):
    """``due_at`` null: standing still with ``left_min`` left."""

    key: str
    zh: str
    due_at: datetime | None
    left_min: int
    is_overdue: bool


class OrderAlertOut(Schema):
    id: int
    object_kind: str
    object_number: int
    object_name: str
    level: int
    state: str
    is_live: bool
    text: str
    first_at: int
    last_at: int
    count: int


class OrderDetail(OrderOut):
    """One order whole.  ``verification``: the numbers of the last check; ``is_intact``: the timeline's seals hold."""

    steps: list[OrderStepOut]
    actions: list[ActionOut]
    clocks: list[OrderClockOut]
    counters: dict[str, int]
    asked: dict[str, dict[str, Any]]
    alerts: list[OrderAlertOut]
    verification: dict[str, Any]
    is_intact: bool


class OrderQuery(Schema):
    """``mine``: held by the caller's own organisation; times in epoch seconds; ``text`` searches number and title."""

    state: Annotated[str | None, Field(max_length=40)] = None
    is_open: bool | None = None
    is_overdue: bool | None = None
    is_escalated: bool | None = None
    level: Annotated[int | None, Field(ge=1, le=4)] = None
    source: Annotated[str | None, Field(max_length=60)] = None
    company_id: int | None = None
    district_id: int | None = None
    alert_id: Id | None = None
    kind: Annotated[str | None, Field(max_length=16)] = None
    number: int | None = None
    mine: bool = False
    start: Annotated[int | None, Field(ge=0, le=LATEST_S)] = None
    end: Annotated[int | None, Field(ge=0, le=LATEST_S)] = None
    text: Annotated[str | None, Field(max_length=100)] = None
    order: Literal["-opened", "due", "level", "-escalation"] = "-opened"

    def wanted(self, request: HttpRequest) -> OrderFilter:
        own = scope_of(request.user).organisation_id or 0
        return OrderFilter(**self.model_dump(exclude={"mine", "order"}), held_by=own if self.mine else None)


class OrderPaging(Schema):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class Counts(Schema):
    """The counter beside the menu."""

    open: int
    overdue: int
    escalated: int
    mine: int
    by_state: dict[str, int]


class NewOrder(Schema):
    """From one alert or several of one company; without a title it is named after the first."""

    alert_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=2_000)] = ""
    files: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)


class Step(Schema):
    """``key``: the caller's own name of this request, so that a retry is no second step; ``seen``: from the order."""

    action: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=2_000)] = ""
    fields: Annotated[dict[str, Any], Field(max_length=40)] = Field(default_factory=dict)
    files: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)
    key: Annotated[str, Field(max_length=64)] = ""
    seen: int | None = None

    def request(self) -> Request:
        return Request(self.action, self.note, self.fields, tuple(self.files), self.key, self.seen)


class BatchStep(Step):
    order_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]


class DoneOut(Schema):
    order_id: int
    is_done: bool
    reason: str


class Attached(Schema):
    files: Annotated[list[Id], Field(min_length=1, max_length=20)]


@router.get("/governance/orders", response=OrderPage)
def orders(request: HttpRequest, wanted: Query[OrderQuery], paging: Query[OrderPaging]) -> dict[str, Any]:
    """The caller's orders, newest first unless ordered otherwise."""
    require(request.user, "governance.view")
    rows = select(scope_of(request.user), wanted.wanted(request), wanted.order)
    start = (paging.page - 1) * paging.size
    page = [_out(o) for o in rows[start : start + paging.size]]
    return {"total": rows.count(), "page": paging.page, "size": paging.size, "rows": page}


@router.get("/governance/orders/counts", response=Counts)
def order_counts(request: HttpRequest) -> Any:
    require(request.user, "governance.view")
    scope = scope_of(request.user)
    return counts(scope, scope.organisation_id)


@router.get("/governance/orders/export")
def export_orders(request: HttpRequest, wanted: Query[OrderQuery], format: Format = "xlsx") -> HttpResponse:  # noqa: A002 - the address says format
    """The list as a file."""
    require(request.user, "governance.view")
    rows = select(scope_of(request.user), wanted.wanted(request), wanted.order)[:MOST_EXPORTED]
    header = (
        "工单号",
        "内容",
        "级别",
        "状态",
        "企业",
        "承办单位",
        "规则",
        "对象",
        "生成时间",
        "时限",
        "办结时间",
        "超时",
    )
    return file_response("governance-orders", format, header, (_cells(_out(o)) for o in rows))


@router.post("/governance/orders", response={201: OrderDetail})
def raise_order(request: HttpRequest, body: NewOrder) -> Status[dict[str, Any]]:
    """Raise an order by hand from alerts; a regulator's right."""
    order = actions.raise_by_hand(request.user, body.alert_ids, body.title, body.note, body.files)
    return Status(201, _detail(request, order.pk))


@router.post("/governance/orders/steps", response=list[DoneOut])
def step_many(request: HttpRequest, body: BatchStep) -> Any:
    """The same step with several orders; each answers for itself."""
    require(request.user, "governance.view")
    return actions.act_on_many(request.user, body.order_ids, body.request())


@router.get("/governance/orders/{order_id}", response=OrderDetail)
def order(request: HttpRequest, order_id: int) -> dict[str, Any]:
    require(request.user, "governance.view")
    return _detail(request, order_id)


@router.post("/governance/orders/{order_id}/steps", response=OrderDetail)
def step(request: HttpRequest, order_id: int, body: Step) -> dict[str, Any]:
    """Take a step.  409 names what stands against it: the state, a counter's cap, somebody who was faster."""
    actions.act(request.user, order_id, body.request())
    return _detail(request, order_id)


@router.get("/governance/trainings/{training_id}/files", response=list[FileOut])
def training_files(request: HttpRequest, training_id: int) -> list[dict[str, Any]]:
    """Materials of a training; the training itself is the resource ``governance.training``."""
    return [file_out(f) for f in trainings.materials(request.user, training_id)]


@router.post("/governance/trainings/{training_id}/files", response=list[FileOut])
def attach_training_files(request: HttpRequest, training_id: int, body: Attached) -> list[dict[str, Any]]:
    """Add materials that were uploaded before."""
    trainings.attach(request.user, training_id, body.files)
    return [file_out(f) for f in trainings.materials(request.user, training_id)]


_TAKEN_FROM_ITEM = OrderOut.model_fields.keys() & {f.attname for f in FlowItem._meta.concrete_fields} - {"id"}
_TAKEN_FROM_ORDER = OrderOut.model_fields.keys() & {f.attname for f in Order._meta.concrete_fields} - {"id"}


def _out(order: Order) -> dict[str, Any]:
    item, level = order.item, Level(order.item.level)
    state = definition_of(item.version).state[item.state]
    owner = item.company_id or item.sender_id
    return {
        **{name: getattr(item, name) for name in _TAKEN_FROM_ITEM},
        **{name: getattr(order, name) for name in _TAKEN_FROM_ORDER},
        "id": order.pk,
        "level_name": f"{level.roman}级 {level.zh}",
        "colour": level.colour,
        "state_name": state.zh,
        "tone": state.tone,
        "company_name": _name(owner),
        "holder_name": _name(item.holder_id),
        "issuer_name": _name(item.issuer_id),
        "seen": item.steps_count,
    }


def _name(organisation_id: int) -> str:
    card = accounts.find_organisation(organisation_id)
    return card.short_name if card else ""


def _cells(row: dict[str, Any]) -> list[Any]:
    named = ("number", "title", "level_name", "state_name", "company_name", "holder_name", "source_name", "object_name")
    times = [row[name] and f"{row[name]:%Y-%m-%d %H:%M}" for name in ("opened_at", "due_at", "closed_at")]
    return [*(row[name] for name in named), *times, "是" if row["was_overdue"] else ""]


def _detail(request: HttpRequest, order_id: int) -> dict[str, Any]:
    scope = scope_of(request.user)
    found = visible_orders(scope).filter(pk=order_id).first()
    if found is None:
        raise not_found("没有这个工单")
    told, standing = timeline(found.item), Standing.read(found.item.standing)
    return {
        **_out(found),
        "steps": [_step(t) for t in told],
        "actions": [_action(found, t) for t in possible(request.user, found.item)],
        "clocks": _clocks(found.item, standing),
        "counters": standing.counts,
        "asked": standing.asked,
        "alerts": alerts.cards(list(found.alerts.values_list("alert_id", flat=True)), scope),
        "verification": found.verification,
        "is_intact": first_broken(found.item, [t.step for t in told]) is None,
    }


def _step(told: Told) -> dict[str, Any]:
    step, actor = told.step, told.step.actor
    plain = {
        name: getattr(step, name) for name in ("number", "at", "action", "from_state", "to_state", "note", "files")
    }
    return {
        **plain,
        "fields": {k: v for k, v in step.fields.items() if k not in {"standing", "definition"}},
        "actor_name": (actor.display_name or actor.username) if actor else "",
        "organisation_name": _name(step.organisation_id),
        "action_name": told.action_zh,
        "to_state_name": told.to_zh,
        "receiver_name": _name(step.receiver_id),
    }


def _action(order: Order, taken: Transition) -> dict[str, Any]:
    plain = {name: getattr(taken, name) for name in ("key", "zh", "needs_note", "least_files", "form")}
    return {**plain, "to_state": taken.target(order.item.state)}


def _clocks(item: FlowItem, standing: Standing) -> list[dict[str, Any]]:
    specs = definition_of(item.version).clock
    return [
        {
            "key": key,
            "zh": specs[key].zh,
            "due_at": running.due_s,
            "left_min": round(running.left_s / 60),
            "is_overdue": key in standing.overdue,
        }
        for key, running in standing.clocks.items()
    ]
