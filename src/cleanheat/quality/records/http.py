"""Addresses of record checks: runs, what they found by rule, issues and the decisions on them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from cleanheat.infra import sheets
from cleanheat.infra.scope import require, scope_of
from cleanheat.quality.models import CheckRun
from cleanheat.quality.records import actions, queries, standing

router = Router(tags=["quality"])
MOST_EXPORTED = 50_000
Number = Annotated[int, Field(ge=0, lt=2**63)]


class RunOut(Schema):
    """``records`` judged, ``rules`` asked, ``violations`` found."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    tables: list[str]
    records: int
    rules: int
    violations: int


class RunIn(Schema):
    """Which tables; empty = all."""

    tables: Annotated[list[Annotated[str, Field(max_length=24)]], Field(default_factory=list)]


class JobStarted(Schema):
    job_id: int


class RuleCount(Schema):
    """``checked``, ``violations``, ``skipped`` are the newest run's, told only to who sees the whole city."""

    rule: int
    code: str
    rule_name: str
    kind: str
    kind_name: str
    data_class: str
    data_class_name: str
    open_issues: int
    accepted_issues: int
    dismissed_issues: int
    solved_issues: int
    checked: int | None
    violations: int | None
    skipped: int | None


class IssueOut(Schema):
    """``detail``: what the judgement rests on; ``can_apply``: accepting writes the proposal into the record, or asks
    for it where the caller may not; ``correction``: the proposal as values of the fields of ``object_kind``."""

    id: int
    rule: int
    rule_name: str
    version: int
    kind: str
    kind_name: str
    resource: str
    record: int
    title: str
    field: str
    field_name: str
    found: str
    detail: str
    proposal: str
    can_apply: bool
    object_kind: str
    correction: dict[str, str | float | int | bool | None]
    state: str
    state_name: str
    first_at: datetime
    last_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str


class IssuePage(Schema):
    total: int
    page: int
    size: int
    rows: list[IssueOut]


class IssueWanted(Schema):
    state: Annotated[str, Field(max_length=10)] = ""
    kind: Annotated[str, Field(max_length=24)] = ""
    rule: Number = 0
    company_id: Number = 0
    district_id: Number = 0
    text: Annotated[str, Field(max_length=60)] = ""


class IssueQuery(IssueWanted):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=500)] = 50


class RecordNote(Schema):
    note: Annotated[str, Field(max_length=200)] = ""


@router.get("/quality/records/checks", response=list[RunOut])
def checks(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest runs; they judge everybody's records, so only who sees all is told of them."""
    require(request.user, "quality.view")
    runs = CheckRun.objects.all()[:50] if scope_of(request.user).sees_all else ()
    return [
        {
            "id": r.pk,
            "started_at": r.started_at,
            "finished_at": r.finished_at,
            "tables": r.tables,
            "records": r.records,
            "rules": len(r.counts),
            "violations": sum(hit for _, hit, _ in r.counts.values()),
        }
        for r in runs
    ]


@router.post("/quality/records/checks", response={202: JobStarted})
def start_check(request: HttpRequest, wanted: RunIn) -> Status[dict[str, int]]:
    """Check now; progress and cancelling at /jobs/{id}."""
    return Status(202, {"job_id": actions.start_check(request.user, wanted.tables)})


@router.get("/quality/records/summary", response=list[RuleCount])
def summary(request: HttpRequest) -> list[dict[str, Any]]:
    require(request.user, "quality.view")
    return queries.summary(scope_of(request.user))


@router.get("/quality/records/issues", response=IssuePage)
def issues(request: HttpRequest, wanted: Query[IssueQuery]) -> dict[str, Any]:
    """Issues of the caller's own records."""
    require(request.user, "quality.view")
    asked = queries.IssueFilter(**wanted.model_dump(exclude={"page", "size"}))
    rows = queries.select(scope_of(request.user), asked)
    start = (wanted.page - 1) * wanted.size
    return {
        "total": rows.count(),
        "page": wanted.page,
        "size": wanted.size,
        "rows": [queries.row_of(i) for i in rows[start : start + wanted.size]],
    }


class IssueTrendQuery(IssueWanted):
    days: Annotated[int, Field(ge=1, le=standing.MOST_DAYS)] = 30


@router.get("/quality/records/trend", response=list[standing.IssueDay])
def issue_trend(request: HttpRequest, wanted: Query[IssueTrendQuery]) -> list[standing.IssueDay]:
    """Issues of the caller's own records day by day: open, found, closed."""
    require(request.user, "quality.view")
    asked = queries.IssueFilter(**wanted.model_dump(exclude={"days", "state"}))
    return standing.trend(scope_of(request.user), asked, wanted.days)


@router.get("/quality/records/ranking", response=list[standing.CompanyStanding])
def company_ranking(request: HttpRequest) -> list[standing.CompanyStanding]:
    """Companies by open issues for the size of their archives, worst first."""
    require(request.user, "quality.view")
    return standing.ranking(scope_of(request.user))


_COLUMNS = {
    "rule_name": "规则", "kind_name": "档案", "record": "记录编号", "title": "记录", "field_name": "字段",
    "found": "现值", "detail": "依据", "proposal": "建议值", "state_name": "状态", "note": "处理意见",
}  # fmt: skip


@router.get("/quality/records/issues/export")
def export_issues(
    request: HttpRequest,
    wanted: Query[IssueWanted],
    format: Literal["csv", "xlsx"] = "xlsx",  # noqa: A002 - its name in the address
) -> HttpResponse:
    """The same list as a file."""
    require(request.user, "quality.view")
    rows = queries.select(scope_of(request.user), queries.IssueFilter(**wanted.model_dump()))[:MOST_EXPORTED]
    cells = ([row[name] for name in _COLUMNS] for row in map(queries.row_of, rows))
    return sheets.file_response("record-issues", format, list(_COLUMNS.values()), cells, sheets.watermark(request.user))


@router.post("/quality/records/issues/{issue_id}/accept", response=IssueOut)
def accept_issue(request: HttpRequest, issue_id: int, said: RecordNote) -> dict[str, Any]:
    """Write the proposal into the record."""
    return queries.row_of(actions.accept(request.user, issue_id, said.note))


@router.post("/quality/records/issues/{issue_id}/dismiss", response=IssueOut)
def dismiss_issue(request: HttpRequest, issue_id: int, said: RecordNote) -> dict[str, Any]:
    """Leave the record as it is, with a reason."""
    return queries.row_of(actions.dismiss(request.user, issue_id, said.note))
