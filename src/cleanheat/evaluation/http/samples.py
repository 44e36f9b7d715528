"""Addresses of samples: draw, list, verify."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema, Status

from cleanheat.evaluation.actions import samples
from cleanheat.evaluation.http.asking import VIEW, PeriodQuery
from cleanheat.evaluation.models import Sample, SampledRecord
from cleanheat.evaluation.queries import samples as sample_queries
from cleanheat.evaluation.vocabulary import (
    Span,
)
from cleanheat.infra.scope import require, scope_of

router = Router(tags=["evaluation"])
Id = Annotated[int, Path(ge=1, lt=2**63)]


class SampleIn(Schema):
    """``weights``: importance by district id, default 1."""

    span: Span = Span.QUARTER
    period: Annotated[str, Field(max_length=10)] = ""
    kind: Annotated[str, Field(max_length=16)]
    size: Annotated[int, Field(ge=1, le=samples.MOST)]
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    weights: dict[str, Annotated[float, Field(ge=0, le=1_000)]] = Field(default_factory=dict)


class SampleOut(Schema):
    """One sample; ``strata``: month × district × scene with records, sampled; counts of what was found so far."""

    id: int
    span: str
    period: str
    kind: str
    size: int
    seed: int
    archive_version: str
    strata: list[dict[str, Any]]
    at: datetime
    open: int
    correct: int
    wrong: int


class SampledOut(Schema):
    id: int
    stratum: int
    stratum_zh: str
    month: str
    number: int
    name: str
    code: str
    company_id: int
    district_id: int
    verification: str
    note: str
    verified_at: datetime | None


class VerificationIn(Schema):
    verification: Annotated[str, Field(max_length=8)]
    note: Annotated[str, Field(max_length=200)] = ""


@router.get("/evaluation/samples", response=list[SampleOut])
def list_samples(request: HttpRequest) -> Any:
    """Samples, newest first; counts within the caller's scope."""
    require(request.user, VIEW)
    return sample_queries.listed(scope_of(request.user))


@router.post("/evaluation/samples", response={201: SampleOut})
def draw_sample(request: HttpRequest, body: SampleIn) -> Any:
    period = PeriodQuery(span=body.span, period=body.period).found()
    made = samples.draw(request.user, period, body.kind, body.size, body.seed, body.weights)
    return Status(201, _sample(request, made))


def _sample(request: HttpRequest, made: Sample) -> dict[str, Any]:
    return sample_queries.described(scope_of(request.user), made)


@router.get("/evaluation/samples/{sample_id}/records", response=list[SampledOut])
def sampled_records(request: HttpRequest, sample_id: Id) -> Any:
    """The records to verify, within the caller's scope."""
    require(request.user, VIEW)
    return sample_queries.records_of(scope_of(request.user), sample_id)


@router.post("/evaluation/samples/records/{record_id}", response=SampledOut)
def verify_record(request: HttpRequest, record_id: Id, body: VerificationIn) -> Any:
    record: SampledRecord = samples.verify(request.user, record_id, body.verification, body.note)
    return sample_queries.record_row(record)
