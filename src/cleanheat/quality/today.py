"""How often was each rule broken since midnight, and by whom?"""

from __future__ import annotations

from typing import Any

from cleanheat.infra import clock
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import DAY_S, epoch, local
from cleanheat.quality.supervision import name_of, senders_seen
from cleanheat.telemetry.public import store


def by_rule(scope: Scope) -> list[dict[str, Any]]:
    """Checks, hits and what was skipped of every rule that judged, over senders wholly within the scope."""
    found = store().count_sums(*_today(), by=("rule",), senders=_senders(scope))
    columns = (found.keys["rule"], found.checks, found.violations, found.skipped)
    return [
        {"rule": rule, "checks": checks, "violations": hits, "skipped": skipped}
        for rule, checks, hits, skipped in zip(*(c.tolist() for c in columns), strict=True)
    ]


def by_company(scope: Scope, rule: int) -> list[dict[str, Any]]:
    """The same for one rule, a row a sender."""
    found = store().count_sums(*_today(), by=("sender",), senders=_senders(scope), rules=[rule])
    columns = (found.keys["sender"], found.checks, found.violations, found.skipped)
    rows = [
        {
            "rule": rule,
            "company_id": sender,
            "company": name_of(sender),
            "checks": checks,
            "violations": hits,
            "skipped": skipped,
        }
        for sender, checks, hits, skipped in zip(*(c.tolist() for c in columns), strict=True)
    ]
    return sorted(rows, key=lambda row: (-row["violations"], row["company"]))


def _today() -> tuple[int, int]:
    midnight = epoch(local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0))
    return midnight, midnight + DAY_S


def _senders(scope: Scope) -> list[int] | None:
    seen = senders_seen(scope)
    return None if seen is None else sorted(seen)
