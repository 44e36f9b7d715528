"""Addresses of resources: one set of routes serves every declared resource."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, File, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from cleanheat.infra.http import encoded_json
from cleanheat.infra.masking import UNMASK
from cleanheat.infra.resources import importing, records
from cleanheat.infra.resources.declare import RESOURCES, Resource
from cleanheat.infra.resources.fields import declaration, field_of, type_of
from cleanheat.infra.resources.leaving import cover, sight
from cleanheat.infra.scope import may, require, scope_of
from cleanheat.infra.sheets import Format, file_response, watermark
from cleanheat.kernel.errors import not_found

router = Router(tags=["resources"])
MAX_EXPORTED = 200_000


class Choice(Schema):
    value: str | int
    zh: str


class ColumnOut(Schema):
    """``type``: text, integer, number, boolean, choice, date, datetime, json or reference (to ``choices_from``).

    ``filter``: "equals" (``key=a,b``), "range" (``key__gte=``, ``key__lte=``), "contains" (``key__contains=``) or "".
    ``sensitivity``: the class of personal data whose mask is applied, or "".
    """

    key: str
    zh: str
    unit: str
    type: str
    choices: list[Choice]
    choices_from: str
    is_sortable: bool
    is_editable: bool
    is_required: bool
    filter: str
    sensitivity: str


class ResourceOut(Schema):
    key: str
    zh: str
    columns: list[ColumnOut]
    form: list[str]
    order: str
    is_searchable: bool
    may_edit: bool
    may_import: bool
    may_unmask: bool


class Paging(Schema):
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=10_000_000)


class PageOut(Schema):
    """Rows keyed by column, with ``pk``."""

    total: int
    rows: list[dict[str, Any]]


class RefusalOut(Schema):
    line: int
    field: str
    reason: str


class ReportOut(Schema):
    created: int
    changed: int
    n_refused: int
    refused: list[RefusalOut]


def _readable(request: HttpRequest, key: str) -> Resource:
    if key not in RESOURCES:
        raise not_found("没有这类档案", key)
    require(request.user, RESOURCES[key].permission)
    return RESOURCES[key]


def _writable(request: HttpRequest, key: str) -> Resource:
    resource = _readable(request, key)
    require(request.user, resource.edit_permission)
    return resource


def _asked(request: HttpRequest) -> dict[str, str]:
    """Filters are the query string itself: which there are, each resource says."""
    return {name: str(value) for name, value in request.GET.items()}


@router.get("/resources", response=list[ResourceOut])
def declarations(request: HttpRequest) -> list[dict[str, Any]]:
    """The resources the user may read, with everything a generic table and form need."""
    readable = [r for r in RESOURCES if may(request.user, r.permission)]
    sees_whole = may(request.user, UNMASK)
    return [declaration(r, r.may_edit and may(request.user, r.edit_permission), sees_whole) for r in readable]


@router.get("/resources/{key}", response=PageOut)
def rows(
    request: HttpRequest,
    key: str,
    paging: Query[Paging],
    q: str = "",  # noqa: ARG001 - read by _asked; named here for the API's description
    order: str = "",  # noqa: ARG001
    unmask_reason: str = "",
) -> HttpResponse:
    """One page of rows.  Any filterable column is a query parameter (see its ``filter``).

    Personal data is masked; ``unmask_reason`` shows it to those who may, and that look is recorded.
    """
    resource = _readable(request, key)
    page = records.page(resource, scope_of(request.user), _asked(request), paging.limit, paging.offset)
    seen = sight(resource, request.user, unmask_reason, {"rows": len(page.rows)}, in_list=True)
    return encoded_json(request, {"total": page.total, "rows": [seen(row) for row in page.rows]})


@router.post("/resources/{key}", response={201: dict[str, Any]})
def create_row(request: HttpRequest, key: str, body: Body[dict[str, Any]]) -> Status[dict[str, Any]]:
    resource = _writable(request, key)
    pk = records.create(resource, request.user, body)
    return Status(201, cover(resource, scope_of(request.user))(records.get(resource, scope_of(request.user), str(pk))))


@router.get("/resources/{key}/export")
def export_rows(
    request: HttpRequest,
    key: str,
    format: Format = "csv",  # noqa: A002 - as in the address
    q: str = "",  # noqa: ARG001
    order: str = "",  # noqa: ARG001
    unmask_reason: str = "",
) -> HttpResponse:
    """The rows a list with the same parameters shows, as a file; choices in words, who took it in the last line."""
    resource = _readable(request, key)
    chosen = records.selected(resource, scope_of(request.user), _asked(request))
    words = {
        col.path: dict(field_of(resource, col.path).flatchoices)
        for col in resource.columns
        if type_of(field_of(resource, col.path)) == "choice"
    }
    header = [f"{col.zh} ({col.unit})" if col.unit else col.zh for col in resource.columns]
    seen = sight(resource, request.user, unmask_reason, {"file": format}, in_list=True)
    found = map(seen, records.as_rows(resource, chosen[:MAX_EXPORTED]).iterator(chunk_size=2_000))
    cells = ([words.get(c.path, {}).get(row[c.path], row[c.path]) for c in resource.columns] for row in found)
    return file_response(key, format, header, cells, mark=watermark(request.user))


@router.post("/resources/{key}/import", response=ReportOut)
def import_file(request: HttpRequest, key: str, file: File[UploadedFile], rehearse: bool = False) -> dict[str, Any]:
    """Create or change rows from a CSV or XLSX file; ``rehearse`` only reports."""
    resource = _writable(request, key)
    report = importing.import_rows(resource, request.user, file.name or "", file.read(), is_rehearsal=rehearse)
    return asdict(report)


@router.get("/resources/{key}/{pk}", response=dict[str, Any])
def row(request: HttpRequest, key: str, pk: str, unmask_reason: str = "") -> dict[str, Any]:
    resource = _readable(request, key)
    found = records.get(resource, scope_of(request.user), pk)
    return sight(resource, request.user, unmask_reason, {"pk": pk}, in_list=False)(found)


@router.patch("/resources/{key}/{pk}", response=dict[str, Any])
def patch_row(request: HttpRequest, key: str, pk: str, body: Body[dict[str, Any]]) -> dict[str, Any]:
    resource = _writable(request, key)
    records.patch(resource, request.user, pk, body)
    return cover(resource, scope_of(request.user))(records.get(resource, scope_of(request.user), pk))
