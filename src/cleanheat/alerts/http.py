"""Addresses of alerts: list, one, and what people decide about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from cleanheat.accounts import public as accounts
from cleanheat.alerts import actions
from cleanheat.alerts.cards import source_name
from cleanheat.alerts.models import Alert
from cleanheat.alerts.queries import AlertFilter, open_by_level, select, standing, visible_to
from cleanheat.alerts.sources import source_of
from cleanheat.alerts.vocabulary import AlertState
from cleanheat.infra import clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import HOUR_S, utc

router = Router(tags=["alerts"])


class EvidenceOut(Schema):
    """``value`` beside the ``limit`` it was held against, both in ``unit``."""

    signal: str
    value: float | None
    limit: float
    unit: str


class AlertOut(Schema):
    """One alert; ``is_live``: its condition still holds.  Times with offset."""

    id: int
    source: str
    source_name: str
    object_kind: str
    object_number: int
    object_name: str
    level: int
    level_name: str
    colour: str
    state: str
    state_name: str
    is_live: bool
    text: str
    evidence: list[EvidenceOut]
    since_at: datetime
    first_at: datetime
    last_at: datetime
    count: int
    company_id: int
    office_id: int
    district_id: int
    closed_at: datetime | None
    note: str


class AlertPage(Schema):
    """One page; ``open_by_level[0]`` counts the open alerts of level Ⅰ in the whole scope, filters apart."""

    total: int
    page: int
    size: int
    open_by_level: list[int]
    rows: list[AlertOut]


class AlertQuery(Schema):
    """``is_open`` true: those somebody still has to look at; ``family``: the first word of sources."""

    is_open: bool | None = None
    state: AlertState | None = None
    level: Annotated[int | None, Field(ge=1, le=4)] = None
    source: Annotated[str | None, Field(max_length=60)] = None
    family: Annotated[str | None, Field(max_length=20)] = None
    kind: Annotated[str | None, Field(max_length=16)] = None
    number: int | None = None
    company_id: int | None = None
    district_id: int | None = None
    text: Annotated[str | None, Field(max_length=100)] = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class SourceCount(Schema):
    source: str
    name: str
    count: int


class CompanyCount(Schema):
    """``levels[0]`` counts level Ⅰ; company 0: alerts of nobody's objects."""

    company_id: int
    name: str
    levels: list[int]


class KindCount(Schema):
    kind: str
    count: int


class AlertStanding(Schema):
    """Open alerts from several sides; ``begun[i][h]``: of level i + 1, begun in the hour ``hours[h]``, ended or not."""

    by_level: list[int]
    by_company: list[CompanyCount]
    by_source: list[SourceCount]
    by_kind: list[KindCount]
    hours: list[int]
    begun: list[list[int]]


class StandingQuery(Schema):
    family: Annotated[str, Field(max_length=20, pattern="^[a-z_]+$")] = "quality"
    hours: Annotated[int, Field(ge=1, le=168)] = 24


class Decision(Schema):
    note: Annotated[str, Field(max_length=400)] = ""


def _out(alert: Alert) -> dict[str, Any]:
    level = Level(alert.level)
    same = AlertOut.model_fields.keys() & {f.attname for f in Alert._meta.concrete_fields}
    return {name: getattr(alert, name) for name in same} | {
        "source_name": source.zh if (source := source_of(alert.source)) else alert.source,
        "level_name": f"{level.roman}级 {level.zh}",
        "colour": level.colour,
        "state_name": AlertState(alert.state).label,
    }


@router.get("/alerts", response=AlertPage)
def alerts(request: HttpRequest, wanted: Query[AlertQuery]) -> dict[str, Any]:
    """The caller's alerts, newest first."""
    require(request.user, "alerts.view")
    scope = scope_of(request.user)
    asked = wanted.model_dump(exclude={"page", "size"})
    rows = select(scope, AlertFilter(**asked))
    start = (wanted.page - 1) * wanted.size
    return {
        "total": rows.count(),
        "page": wanted.page,
        "size": wanted.size,
        "open_by_level": list(open_by_level(scope).values()),
        "rows": [_out(a) for a in rows[start : start + wanted.size]],
    }


@router.get("/alerts/standing", response=AlertStanding)
def alerts_standing(request: HttpRequest, asked: Query[StandingQuery]) -> dict[str, Any]:
    """What a live board shows beside its list."""
    require(request.user, "alerts.view")
    last = int(clock.now()) // HOUR_S * HOUR_S
    hours = list(range(last - (asked.hours - 1) * HOUR_S, last + 1, HOUR_S))
    found = standing(scope_of(request.user), asked.family, utc(hours[0]))
    companies = sorted(found.companies.items(), key=lambda pair: -sum(pair[1].values()))
    return {
        "by_level": [found.levels.get(g, 0) for g in Level],
        "by_company": [
            {"company_id": c, "name": accounts.short_name(c), "levels": [levels.get(g, 0) for g in Level]}
            for c, levels in companies
        ],
        "by_source": [{"source": s, "name": source_name(s), "count": n} for s, n in found.sources.items()],
        "by_kind": [{"kind": k, "count": n} for k, n in found.kinds.items()],
        "hours": hours,
        "begun": [[found.hours.get((h, g), 0) for h in hours] for g in Level],
    }


@router.get("/alerts/{alert_id}", response=AlertOut)
def alert(request: HttpRequest, alert_id: int) -> dict[str, Any]:
    require(request.user, "alerts.view")
    found = visible_to(scope_of(request.user)).filter(pk=alert_id).first()
    if found is None:
        raise not_found("没有这条预警")
    return _out(found)


@router.post("/alerts/{alert_id}/confirm", response=AlertOut)
def confirm(request: HttpRequest, alert_id: int, decision: Decision) -> dict[str, Any]:
    return _out(actions.confirm(request.user, alert_id, decision.note))


@router.post("/alerts/{alert_id}/false", response=AlertOut)
def mark_false(request: HttpRequest, alert_id: int, decision: Decision) -> dict[str, Any]:
    return _out(actions.mark_false(request.user, alert_id, decision.note))


@router.post("/alerts/{alert_id}/close", response=AlertOut)
def close(request: HttpRequest, alert_id: int, decision: Decision) -> dict[str, Any]:
    return _out(actions.close(request.user, alert_id, decision.note))
