"""Addresses of overviews: the city's development, who of a kind comes first, the way down from city to home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, get_args

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.infra import clock
from cleanheat.infra.panels import Bars, Pie, Series
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import invalid, not_found
from cleanheat.kernel.findings import Level
from cleanheat.overview.drill import ORDERS, Way, way
from cleanheat.overview.focus import (
    MODEL_ZH,
    FilterChoice,
    Focus,
    Wanted,
    by_owner,
    by_reason,
    course,
    focus,
    grades,
    model_of,
    sources,
    unfiltered,
)
from cleanheat.overview.rows import FocusRow, FocusSignal, rows, signals
from cleanheat.overview.vocabulary import KINDS, MAX_SIZE, FocusKind, Reason
from cleanheat.overview.weighing import REASONS, formula

router = Router(tags=["overview"])
PERMISSIONS = ("screens.view", "alerts.view", "diagnosis.view")
MOST_EXPORTED = 5_000


class FocusFilter(Schema):
    """``level`` of the gravest alert or finding; ``within``: a supplier (``branch:3``);
    ``everybody``: those without a problem, too.
    """

    company: int | None = None
    district: int | None = None
    level: Annotated[int | None, Field(ge=1, le=4)] = None
    reason: Annotated[str, Field(max_length=20)] = ""
    source: Annotated[str, Field(max_length=60)] = ""
    model: Annotated[str, Field(max_length=30)] = ""
    within: Annotated[str, Field(max_length=30, pattern=r"^([a-z_]+:\d{1,9})?$")] = ""
    text: Annotated[str, Field(max_length=60)] = ""
    everybody: bool = False

    def wanted(self) -> Wanted:
        if self.reason and self.reason not in list(Reason):
            raise invalid("reason", "没有这类问题", "、".join(Reason))
        given = self.model_dump(exclude={"within", "page", "size"})
        above, _, number = self.within.partition(":")
        return Wanted(**given, within=(above, int(number)) if number else None)


class FocusQuery(FocusFilter):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=MAX_SIZE)] = 20


@dataclass(frozen=True)
class FocusPage:
    """One page of a ranking.  ``seen`` objects of the kind, ``troubled`` of them have a problem, ``total`` passed the
    filter.  ``levels[0]`` counts objects of level Ⅰ; choices are counted over the same part of the city without a
    choice of problems."""

    total: int
    seen: int
    troubled: int
    levels: list[int]
    rows: list[FocusRow]
    signals: list[FocusSignal]
    reasons: list[FilterChoice]
    sources: list[FilterChoice]
    models: list[FilterChoice]
    formula: str


@dataclass(frozen=True)
class FocusCharts:
    """How the problems that passed the filter are spread: by owner, by reason, and over the last hours."""

    owners: Bars
    reasons: Pie
    course: Series


@dataclass(frozen=True)
class Situation:
    """One kind at a glance: how many there are, how many of them have a problem, of which level (Ⅰ first)."""

    kind: str
    zh: str
    seen: int
    troubled: int
    levels: list[int]


def _scope(request: HttpRequest, kind: str) -> Scope:
    for permission in PERMISSIONS:
        require(request.user, permission)
    if kind not in get_args(FocusKind):
        raise not_found("没有这类对象的总览", kind)
    return scope_of(request.user)


@router.get("/overview/situation", response=list[Situation])
def situation(request: HttpRequest) -> Any:
    """Every kind at a glance."""
    scope = _scope(request, "substation")
    return [_situation(kind, focus(kind, scope, Wanted())) for kind in KINDS]


def _situation(kind: str, found: Focus) -> Situation:
    grade = grades(found.facts)[found.numbers]
    return Situation(kind, KINDS[kind].zh, found.seen, found.troubled, [int((grade == level).sum()) for level in Level])


@router.get("/overview/focus/{kind}", response=FocusPage)
def focus_page(request: HttpRequest, kind: str, asked: Query[FocusQuery]) -> Any:
    """Who of a kind has problems first, and why."""
    scope = _scope(request, kind)
    wanted = asked.wanted()
    found = focus(kind, scope, wanted)
    whole = focus(kind, scope, unfiltered(wanted), found)
    start = (asked.page - 1) * asked.size
    grade = grades(found.facts)[whole.numbers]
    choices = sources(whole)
    return FocusPage(
        found.numbers.size,
        found.seen,
        found.troubled,
        [int((grade == level).sum()) for level in Level],
        rows(found, found.numbers[start : start + asked.size], scope),
        signals(kind),
        _reasons(whole),
        choices,
        _models(choices),
        formula(),
    )


@router.get("/overview/focus/{kind}/charts", response=FocusCharts)
def focus_charts(request: HttpRequest, kind: str, asked: Query[FocusFilter]) -> Any:
    """The same objects as bars, pie and curve."""
    scope = _scope(request, kind)
    wanted = asked.wanted()
    found = focus(kind, scope, wanted)
    return FocusCharts(by_owner(found), by_reason(found), course(kind, scope, wanted, int(clock.now())))


@router.get("/overview/focus/{kind}/export")
def export_focus(request: HttpRequest, kind: str, asked: Query[FocusFilter], format: Format = "xlsx") -> HttpResponse:  # noqa: A002 - the address says format
    """The whole ranking as a file."""
    scope = _scope(request, kind)
    found = focus(kind, scope, asked.wanted())
    columns = signals(kind)
    header = ["名次", "编码", "名称", "企业", "区县", "级别", "紧迫分", "问题", "工单"]
    header += [f"{s.zh} ({s.unit})" for s in columns]
    cells = [
        [place, r.code, r.name, r.company, r.district, _roman(r.level), r.points,
         "；".join(f"{why.zh}：{why.text}" for why in r.reasons), r.order.number if r.order else "",
         *(r.values[s.code] for s in columns)]
        for place, r in enumerate(rows(found, found.numbers[:MOST_EXPORTED], scope), 1)
    ]  # fmt: skip
    return file_response(f"overview-{kind}", format, header, cells, mark=watermark(request.user))


class WayQuery(Schema):
    """From which object down to which kind; ``order``: gravest alerts, largest area, or archive."""

    kind: Annotated[str, Field(max_length=16)] = "city"
    number: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    shown: Annotated[str, Field(max_length=16)] = ""
    order: Annotated[str, Field(pattern=f"^({'|'.join(ORDERS)})$")] = "alerts"
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=MAX_SIZE)] = 50


@router.get("/overview/way", response=Way)
def drill(request: HttpRequest, asked: Query[WayQuery]) -> Any:
    """The way down: city → company or source → substation → community → building → home."""
    require(request.user, "assets.view")
    require(request.user, "alerts.view")
    start = (asked.page - 1) * asked.size
    return way(asked.kind, asked.number, asked.shown, scope_of(request.user), asked.order, start, asked.size)


def _roman(level: int) -> str:
    return Level(level).roman if level else ""


def _reasons(whole: Focus) -> list[FilterChoice]:
    counts = (whole.parts[:, whole.numbers] > 0).sum(axis=1)
    return [FilterChoice(r.value, r.zh, int(n)) for r, n in zip(REASONS, counts, strict=True)]


def _models(choices: list[FilterChoice]) -> list[FilterChoice]:
    """Models behind the sources; an object with two problems of a model counts twice."""
    counts: dict[str, int] = {}
    for choice in choices:
        counts[model_of(choice.key)] = counts.get(model_of(choice.key), 0) + choice.count
    return [FilterChoice(key, MODEL_ZH[key], n) for key, n in sorted(counts.items(), key=lambda pair: -pair[1])]
