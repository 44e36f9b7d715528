"""Addresses of service quality: every level's rows and trends, the public numbers of the score, demands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.diagnosis.service import actions, quality, queries
from cleanheat.diagnosis.service.levels import LEVELS, is_whole
from cleanheat.diagnosis.service.models import QualityRequest
from cleanheat.diagnosis.service.numbers import tables
from cleanheat.infra import clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import DAY_S, LATEST_S

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"
LevelKey = Literal["building", "community", "substation", "branch", "boiler", "plant", "company", "district", "city"]


class SpanQuery(Schema):
    """``[start, end)`` in epoch seconds; the last seven days if not said."""

    start: int | None = Field(None, ge=0, le=LATEST_S)
    end: int | None = Field(None, ge=0, le=LATEST_S)

    def span(self, days: int = 7) -> tuple[int, int]:
        end = int(clock.now()) if self.end is None else self.end
        start = end - days * DAY_S if self.start is None else self.start
        if not 0 < end - start <= queries.LONGEST_S:
            raise invalid("start", "时间范围应为 1 天至 3 年")
        return start, end


class ServiceQuery(SpanQuery):
    """``order``: a column, ``-`` in front for descending; ``within`` and ``of``: only what one object answers for."""

    level: LevelKey = "company"
    within: LevelKey | None = None
    of: int = 0
    order: str = "score"
    limit: int = Field(100, ge=1, le=1_000)
    offset: int = Field(0, ge=0)


class ServicePage(Schema):
    """``is_whole``: false where rows hold only the part of each object that the asker may see."""

    level: str
    zh: str
    start: int
    end: int
    is_whole: bool
    total: int
    rows: list[quality.Quality]


class NumberOut(Schema):
    """One public number of the model."""

    table: str
    name: str
    zh: str
    value: float
    unit: str
    source: str


@router.get("/diagnosis/service", response=ServicePage)
def service_list(request: HttpRequest, asked: Query[ServiceQuery]) -> dict[str, Any]:
    """Service quality of every object of a level, worst score first unless asked otherwise."""
    require(request.user, VIEW)
    scope, (start, end) = scope_of(request.user), asked.span()
    within = (asked.within, asked.of) if asked.within else None
    rows = queries.ordered(quality.quality(asked.level, start, end, scope, within=within), asked.order)
    page = rows[asked.offset : asked.offset + asked.limit]
    return {
        "level": asked.level, "zh": LEVELS[asked.level], "start": start, "end": end,
        "is_whole": is_whole(asked.level, scope), "total": len(rows), "rows": page,
    }  # fmt: skip


@router.get("/diagnosis/service/weights", response=list[NumberOut])
def service_weights(request: HttpRequest) -> list[dict[str, Any]]:
    """How the score is made: weights and references are public."""
    require(request.user, VIEW)
    return [
        {"table": table, "name": name, **asdict(row)}
        for table in ("weights", "reference")
        for name, row in tables()[table].items()
    ]


@router.get("/diagnosis/service/{level}/{number}", response=quality.Trend)
def service_trend(
    request: HttpRequest, level: LevelKey, number: int, asked: Query[SpanQuery], step: quality.Step = "day"
) -> quality.Trend:
    """One object's quality over days, weeks or months."""
    require(request.user, VIEW)
    return quality.trend(level, number, *asked.span(queries.TREND_DAYS[step]), step, scope_of(request.user))


class DemandIn(Schema):
    kind: str
    number: int
    reason: str = Field(max_length=200)
    level: int = 3


class DemandOut(Schema):
    """``closed_at`` null: it stands, and is an alert from which an order is raised."""

    id: int
    kind: str
    number: int
    name: str
    company: str
    reason: str
    level: int
    opened_at: int
    closed_at: int | None


def _demand(row: QualityRequest) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.object_kind, "number": row.object_number,
        "name": assets.names(row.object_kind, [row.object_number])[0], "company": accounts.short_name(row.company_id),
        "reason": row.reason, "level": row.level, "opened_at": int(row.opened_at.timestamp()),
        "closed_at": int(row.closed_at.timestamp()) if row.closed_at else None,
    }  # fmt: skip


@router.get("/diagnosis/demands", response=list[DemandOut])
def demands(request: HttpRequest) -> list[dict[str, Any]]:
    """What regulators want set right, newest first, of one's own objects."""
    require(request.user, VIEW)
    return [_demand(row) for row in queries.demands(scope_of(request.user))]


@router.post("/diagnosis/demands", response={201: DemandOut})
def open_demand(request: HttpRequest, wanted: DemandIn) -> Status[dict[str, Any]]:
    """Demand that the service of an object is set right; it stands as an alert from the next minute on."""
    return Status(201, _demand(actions.demand(request.user, actions.Demand(**wanted.dict()))))


@router.post("/diagnosis/demands/{demand_id}/close", response=DemandOut)
def close_demand(request: HttpRequest, demand_id: int) -> dict[str, Any]:
    """It has been set right."""
    return _demand(actions.settle(request.user, demand_id))
