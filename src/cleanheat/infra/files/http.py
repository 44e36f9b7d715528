"""Addresses of attachments: send one, read about it, read it (whole or a range, for players), take it back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from cleanheat.infra.files import actions, queries, storing
from cleanheat.infra.files.models import FileKind, StoredFile
from cleanheat.infra.files.sniffing import INLINE
from cleanheat.kernel.errors import not_found

router = Router(tags=["files"])
_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$", re.ASCII)


class FileOut(Schema):
    """``url`` is where its bytes are; ``is_inline``: a page may show or play it in place."""

    id: int
    name: str
    kind: FileKind
    kind_name: str
    content_type: str
    size_bytes: int
    sha256: str
    sm3: str
    uploaded_at: datetime
    is_attached: bool
    is_inline: bool
    url: str


def file_out(file: StoredFile) -> dict[str, Any]:
    same = FileOut.model_fields.keys() & {f.attname for f in StoredFile._meta.concrete_fields}
    return {name: getattr(file, name) for name in same} | {
        "kind_name": FileKind(file.kind).label,
        "is_attached": bool(file.holder_kind),
        "is_inline": file.content_type in INLINE,
        "url": f"/api/v1/files/{file.pk}/content",
    }


@router.post("/files", response={201: FileOut})
def upload(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Send one file; its id then goes with the step it belongs to.  413 too large, 415 not allowed, 422 broken."""
    kept = actions.upload(request.user, file.name or "", file, file.size or 0)  # type: ignore[arg-type]  # it reads and seeks
    return Status(201, file_out(kept))


@router.get("/files/{file_id}", response=FileOut)
def about(request: HttpRequest, file_id: int) -> dict[str, Any]:
    return file_out(queries.find(request.user, file_id))


@router.delete("/files/{file_id}", response={204: None})
def take_back(request: HttpRequest, file_id: int) -> Status[None]:
    """Remove one's own file that was not used yet."""
    actions.take_back(request.user, file_id)
    return Status(204, None)


@router.get("/files/{file_id}/content")
def content(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """The bytes; one ``Range`` is honoured.  Pictures, sound and video are shown in place, all else is a download."""
    file = queries.find(request.user, file_id)
    if not storing.exists(file.sha256):  # said before the first byte: a stream that has begun can only break
        raise not_found("附件内容已不在存储中", file.name)
    span = _span(request.headers.get("Range", ""), file.size_bytes)
    if span is None:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{file.size_bytes}"
        return refused
    start, end = span
    is_part = (start, end) != (0, file.size_bytes)
    response = StreamingHttpResponse(
        storing.read(file.sha256, start, end - start), status=206 if is_part else 200, content_type=file.content_type
    )
    if is_part:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{file.size_bytes}"
    response["Content-Length"] = str(end - start)
    for name, value in _headers(file).items():
        response[name] = value
    return response


def _headers(file: StoredFile) -> dict[str, str]:
    way = "inline" if file.content_type in INLINE else "attachment"
    return {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(file.name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "ETag": f'"{file.sha256[:32]}"',
    }


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """``[start, end)`` of a ``Range`` header; the whole file without one, None when it lies outside.

    >>> _span("bytes=2-3", 10), _span("bytes=-4", 10), _span("bytes=8-", 10), _span("bytes=10-", 10)
    ((2, 4), (6, 10), (8, 10), None)
    """
    found = _RANGE.match(asked.strip())
    if found is None or found.group() == "bytes=-":
        return 0, size
    first, last = found.groups()
    if not first:
        return (max(size - int(last), 0), size) if int(last) else None
    start, end = int(first), min(int(last) + 1 if last else size, size)
    return (start, end) if start < end else None
