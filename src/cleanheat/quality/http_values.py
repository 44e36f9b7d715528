"""Addresses of single values: where one comes from, an object's rows as received, and people's word on them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.infra.http import encoded_json
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.time import LATEST_S
from cleanheat.quality import provenance
from cleanheat.telemetry import public as telemetry

router = Router(tags=["quality"])


class Party(Schema):
    id: int
    name: str


class RuleSaid(Schema):
    """A rule in the version that judged."""

    number: int
    version: int
    name: str
    code: str
    expression: str
    family: str
    family_zh: str
    level: int | None


class BatchOut(Schema):
    """A batch as it came; ``lag_s`` seconds after the end of the minute it is about."""

    sequence: int
    received_at: int
    lag_s: int
    rows: int
    repeated_rows: int


class TracedBatch(BatchOut):
    is_repeat: bool


class StoredOut(Schema):
    raw: int
    value: float | None
    verdict: int
    verdict_zh: str


class TracedHit(RuleSaid):
    """``whole_row``: the rule concerns the row (late, repeated, wrong clock), not this value."""

    whole_row: bool


class CleanedOut(Schema):
    """``rule`` is null where a person decided; then ``confirmation`` is the decision's id."""

    raw: float | None
    value: float | None
    method: int
    method_zh: str
    verdict: int
    verdict_zh: str
    confirmation: int | None
    rule: RuleSaid | None


class ConfirmationOut(Schema):
    id: int
    kind: str
    number: int
    signal: str
    start: int
    end: int
    is_good: bool
    reason: str
    values: int
    made_by: str
    made_at: int
    undone_by: str
    undone_at: int | None


class JudgedObjectOut(Schema):
    kind: str
    kind_zh: str
    number: int
    name: str
    code: str
    company: Party
    sender: Party


class TraceOut(JudgedObjectOut):
    """One value's story; ``stored`` is null where the batch came but not this object's row."""

    signal: str
    signal_zh: str
    unit: str
    decimals: int
    minute: int
    batches: list[TracedBatch]
    stored: StoredOut | None
    hits: list[TracedHit]
    cleaned: list[CleanedOut]
    confirmations: list[ConfirmationOut]


class TraceQuery(Schema):
    kind: str
    number: int
    signal: str
    minute: int = Field(ge=0, le=LATEST_S)


@router.get("/quality/trace", response=TraceOut)
def trace(request: HttpRequest, asked: Query[TraceQuery]) -> HttpResponse:
    """Where one value comes from, and what became of it."""
    require(request.user, "quality.view")
    scope = scope_of(request.user)
    return encoded_json(request, provenance.trace(asked.kind, asked.number, asked.signal, asked.minute, scope))


class SignalHead(Schema):
    """``is_reported``: whether the object has such a meter at all; what is not reported is no fault of a row."""

    signal: str
    zh: str
    unit: str
    decimals: int
    is_reported: bool


class OddItem(Schema):
    """One abnormal item of a row: to be shown red."""

    signal: str
    verdict: int
    verdict_zh: str
    rules: list[RuleSaid]
    cleaned: CleanedOut | None


class OriginalRow(Schema):
    """One row as received; ``values`` in the order of ``signals``, ``batch`` null where nobody noted the arrival."""

    minute: int
    values: list[float | None]
    batch: BatchOut | None
    items: list[OddItem]
    row_rules: list[RuleSaid]


class OriginalPage(JudgedObjectOut):
    """``received`` rows in the window, ``abnormal`` of them with an odd item; ``total`` are those asked for."""

    signals: list[SignalHead]
    total: int
    received: int
    abnormal: int
    rows: list[OriginalRow]


class OriginalQuery(Schema):
    kind: str
    number: int
    start: int = Field(ge=0, le=LATEST_S)
    end: int = Field(ge=0, le=LATEST_S)
    only_abnormal: bool = True
    limit: int = Field(200, ge=1, le=1_500)
    offset: int = Field(0, ge=0)


@router.get("/quality/hits", response=OriginalPage)
def original_rows(request: HttpRequest, asked: Query[OriginalQuery]) -> HttpResponse:
    """Original live data of an object with its abnormal items and their source."""
    require(request.user, "quality.view")
    found = provenance.rows(
        asked.kind, asked.number, asked.start, asked.end, scope_of(request.user),
        only_abnormal=asked.only_abnormal, limit=asked.limit, offset=asked.offset,
    )  # fmt: skip
    return encoded_json(request, found)


class ConfirmIn(Schema):
    """``verdict``: good (sound whatever rules say) or bad; ``[start, end)`` as epoch seconds."""

    kind: str
    number: int
    signal: str
    start: int
    end: int
    verdict: Annotated[str, Field(pattern="^(good|bad)$")]
    reason: Annotated[str, Field(min_length=1, max_length=200)]


@router.post("/quality/values/confirm", response=ConfirmationOut)
def confirm(request: HttpRequest, said: ConfirmIn) -> Any:
    """A person's word on values: the latest holds, and can be taken back."""
    made = telemetry.confirm_values(
        request.user, said.kind, said.number, said.signal, said.start, said.end,
        is_good=said.verdict == "good", reason=said.reason,
    )  # fmt: skip
    return asdict(telemetry.confirmation_row(made))


@router.post("/quality/values/confirm/{confirmation_id}/undo", response=ConfirmationOut)
def undo(request: HttpRequest, confirmation_id: int) -> Any:
    return asdict(telemetry.confirmation_row(telemetry.undo_confirmation(request.user, confirmation_id)))


class ConfirmationQuery(Schema):
    kind: str
    number: int
    start: int = Field(ge=0, le=LATEST_S)
    end: int = Field(ge=1, le=LATEST_S)


@router.get("/quality/values/confirmations", response=list[ConfirmationOut])
def confirmations(request: HttpRequest, asked: Query[ConfirmationQuery]) -> HttpResponse:
    """Decisions about an object's values, newest first, undone ones too."""
    require(request.user, "quality.view")
    provenance.known_kind(asked.kind, asked.number, scope_of(request.user))
    found = telemetry.list_confirmations(asked.kind, asked.number, asked.start, asked.end)
    return encoded_json(request, [asdict(row) for row in found])
