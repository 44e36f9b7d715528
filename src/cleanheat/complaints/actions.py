"""What people do with complaints: hand in a file, have a span judged."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cleanheat.complaints.filemap import parse_map
from cleanheat.complaints.importing import MAX_BYTES
from cleanheat.complaints.jobs import IMPORT, JUDGE, uploads
from cleanheat.complaints.models import TicketImport
from cleanheat.infra import audit, clock, jobs
from cleanheat.infra.scope import require, scope_of
from cleanheat.infra.sealing.digests import sm3
from cleanheat.kernel.errors import Problem, forbidden, invalid

EDIT = "complaints.edit"


def _city(user: Any) -> None:
    require(user, EDIT)
    if not scope_of(user).sees_all:
        raise forbidden("仅市级可导入与核验投诉记录")


def hand_in(user: Any, name: str, body: bytes, mapping: str) -> tuple[TicketImport, int]:
    """Keep the file and queue its import; returns the report's row and the job.  The mapping is checked now."""
    _city(user)
    if len(body) > MAX_BYTES:
        raise Problem(413, "file-too-large", "文件过大", f"最大 {MAX_BYTES // 1024 // 1024} MB", "file")
    if not body:
        raise invalid("file", "文件是空的")
    parse_map(mapping)
    digest = sm3(body).hex()
    uploads().mkdir(parents=True, exist_ok=True)
    (uploads() / digest).write_bytes(body)
    with transaction.atomic():
        source = TicketImport.objects.create(
            file=name[-200:], digest=digest, mapping=mapping, started_at=clock.now_utc(), user=user
        )
        job = jobs.enqueue(IMPORT, {"import": source.pk}, user)
        audit.record(user, "complaints.hand_in", "complaints.import", source.pk, {"file": name, "sm3": digest})
    return source, job


def judge_again(user: Any, start: int, end: int) -> int:
    """Queue the judging of a span; returns the job."""
    _city(user)
    if start >= end:
        raise invalid("start", "起始时间应早于结束时间")
    return jobs.enqueue(JUDGE, {"start": start, "end": end}, user)
