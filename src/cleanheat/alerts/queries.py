"""Which alerts may this scope see, how many of which level, and where?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from cleanheat.alerts.models import Alert
from cleanheat.alerts.vocabulary import OPEN_STATES, AlertState
from cleanheat.infra.scope import Scope, owned_by
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import HOUR_S, epoch


def visible_to(scope: Scope) -> QuerySet[Alert]:
    """The scope's alerts: by company, office, district or sender."""
    return Alert.objects.filter(owned_by(scope))


@dataclass(frozen=True)
class AlertFilter:
    """What a list asks for; ``None`` = any.  ``family``: the first word of the sources (``quality``)."""

    is_open: bool | None = None
    state: str | None = None
    level: int | None = None
    source: str | None = None
    family: str | None = None
    kind: str | None = None
    number: int | None = None
    company_id: int | None = None
    district_id: int | None = None
    text: str | None = None


def select(scope: Scope, wanted: AlertFilter) -> QuerySet[Alert]:
    """The scope's alerts that pass the filter, newest first."""
    exact = {
        "state": wanted.state,
        "level": wanted.level,
        "source": wanted.source,
        "object_kind": wanted.kind,
        "object_number": wanted.number,
        "company_id": wanted.company_id,
        "district_id": wanted.district_id,
    }
    rows = visible_to(scope).filter(**{k: v for k, v in exact.items() if v is not None})
    if wanted.is_open is not None:
        rows = rows.filter(state__in=OPEN_STATES) if wanted.is_open else rows.exclude(state__in=OPEN_STATES)
    if wanted.family:
        rows = rows.filter(source__startswith=f"{wanted.family}.")
    if wanted.text:
        rows = rows.filter(Q(object_name__icontains=wanted.text) | Q(text__icontains=wanted.text))
    return rows


def open_by_level(scope: Scope) -> Mapping[Level, int]:
    """Open alerts of each level, all four named."""
    rows = select(scope, AlertFilter(is_open=True)).order_by().values_list("level").annotate(n=Count("pk"))
    counted = dict(rows)
    return {level: counted.get(level, 0) for level in Level}


def open_by(scope: Scope, dimension: str) -> Mapping[int, Mapping[Level, int]]:
    """Open alerts by ``company`` or ``district``, then level; nobody's (0) left out."""
    field = {"company": "company_id", "district": "district_id"}[dimension]
    rows = select(scope, AlertFilter(is_open=True)).exclude(**{field: 0})
    counts: dict[int, dict[Level, int]] = {}
    for owner, level, n in rows.order_by().values_list(field, "level").annotate(n=Count("pk")):
        counts.setdefault(owner, {})[Level(level)] = n
    return counts


@dataclass(frozen=True)
class Standing:
    """Open alerts counted from several sides; ``hours``: when those of the span began, by level."""

    levels: Mapping[int, int]
    companies: Mapping[int, Mapping[int, int]]
    sources: Mapping[str, int]
    kinds: Mapping[str, int]
    hours: Mapping[tuple[int, int], int]


def standing(scope: Scope, family: str, since: datetime) -> Standing:
    """The family's open alerts by level, company, source and kind, and all that began since, by hour and level."""
    rows = select(scope, AlertFilter(is_open=True, family=family)).order_by()
    companies: dict[int, dict[int, int]] = {}
    for company, level, n in rows.values_list("company_id", "level").annotate(n=Count("pk")):
        companies.setdefault(company, {})[level] = n
    begun = select(scope, AlertFilter(family=family)).order_by().filter(first_at__gte=since)
    hours = Counter((epoch(at) // HOUR_S * HOUR_S, level) for at, level in begun.values_list("first_at", "level"))
    return Standing(
        levels=dict(rows.values_list("level").annotate(n=Count("pk"))),
        companies=companies,
        sources=dict(rows.values_list("source").annotate(n=Count("pk")).order_by("-n", "source")),
        kinds=dict(rows.values_list("object_kind").annotate(n=Count("pk")).order_by("-n")),
        hours=hours,
    )


@dataclass(frozen=True)
class Happened:
    """Alerts that began in a span of time, and what became of them."""

    found: int = 0
    solved: int = 0
    called_false: int = 0
    open: int = 0


def happened(prefix: str, start: datetime, end: datetime, owner: str) -> Mapping[int, Happened]:
    """Alerts of sources whose key begins with ``prefix``, begun in ``[start, end)``, by ``sender`` or ``district``."""
    field = {"sender": "sender_id", "district": "district_id"}[owner]
    rows = Alert.objects.filter(source__startswith=prefix, first_at__gte=start, first_at__lt=end)
    counted = (
        rows.order_by()
        .values_list(field)
        .annotate(
            found=Count("pk"),
            solved=Count("pk", filter=Q(state=AlertState.CLOSED)),
            called_false=Count("pk", filter=Q(state=AlertState.FALSE)),
            open=Count("pk", filter=Q(state__in=OPEN_STATES)),
        )
    )
    return {number: Happened(*counts) for number, *counts in counted}
