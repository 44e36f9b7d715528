"""Addresses of evaluation: scores and why, weights, rounds, samples, reports, improvement."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from cleanheat.evaluation import belonging
from cleanheat.evaluation.actions import indicators as weights
from cleanheat.evaluation.actions import reports, rounds, samples
from cleanheat.evaluation.indicators import IndicatorSet
from cleanheat.evaluation.lifecycle import stages_of
from cleanheat.evaluation.models import IndicatorVersion, Report, Round, Sample, SampledRecord
from cleanheat.evaluation.periods import Period, newest_complete, period_at, period_of
from cleanheat.evaluation.queries import samples as sample_queries
from cleanheat.evaluation.queries.drill import check_rows
from cleanheat.evaluation.queries.improvement import changes
from cleanheat.evaluation.queries.indicators import version_at, versions
from cleanheat.evaluation.queries.objects import worst_objects
from cleanheat.evaluation.queries.reports import find_report, printed_form
from cleanheat.evaluation.queries.reports import visible_to as visible_reports
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
from cleanheat.infra.http import encoded
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import forbidden, not_found
from cleanheat.quality.vocabulary import DataClass, Dimension

router = Router(tags=["evaluation"])
VIEW = "evaluation.view"
MOST_OBJECTS = 200


class PeriodQuery(Schema):
    """``period`` by its key (2026-01-15, 2026-01, 2026-Q1, 2025-S, 2026); empty: the newest that was scored."""

    span: Span = Span.MONTH
    period: Annotated[str, Field(max_length=10)] = ""

    def found(self) -> Period:
        if self.period:
            return period_of(self.span, self.period)
        now = clock.now()
        current = period_at(self.span, now)
        return current if find_round(current) else newest_complete(self.span, now)


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


class IndicatorOut(Schema):
    key: str
    zh: str


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


def _round(row: Round) -> dict[str, Any]:
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
        "round": _round(found) if found else None,
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
    """Evaluated periods of a span, the newest first."""
    require(request.user, VIEW)
    return [_round(r) for r in Round.objects.filter(span=span).select_related("indicators")[:limit]]


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


class VersionOut(Schema):
    """One version of the indicator set; ``effect``: the same counts scored before and after it."""

    number: int
    document: IndicatorSet
    valid_from: date
    reason: str
    author: str
    at: datetime
    effect: dict[str, Any]


class WeightsOut(Schema):
    """``current``: number of the version in force now."""

    current: int
    versions: list[VersionOut]


class WeightsIn(Schema):
    """A whole changed model; ``valid_from`` empty: from today."""

    document: dict[str, Any]
    valid_from: date | None = None
    reason: Annotated[str, Field(max_length=200)] = ""


class PreviewIn(Schema):
    document: dict[str, Any]
    span: Span = Span.DAY
    period: Annotated[str, Field(max_length=10)] = ""


class EffectRow(Schema):
    id: int
    name: str
    before: float | None
    after: float | None
    change: float | None
    grade_before: str
    grade_after: str
    place_before: int
    place_after: int


class EffectOut(Schema):
    """Totals before and after on the same counts; companies that move most first."""

    span: str
    period: str
    period_zh: str
    city: EffectRow | None
    companies: list[EffectRow]


def _version(row: IndicatorVersion, sees_companies: bool) -> dict[str, Any]:
    effect = row.effect if sees_companies else {k: v for k, v in row.effect.items() if k != "companies"}
    author = (row.author.display_name or row.author.username) if row.author else "平台"
    same = {name: getattr(row, name) for name in ("number", "document", "valid_from", "reason", "at")}
    return same | {"author": author, "effect": effect}


@router.get("/evaluation/weights", response=WeightsOut)
def list_weights(request: HttpRequest) -> dict[str, Any]:
    """The model in force and all its versions, newest first; effects on single companies for the city only."""
    require(request.user, VIEW)
    sees_all = scope_of(request.user).sees_all
    current = version_at(clock.now()).number
    return {"current": current, "versions": [_version(v, sees_all) for v in versions()]}


@router.post("/evaluation/weights", response={201: VersionOut})
def change_weights(request: HttpRequest, body: WeightsIn) -> Any:
    """A new version of the model; the effect on the last whole day is stored with it."""
    made = weights.change(request.user, body.document, body.valid_from, body.reason)
    return Status(201, _version(made, sees_companies=True))


@router.post("/evaluation/weights/preview", response=EffectOut)
def preview_weights(request: HttpRequest, body: PreviewIn) -> Any:
    """What a changed model would do to a period's scores; nothing is stored."""
    now = clock.now()
    period = period_of(body.span, body.period) if body.period else newest_complete(body.span, now)
    return weights.preview(request.user, body.document, period)


class Decision(Schema):
    note: Annotated[str, Field(max_length=200)] = ""


@router.post("/evaluation/rounds/{span}/{period}/compute", response=RoundOut)
def compute(request: HttpRequest, span: str, period: str) -> Any:
    return _round(rounds.recompute(request.user, period_of(span, period)))


@router.post("/evaluation/rounds/{span}/{period}/publish", response=RoundOut)
def publish(request: HttpRequest, span: str, period: str, body: Decision) -> Any:
    return _round(rounds.publish(request.user, period_of(span, period), body.note))


@router.post("/evaluation/rounds/{span}/{period}/withdraw", response=RoundOut)
def withdraw(request: HttpRequest, span: str, period: str, body: Decision) -> Any:
    return _round(rounds.withdraw(request.user, period_of(span, period), body.note))


class ChangeOut(Schema):
    """One change of the evaluation itself; ``effect`` as of previews."""

    kind: str
    id: int
    at: datetime
    title: str
    reason: str
    author: str
    version: int
    differences: list[str]
    effect: dict[str, Any]


@router.get("/evaluation/improvement", response=list[ChangeOut])
def improvement(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Any:
    """The history of weights and rules and what each change did, newest first."""
    require(request.user, VIEW)
    sees_all = scope_of(request.user).sees_all
    return [
        asdict(r) | {"effect": r.effect if sees_all else {k: v for k, v in r.effect.items() if k != "companies"}}
        for r in changes(limit)
    ]


class StageCheckOut(Schema):
    """``declared``: how many such checks exist; ``ran`` and ``failed`` within the period."""

    stage: str
    key: str
    zh: str
    declared: int
    ran: float
    failed: float
    ratio: float | None
    note: str


@router.get("/evaluation/life-cycle", response=list[StageCheckOut])
def life_cycle(request: HttpRequest, asked: Query[PeriodQuery]) -> Any:
    """Which checks stand at which stage of the data's life, with the city's figures."""
    require(request.user, VIEW)
    return [asdict(c) | {"ratio": c.ratio} for c in stages_of(asked.found())]


class SampleIn(Schema):
    """``weights``: importance by district id, default 1."""

    span: Span = Span.QUARTER
    period: Annotated[str, Field(max_length=10)] = ""
    kind: Annotated[str, Field(max_length=16)]
    size: Annotated[int, Field(ge=1, le=samples.MOST)]
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    weights: dict[str, Annotated[float, Field(ge=0, le=1_000)]] = Field(default_factory=dict)


class SampleOut(Schema):
    """One sample; ``strata``: month × district × scene with records, sampled; counts of what was found so far."""

    id: int
    span: str
    period: str
    kind: str
    size: int
    seed: int
    archive_version: str
    strata: list[dict[str, Any]]
    at: datetime
    open: int
    correct: int
    wrong: int


class SampledOut(Schema):
    id: int
    stratum: int
    month: str
    number: int
    name: str
    code: str
    company_id: int
    district_id: int
    verification: str
    note: str
    verified_at: datetime | None


class VerificationIn(Schema):
    verification: Annotated[str, Field(max_length=8)]
    note: Annotated[str, Field(max_length=200)] = ""


@router.get("/evaluation/samples", response=list[SampleOut])
def list_samples(request: HttpRequest) -> Any:
    """Samples, newest first; counts within the caller's scope."""
    require(request.user, VIEW)
    return sample_queries.listed(scope_of(request.user))


@router.post("/evaluation/samples", response={201: SampleOut})
def draw_sample(request: HttpRequest, body: SampleIn) -> Any:
    period = PeriodQuery(span=body.span, period=body.period).found()
    made = samples.draw(request.user, period, body.kind, body.size, body.seed, body.weights)
    return Status(201, _sample(request, made))


def _sample(request: HttpRequest, made: Sample) -> dict[str, Any]:
    return sample_queries.described(scope_of(request.user), made)


@router.get("/evaluation/samples/{sample_id}/records", response=list[SampledOut])
def sampled_records(request: HttpRequest, sample_id: int) -> Any:
    """The records to verify, within the caller's scope."""
    require(request.user, VIEW)
    return sample_queries.records_of(scope_of(request.user), sample_id)


@router.post("/evaluation/samples/records/{record_id}", response=SampledOut)
def verify_record(request: HttpRequest, record_id: int, body: VerificationIn) -> Any:
    record: SampledRecord = samples.verify(request.user, record_id, body.verification, body.note)
    return sample_queries.record_row(record)


class CommentOut(Schema):
    is_answer: bool
    text: str
    organisation: str
    author: str
    at: datetime


class ReportOut(Schema):
    """One report; ``content`` is what it says (only where one report is asked for); ``job_id`` while it is made."""

    id: int
    subject_kind: str
    subject_id: int
    name: str
    span: str
    period: str
    period_name: str
    state: str
    state_name: str
    feedback: str
    feedback_name: str
    total: float | None
    grade: str
    job_id: int
    error: str
    at: datetime
    published_at: datetime | None
    content: dict[str, Any] | None = None
    comments: list[CommentOut] | None = None


class ReportIn(Schema):
    """``number`` empty with kind company: every company with a score."""

    span: Span = Span.MONTH
    period: Annotated[str, Field(max_length=10)]
    kind: SubjectKind = SubjectKind.COMPANY
    number: int | None = None


class CommentIn(Schema):
    text: Annotated[str, Field(max_length=1_000)]


def _report(row: Report, whole: bool = False) -> dict[str, Any]:
    score = row.content.get("score", {})
    same = ("id", "subject_kind", "subject_id", "state", "feedback", "job_id", "error", "at", "published_at")
    made = {name: getattr(row, name) for name in same} | {
        "name": belonging.subject_name(row.subject_kind, row.subject_id),
        "span": row.round.span,
        "period": row.round.period,
        "period_name": period_of(row.round.span, row.round.period).zh,
        "state_name": ReportState(row.state).label,
        "feedback_name": FeedbackState(row.feedback).label,
        "total": score.get("total"),
        "grade": score.get("grade", ""),
    }
    return made | {"content": row.content, "comments": _comments(row)} if whole else made


def _comments(row: Report) -> list[dict[str, Any]]:
    return [
        {
            "is_answer": c.is_answer,
            "text": c.text,
            "organisation": belonging.subject_name(SubjectKind.COMPANY, c.organisation_id),
            "author": (c.author.display_name or c.author.username) if c.author else "",
            "at": c.at,
        }
        for c in row.comments.select_related("author")
    ]


class ReportsQuery(Schema):
    span: Span | None = None
    period: Annotated[str | None, Field(max_length=10)] = None
    kind: SubjectKind | None = None
    number: int | None = None
    state: ReportState | None = None


@router.get("/evaluation/reports", response=list[ReportOut])
def list_reports(request: HttpRequest, asked: Query[ReportsQuery]) -> Any:
    """Reports that the caller may read, newest first, at most 500."""
    require(request.user, VIEW)
    paths = {"span": "round__span", "period": "round__period", "kind": "subject_kind", "number": "subject_id"}
    given = {paths.get(k, k): v for k, v in asked.model_dump().items() if v is not None}
    return [_report(r) for r in visible_reports(scope_of(request.user)).filter(**given)[:500]]


@router.post("/evaluation/reports", response={202: list[ReportOut]})
def request_reports(request: HttpRequest, body: ReportIn) -> Any:
    """Have reports made; their jobs tell how far they are."""
    period = period_of(body.span, body.period)
    if body.number is None and body.kind == SubjectKind.COMPANY:
        made = reports.request_all(request.user, period)
    else:
        made = [reports.request_report(request.user, period, body.kind, body.number or 0)]
    return Status(202, [_report(r) for r in made])


@router.get("/evaluation/reports/{report_id}", response=ReportOut)
def report(request: HttpRequest, report_id: int) -> Any:
    require(request.user, VIEW)
    return _report(find_report(scope_of(request.user), report_id), whole=True)


@router.get("/evaluation/reports/{report_id}/pdf")
def report_pdf(request: HttpRequest, report_id: int) -> HttpResponse:
    """The printed report."""
    require(request.user, VIEW)
    kept = printed_form(scope_of(request.user), report_id)
    answer = encoded(request, bytes(kept.body), f'"{kept.digest}"', "application/pdf")
    answer["Content-Disposition"] = f'inline; filename="report-{report_id}.pdf"'
    return answer


@router.get("/evaluation/reports/{report_id}/export")
def export_report(request: HttpRequest, report_id: int, format: Format = "xlsx") -> HttpResponse:  # noqa: A002 - the address says format
    """The report's rules with their figures, as a file."""
    require(request.user, VIEW)
    found = find_report(scope_of(request.user), report_id)
    header = ["规则", "编码", "数据集", "维度", "检查", "不符合", "符合率", "失分"]
    keys = ("zh", "code", "data_set", "dimension", "checks", "violations", "ratio", "loss")
    rows = [[r[k] for k in keys] for r in found.content.get("rules", [])]
    return file_response(f"report-{report_id}", format, header, rows, mark=watermark(request.user))


@router.post("/evaluation/reports/{report_id}/publish", response=ReportOut)
def publish_report(request: HttpRequest, report_id: int) -> Any:
    return _report(reports.publish_report(request.user, report_id))


@router.post("/evaluation/reports/{report_id}/comments", response=ReportOut)
def comment_report(request: HttpRequest, report_id: int, body: CommentIn) -> Any:
    """A company's remark, or a regulator's answer."""
    return _report(reports.comment(request.user, report_id, body.text), whole=True)


@router.post("/evaluation/reports/{report_id}/close", response=ReportOut)
def close_report(request: HttpRequest, report_id: int) -> Any:
    """The talk about a report is over."""
    return _report(reports.close_feedback(request.user, report_id), whole=True)
