"""Addresses of complaints: files in, their reports, statistics of validity.  The records themselves are a resource."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from cleanheat.complaints import actions
from cleanheat.complaints.models import RefusedLine, TicketImport
from cleanheat.complaints.queries import NUMBERS, TEXTS, get_import
from cleanheat.complaints.statistics import validity_statistics
from cleanheat.infra import clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.time import LATEST_S, season_of

router = Router(tags=["complaints"])
VIEW = "complaints.view"
WORDS = {**TEXTS, **NUMBERS}


class HandedIn(Schema):
    id: int
    job: int


class RefusedLineOut(Schema):
    line: int
    field: str
    reason: str


class TicketImportOut(Schema):
    """A file's report: ``rows_in`` = created + changed + unchanged + refused; ``corrected`` counts by field;
    ``words``: what people call the fields.
    """

    id: int
    file: str
    started_at: datetime
    finished_at: datetime | None
    rows_in: int
    created: int
    changed: int
    unchanged: int
    refused: int
    corrected: dict[str, int]
    problem: str
    lines: list[RefusedLineOut]
    words: dict[str, str]


class TicketSpan(Schema):
    """``[start, end)`` in epoch seconds; by default the heating season up to now."""

    start: int | None = Field(None, ge=0, le=LATEST_S)
    end: int | None = Field(None, ge=0, le=LATEST_S)

    def bounds(self) -> tuple[int, int]:
        end = int(clock.now()) if self.end is None else self.end
        return (season_of(end).start if self.start is None else self.start), end


class TicketJobOut(Schema):
    job: int


class CompanyValidity(Schema):
    company_id: int | None
    company: str
    total: int
    valid: int
    doubtful: int
    invalid: int
    unjudged: int
    valid_ratio: float | None


class ReasonCount(Schema):
    reason: str
    zh: str
    count: int


class CategoryValidity(Schema):
    category: str
    zh: str
    total: int
    valid: int
    doubtful: int
    invalid: int
    unjudged: int


class ValidityStatistics(Schema):
    """How many complaints hold, by company, by type and why."""

    start: int
    end: int
    total: int
    valid: int
    doubtful: int
    invalid: int
    unjudged: int
    by_company: list[CompanyValidity]
    by_category: list[CategoryValidity]
    by_reason: list[ReasonCount]


@router.post("/complaints/imports", response={202: HandedIn})
def hand_in(request: HttpRequest, file: File[UploadedFile], map: Form[str] = "") -> Status[Any]:  # noqa: A002 - as in the form
    """Hand in a history file (CSV or XLSX) with an optional mapping (TOML); it is worked off as a job."""
    source, job = actions.hand_in(request.user, file.name or "", file.read(), map)
    return Status(202, {"id": source.pk, "job": job})


@router.get("/complaints/imports", response=list[TicketImportOut])
def imports(request: HttpRequest) -> Any:
    """The newest files, without their refused lines."""
    require(request.user, VIEW)
    rows = TicketImport.objects.all()[:100] if scope_of(request.user).sees_all else []
    return [_import_out(row, []) for row in rows]


@router.get("/complaints/imports/{import_id}", response=TicketImportOut)
def one_import(request: HttpRequest, import_id: int, limit: int = 200) -> Any:
    require(request.user, VIEW)
    source = get_import(scope_of(request.user), import_id)
    lines = RefusedLine.objects.filter(source=source).values("line", "field", "reason")[: max(1, min(limit, 5_000))]
    return _import_out(source, [dict(line) for line in lines])


def _import_out(source: TicketImport, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in TicketImportOut.model_fields if name not in {"lines", "words"}} | {
        "lines": lines,
        "words": WORDS,
    }


@router.get("/complaints/imports/{import_id}/refused")
def refused_lines(request: HttpRequest, import_id: int, format: Format = "csv") -> HttpResponse:  # noqa: A002
    """The refused rows whole, with line and reason, ready to be corrected and handed in again."""
    require(request.user, actions.EDIT)
    source = get_import(scope_of(request.user), import_id)
    lines = list(RefusedLine.objects.filter(source=source))
    titles = list(lines[0].raw) if lines else []
    rows = [[line.line, line.field, line.reason, *(line.raw.get(t, "") for t in titles)] for line in lines]
    header = ["行号", "字段", "原因", *titles]
    return file_response(f"refused-{import_id}", format, header, rows, mark=watermark(request.user))


@router.post("/complaints/judge", response={202: TicketJobOut})
def judge(request: HttpRequest, span: Query[TicketSpan]) -> Status[Any]:
    """Judge the validity of a span's complaints afresh, as a job."""
    return Status(202, {"job": actions.judge_again(request.user, *span.bounds())})


@router.get("/complaints/validity", response=ValidityStatistics)
def validity(request: HttpRequest, span: Query[TicketSpan]) -> dict[str, Any]:
    require(request.user, VIEW)
    return validity_statistics(scope_of(request.user), *span.bounds())
