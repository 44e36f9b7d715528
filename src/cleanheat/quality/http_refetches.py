"""Addresses of re-fetch requests: what senders are asked to send again, and what became of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.infra.http import encoded_json
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.quantities import KINDS
from cleanheat.quality import supervision
from cleanheat.telemetry import public as telemetry

router = Router(tags=["quality"])


class RefetchOut(Schema):
    """``number`` 0 and an empty ``signal``: all that the sender sends of the kind.  Times are epoch seconds."""

    id: int
    sender: int
    name: str
    kind: str
    kind_zh: str
    number: int
    signal: str
    signal_zh: str
    start: int
    end: int
    rule: int
    version: int
    state: str
    state_zh: str
    asked_at: int
    ended_at: int | None


class RefetchPage(Schema):
    total: int
    rows: list[RefetchOut]


class RefetchQuery(Schema):
    sender: int | None = None
    state: Literal["", "open", "answered", "expired"] = ""
    limit: int = Field(200, ge=1, le=2_000)
    offset: int = Field(0, ge=0)


@router.get("/quality/refetches", response=RefetchPage)
def refetches(request: HttpRequest, asked: Query[RefetchQuery]) -> HttpResponse:
    """What the senders within the caller's scope are asked to send again, the newest first."""
    require(request.user, "quality.view")
    seen = supervision.senders_seen(scope_of(request.user))
    if asked.sender is not None:
        seen = frozenset({asked.sender}) & seen if seen is not None else frozenset({asked.sender})
    total, rows = telemetry.list_refetches(seen, asked.state, asked.limit, asked.offset)
    return encoded_json(request, {"total": total, "rows": [_shown(r) for r in rows]})


def _shown(row: telemetry.RefetchRow) -> dict[str, object]:
    kind = KINDS[row.kind]
    return asdict(row) | {
        "name": supervision.name_of(row.sender),
        "kind_zh": kind.zh,
        "signal_zh": kind[row.signal].zh if row.signal else "",
        "state_zh": telemetry.REFETCH_STATES[row.state],
    }
