"""Which cases of matching may this scope see, and how far is each relation?"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from cleanheat.assets.models_upkeep import MatchCase, MatchRun
from cleanheat.infra.scope import Scope, owned_by
from cleanheat.kernel.errors import not_found


def visible_cases(scope: Scope) -> QuerySet[MatchCase]:
    """The scope's cases, the surest first."""
    return MatchCase.objects.select_related("decided_by").filter(owned_by(scope))


def require_case(scope: Scope, case_id: int) -> MatchCase:
    found = visible_cases(scope).filter(pk=case_id).first()
    if found is None:
        raise not_found("没有这条待核关联")
    return found


def selected(scope: Scope, relation: str, state: str, band: str) -> QuerySet[MatchCase]:
    """Cases of a relation in one state and band; empty: any."""
    exact = {"relation": relation, "state": state, "band": band}
    return visible_cases(scope).filter(**{name: value for name, value in exact.items() if value})


def counts(scope: Scope) -> dict[tuple[str, str], int]:
    """How many cases, by relation and state."""
    rows = visible_cases(scope).order_by().values("relation", "state").annotate(n=Count("pk"))
    return {(row["relation"], row["state"]): row["n"] for row in rows}


def newest_runs() -> dict[str, MatchRun]:
    """The last finished look at each relation."""
    found: dict[str, MatchRun] = {}
    for run in MatchRun.objects.exclude(finished_at=None).order_by("-id")[:200]:
        found.setdefault(run.relation, run)
    return found


def person(user: Any) -> str:
    return (user.display_name or user.username) if user else ""
