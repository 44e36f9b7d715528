"""Addresses of the evaluation's own history and of the data's life cycle."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from cleanheat.evaluation.http.asking import VIEW, PeriodQuery
from cleanheat.evaluation.lifecycle import stages_of
from cleanheat.evaluation.queries.improvement import changes
from cleanheat.infra.scope import require, scope_of

router = Router(tags=["evaluation"])


class ChangeOut(Schema):
    """One change of the evaluation itself; ``effect`` as of previews."""

    kind: str
    id: int
    at: datetime
    title: str
    reason: str
    author: str
    version: int
    differences: list[str]
    effect: dict[str, Any]


@router.get("/evaluation/improvement", response=list[ChangeOut])
def improvement(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Any:
    """The history of weights and rules and what each change did, newest first."""
    require(request.user, VIEW)
    sees_all = scope_of(request.user).sees_all
    return [
        asdict(r) | {"effect": r.effect if sees_all else {k: v for k, v in r.effect.items() if k != "companies"}}
        for r in changes(limit)
    ]


class StageCheckOut(Schema):
    """``declared``: how many such checks exist; ``ran`` and ``failed`` within the period."""

    stage: str
    key: str
    zh: str
    declared: int
    ran: float
    failed: float
    ratio: float | None
    note: str


@router.get("/evaluation/life-cycle", response=list[StageCheckOut])
def life_cycle(request: HttpRequest, asked: Query[PeriodQuery]) -> Any:
    """Which checks stand at which stage of the data's life, with the city's figures."""
    require(request.user, VIEW)
    return [asdict(c) | {"ratio": c.ratio} for c in stages_of(asked.found())]
