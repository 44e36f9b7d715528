"""Addresses of scores: how good, of whom, how it moved, and why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from cleanheat.evaluation import belonging
from cleanheat.evaluation.http.asking import VIEW, PeriodQuery
from cleanheat.evaluation.models import Round, Score
from cleanheat.evaluation.periods import Period, period_of
from cleanheat.evaluation.problems import problems_of
from cleanheat.evaluation.queries.drill import check_rows
from cleanheat.evaluation.queries.indicators import version_at
from cleanheat.evaluation.queries.objects import worst_objects
from cleanheat.evaluation.queries.scores import ScoreRow, find_round, ranking, score_rows, trend_of
from cleanheat.evaluation.vocabulary import (
    FeedbackState,
    ReportState,
    RoundState,
    Span,
    Stage,
    SubjectKind,
    Verification,
)
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import forbidden, not_found
from cleanheat.quality.vocabulary import DataClass, Dimension

router = Router(tags=["evaluation"])
MOST_OBJECTS = 200


class RoundOut(Schema):
    """One evaluated period.  ``state`` running: provisional."""

    span: str
    span_name: str
    period: str
    name: str
    start: int
    end: int
    state: str
    state_name: str
    indicators_version: int
    rules_version: int
    computed_at: datetime
    published_at: datetime | None
    note: str


class ScoreOut(Schema):
    """One subject.  ``points`` by indicator; ``change`` in points and ``moved`` in places against the period before."""

    subject_kind: str
    subject_id: int
    name: str
    data_set: str
    data_set_name: str
    total: float | None
    grade: str
    points: dict[str, float | None]
    checks: float
    violations: float
    place: int
    of: int
    change: float | None
    moved: int


class ScoresOut(Schema):
    """``round`` null: the period was not scored yet."""

    period: str
    period_name: str
    round: RoundOut | None
    rows: list[ScoreOut]


class WordsOut(Schema):
    """The words that the other answers use as codes."""

    spans: dict[str, str]
    subjects: dict[str, str]
    data_sets: dict[str, str]
    dimensions: dict[str, str]
    stages: dict[str, str]
    report_states: dict[str, str]
    feedback_states: dict[str, str]
    verifications: dict[str, str]
    scenes: dict[str, str]


def round_document(row: Round) -> dict[str, Any]:
    period = period_of(row.span, row.period)
    return {
        "span": row.span,
        "span_name": Span(row.span).label,
        "period": row.period,
        "name": period.zh,
        "start": row.start_s,
        "end": row.end_s,
        "state": row.state,
        "state_name": RoundState(row.state).label,
        "indicators_version": row.indicators.number,
        "rules_version": row.rules_version,
        "computed_at": row.computed_at,
        "published_at": row.published_at,
        "note": row.note,
    }


def _score(row: ScoreRow) -> dict[str, Any]:
    return asdict(row) | {"data_set_name": DataClass(row.data_set).zh if row.data_set else ""}


def _scores(period: Period, rows: list[ScoreRow]) -> dict[str, Any]:
    found = find_round(period)
    return {
        "period": period.key,
        "period_name": period.zh,
        "round": round_document(found) if found else None,
        "rows": [_score(r) for r in rows],
    }


@router.get("/evaluation/words", response=WordsOut)
def words(request: HttpRequest) -> dict[str, Any]:
    require(request.user, VIEW)
    model = version_at(clock.now()).document
    return {
        "spans": dict(Span.choices),
        "subjects": dict(SubjectKind.choices),
        "data_sets": {d.value: d.zh for d in DataClass},
        "dimensions": {d.value: d.zh for d in Dimension},
        "stages": dict(Stage.choices),
        "report_states": dict(ReportState.choices),
        "feedback_states": dict(FeedbackState.choices),
        "verifications": dict(Verification.choices),
        "scenes": {s["key"]: s["zh"] for s in model["scenes"]},
    }


@router.get("/evaluation/rounds", response=list[RoundOut])
def list_rounds(request: HttpRequest, span: Span = Span.MONTH, limit: Annotated[int, Query(ge=1, le=400)] = 36) -> Any:
    """Evaluated periods of a span in which anything was scored, the newest first."""
    require(request.user, VIEW)
    scored = Round.objects.filter(Exists(Score.objects.filter(round=OuterRef("pk"))), span=span)
    return [round_document(r) for r in scored.select_related("indicators")[:limit]]


class ScoresQuery(PeriodQuery):
    """``data_set`` "*": whole subjects and every data set of each."""

    kind: SubjectKind | None = None
    number: int | None = None
    data_set: Annotated[str, Field(max_length=16)] = ""
    scene: Annotated[str, Field(max_length=20)] = ""

    def rows(self, scope: Scope) -> list[ScoreRow]:
        data_set = None if self.data_set == "*" else self.data_set
        return score_rows(scope, self.found(), self.kind or "", self.number, data_set, self.scene)


@router.get("/evaluation/scores", response=ScoresOut)
def scores(request: HttpRequest, asked: Query[ScoresQuery]) -> dict[str, Any]:
    """Scores that the caller may see, best first: city and districts for everybody, companies by scope."""
    require(request.user, VIEW)
    return _scores(asked.found(), asked.rows(scope_of(request.user)))


@router.get("/evaluation/scores/export")
def export_scores(request: HttpRequest, asked: Query[ScoresQuery], format: Format = "xlsx") -> HttpResponse:  # noqa: A002 - the address says format
    """The same rows as a file."""
    require(request.user, VIEW)
    header = ["名次", "对象", "类别", "数据集", "总分", "等级", "较上期", *(d.zh for d in Dimension), "检查", "不符合"]
    rows = [
        [
            r.place or None,
            r.name,
            SubjectKind(r.subject_kind).label,
            DataClass(r.data_set).zh if r.data_set else "全部",
            r.total,
            r.grade,
            r.change,
            *(r.points.get(d) for d in Dimension),
            r.checks,
            r.violations,
        ]
        for r in asked.rows(scope_of(request.user))
    ]
    return file_response(f"scores-{asked.found().key}", format, header, rows, mark=watermark(request.user))


class RankingQuery(PeriodQuery):
    data_set: Annotated[str, Field(max_length=16)] = ""
    scene: Annotated[str, Field(max_length=20)] = ""


@router.get("/evaluation/ranking", response=ScoresOut)
def company_ranking(request: HttpRequest, asked: Query[RankingQuery]) -> dict[str, Any]:
    """Companies by place.  Before publication a company finds itself only (``place`` of ``of``); afterwards everybody,
    others without points."""
    require(request.user, VIEW)
    period = asked.found()
    return _scores(period, ranking(scope_of(request.user), period, asked.data_set, asked.scene))


class TrendQuery(PeriodQuery):
    kind: SubjectKind = SubjectKind.CITY
    number: int = 0
    data_set: Annotated[str, Field(max_length=16)] = ""
    count: Annotated[int, Field(ge=2, le=60)] = 12


class TrendOut(Schema):
    """Periods oldest first; null where there is no score.  ``slope``: points a period (Theil–Sen)."""

    name: str
    periods: list[str]
    starts: list[int]
    totals: list[float | None]
    grades: list[str]
    points: dict[str, list[float | None]]
    slope: float | None


def _visible(request: HttpRequest, kind: str, number: int) -> Scope:
    """The caller's scope, if he may see this subject; what he may not see does not exist."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    if not belonging.may_see(scope, kind, number):
        raise not_found("没有这个评价对象")
    return scope


@router.get("/evaluation/trend", response=TrendOut)
def trend(request: HttpRequest, asked: Query[TrendQuery]) -> dict[str, Any]:
    scope = _visible(request, asked.kind, asked.number)
    made = trend_of(scope, asked.found(), asked.kind, asked.number, asked.data_set, asked.count)
    return {
        "name": belonging.subject_name(asked.kind, asked.number),
        "periods": [p.key for p in made.periods],
        "starts": [p.start for p in made.periods],
        **{name: getattr(made, name) for name in ("totals", "grades", "points", "slope")},
    }


class SubjectQuery(PeriodQuery):
    kind: SubjectKind = SubjectKind.CITY
    number: int = 0
    data_set: Annotated[str, Field(max_length=16)] = ""


class CheckOut(Schema):
    """One check: a rule of the library (``number``) or a built-in count; ``loss``: points it costs the total."""

    key: str
    zh: str
    number: int
    origin: str
    data_set: str
    kind: str
    dimension: str
    weight: float
    checks: float
    violations: float
    ratio: float | None
    loss: float


@router.get("/evaluation/checks", response=list[CheckOut])
def checks(request: HttpRequest, asked: Query[SubjectQuery]) -> Any:
    """Why a subject's score is what it is: its checks, the dearest first."""
    _visible(request, asked.kind, asked.number)
    return [asdict(r) for r in check_rows(asked.found(), asked.kind, asked.number, asked.data_set)]


class OrderSums(Schema):
    """Governance orders issued in the period and how they stand."""

    issued: int
    closed: int
    open: int
    overdue: int
    mean_hours: float | None


class ProblemsOut(Schema):
    """Quality alarms of a subject in the period; ``solved_ratio`` leaves false alarms out."""

    found: int
    solved: int
    called_false: int
    open: int
    solved_ratio: float | None
    orders: OrderSums


class ProblemsQuery(PeriodQuery):
    kind: SubjectKind = SubjectKind.CITY
    number: int = 0


@router.get("/evaluation/problems", response=ProblemsOut)
def problems(request: HttpRequest, asked: Query[ProblemsQuery]) -> Any:
    """Problems found and solved, and the orders that came of them."""
    _visible(request, asked.kind, asked.number)
    return problems_of(asked.found(), asked.kind, asked.number)


class ObjectsQuery(PeriodQuery):
    kind: SubjectKind = SubjectKind.CITY
    number: int = 0
    rule: int = 0
    limit: Annotated[int, Field(ge=1, le=MOST_OBJECTS)] = 20


class ObjectOut(Schema):
    """One object with its hits; ``last`` in epoch seconds."""

    kind: str
    kind_zh: str
    number: int
    name: str
    code: str
    violations: int
    rules: int
    last: int


@router.get("/evaluation/objects", response=list[ObjectOut])
def objects(request: HttpRequest, asked: Query[ObjectsQuery]) -> Any:
    """The objects that break rules (or the ``rule``) most.  Single objects are shown to whom their owner is visible;
    of the whole city or a district to the regulators."""
    scope = _visible(request, asked.kind, asked.number)
    if asked.kind == SubjectKind.CITY and not scope.sees_all:
        raise forbidden("只有市级可以查看全市对象")
    if asked.kind == SubjectKind.DISTRICT and not (scope.sees_all or asked.number in (scope.district_ids or ())):
        raise not_found("没有这个评价对象")
    return worst_objects(asked.found(), asked.kind, asked.number, asked.limit, asked.rule, scope)
