"""Which reports may this scope read, and what was said about them?"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from cleanheat.evaluation import belonging
from cleanheat.evaluation.models import Report, ReportFile
from cleanheat.evaluation.vocabulary import ReportState, SubjectKind
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import Problem, not_found


def visible_to(scope: Scope) -> QuerySet[Report]:
    """The city: all.  Others: published ones about the city, their own district, the companies they may look at."""
    rows = Report.objects.select_related("round")
    if scope.sees_all:
        return rows
    mine = Q(subject_kind=SubjectKind.CITY)
    mine |= Q(subject_kind=SubjectKind.DISTRICT, subject_id__in=scope.district_ids or ())
    mine |= Q(subject_kind=SubjectKind.COMPANY, subject_id__in=belonging.seen_companies(scope) or ())
    return rows.filter(mine, state=ReportState.PUBLISHED)


def find_report(scope: Scope, report_id: int) -> Report:
    found = visible_to(scope).filter(pk=report_id).first()
    if found is None:
        raise not_found("没有这份报告")
    return found


def printed_form(scope: Scope, report_id: int) -> ReportFile:
    report = find_report(scope, report_id)
    kept = ReportFile.objects.filter(report=report).first()
    if kept is None:
        raise Problem(409, "not-made", "报告尚未生成", report.error or ReportState(report.state).label, "state")
    return kept
