"""Saved cold snaps: made, found, compared, dropped, by those whose they are."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cleanheat.diagnosis.guidance.models import Scenario
from cleanheat.diagnosis.guidance.plan import city_plan
from cleanheat.diagnosis.guidance.snap import Asked, check, go_through
from cleanheat.infra import audit, clock
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.kernel.errors import invalid, not_found

VIEW = "diagnosis.view"
MOST_COMPARED = 4
MOST_KEPT = 200


def saved(scope: Scope) -> QuerySet[Scenario]:
    rows = Scenario.objects.select_related("owner")
    return rows if scope.sees_all else rows.filter(organisation_id=scope.organisation_id or -1)


def find(scope: Scope, scenario_id: int) -> Scenario:
    row = saved(scope).filter(pk=scenario_id).first()
    if row is None:
        raise not_found("没有这个情景", str(scenario_id))
    return row


def several(scope: Scope, ids: str) -> list[Scenario]:
    """Saved scenarios by comma-separated ids."""
    try:
        wanted = [int(part) for part in ids.split(",")]
    except ValueError as error:
        raise invalid("ids", "应为逗号分隔的编号", ids[:60]) from error
    if not 1 <= len(wanted) <= MOST_COMPARED:
        raise invalid("ids", f"一次比较 1–{MOST_COMPARED} 个情景")
    return [find(scope, min(max(i, 0), 2**31 - 1)) for i in wanted]


def make(user: Any, name: str, asked: Asked) -> Scenario:
    """Compute and keep one; an organisation's oldest make room."""
    require(user, VIEW)
    scope = scope_of(user)
    if not name.strip():
        raise invalid("name", "情景应有名称")
    result = go_through(city_plan(), check(asked, scope), scope)
    with transaction.atomic():
        owner = scope.organisation_id or 0
        row = Scenario.objects.create(
            name=name.strip()[:60],
            owner=user,
            organisation_id=owner,
            at=clock.now_utc(),
            asked=result["asked"],
            result=result,
        )
        kept = Scenario.objects.filter(organisation_id=owner).values_list("pk", flat=True)[:MOST_KEPT]
        Scenario.objects.filter(organisation_id=owner).exclude(pk__in=list(kept)).delete()
        audit.record(user, "diagnosis.scenario", "diagnosis.scenario", row.pk, {"name": row.name, **result["asked"]})
    return row


@transaction.atomic
def drop(user: Any, scenario_id: int) -> None:
    """One's own organisation's scenario; another's is not there."""
    require(user, VIEW)
    scope = scope_of(user)
    row = find(scope, scenario_id)
    audit.record(user, "diagnosis.scenario_dropped", "diagnosis.scenario", row.pk, {"name": row.name})
    row.delete()
