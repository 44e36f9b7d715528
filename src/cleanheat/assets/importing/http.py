"""Addresses of imports into the archive: files, proposals, previews, dry runs, refused rows, confirmation, undoing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Router, Schema, Status, UploadedFile
from pydantic import Field

from cleanheat.accounts import public as accounts
from cleanheat.assets.importing import actions, rehearsing
from cleanheat.assets.importing.mapping import ColumnMap, Suggestion, suggested
from cleanheat.assets.importing.shapes import SYSTEMS
from cleanheat.assets.importing.sources import Layer
from cleanheat.assets.models_importing import ArchiveImport
from cleanheat.assets.naming import names
from cleanheat.assets.record_fields import KIND_NAMES, field_of, fields_of
from cleanheat.assets.record_fields import Field as RecordField
from cleanheat.assets.vocabulary import ImportState
from cleanheat.calc.archives.writing import RULES
from cleanheat.infra.scope import scope_of
from cleanheat.infra.sheets import Format, file_response, watermark

router = Router(tags=["archive imports"])
MOST_LISTED = 100


class ImportWord(Schema):
    key: str
    zh: str


class ArchiveKindOut(ImportWord):
    fields: list[RecordField]


class ImportWords(Schema):
    """What a mapping can be made of: kinds with their fields, coordinate systems, rules of writing."""

    kinds: list[ArchiveKindOut]
    systems: list[ImportWord]
    rules: list[ImportWord]


class ColumnMapIn(Schema):
    kind: str = Field(max_length=12)
    layer: str = Field(max_length=200)
    columns: dict[str, str]
    constants: dict[str, str] = Field(default_factory=dict)
    system: str = ""
    rules: list[str] = Field(default_factory=lambda: ["width"])


class ImportTemplateIn(Schema):
    name: str = Field(max_length=60)
    mapping: ColumnMapIn


class ImportTemplateOut(Schema):
    id: int
    name: str
    kind: str
    mapping: ColumnMapIn
    saved_at: datetime


class ImportConfirmation(Schema):
    reason: str = Field(max_length=200)
    without_refused: bool = False


class ImportReason(Schema):
    reason: str = Field(max_length=200)


class ImportOut(Schema):
    """``outcome`` is empty before the dry run; ``created`` and ``changed`` count what was written."""

    id: int
    file: str
    size_bytes: int
    state: str
    state_name: str
    layers: list[Layer]
    mapping: ColumnMapIn | None
    outcome: rehearsing.ImportRehearsal | None
    problem: str
    job: int
    user: str
    uploaded_at: datetime
    applied_at: datetime | None
    reason: str
    version: str
    created: int
    changed: int
    company: str
    note: str
    decided_by: str
    may_decide: bool
    may_undo: bool


class ImportDecision(Schema):
    """``left_out``: places of rehearsed records that are not to be written."""

    approve: bool
    note: str = Field("", max_length=200)
    left_out: list[int] = Field(default_factory=list, max_length=10_000)


class ImportPreviewRow(Schema):
    """``values`` by field as people read them; ``faults`` by field."""

    line: int
    values: dict[str, str]
    faults: dict[str, str]


class ImportPreview(Schema):
    fields: list[ImportWord]
    rows: list[ImportPreviewRow]


class RefusedOut(Schema):
    line: int
    faults: dict[str, str]


def _import_out(row: ArchiveImport, viewer: Any) -> dict[str, Any]:
    same = ("id", "file", "size_bytes", "state", "layers", "problem", "job", "uploaded_at", "applied_at")
    writes = actions.writes(viewer)
    return {name: getattr(row, name) for name in (*same, "reason", "version", "note")} | {
        "company": accounts.short_name(row.user.organisation_id),
        "decided_by": (row.decided_by.display_name or row.decided_by.username) if row.decided_by else "",
        "may_decide": writes and row.state == ImportState.WAITING,
        "may_undo": writes and row.state == ImportState.APPLIED,
        "state_name": ImportState(row.state).label,
        "mapping": row.mapping or None,
        "outcome": row.outcome or None,
        "user": row.user.display_name or row.user.username,
        "created": len(row.created),
        "changed": len(row.changed),
    }


@router.get("/archive/import-words", response=ImportWords)
def words(request: HttpRequest) -> dict[str, Any]:
    actions.allowed(request.user)
    rules = {rule.key: rule.zh for rule in RULES["name"]}
    return {
        "kinds": [{"key": key, "zh": zh, "fields": fields_of(key)} for key, zh in KIND_NAMES.items()],
        "systems": [{"key": key, "zh": zh} for key, (zh, _) in SYSTEMS.items()],
        "rules": [{"key": key, "zh": zh} for key, zh in rules.items()],
    }


@router.post("/archive/imports", response={201: ImportOut})
def hand_in(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Send a file (CSV, XLSX, GeoJSON, zipped Shapefile, GeoPackage; 200 MB); nothing is imported yet."""
    row = actions.hand_in(request.user, file.name or "", file, file.size or 0)  # type: ignore[arg-type]  # it reads and seeks
    return Status(201, _import_out(row, request.user))


@router.get("/archive/imports", response=list[ImportOut])
def imports(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest first."""
    actions.allowed(request.user)
    return [_import_out(row, request.user) for row in actions.seen(request.user)[:MOST_LISTED]]


@router.get("/archive/imports/{import_id}", response=ImportOut)
def one_import(request: HttpRequest, import_id: int) -> dict[str, Any]:
    return _import_out(actions.find(request.user, import_id), request.user)


@router.get("/archive/imports/{import_id}/suggestion", response=list[Suggestion])
def suggestion(request: HttpRequest, import_id: int, kind: str = "", layer: str = "") -> list[Suggestion]:
    """Which column is probably which field."""
    row = actions.find(request.user, import_id)
    return suggested(kind, actions.layer_of(row, layer).columns)


@router.post("/archive/imports/{import_id}/preview", response=ImportPreview)
def preview(request: HttpRequest, import_id: int, mapping: ColumnMapIn) -> dict[str, Any]:
    """The first rows as they would be read with this mapping; nothing is kept."""
    row = actions.find(request.user, import_id)
    wanted = actions.mapping_from(mapping.dict())
    scope, layer = scope_of(row.user), actions.layer_of(row, wanted.layer)
    _, found = rehearsing.preview(actions.path_of(row), layer, wanted, scope)
    keys = [f for f in fields_of(wanted.kind) if any(f.key in record for record in found.records)]
    return {
        "fields": [{"key": f.key, "zh": f"{f.zh}（{f.unit}）" if f.unit else f.zh} for f in keys],
        "rows": [
            {"line": line, "values": _readable(wanted, record), "faults": dict(faults)}
            for line, record, faults in zip(found.lines, found.records, found.faults, strict=True)
        ],
    }


def _readable(mapping: ColumnMap, record: Mapping[str, Any]) -> dict[str, str]:
    return {key: _word(mapping.kind, key, value) for key, value in record.items()}


def _called(kind: str, number: int) -> str:
    """What a reference means, in words."""
    return accounts.short_name(number) if kind == "organisation" else names(kind, [number])[0]


def _word(kind: str, key: str, value: Any) -> str:
    known = field_of(kind, key)
    if known is not None and known.reference:
        return _called(known.reference, int(value))
    if known is not None and known.choices:
        return dict(known.choices).get(value, str(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:.8g}" if isinstance(value, float) else str(value)


@router.post("/archive/imports/{import_id}/rehearse", response={202: ImportOut})
def rehearse(request: HttpRequest, import_id: int, mapping: ColumnMapIn) -> Status[dict[str, Any]]:
    """Queue the dry run: every row checked, nothing changed."""
    row = actions.rehearse(request.user, import_id, actions.mapping_from(mapping.dict()))
    return Status(202, _import_out(row, request.user))


@router.get("/archive/imports/{import_id}/refused", response=list[RefusedOut])
def refused(request: HttpRequest, import_id: int, limit: int = 100) -> list[dict[str, Any]]:
    """The first refused rows with the reason of each field."""
    row = actions.find(request.user, import_id)
    rows = rehearsing.refused_rows(actions.path_of(row))
    return [
        {"line": r.line, "faults": dict(r.faults)} for _, r in zip(range(max(1, min(limit, 1_000))), rows, strict=False)
    ]


@router.get("/archive/imports/{import_id}/refused/file")
def refused_file(request: HttpRequest, import_id: int, format: Format = "xlsx") -> HttpResponse:  # noqa: A002
    """The refused rows whole, with line and reasons, ready to be corrected and handed in again."""
    row = actions.find(request.user, import_id)
    layer = actions.layer_of(row, row.mapping.get("layer", ""))
    kind = row.mapping["kind"]
    lines = (
        [r.line, "；".join(_said(kind, *fault) for fault in r.faults), *(c or "" for c in r.cells)]
        for r in rehearsing.refused_rows(actions.path_of(row))
    )
    header = ["行号", "未通过原因", *layer.columns]
    return file_response(f"refused-{import_id}", format, header, lines, mark=watermark(request.user))


def _said(kind: str, key: str, reason: str) -> str:
    known = field_of(kind, key)
    return f"{known.zh}：{reason}" if known and known.zh not in reason else reason


@router.post("/archive/imports/{import_id}/confirm", response={202: ImportOut})
def confirm(request: HttpRequest, import_id: int, confirmation: ImportConfirmation) -> Status[dict[str, Any]]:
    """Queue the writing of what was rehearsed, in one transaction; a company's waits for the regulator."""
    row = actions.confirm(request.user, import_id, confirmation.reason, without_refused=confirmation.without_refused)
    return Status(202, _import_out(row, request.user))


@router.get("/archive/imports/{import_id}/differences", response=list[actions.RowDifference])
def differences(request: HttpRequest, import_id: int, start: int = 0, limit: int = 50) -> list[actions.RowDifference]:
    """What the rehearsed records change, some at a time; records that are the same now tell no difference."""
    return actions.differences(request.user, import_id, max(start, 0), max(1, min(limit, 200)))


@router.post("/archive/imports/{import_id}/decide", response={202: ImportOut})
def decide(request: HttpRequest, import_id: int, said: ImportDecision) -> Status[dict[str, Any]]:
    """Approve a company's import, whole or without some rows, or send it back with a reason."""
    row = actions.decide(request.user, import_id, said.note, approve=said.approve, left_out=said.left_out)
    return Status(202, _import_out(row, request.user))


@router.post("/archive/imports/{import_id}/undo", response=ImportOut)
def undo(request: HttpRequest, import_id: int, why: ImportReason) -> dict[str, Any]:
    """Changed records as they were, new objects retired."""
    return _import_out(actions.undo(request.user, import_id, why.reason), request.user)


@router.get("/archive/import-templates", response=list[ImportTemplateOut])
def templates(request: HttpRequest) -> Any:
    return list(actions.templates(request.user)[:MOST_LISTED])


@router.post("/archive/import-templates", response={201: ImportTemplateOut})
def save_template(request: HttpRequest, template: ImportTemplateIn) -> Status[Any]:
    mapping = actions.mapping_from(template.mapping.dict())
    return Status(201, actions.save_template(request.user, template.name, mapping))


@router.delete("/archive/import-templates/{template_id}", response={204: None})
def drop_template(request: HttpRequest, template_id: int) -> Status[None]:
    actions.drop_template(request.user, template_id)
    return Status(204, None)
