"""Writes of orders: take a step, alone or with many; what an order is about follows its flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from cleanheat.alerts import public as alerts
from cleanheat.alerts.public import AlertState
from cleanheat.infra import clock
from cleanheat.infra.flow import actions as flow
from cleanheat.infra.flow.actions import Request
from cleanheat.infra.flow.models import FlowItem
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.orders import verification
from cleanheat.orders.businesses import BUSINESSES
from cleanheat.orders.models import Order, OrderAlert
from cleanheat.orders.queries import visible_orders

_FOLLOWED = {
    "handling": AlertState.HANDLING,
    "to_accept": AlertState.HANDLING,
    "verifying": AlertState.VERIFYING,
    "review": AlertState.VERIFYING,
    "district_review": AlertState.VERIFYING,
    "city_review": AlertState.VERIFYING,
}
"""What an order's state makes of its open alerts; other states leave them as they are."""
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Done:
    """What became of one order of a batch."""

    order_id: int
    is_done: bool
    reason: str


@transaction.atomic
def act(user: Any, order_id: int, request: Request) -> Order:
    """A person takes a step with an order of his scope."""
    order = visible_orders(scope_of(user)).filter(pk=order_id).first()
    if order is None:
        raise not_found("没有这个工单")
    require(user, BUSINESSES[order.item.flow].right("view"))
    follow(order, flow.act(user, order.item_id, request))
    return order


def act_on_many(user: Any, order_ids: Sequence[int], request: Request) -> list[Done]:
    """The same step with several orders, each for itself: one that cannot take it does not keep the others."""
    if not 1 <= len(order_ids) <= MOST_AT_ONCE:
        raise invalid("order_ids", f"一次办理 1–{MOST_AT_ONCE} 个工单")
    if request.files:
        raise invalid("files", "批量办理不能带附件")
    done = []
    for order_id in dict.fromkeys(order_ids):
        try:
            act(user, order_id, replace(request, seen=None))
            done.append(Done(order_id, True, ""))
        except Problem as problem:
            done.append(Done(order_id, False, f"{problem.title} {problem.detail}".strip()))
    return done


def follow(order: Order, item: FlowItem) -> None:
    """Bring what the order is about into line with where its item stands; within the step's transaction."""
    was_verifying, at = order.verify_at is not None, clock.now_utc()
    order.item = item
    order.is_open = item.closed_at is None
    if item.state == "verifying" and not was_verifying:
        order.feedback_at, order.verify_at = at, later(at, verification.WAIT_S)
    elif item.state != "verifying":
        order.verify_at = None
    order.save(update_fields=["is_open", "feedback_at", "verify_at", "verification", "first_pass"])
    if state := _FOLLOWED.get(item.state):
        alerts.follow_order(list(order.alerts.values_list("alert_id", flat=True)), state)


def later(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


@transaction.atomic
def alert_ended(alert_id: int, state: str) -> None:
    """An alert came to its end: told in its open order; when all were false, the order is void.  Twice is once."""
    for row in OrderAlert.objects.select_related("order__item").filter(
        alert_id=alert_id, ended="", order__is_open=True
    ):
        row.ended = state
        row.save(update_fields=["ended"])
        ends = set(row.order.alerts.values_list("ended", flat=True))
        if ends == {AlertState.FALSE.value}:
            request = Request("dissolve", "监管部门已判定全部报警为误报", key=f"end-{alert_id}")
        else:
            request = Request("cleared", "误报" if state == AlertState.FALSE else "", key=f"end-{alert_id}")
        follow(row.order, flow.act_as_platform(row.order.item_id, request))
