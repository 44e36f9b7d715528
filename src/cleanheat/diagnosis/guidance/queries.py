"""Which advice was given, and what became of it?"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, QuerySet

from cleanheat.diagnosis.guidance.models import Advice
from cleanheat.diagnosis.guidance.words import AdviceState
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope, owned_by
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import local

OWNERS = ("company", "office", "sender", "district")
KINDS = ("branch", "boiler", "unit")


def _of(scope: Scope, kind: str, days: int) -> QuerySet[Advice]:
    since = local(clock.now()).date() - timedelta(days=days - 1)
    rows = Advice.objects.filter(owned_by(scope, OWNERS), day__gte=since)
    if kind:
        if kind not in KINDS:
            raise invalid("kind", "对象类别应为 branch、boiler 或 unit", kind[:40])
        rows = rows.filter(kind=kind)
    return rows


def advice_page(
    scope: Scope, kind: str, state: str, days: int, page: int, limit: int
) -> tuple[int, list[Advice]]:  # fmt: skip
    """How many there are, and one page, newest and gravest first."""
    rows = _of(scope, kind, days)
    if state:
        if state not in AdviceState.values:
            raise invalid("state", "没有这种状态", state[:40])
        rows = rows.filter(state=state)
    return rows.count(), list(rows[(page - 1) * limit : page * limit])


def advice_counts(scope: Scope, kind: str, days: int) -> list[tuple[str, int]]:
    return list(_of(scope, kind, days).order_by().values_list("state").annotate(Count("pk")))
