"""Writes of governance orders: raise, merge, take a step, verify.  What an order is about follows its flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
from cleanheat.alerts.public import AlertCard, AlertState
from cleanheat.governance import rules, verification
from cleanheat.governance.models import Order, OrderAlert
from cleanheat.governance.orders import ORDER
from cleanheat.governance.queries import complaint_of, visible_orders
from cleanheat.governance.rules import Policy
from cleanheat.governance.verification import Verdict
from cleanheat.infra import clock
from cleanheat.infra.flow import actions as flow
from cleanheat.infra.flow.actions import NewItem, Request
from cleanheat.infra.flow.models import FlowItem
from cleanheat.infra.scope import EVERYTHING, require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found
from cleanheat.kernel.time import local

_FOLLOWED = {
    "handling": AlertState.HANDLING,
    "to_accept": AlertState.HANDLING,
    "verifying": AlertState.VERIFYING,
    "review": AlertState.VERIFYING,
}
"""What an order's state makes of its open alerts; other states leave them as they are."""
CITY_LEVEL = "city"
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Done:
    """What became of one order of a batch."""

    order_id: int
    is_done: bool
    reason: str


@transaction.atomic
def raise_by_hand(user: Any, alert_ids: Sequence[int], title: str, note: str, file_ids: Sequence[int]) -> Order:
    """An order from one alert or several of one company, by a regulator."""
    require(user, "governance.dispatch")
    scope = scope_of(user)
    if not (scope.sees_all or scope.district_codes is not None):
        raise Problem(403, "forbidden", "只有监管部门可以下发工单")
    if not 1 <= len(set(alert_ids)) <= MOST_AT_ONCE:
        raise invalid("alert_ids", f"请选择 1–{MOST_AT_ONCE} 条报警")
    found = alerts.cards(alert_ids, scope)
    if len(found) != len(set(alert_ids)):
        raise not_found("没有这条预警")
    if len({rules.responsible(a) for a in found}) != 1:
        raise invalid("alert_ids", "一个工单只能下发给一家单位", "请按单位分别选择")
    if taken := OrderAlert.objects.filter(alert_id__in=alert_ids, order__is_open=True).first():
        raise Problem(409, "already-ordered", "报警已有未办结的工单", taken.order.number, "alert_ids")
    return _raise(user, found, title or _title(found[0]), note, "", file_ids)


def raise_or_merge(alert: AlertCard, policy: Policy) -> Order:
    """What the policy says of a ripe alert: a new order, or one more alert of an open one.  Twice is once."""
    key = rules.merge_key(alert, policy)
    try:
        with transaction.atomic():
            order = Order.objects.select_for_update().filter(merge_key=key, is_open=True).first()
            if order is None:
                return _raise(None, [alert], _title(alert), "", key, ())
            _, is_new = OrderAlert.objects.get_or_create(order=order, alert_id=alert.id)
            if is_new:
                note = f"{alert.object_name} {alert.text}".strip()
                follow(order, flow.act_as_platform(order.item_id, Request("merged", note, key=f"alert-{alert.id}")))
            return order
    except IntegrityError:  # another process raised it in between
        return raise_or_merge(alert, policy)


def _title(alert: AlertCard) -> str:
    return f"{alert.source_name}：{alert.object_name or alert.object_kind}"


def _raise(user: Any, found: Sequence[AlertCard], title: str, note: str, key: str, file_ids: Sequence[int]) -> Order:
    first, holder = found[0], rules.responsible(found[0])
    own = getattr(user, "organisation_id", None) or _city()
    item = flow.open_item(
        user,
        NewItem(
            flow=ORDER,
            title=title,
            level=min(a.level for a in found),
            state="to_accept" if holder else "to_dispatch",
            issuer_id=own,
            holder_id=holder or own,
            company_id=first.company_id,
            office_id=first.office_id if len({a.office_id for a in found}) == 1 else 0,
            sender_id=first.sender_id,
            district_id=first.district_id,
            note=note,
        ),
        file_ids,
    )
    order = Order.objects.create(
        item=item,
        number=f"ZL{local(item.opened_at.timestamp()):%Y%m%d}-{item.pk:06d}",
        source=first.source,
        source_name=first.source_name,
        object_kind=first.object_kind,
        object_number=first.object_number,
        object_name=first.object_name,
        merge_key=key,
        is_automatic=user is None,
    )
    OrderAlert.objects.bulk_create(OrderAlert(order=order, alert_id=a.id) for a in found)
    follow(order, item)
    return order


def _city() -> int:
    return next(o.id for o in accounts.list_organisations(EVERYTHING) if o.kind == CITY_LEVEL)


@transaction.atomic
def act(user: Any, order_id: int, request: Request) -> Order:
    """A person takes a step with an order of his scope."""
    require(user, "governance.view")
    order = visible_orders(scope_of(user)).filter(pk=order_id).first()
    if order is None:
        raise not_found("没有这个工单")
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
        order.feedback_at, order.verify_at = at, _later(at, verification.WAIT_S)
    elif item.state != "verifying":
        order.verify_at = None
    order.save(update_fields=["is_open", "feedback_at", "verify_at", "verification", "first_pass"])
    if state := _FOLLOWED.get(item.state):
        alerts.follow_order(list(order.alerts.values_list("alert_id", flat=True)), state)


def _later(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


def verify(order_id: int) -> Verdict | None:
    """Ask the rule again and let the numbers decide; None when the order waits for no verification (any more)."""
    order = _verifying(order_id)
    if order is None or order.feedback_at is None:
        return None
    now, since = clock.now(), order.feedback_at
    about = complaint_of(order)
    found = verification.recheck(about, int(since.timestamp()), int(now))  # long: outside the transaction
    with transaction.atomic():
        fresh = _verifying(order_id)
        if fresh is None or fresh.feedback_at != since:
            return None
        live = alerts.live_ids(list(fresh.alerts.values_list("alert_id", flat=True)))
        reached = verification.verdict(found, len(live), since.timestamp(), now)
        _conclude(fresh, reached, now)
    return reached


def _verifying(order_id: int) -> Order | None:
    return Order.objects.select_related("item").filter(pk=order_id, item__state="verifying").first()


def _conclude(order: Order, reached: Verdict, now: float) -> None:
    """What the numbers decided: wait on, or the step that follows with the numbers as its reason."""
    order.verification = {**reached.numbers, "outcome": reached.outcome, "reason": reached.reason, "at": int(now)}
    if reached.outcome == "wait":
        order.verify_at = _later(clock.now_utc(), verification.WAIT_S / 4)
        order.save(update_fields=["verification", "verify_at"])
        return
    if order.first_pass is None and reached.outcome != "no_data":
        order.first_pass = reached.outcome == "pass"
    follow(order, flow.act_as_platform(order.item_id, Request(_action(reached, order), reached.reason)))


def _action(reached: Verdict, order: Order) -> str:
    """Graver orders are closed by a person, whatever the numbers say."""
    if reached.outcome == "pass":
        return "pass" if order.item.level >= 3 else "pass_to_review"
    return reached.outcome


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
