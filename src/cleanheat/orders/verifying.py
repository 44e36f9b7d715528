"""An order's verification: ask the rule or model again, and take the step that the numbers decide."""

from __future__ import annotations

from django.db import transaction

from cleanheat.alerts import public as alerts
from cleanheat.infra import clock
from cleanheat.infra.flow import actions as flow
from cleanheat.infra.flow.actions import Request
from cleanheat.infra.flow.queries import open_to_platform
from cleanheat.orders import verification
from cleanheat.orders.actions import follow, later
from cleanheat.orders.businesses import BUSINESSES
from cleanheat.orders.models import Order
from cleanheat.orders.queries import complaint_of
from cleanheat.orders.verification import Verdict


def verify(order_id: int) -> Verdict | None:
    """Ask again and let the numbers decide; None when the order waits for no verification (any more)."""
    order = _verifying(order_id)
    if order is None or order.feedback_at is None:
        return None
    now, since = clock.now(), order.feedback_at
    about = complaint_of(order)
    rejudge = BUSINESSES[order.item.flow].rejudge
    found = rejudge(about, int(since.timestamp()), int(now))  # long: outside the transaction
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
        order.verify_at = later(clock.now_utc(), verification.WAIT_S / 4)
        order.save(update_fields=["verification", "verify_at"])
        return
    if order.first_pass is None and reached.outcome != "no_data":
        order.first_pass = reached.outcome == "pass"
    follow(order, flow.act_as_platform(order.item_id, Request(_action(reached, order), reached.reason)))


def _action(reached: Verdict, order: Order) -> str:
    """The flow says where an outcome leads: the first of ``outcome`` and ``outcome_…`` whose guard holds."""
    named = (t.key for t in open_to_platform(order.item) if f"{t.key}_".startswith(f"{reached.outcome}_"))
    return next(named)
