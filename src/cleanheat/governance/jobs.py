"""What governance does by itself: raise orders from alerts that last, verify feedback once there is data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.alerts import public as alerts
from cleanheat.governance import actions
from cleanheat.governance.models import Order
from cleanheat.governance.policies import policies_in_force
from cleanheat.governance.rules import is_ripe, policy_for
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import MINUTE_S

QUALITY = "quality."
AT_ONCE = 1_000


def _waiting(limit: int) -> list[alerts.AlertCard]:
    policies = policies_in_force()
    if not policies:
        return []
    before = int(clock.now()) - min(p.after_min for p in policies) * MINUTE_S
    found = alerts.waiting(QUALITY, before, max(p.worst_level for p in policies), limit)
    now = clock.now()
    return [a for a in found if (policy := policy_for(a, policies)) is not None and is_ripe(a, policy, now)]


@job("governance.raise_orders", "由质量报警生成治理工单", every_s=MINUTE_S, is_needed=lambda: bool(_waiting(AT_ONCE)))
def raise_orders(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Alerts that have lasted become orders or join open ones; an alert in an order waits no longer."""
    policies, raised = policies_in_force(), 0
    waiting = _waiting(AT_ONCE)
    for n, alert in enumerate(waiting, 1):
        policy = policy_for(alert, policies)
        if policy is not None:
            actions.raise_or_merge(alert, policy)
            raised += 1
        progress(n, len(waiting))
    return {"raised": raised}


def _due() -> list[int]:
    due = Order.objects.filter(verify_at__lte=clock.now_utc()).order_by("verify_at")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


@job("governance.verify_orders", "核验治理结果", every_s=MINUTE_S, is_needed=lambda: bool(_due()))
def verify_orders(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Orders whose waiting time is over are judged by the data that came in since."""
    due = _due()
    for n, order_id in enumerate(due, 1):
        actions.verify(order_id)
        progress(n, len(due))
    return {"verified": len(due)}
