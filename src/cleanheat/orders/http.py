"""Addresses of orders of every business (list, counter, one with its timeline, steps alone and in batches, export)."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
from cleanheat.infra.flow.chain import first_broken
from cleanheat.infra.flow.definition import Transition
from cleanheat.infra.flow.models import FlowItem
from cleanheat.infra.flow.queries import Told, possible, timeline
from cleanheat.infra.flow.standing import Standing
from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.scope import may, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.findings import Level
from cleanheat.orders.actions import act, act_on_many
from cleanheat.orders.businesses import BUSINESSES, seen_by
from cleanheat.orders.http_shapes import (
    BatchStep,
    BusinessOut,
    Counts,
    DoneOut,
    NewOrder,
    OrderDetail,
    OrderOut,
    OrderPage,
    OrderPaging,
    OrderQuery,
    Step,
)
from cleanheat.orders.models import Order
from cleanheat.orders.queries import counts, select, visible_orders
from cleanheat.orders.raising import raise_by_hand

router = Router(tags=["orders"])
MOST_EXPORTED = 20_000


@router.get("/orders", response=OrderPage)
def orders(request: HttpRequest, wanted: Query[OrderQuery], paging: Query[OrderPaging]) -> dict[str, Any]:
    """The caller's orders, newest first unless ordered otherwise."""
    rows = select(scope_of(request.user), wanted.wanted(request), wanted.order)
    start = (paging.page - 1) * paging.size
    page = [_out(o) for o in rows[start : start + paging.size]]
    return {"total": rows.count(), "page": paging.page, "size": paging.size, "rows": page}


@router.get("/orders/counts", response=Counts)
def order_counts(request: HttpRequest, business: Annotated[str | None, Query(max_length=40)] = None) -> Any:
    scope = scope_of(request.user)
    return counts(scope, scope.organisation_id, seen_by(request.user, business))


@router.get("/orders/export")
def export_orders(request: HttpRequest, wanted: Query[OrderQuery], format: Format = "xlsx") -> HttpResponse:  # noqa: A002 - the address says format
    """The list as a file."""
    rows = select(scope_of(request.user), wanted.wanted(request), wanted.order)[:MOST_EXPORTED]
    header = (
        "工单号",
        "业务",
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
    cells = (_cells(_out(o)) for o in rows)
    return file_response("orders", format, header, cells, mark=watermark(request.user))


@router.post("/orders", response={201: OrderDetail})
def raise_order(request: HttpRequest, body: NewOrder) -> Status[dict[str, Any]]:
    """Raise an order by hand from alerts; a regulator's right."""
    order = raise_by_hand(request.user, body.alert_ids, body.title, body.note, body.files, body.business)
    return Status(201, _detail(request, order.pk))


@router.post("/orders/steps", response=list[DoneOut])
def step_many(request: HttpRequest, body: BatchStep) -> Any:
    """The same step with several orders; each answers for itself."""
    return act_on_many(request.user, body.order_ids, body.request())


@router.get("/orders/businesses", response=list[BusinessOut])
def businesses(request: HttpRequest) -> list[dict[str, Any]]:
    """The sorts of orders the caller may see."""
    return [
        {
            "key": b.key,
            "zh": b.zh,
            "may_dispatch": may(request.user, b.right("dispatch")),
            "may_configure": may(request.user, b.right("configure")),
        }
        for b in (BUSINESSES[key] for key in seen_by(request.user))
    ]


@router.get("/orders/{order_id}", response=OrderDetail)
def order(request: HttpRequest, order_id: int) -> dict[str, Any]:
    return _detail(request, order_id)


@router.post("/orders/{order_id}/steps", response=OrderDetail)
def step(request: HttpRequest, order_id: int, body: Step) -> dict[str, Any]:
    """Take a step.  409 names what stands against it: the state, a counter's cap, somebody who was faster."""
    act(request.user, order_id, body.request())
    return _detail(request, order_id)


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
        "business": item.flow,
        "business_name": BUSINESSES[item.flow].zh,
        "level_name": f"{level.roman}级 {level.zh}",
        "colour": level.colour,
        "state_name": state.zh,
        "tone": state.tone,
        "company_name": accounts.short_name(owner),
        "holder_name": accounts.short_name(item.holder_id),
        "issuer_name": accounts.short_name(item.issuer_id),
        "seen": item.steps_count,
    }


def _cells(row: dict[str, Any]) -> list[Any]:
    named = (
        "number",
        "business_name",
        "title",
        "level_name",
        "state_name",
        "company_name",
        "holder_name",
        "source_name",
        "object_name",
    )
    times = [row[name] and f"{row[name]:%Y-%m-%d %H:%M}" for name in ("opened_at", "due_at", "closed_at")]
    return [*(row[name] for name in named), *times, "是" if row["was_overdue"] else ""]


def _detail(request: HttpRequest, order_id: int) -> dict[str, Any]:
    scope = scope_of(request.user)
    found = visible_orders(scope).filter(pk=order_id).first()
    if found is None:
        raise not_found("没有这个工单")
    seen_by(request.user, found.item.flow)
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
        "organisation_name": accounts.short_name(step.organisation_id),
        "action_name": told.action_zh,
        "to_state_name": told.to_zh,
        "receiver_name": accounts.short_name(step.receiver_id),
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
