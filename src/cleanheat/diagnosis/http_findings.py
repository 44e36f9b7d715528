"""Addresses of findings: list, file, counts, one with its evidence; contradictions and their settlement."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from cleanheat.diagnosis import settling
from cleanheat.diagnosis.findings_queries import (
    FoundFilter,
    contradictions_of,
    counts,
    gravest_first,
    select,
    visible_to,
)
from cleanheat.diagnosis.findings_told import as_cells, as_rows
from cleanheat.diagnosis.http_findings_shapes import (
    ContradictionOut,
    ContradictionPage,
    FindingCount,
    FindingDetail,
    FindingFilter,
    FindingPage,
    FindingQuery,
    Settlement,
)
from cleanheat.diagnosis.live.models import Contradiction, Found
from cleanheat.diagnosis.live.words import ContradictionKind, Verdict
from cleanheat.diagnosis.past_series import past_series
from cleanheat.diagnosis.vocabulary import State
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import DAY_S, HOUR_S, epoch, local

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"
MARGIN_S = 6 * HOUR_S
LONGEST_S = 30 * DAY_S
MOST_MEMBERS, MOST_EXPORTED = 200, 20_000
HEADER = ("编号", "级别", "状态", "对象类型", "对象", "供热企业", "区县", "可信度", "说明", "阶段", "开始时间", "结束时间", "涉及对象")  # fmt: skip  # noqa: E501


def _chosen(scope: Scope, wanted: FindingFilter) -> Any:
    asked = wanted.model_dump(include=set(FoundFilter.__dataclass_fields__))
    fed_by = (wanted.source_kind, wanted.source_number) if wanted.source_kind and wanted.source_number else None
    rows = select(scope, FoundFilter(**asked, fed_by=fed_by))
    return gravest_first(rows) if wanted.order == "grave" else rows


@router.get("/diagnosis/findings", response=FindingPage)
def findings(request: HttpRequest, wanted: Query[FindingQuery]) -> dict[str, Any]:
    """The caller's findings, newest first."""
    require(request.user, VIEW)
    rows = _chosen(scope_of(request.user), wanted)
    start = (wanted.page - 1) * wanted.size
    page = as_rows(rows[start : start + wanted.size])
    return {"total": rows.count(), "page": wanted.page, "size": wanted.size, "rows": page}


@router.get("/diagnosis/findings/export")
def export(request: HttpRequest, wanted: Query[FindingFilter], format: Format = "csv") -> HttpResponse:  # noqa: A002
    """The findings of the list with the same parameters as a file."""
    require(request.user, VIEW)
    rows = _chosen(scope_of(request.user), wanted)[:MOST_EXPORTED]
    name = f"findings-{local(int(clock.now())):%Y%m%d-%H%M}"
    cells = (as_cells(row) for row in as_rows(rows))
    return file_response(name, format, HEADER, cells, mark=watermark(request.user))


@router.get("/diagnosis/findings/counts", response=list[FindingCount])
def finding_counts(request: HttpRequest) -> list[dict[str, Any]]:
    """Open findings by kind, state and level."""
    require(request.user, VIEW)
    return [
        {"kind": kind, "state": state, "state_name": State(state).zh, "levels": [by.get(level, 0) for level in Level]}
        for (kind, state), by in sorted(counts(scope_of(request.user)).items())
    ]


@router.get("/diagnosis/findings/{finding_id}", response=FindingDetail)
def finding(request: HttpRequest, finding_id: int) -> dict[str, Any]:
    """One finding: evidence, contributions, escalation, what explains it or what it explains, and its series."""
    require(request.user, VIEW)
    seen = visible_to(scope_of(request.user))
    row = seen.filter(pk=finding_id).first()
    if row is None:
        raise not_found("没有这条诊断结论")
    members = seen.filter(cause_id=row.pk)
    cause = seen.filter(pk=row.cause_id).first() if row.cause_id else None
    return as_rows([row])[0] | {
        "evidence": row.evidence,
        "contributions": row.contributions,
        "steps": row.steps,
        "cause": as_rows([cause])[0] if cause else None,
        "members": as_rows(members[:MOST_MEMBERS]),
        "members_total": members.count(),
        "series": _series(row),
    }


@router.get("/diagnosis/contradictions", response=ContradictionPage)
def contradictions(request: HttpRequest, is_open: bool | None = True) -> dict[str, Any]:
    """Judgements that cannot both be right, newest first."""
    require(request.user, VIEW)
    rows = contradictions_of(scope_of(request.user), is_open)
    return {"total": rows.count(), "rows": [_contradiction(c) for c in rows[:200]]}


@router.post("/diagnosis/contradictions/{contradiction_id}/settle", response=ContradictionOut)
def settle(request: HttpRequest, contradiction_id: int, given: Settlement) -> dict[str, Any]:
    return _contradiction(settling.settle(request.user, contradiction_id, given.verdict, given.reason))


def _contradiction(c: Contradiction) -> dict[str, Any]:
    same = ("id", "kind", "object_kind", "object_number", "object_name", "first", "second", "verdict", "reason")
    return {name: getattr(c, name) for name in same} | {
        "kind_name": ContradictionKind(c.kind).label,
        "opened": c.opened_s,
        "ended": c.ended_s,
        "verdict_name": Verdict(c.verdict).label if c.verdict else "",
        "settled": epoch(c.settled_at) if c.settled_at else None,
    }


def _series(f: Found) -> dict[str, Any] | None:
    """Hourly readings over the finding and some hours around it."""
    now = int(clock.now())
    end = min((f.ended_s or now) + MARGIN_S, now)
    return past_series(f.object_kind, f.object_number, max(f.since_s - MARGIN_S, end - LONGEST_S), end)
