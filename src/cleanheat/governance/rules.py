"""Pure decisions of governance: does this alert become an order, and with which others does it lie in one?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cleanheat.alerts.public import AlertCard
from cleanheat.governance.vocabulary import MergeBy
from cleanheat.kernel.time import MINUTE_S


@dataclass(frozen=True)
class Policy:
    """One line of the table of policies."""

    source: str
    worst_level: int
    after_min: int
    merge_by: str


def policy_for(alert: AlertCard, policies: Iterable[Policy]) -> Policy | None:
    """The policy with the longest source that fits; of equal ones the one for graver alerts."""
    fitting = [p for p in policies if alert.source.startswith(p.source) and alert.level <= p.worst_level]
    return max(fitting, key=lambda p: (len(p.source), -p.worst_level), default=None)


def is_ripe(alert: AlertCard, policy: Policy, now: float) -> bool:
    """Has the condition lasted as long as the policy asks?"""
    return now - alert.first_at >= policy.after_min * MINUTE_S


def responsible(alert: AlertCard) -> int:
    """Who has to act: the company, or whoever sends; 0: nobody is known."""
    return alert.company_id or alert.sender_id


def merge_key(alert: AlertCard, policy: Policy) -> str:
    """Alerts of the same key share one open order."""
    who = responsible(alert)
    if policy.merge_by == MergeBy.SENDER:
        return f"{who}"
    if policy.merge_by == MergeBy.RULE:
        return f"{who}|{alert.source}"
    return f"{who}|{alert.source}|{alert.object_kind}|{alert.object_number}"
