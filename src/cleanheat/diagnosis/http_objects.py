"""Addresses of judged objects: one object's card and past, who of a kind is worst, rural devices."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router

from cleanheat.assets import public as assets
from cleanheat.diagnosis.device_list import device_page
from cleanheat.diagnosis.findings_queries import FoundFilter, select, worst_of
from cleanheat.diagnosis.findings_told import as_rows
from cleanheat.diagnosis.http_findings_shapes import (
    DevicePage,
    DeviceQuery,
    ExpectedSeries,
    Kind,
    ObjectDiagnosis,
    PastQuery,
    Ranked,
)
from cleanheat.diagnosis.object_card import card
from cleanheat.diagnosis.past_series import past_series
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import DAY_S

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"
CARDS = frozenset({"plant", "branch", "boiler", "substation", "unit"})
FINDINGS_OF_DAYS = 30


def _scope(request: HttpRequest, kind: str) -> Scope:
    require(request.user, VIEW)
    if kind not in CARDS:
        raise invalid("kind", "没有这类对象的诊断", kind)
    return scope_of(request.user)


@router.get("/diagnosis/objects/{kind}/{number}", response=ObjectDiagnosis)
def object_card(request: HttpRequest, kind: Kind, number: int) -> dict[str, Any]:
    """How the models see one object now, and its findings of the last 30 days."""
    scope = _scope(request, kind)
    assets.require(kind, number, scope)
    since = int(clock.now()) - FINDINGS_OF_DAYS * DAY_S
    rows = select(scope, FoundFilter(kind=kind, number=number)).filter(found_s__gte=since)
    return card(kind, number) | {"findings": as_rows(rows[:100])}


@router.get("/diagnosis/objects/{kind}/{number}/past", response=ExpectedSeries | None)
def object_past(request: HttpRequest, kind: Kind, number: int, wanted: Query[PastQuery]) -> dict[str, Any] | None:
    """What it read and what was expected, hour by hour; of a substation its largest unit's."""
    assets.require(kind, number, _scope(request, kind))
    end = int(clock.now())
    return past_series(kind, number, end - wanted.days * DAY_S, end)


@router.get("/diagnosis/ranking/{kind}", response=Ranked)
def ranking(request: HttpRequest, kind: Kind, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """Who of a kind is in trouble, the gravest and surest first."""
    return {"kind": kind, "rows": as_rows(worst_of(_scope(request, kind), kind, limit))}


@router.get("/diagnosis/devices", response=DevicePage)
def devices(request: HttpRequest, wanted: Query[DeviceQuery]) -> dict[str, Any]:
    """Rural devices by platform and state, and those that have something, the longest first."""
    require(request.user, VIEW)
    start = (wanted.page - 1) * wanted.size
    return device_page(scope_of(request.user), wanted.state, wanted.sender_id, start, wanted.size)
