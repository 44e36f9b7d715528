"""What orders do by themselves: begin from alerts that last, verify feedback once there is data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cleanheat.alerts import public as alerts
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import MINUTE_S
from cleanheat.orders.models import Order
from cleanheat.orders.raising import raise_or_merge
from cleanheat.orders.rules import Rule, is_ripe, rule_for
from cleanheat.orders.shipped import rules_in_force
from cleanheat.orders.verifying import verify

AT_ONCE = 1_000


def _waiting(rules: Sequence[Rule], limit: int) -> list[tuple[alerts.AlertCard, Rule]]:
    """Ripe alerts that nobody was told of, each with the rule that takes it, oldest first.

    Each rule asks for its own: however many alerts wait that no rule takes, they hide none that one does.
    """
    now = clock.now()
    found = {
        alert.id: alert
        for rule in rules
        for alert in alerts.waiting(rule.source, int(now) - rule.after_min * MINUTE_S, rule.worst_level, limit)
    }
    fitting = ((alert, rule_for(alert, rules)) for _, alert in sorted(found.items()))
    return [(alert, rule) for alert, rule in fitting if rule is not None and is_ripe(alert, rule, now)]


@job("orders.raise", "由预警生成工单", every_s=MINUTE_S, is_needed=lambda: bool(_waiting(rules_in_force(), AT_ONCE)))
def raise_orders(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Alerts that have lasted become orders or join open ones; an alert in an order waits no longer."""
    waiting = _waiting(rules_in_force(), AT_ONCE)
    for n, (alert, rule) in enumerate(waiting, 1):
        raise_or_merge(alert, rule)
        progress(n, len(waiting))
    return {"raised": len(waiting)}


def _due() -> list[int]:
    due = Order.objects.filter(verify_at__lte=clock.now_utc()).order_by("verify_at")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


@job("orders.verify", "核验办理结果", every_s=MINUTE_S, is_needed=lambda: bool(_due()))
def verify_orders(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Orders whose waiting time is over are judged by the data that came in since."""
    due = _due()
    for n, order_id in enumerate(due, 1):
        verify(order_id)
        progress(n, len(due))
    return {"verified": len(due)}
