"""Addresses of what people do to models: trainings, overrides, drifts, and what handling alerts taught."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from cleanheat.assets import public as assets
from cleanheat.diagnosis import actions, queries
from cleanheat.diagnosis.coefficients import coefficients
from cleanheat.diagnosis.models import Drift, Outcome, Override, Training
from cleanheat.diagnosis.words import DriftState, OutcomeKind
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.quantities import KINDS

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"
MOST = 500
Kind = Annotated[str, Field(max_length=16)]
Reason = Annotated[str, Field(max_length=200)]
Number = Annotated[int, Field(ge=1, lt=2**31)]


def _who(user: Any) -> str:
    return (user.display_name or user.username) if user else ""


def _named(kind: str, number: int) -> str:
    return assets.names(kind, [number])[0] if number else ""


# --- trainings -------------------------------------------------------------------------------------------------------


class TrainingIn(Schema):
    """``numbers`` empty: the whole kind."""

    kind: Kind
    numbers: Annotated[list[Number], Field(max_length=actions.MOST_OBJECTS, default_factory=list)]
    reason: Reason = ""


class TrainingOut(Schema):
    """``GET /jobs/{job_id}`` tells how far it is; ``version_id`` once it is done."""

    id: int
    kind: str
    kind_name: str
    numbers: list[int]
    reason: str
    job_id: int
    version_id: int | None
    author: str
    at: datetime


def _training(row: Training) -> dict[str, Any]:
    same = ("id", "kind", "numbers", "reason", "job_id", "version_id", "at")
    return {name: getattr(row, name) for name in same} | {
        "kind_name": KINDS[row.kind].zh,
        "author": _who(row.author),
    }


@router.get("/diagnosis/trainings", response=list[TrainingOut])
def list_trainings(request: HttpRequest, kind: Kind | None = None) -> Any:
    """Trainings newest first, at most 200; others than the city's people see those of their own objects alone."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    return [_training(row) for row in queries.trainings(kind)[:200] if queries.seen(row.kind, row.numbers, scope)]


@router.post("/diagnosis/trainings", response={202: TrainingOut})
def train(request: HttpRequest, body: TrainingIn) -> Any:
    """Have a kind learned anew, or single objects of it."""
    return Status(202, _training(actions.request_training(request.user, body.kind, body.numbers, body.reason)))


# --- overrides -------------------------------------------------------------------------------------------------------


class OverrideIn(Schema):
    """For one object (``number``), else for a company's, a district's or all objects of the kind."""

    kind: Kind
    coefficient: Annotated[str, Field(max_length=40)]
    value: Annotated[float, Field(allow_inf_nan=False)]
    reason: Reason
    number: Annotated[int, Field(ge=0, lt=2**31)] = 0
    company_id: Annotated[int, Field(ge=0, lt=2**31)] = 0
    district_id: Annotated[int, Field(ge=0, lt=2**31)] = 0
    until: datetime | None = None


class OverrideOut(Schema):
    id: int
    kind: str
    number: int
    name: str
    company_id: int
    district_id: int
    coefficient: str
    coefficient_name: str
    unit: str
    value: float
    reason: str
    until: datetime | None
    author: str
    at: datetime
    ended_at: datetime | None


def _override(row: Override) -> dict[str, Any]:
    same = ("id", "kind", "number", "company_id", "district_id", "coefficient", "value", "reason", "until")
    setting = coefficients().get(row.coefficient)
    return {name: getattr(row, name) for name in (*same, "at", "ended_at")} | {
        "name": _named(row.kind, row.number),
        "coefficient_name": setting.zh if setting else row.coefficient,
        "unit": setting.unit if setting else "",
        "author": _who(row.author),
    }


class OverridesQuery(Schema):
    kind: Kind | None = None
    with_ended: bool = False


@router.get("/diagnosis/overrides", response=list[OverrideOut])
def list_overrides(request: HttpRequest, asked: Query[OverridesQuery]) -> Any:
    """What people set, newest first: what concerns an object that the caller sees."""
    require(request.user, VIEW)
    found = queries.visible_overrides(scope_of(request.user), asked.kind, with_ended=asked.with_ended)
    return [_override(row) for row in found[:MOST]]


@router.post("/diagnosis/overrides", response={201: OverrideOut})
def set_override(request: HttpRequest, body: OverrideIn) -> Any:
    """Set a coefficient over whatever was learned."""
    return Status(201, _override(actions.set_override(request.user, **body.model_dump())))


@router.post("/diagnosis/overrides/{override_id}/end", response=OverrideOut)
def end_override(request: HttpRequest, override_id: int) -> Any:
    return _override(actions.end_override(request.user, override_id))


# --- drift -----------------------------------------------------------------------------------------------------------


class DriftOut(Schema):
    """A week's mean deviation beyond the object's limit, in ``unit``."""

    id: int
    kind: str
    number: int
    name: str
    quantity: str
    unit: str
    week: int
    bias: float
    limit: float
    hours: int
    state: DriftState
    state_name: str
    training_id: int | None
    note: str
    settled_at: datetime | None


def _drift(row: Drift) -> dict[str, Any]:
    same = ("id", "kind", "number", "quantity", "bias", "limit", "hours", "state", "training_id", "note", "settled_at")
    return {name: getattr(row, name) for name in same} | {
        "name": _named(row.kind, row.number),
        "unit": queries.quantity_unit(row.kind, row.quantity),
        "week": row.week_s,
        "state_name": DriftState(row.state).label,
    }


class DriftQuery(Schema):
    kind: Kind | None = None
    state: DriftState | None = DriftState.OPEN


@router.get("/diagnosis/drift", response=list[DriftOut])
def list_drift(request: HttpRequest, asked: Query[DriftQuery]) -> Any:
    """Objects that no longer are what their parameters say, of those the caller sees, at most 500."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    rows = queries.drifts(asked.kind, asked.state)
    return [_drift(row) for row in rows if assets.exists(row.kind, row.number, scope)][:MOST]


class DismissIn(Schema):
    note: Reason


@router.post("/diagnosis/drift/{drift_id}/refit", response=DriftOut)
def refit(request: HttpRequest, drift_id: int) -> Any:
    """Learn the object anew: one click."""
    return _drift(actions.refit_drift(request.user, drift_id))


@router.post("/diagnosis/drift/{drift_id}/dismiss", response=DriftOut)
def dismiss(request: HttpRequest, drift_id: int, body: DismissIn) -> Any:
    return _drift(actions.dismiss_drift(request.user, drift_id, body.note))


# --- feedback --------------------------------------------------------------------------------------------------------


class FeedbackIn(Schema):
    """What somebody found at an object; ``reference`` says of which alert, finding or order, and counts once."""

    kind: Kind
    number: Number
    outcome: OutcomeKind
    reference: Annotated[str, Field(min_length=1, max_length=40)]
    source: Annotated[str, Field(max_length=60)] = "diagnosis"


class FeedbackOut(Schema):
    """``factor_before``/``factor_after``: what the object's limits are multiplied by."""

    id: int
    kind: str
    number: int
    name: str
    source: str
    outcome: OutcomeKind
    outcome_name: str
    factor_before: float
    factor_after: float
    author: str
    at: datetime


def _feedback(row: Outcome) -> dict[str, Any]:
    same = ("id", "kind", "number", "source", "outcome", "factor_before", "factor_after", "at")
    return {name: getattr(row, name) for name in same} | {
        "name": _named(row.kind, row.number),
        "outcome_name": OutcomeKind(row.outcome).label,
        "author": _who(row.author),
    }


@router.get("/diagnosis/feedback", response=list[FeedbackOut])
def list_feedback(request: HttpRequest, kind: Kind | None = None) -> Any:
    """What handled alerts and orders taught, newest first, of the objects that the caller sees."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    rows = queries.outcomes(kind)[: 4 * MOST]
    return [_feedback(row) for row in rows if assets.exists(row.kind, row.number, scope)][:MOST]


@router.post("/diagnosis/feedback", response=list[FeedbackOut])
def give_feedback(request: HttpRequest, body: FeedbackIn) -> Any:
    """Say what handling found; the object's limits move one step.  The same reference again changes nothing."""
    require(request.user, actions.SETTLE)
    assets.require(body.kind, body.number, scope_of(request.user))
    made = actions.learn_outcome(
        f"said:{body.reference}", body.kind, body.number, body.source, body.outcome, request.user
    )
    return [_feedback(row) for row in made]
