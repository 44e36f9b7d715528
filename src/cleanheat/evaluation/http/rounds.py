"""Addresses of rounds: compute, publish, withdraw."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from cleanheat.evaluation.actions import rounds
from cleanheat.evaluation.http.scores import RoundOut, round_document
from cleanheat.evaluation.periods import period_of

router = Router(tags=["evaluation"])


class RoundDecision(Schema):
    note: Annotated[str, Field(max_length=200)] = ""


class Queued(Schema):
    """The job that does it: ``GET /jobs/{job_id}``."""

    job_id: int


@router.post("/evaluation/rounds/{span}/{period}/compute", response={202: Queued})
def compute(request: HttpRequest, span: str, period: str) -> Any:
    """Score a period again."""
    return Status(202, {"job_id": rounds.recompute(request.user, period_of(span, period))})


@router.post("/evaluation/rounds/{span}/{period}/publish", response=RoundOut)
def publish(request: HttpRequest, span: str, period: str, body: RoundDecision) -> Any:
    return round_document(rounds.publish(request.user, period_of(span, period), body.note))


@router.post("/evaluation/rounds/{span}/{period}/withdraw", response=RoundOut)
def withdraw(request: HttpRequest, span: str, period: str, body: RoundDecision) -> Any:
    return round_document(rounds.withdraw(request.user, period_of(span, period), body.note))
