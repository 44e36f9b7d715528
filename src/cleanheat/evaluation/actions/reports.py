"""Make reports, publish them, talk about them."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes
from django.db import transaction

from cleanheat.evaluation.events import ReportPublished
from cleanheat.evaluation.models import Report, ReportComment, ReportFile, Round
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.queries.reports import visible_to
from cleanheat.evaluation.reporting.content import content_of
from cleanheat.evaluation.reporting.printing import printed
from cleanheat.evaluation.vocabulary import FeedbackState, ReportState, SubjectKind
from cleanheat.infra import audit, clock, events, jobs
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found


@transaction.atomic
def request_report(user: Any, period: Period, kind: str, number: int) -> Report:
    """Queue the making of a report; a draft is made anew, a published report stays as it is."""
    require(user, "evaluation.edit")
    row = Round.objects.filter(span=period.span, period=period.key).first()
    if row is None:
        raise not_found("该周期尚未评价")
    if kind not in SubjectKind.values:
        raise invalid("kind", "没有这种评价对象", kind)
    if not row.scores.filter(subject_kind=kind, subject_id=number, data_set="").exists():
        raise invalid("subject", "该对象在此周期没有得分")
    report, _ = Report.objects.select_for_update().get_or_create(
        subject_kind=kind, subject_id=number, round=row, defaults={"author": user, "at": clock.now_utc()}
    )
    if report.state == ReportState.PUBLISHED:
        return report
    report.state, report.error = ReportState.QUEUED, ""
    report.job_id = jobs.enqueue("evaluation.make_report", {"report": report.pk}, user)
    report.save(update_fields=["state", "error", "job_id"])
    audit.record(user, "evaluation.request_report", "report", report.pk, {"period": row.period, "subject": number})
    return report


def request_all(user: Any, period: Period) -> list[Report]:
    """Reports on every company with a score in the period."""
    require(user, "evaluation.edit")
    row = Round.objects.filter(span=period.span, period=period.key).first()
    if row is None:
        raise not_found("该周期尚未评价")
    wanted = row.scores.filter(subject_kind=SubjectKind.COMPANY, data_set="").values_list("subject_id", flat=True)
    return [request_report(user, period, SubjectKind.COMPANY, number) for number in wanted]


def build_report(report_id: int) -> dict[str, Any]:
    """What the report says, gathered; called by the job."""
    report = Report.objects.select_related("round__indicators").get(pk=report_id)
    return content_of(report.round, report.subject_kind, report.subject_id)


def finish_report(report_id: int, content: dict[str, Any]) -> int:
    """Print and keep a report; returns the size of the file.  What cannot be printed says why in the report's row."""
    try:
        body = printed(content)
    except Problem as problem:
        Report.objects.filter(pk=report_id).exclude(state=ReportState.PUBLISHED).update(
            content=content, state=ReportState.FAILED, error=f"{problem.title}：{problem.detail}"[:200]
        )
        return 0
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(body)
    with transaction.atomic():
        report = Report.objects.select_for_update().get(pk=report_id)
        if report.state != ReportState.PUBLISHED:
            report.content, report.state, report.error = content, ReportState.DRAFT, ""
            report.save(update_fields=["content", "state", "error"])
            kept = {"body": body, "digest": sm3.finalize().hex()}
            ReportFile.objects.update_or_create(report=report, defaults=kept)
    return len(body)


@transaction.atomic
def publish_report(user: Any, report_id: int) -> Report:
    """Draft → published: from now on its subject may read it and comment."""
    require(user, "evaluation.edit")
    report = _locked(scope_of(user), report_id)
    if report.state == ReportState.PUBLISHED:
        return report
    if report.state != ReportState.DRAFT:
        raise Problem(409, "wrong-state", "报告尚未生成，不能发布", ReportState(report.state).label, "state")
    report.state, report.published_at, report.published_by = ReportState.PUBLISHED, clock.now_utc(), user
    report.save(update_fields=["state", "published_at", "published_by"])
    audit.record(user, "evaluation.publish_report", "report", report.pk)
    company = report.subject_id if report.subject_kind == SubjectKind.COMPANY else 0
    events.publish(ReportPublished(report_id=report.pk, company_id=company, at=int(clock.now())))
    return report


@transaction.atomic
def withdraw_report(user: Any, report_id: int, reason: str) -> Report:
    """Published → draft, with the reason; what was said about it stays."""
    require(user, "evaluation.edit")
    report = _locked(scope_of(user), report_id)
    if not reason.strip():
        raise invalid("reason", "请填写撤回原因")
    if report.state == ReportState.PUBLISHED:
        report.state, report.published_at, report.published_by = ReportState.DRAFT, None, None
        report.save(update_fields=["state", "published_at", "published_by"])
        audit.record(user, "evaluation.withdraw_report", "report", report.pk, {"reason": reason.strip()})
    return report


@transaction.atomic
def comment(user: Any, report_id: int, text: str) -> Report:
    """A company remarks on its report (open), the regulator answers (answered)."""
    scope = scope_of(user)
    report = _locked(scope, report_id)
    if not text.strip():
        raise invalid("text", "请填写内容")
    is_answer = _is_regulator(scope)
    require(user, "evaluation.edit" if is_answer and scope.sees_all else "governance.handle")
    if report.state != ReportState.PUBLISHED:
        raise Problem(409, "wrong-state", "报告发布后才能反馈", field="state")
    ReportComment.objects.create(
        report=report,
        is_answer=is_answer,
        text=text.strip(),
        organisation_id=scope.organisation_id or 0,
        author=user,
        at=clock.now_utc(),
    )
    report.feedback = FeedbackState.ANSWERED if is_answer else FeedbackState.OPEN
    report.save(update_fields=["feedback"])
    audit.record(user, "evaluation.comment_report", "report", report.pk, {"is_answer": is_answer})
    return report


@transaction.atomic
def close_feedback(user: Any, report_id: int) -> Report:
    """The talk is over: a regulator's decision, after an answer."""
    require(user, "evaluation.edit")
    report = _locked(scope_of(user), report_id)
    if report.feedback == FeedbackState.CLOSED:
        return report
    if report.feedback != FeedbackState.ANSWERED:
        raise Problem(409, "wrong-state", "答复后才能办结", FeedbackState(report.feedback).label, "feedback")
    report.feedback = FeedbackState.CLOSED
    report.save(update_fields=["feedback"])
    audit.record(user, "evaluation.close_feedback", "report", report.pk)
    return report


def _is_regulator(scope: Scope) -> bool:
    return scope.sees_all or scope.district_codes is not None


def _locked(scope: Scope, report_id: int) -> Report:
    report = visible_to(scope).select_for_update(of=("self",)).filter(pk=report_id).first()
    if report is None:
        raise not_found("没有这份报告")
    return report
