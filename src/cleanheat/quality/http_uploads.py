"""Addresses of upload supervision: each company's uploads, silent objects, codes that do not fit, the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.infra import clock
from cleanheat.infra.http import encoded_json
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.time import DAY_S, HOUR_S, LATEST_S, local, utc
from cleanheat.quality import supervision

router = Router(tags=["quality"])
FIRST_S: Final = 366 * DAY_S
"""No answer ends before: each looks back for weeks, and nothing was before 1970."""

HEADER = {
    "name": "数据来源",
    "kind_zh": "对象类型",
    "objects": "应报对象",
    "expected_rows": "应到行数",
    "received_rows": "实到行数",
    "completeness_ratio": "完整率",
    "valid_ratio": "有效率",
    "invalid_share": "错误值占比",
    "interruptions": "中断次数",
    "longest_min": "最长中断 (min)",
    "current_min": "当前中断 (min)",
    "mean_lag_s": "平均延迟 (s)",
    "late_share": "迟报占比",
    "silent_objects": "静默对象",
    "never_heard": "未接入对象",
    "unknown_codes": "不符编码",
}


class UploadPage(Schema):
    """``start`` and ``end`` as they were taken: whole hours, the last day unless asked otherwise."""

    start: int
    end: int
    total: int
    rows: list[supervision.Upload]


class UploadQuery(Schema):
    """``order``: a column, ``-`` in front for descending; ``below``: only rows less complete than this (0–1)."""

    start: int | None = Field(None, ge=0, le=LATEST_S)
    end: int | None = Field(None, ge=FIRST_S, le=LATEST_S)
    sender: int | None = None
    kind: str | None = None
    q: str = Field("", max_length=40)
    below: float | None = Field(None, ge=0, le=1)
    order: str = "completeness_ratio"
    limit: int = Field(100, ge=1, le=1_000)
    offset: int = Field(0, ge=0)

    def window(self) -> tuple[int, int]:
        end = self.end if self.end is not None else int(clock.now())
        return (self.start if self.start is not None else end - end % HOUR_S - DAY_S), end


def _chosen(request: HttpRequest, asked: UploadQuery) -> list[supervision.Upload]:
    require(request.user, "quality.view")
    rows = supervision.uploads(*asked.window(), scope_of(request.user), asked.sender, asked.kind)
    if asked.below is not None:
        rows = [r for r in rows if r.completeness_ratio is not None and r.completeness_ratio < asked.below]
    return supervision.ordered([r for r in rows if asked.q in r.name], asked.order)


@router.get("/quality/uploads", response=UploadPage)
def uploads(request: HttpRequest, asked: Query[UploadQuery]) -> HttpResponse:
    """How well each company uploads, kind by kind."""
    rows = _chosen(request, asked)
    start, end = asked.window()
    page = [asdict(r) for r in rows[asked.offset : asked.offset + asked.limit]]
    return encoded_json(request, {"start": start - start % HOUR_S, "end": end, "total": len(rows), "rows": page})


@router.get("/quality/uploads/export")
def export(request: HttpRequest, asked: Query[UploadQuery], format: Format = "csv") -> HttpResponse:  # noqa: A002
    """The rows of the list with the same parameters as a file."""
    return _file(request, "uploads", format, HEADER, [asdict(r) for r in _chosen(request, asked)])


class UnheardOut(Schema):
    sender: int
    sender_name: str
    kind: str
    kind_zh: str
    number: int
    name: str
    code: str
    state: str
    last: int


class UnheardPage(Schema):
    total: int
    rows: list[UnheardOut]


class UnheardQuery(Schema):
    """``state``: silent (not heard for a day), never (not heard for weeks) or all."""

    kind: str
    state: Literal["silent", "never", "all"] = "all"
    sender: int | None = None
    end: int | None = Field(None, ge=FIRST_S, le=LATEST_S)
    limit: int = Field(100, ge=1, le=1_000)
    offset: int = Field(0, ge=0)


@router.get("/quality/uploads/objects", response=UnheardPage)
def unheard_objects(request: HttpRequest, asked: Query[UnheardQuery]) -> HttpResponse:
    """Objects of the archive that do not report."""
    require(request.user, "quality.view")
    end = asked.end if asked.end is not None else int(clock.now())
    total, rows = supervision.unheard(
        asked.kind, end, scope_of(request.user), asked.state, asked.sender, asked.limit, asked.offset
    )
    return encoded_json(request, {"total": total, "rows": [asdict(r) for r in rows]})


class MismatchOut(Schema):
    """A code that is sent and is nobody's or another's by the archive; times are epoch seconds."""

    sender: int
    name: str
    kind: str
    key: str
    reason: str
    reason_zh: str
    first: int
    last: int
    rows: int


class MismatchPage(Schema):
    total: int
    rows: list[MismatchOut]


class MismatchQuery(Schema):
    since: int | None = Field(None, ge=0, le=LATEST_S)
    sender: int | None = None
    reason: str = ""
    limit: int = Field(200, ge=1, le=2_000)
    offset: int = Field(0, ge=0)


def _mismatches(request: HttpRequest, asked: MismatchQuery) -> list[dict[str, Any]]:
    require(request.user, "quality.view")
    since = asked.since if asked.since is not None else int(clock.now()) - 30 * DAY_S
    return [
        {
            "sender": m.sender, "name": supervision.name_of(m.sender), "kind": m.kind, "key": m.key,
            "reason": m.reason, "reason_zh": m.zh, "first": m.first, "last": m.last, "rows": m.rows,
        }
        for m in supervision.mismatches(since, scope_of(request.user))
        if asked.sender in (None, m.sender) and asked.reason in ("", m.reason)
    ]  # fmt: skip


@router.get("/quality/uploads/mismatches", response=MismatchPage)
def mismatches(request: HttpRequest, asked: Query[MismatchQuery]) -> HttpResponse:
    """Uploads that do not fit the archive: unknown and foreign objects by sender."""
    rows = _mismatches(request, asked)
    return encoded_json(request, {"total": len(rows), "rows": rows[asked.offset : asked.offset + asked.limit]})


@router.get("/quality/uploads/mismatches/export")
def export_mismatches(
    request: HttpRequest,
    asked: Query[MismatchQuery],
    format: Format = "csv",  # noqa: A002
) -> HttpResponse:
    header = {"name": "数据来源", "kind": "对象类型", "key": "编码", "reason_zh": "原因", "rows": "行数"}
    header |= {"first": "首次", "last": "最近"}
    rows = [
        {**m, "first": f"{local(m['first']):%Y-%m-%d %H:%M}", "last": f"{local(m['last']):%Y-%m-%d %H:%M}"}
        for m in _mismatches(request, asked)
    ]
    return _file(request, "mismatches", format, header, rows)


class CalendarOut(Schema):
    """``completeness[y][x]`` and ``validity[y][x]`` (0–1) of sender y on day x; null where nothing is known.

    ``imported[y][x]``: before the sender was connected; what is known of that day was imported as history.
    """

    days: list[int]
    labels: list[str]
    senders: list[int]
    names: list[str]
    completeness: list[list[float | None]]
    validity: list[list[float | None]]
    imported: list[list[bool]]


class CalendarQuery(Schema):
    start: int | None = Field(None, ge=0, le=LATEST_S)
    end: int | None = Field(None, ge=FIRST_S, le=LATEST_S)
    kind: str | None = None


@router.get("/quality/uploads/calendar", response=CalendarOut)
def calendar(request: HttpRequest, asked: Query[CalendarQuery]) -> HttpResponse:
    """Each company's days; the last thirty unless asked otherwise."""
    require(request.user, "quality.view")
    end = asked.end if asked.end is not None else int(clock.now())
    start = asked.start if asked.start is not None else end - 29 * DAY_S
    return encoded_json(request, asdict(supervision.calendar(start, end, scope_of(request.user), asked.kind)))


def _file(
    request: HttpRequest, name: str, kind: Format, header: dict[str, str], rows: Sequence[dict[str, Any]]
) -> HttpResponse:
    cells = ([_cell(row[key]) for key in header] for row in rows)
    stamp = f"{local(utc(clock.now()).timestamp()):%Y%m%d-%H%M}"
    return file_response(f"{name}-{stamp}", kind, list(header.values()), cells, mark=watermark(request.user))


def _cell(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
