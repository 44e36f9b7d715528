"""Writes of attachments: take one in, attach it to what it belongs to, take it back."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, BinaryIO, Final

from django.db import transaction

from cleanheat.infra import audit, clock
from cleanheat.infra.files import storing
from cleanheat.infra.files.models import StoredFile
from cleanheat.infra.files.names import clean_name, ending_of
from cleanheat.infra.files.sniffing import sniff
from cleanheat.kernel.errors import Problem, invalid, not_found

LIMITS: Final = tomllib.loads(files("cleanheat.infra.files").joinpath("limits.toml").read_text("utf-8"))
MOST_BYTES: Final[dict[str, int]] = LIMITS["most_bytes"]
MOST_UNATTACHED: Final[int] = LIMITS["unattached"]["most_per_user"]
MOST_AT_ONCE = 20


def upload(user: Any, sent_name: str, body: BinaryIO, size: int) -> StoredFile:
    """Take in a file that belongs to nothing yet; refused with the reason if it is none of what is allowed."""
    name = clean_name(sent_name)
    if not name or not ending_of(name):
        raise invalid("file", "文件名缺少扩展名", sent_name[:60])
    if size > max(MOST_BYTES.values()):
        raise _too_large(max(MOST_BYTES.values()))
    found = sniff(body, size, ending_of(name))
    if size > MOST_BYTES[found.kind]:
        raise _too_large(MOST_BYTES[found.kind])
    if StoredFile.objects.filter(uploaded_by=user, holder_kind="").count() >= MOST_UNATTACHED:
        raise Problem(429, "too-many-files", "未使用的附件过多", f"最多 {MOST_UNATTACHED} 个，请先办理或删除", "file")
    of = storing.digests(body)
    if of.size != size:
        raise invalid("file", "文件不完整或已损坏", "请重新上传")
    storing.keep(body, of.sha256)
    kept = _enter(user, name, found.kind, found.content_type, of)
    if not storing.exists(of.sha256):  # the clean-up took the same content away in between
        storing.keep(body, of.sha256)
    return kept


def _too_large(most: int) -> Problem:
    return Problem(413, "file-too-large", "文件过大", f"最大 {most // 1024 // 1024} MB", "file")


@transaction.atomic
def _enter(user: Any, name: str, kind: str, content_type: str, of: storing.Digests) -> StoredFile:
    kept = StoredFile.objects.create(
        name=name,
        kind=kind,
        content_type=content_type,
        size_bytes=of.size,
        sha256=of.sha256,
        sm3=of.sm3,
        uploaded_by=user,
        uploaded_at=clock.now_utc(),
    )
    audit.record(user, "files.upload", "file", kept.pk, {"name": name, "bytes": of.size, "sha256": of.sha256})
    return kept


def attach(user: Any, ids: Sequence[int], holder_kind: str, holder_id: int, step: int = 0) -> list[dict[str, Any]]:
    """Make one's own loose files part of something, in its action's transaction; what its record keeps of them."""
    if len(ids) > MOST_AT_ONCE or len(set(ids)) != len(ids):
        raise invalid("files", "附件过多或重复", f"一次最多 {MOST_AT_ONCE} 个")
    found = StoredFile.objects.select_for_update().filter(uploaded_by=user, holder_kind="").in_bulk(list(ids))
    for file_id in ids:
        if file_id not in found:
            raise invalid("files", "没有这个附件或已被使用", str(file_id))
    StoredFile.objects.filter(pk__in=ids).update(holder_kind=holder_kind, holder_id=holder_id, step=step)
    return [{"id": i, "name": found[i].name, "kind": found[i].kind, "sha256": found[i].sha256} for i in ids]


@transaction.atomic
def take_back(user: Any, file_id: int) -> None:
    """Remove one's own file while it belongs to nothing, and its bytes if no other file is the same."""
    mine = StoredFile.objects.filter(pk=file_id, uploaded_by=user, holder_kind="").first()
    if mine is None:
        raise not_found("没有这个附件或已被使用")
    mine.delete()
    free(mine.sha256)
    audit.record(user, "files.take_back", "file", file_id)


@transaction.atomic
def free(sha256: str) -> bool:
    """Remove bytes that no file names; in a transaction, so that an upload of them is seen or sees them gone."""
    is_free = not StoredFile.objects.select_for_update().filter(sha256=sha256).exists()
    if is_free:
        storing.remove(sha256)
    return is_free
