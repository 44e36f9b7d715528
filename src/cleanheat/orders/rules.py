"""Pure decisions of orders: does this alert become an order, and with which others does it lie in one?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cleanheat.alerts.public import AlertCard
from cleanheat.kernel.time import MINUTE_S
from cleanheat.orders.vocabulary import MergeBy


@dataclass(frozen=True)
class Rule:
    """One line of the table of raising rules."""

    business: str
    source: str
    worst_level: int
    after_min: int
    merge_by: str


def rule_for(alert: AlertCard, rules: Iterable[Rule]) -> Rule | None:
    """The rule with the longest source that fits; of equal ones the one for graver alerts."""
    fitting = [r for r in rules if alert.source.startswith(r.source) and alert.level <= r.worst_level]
    return max(fitting, key=lambda r: (len(r.source), -r.worst_level), default=None)


def is_ripe(alert: AlertCard, rule: Rule, now: float) -> bool:
    """Has the condition lasted as long as the rule asks?"""
    return now - alert.first_at >= rule.after_min * MINUTE_S


def responsible(alert: AlertCard) -> int:
    """Who has to act: the company, or whoever sends; 0: nobody is known."""
    return alert.company_id or alert.sender_id


def merge_key(alert: AlertCard, rule: Rule) -> str:
    """Alerts of the same key share one open order."""
    who = f"{rule.business}|{responsible(alert)}"
    if rule.merge_by == MergeBy.SENDER:
        return who
    if rule.merge_by == MergeBy.RULE:
        return f"{who}|{alert.source}"
    return f"{who}|{alert.source}|{alert.object_kind}|{alert.object_number}"
