"""Addresses of reports: make, read, print, publish, talk about."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from cleanheat.evaluation import belonging
from cleanheat.evaluation.actions import reports
from cleanheat.evaluation.http.asking import VIEW
from cleanheat.evaluation.models import Report
from cleanheat.evaluation.periods import period_of
from cleanheat.evaluation.queries.reports import find_report, printed_form
from cleanheat.evaluation.queries.reports import visible_to as visible_reports
from cleanheat.evaluation.vocabulary import (
    FeedbackState,
    ReportState,
    Span,
    SubjectKind,
)
from cleanheat.infra.http import encoded
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark

router = Router(tags=["evaluation"])
SHOWN_IN_PAGE = {
    "Content-Security-Policy": "default-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
"""The report's page shows the printed form in a frame of its own; other answers are never framed."""


class CommentOut(Schema):
    is_answer: bool
    text: str
    organisation: str
    author: str
    at: datetime


class EvaluationReportOut(Schema):
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


class WithdrawReason(Schema):
    reason: Annotated[str, Field(max_length=200)]


class ReportsQuery(Schema):
    span: Span | None = None
    period: Annotated[str | None, Field(max_length=10)] = None
    kind: SubjectKind | None = None
    number: int | None = None
    state: ReportState | None = None


@router.get("/evaluation/reports", response=list[EvaluationReportOut])
def list_reports(request: HttpRequest, asked: Query[ReportsQuery]) -> Any:
    """Reports that the caller may read, newest first, at most 500."""
    require(request.user, VIEW)
    paths = {"span": "round__span", "period": "round__period", "kind": "subject_kind", "number": "subject_id"}
    given = {paths.get(k, k): v for k, v in asked.model_dump().items() if v is not None}
    return [_report(r) for r in visible_reports(scope_of(request.user)).filter(**given)[:500]]


@router.post("/evaluation/reports", response={202: list[EvaluationReportOut]})
def request_reports(request: HttpRequest, body: ReportIn) -> Any:
    """Have reports made; their jobs tell how far they are."""
    period = period_of(body.span, body.period)
    if body.number is None and body.kind == SubjectKind.COMPANY:
        made = reports.request_all(request.user, period)
    else:
        made = [reports.request_report(request.user, period, body.kind, body.number or 0)]
    return Status(202, [_report(r) for r in made])


@router.get("/evaluation/reports/{report_id}", response=EvaluationReportOut)
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
    for name, value in SHOWN_IN_PAGE.items():
        answer[name] = value
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


@router.post("/evaluation/reports/{report_id}/publish", response=EvaluationReportOut)
def publish_report(request: HttpRequest, report_id: int) -> Any:
    return _report(reports.publish_report(request.user, report_id))


@router.post("/evaluation/reports/{report_id}/withdraw", response=EvaluationReportOut)
def withdraw_report(request: HttpRequest, report_id: int, body: WithdrawReason) -> Any:
    return _report(reports.withdraw_report(request.user, report_id, body.reason))


@router.post("/evaluation/reports/{report_id}/comments", response=EvaluationReportOut)
def comment_report(request: HttpRequest, report_id: int, body: CommentIn) -> Any:
    """A company's remark, or a regulator's answer."""
    return _report(reports.comment(request.user, report_id, body.text), whole=True)


@router.post("/evaluation/reports/{report_id}/close", response=EvaluationReportOut)
def close_report(request: HttpRequest, report_id: int) -> Any:
    """The talk about a report is over."""
    return _report(reports.close_feedback(request.user, report_id), whole=True)
