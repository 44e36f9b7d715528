"""Addresses of the model: its versions, changing it, and what a change would do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from cleanheat.evaluation.actions import indicators as weights
from cleanheat.evaluation.http.asking import VIEW
from cleanheat.evaluation.indicators import IndicatorSet
from cleanheat.evaluation.models import IndicatorVersion
from cleanheat.evaluation.periods import period_of
from cleanheat.evaluation.queries.indicators import version_at, versions
from cleanheat.evaluation.queries.scores import newest_scored
from cleanheat.evaluation.vocabulary import (
    Span,
)
from cleanheat.infra import clock
from cleanheat.infra.scope import require, scope_of

router = Router(tags=["evaluation"])


class VersionOut(Schema):
    """One version of the indicator set; ``effect``: the same counts scored before and after it."""

    number: int
    document: IndicatorSet
    valid_from: date
    reason: str
    author: str
    at: datetime
    effect: dict[str, Any]


class WeightsOut(Schema):
    """``current``: number of the version in force now."""

    current: int
    versions: list[VersionOut]


class WeightsIn(Schema):
    """A whole changed model; ``valid_from`` empty: from today."""

    document: dict[str, Any]
    valid_from: date | None = None
    reason: Annotated[str, Field(max_length=200)] = ""


class PreviewIn(Schema):
    document: dict[str, Any]
    span: Span = Span.DAY
    period: Annotated[str, Field(max_length=10)] = ""


class EffectRow(Schema):
    id: int
    name: str
    before: float | None
    after: float | None
    change: float | None
    grade_before: str
    grade_after: str
    place_before: int
    place_after: int


class EffectOut(Schema):
    """Totals before and after on the same counts; companies that move most first."""

    span: str
    period: str
    period_zh: str
    city: EffectRow | None
    companies: list[EffectRow]


def _version(row: IndicatorVersion, sees_companies: bool) -> dict[str, Any]:
    effect = row.effect if sees_companies else {k: v for k, v in row.effect.items() if k != "companies"}
    author = (row.author.display_name or row.author.username) if row.author else "平台"
    same = {name: getattr(row, name) for name in ("number", "document", "valid_from", "reason", "at")}
    return same | {"author": author, "effect": effect}


@router.get("/evaluation/weights", response=WeightsOut)
def list_weights(request: HttpRequest) -> dict[str, Any]:
    """The model in force and all its versions, newest first; effects on single companies for the city only."""
    require(request.user, VIEW)
    sees_all = scope_of(request.user).sees_all
    current = version_at(clock.now()).number
    return {"current": current, "versions": [_version(v, sees_all) for v in versions()]}


@router.post("/evaluation/weights", response={201: VersionOut})
def change_weights(request: HttpRequest, body: WeightsIn) -> Any:
    """A new version of the model; the effect on the last whole day is stored with it."""
    made = weights.change(request.user, body.document, body.valid_from, body.reason)
    return Status(201, _version(made, sees_companies=True))


@router.post("/evaluation/weights/preview", response=EffectOut)
def preview_weights(request: HttpRequest, body: PreviewIn) -> Any:
    """What a changed model would do to a period's scores; nothing is stored."""
    period = period_of(body.span, body.period) if body.period else newest_scored(body.span, clock.now())
    return weights.preview(request.user, body.document, period)
