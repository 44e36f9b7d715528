"""Addresses of matching: relations and how far they are, looking again, cases with candidates, decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from cleanheat.accounts import public as accounts
from cleanheat.assets.cards import KIND_ZH
from cleanheat.assets.matching import actions, queries
from cleanheat.assets.matching.relations import RELATIONS
from cleanheat.assets.models_upkeep import MatchCase
from cleanheat.assets.naming import names
from cleanheat.assets.vocabulary import MatchState
from cleanheat.infra.scope import require, scope_of

router = Router(tags=["assets"])
VIEW = "assets.view"
PAGE = 50
Number = Annotated[int, Field(ge=1, lt=2**31)]
RelationKey = Annotated[str, Field(max_length=24)]


class MatchRunOut(Schema):
    """Figures of the whole city: told only to who sees it all."""

    finished_at: datetime
    records: int
    agreeing: int
    proposed: int
    doubtful: int
    unknown: int


class RelationOut(Schema):
    """One relation; the counts are those of one's own cases by state."""

    key: str
    zh: str
    kind: str
    kind_zh: str
    target: str
    target_zh: str
    counts: dict[str, int]
    newest: MatchRunOut | None


class CandidateOut(Schema):
    """``probability`` in [0, 1]; ``metres`` null: one side has no place."""

    number: int
    code: str
    name: str
    longitude: float
    latitude: float
    probability: float
    metres: int | None
    reasons: list[str]


class CaseOut(Schema):
    """A record whose link is doubted; ``present``: the target it is linked to, ``chosen``: 0 or the decision."""

    id: int
    relation: str
    kind: str
    target: str
    number: int
    code: str
    name: str
    company: str
    longitude: float | None
    latitude: float | None
    present: int
    present_name: str
    band: str
    band_zh: str
    probability: float
    candidates: list[CandidateOut]
    state: str
    state_zh: str
    chosen: int
    chosen_name: str
    decided_by: str
    decided_at: datetime | None


class CasePage(Schema):
    total: int
    page: int
    size: int
    rows: list[CaseOut]


class CaseQuery(Schema):
    relation: RelationKey = ""
    state: Annotated[str, Field(max_length=8)] = ""
    band: Annotated[str, Field(max_length=8)] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


class MatchRunIn(Schema):
    relation: RelationKey


class MatchJobOut(Schema):
    job_id: int


class DecisionIn(Schema):
    """``number``: the target; the present one keeps the link."""

    number: Number
    reason: Annotated[str, Field(max_length=200)] = ""


class AcceptIn(Schema):
    relation: RelationKey
    at_least: Annotated[float, Field(ge=0.7, le=1)]


@router.get("/archive/matching/relations", response=list[RelationOut])
def relations(request: HttpRequest) -> list[dict[str, Any]]:
    """What is matched with what, and how far it is."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    counts, newest = queries.counts(scope), queries.newest_runs() if scope.sees_all else {}
    return [
        {
            **{name: getattr(r, name) for name in ("key", "zh", "kind", "target")},
            "kind_zh": KIND_ZH[r.kind],
            "target_zh": KIND_ZH.get(r.target, "村屯"),
            "counts": {state: counts.get((r.key, state), 0) for state in MatchState.values},
            "newest": newest.get(r.key),
        }
        for r in RELATIONS.values()
    ]


@router.post("/archive/matching/runs", response={202: MatchJobOut})
def look_again(request: HttpRequest, body: MatchRunIn) -> Status[Any]:
    """Look at a whole relation, as a job."""
    return Status(202, {"job_id": actions.start(request.user, body.relation)})


@router.get("/archive/matching/cases", response=CasePage)
def cases(request: HttpRequest, wanted: Query[CaseQuery]) -> dict[str, Any]:
    """The scope's cases, the surest first."""
    require(request.user, VIEW)
    rows = queries.selected(scope_of(request.user), wanted.relation, wanted.state, wanted.band)
    start = (wanted.page - 1) * PAGE
    page = [_out(case) for case in rows[start : start + PAGE]]
    return {"total": rows.count(), "page": wanted.page, "size": PAGE, "rows": page}


@router.post("/archive/matching/cases/{case_id}/decide", response=CaseOut)
def decide(request: HttpRequest, case_id: int, body: DecisionIn) -> dict[str, Any]:
    """Take a candidate, choose another target or keep the link."""
    return _out(actions.decide(request.user, case_id, body.number, body.reason))


@router.post("/archive/matching/cases/{case_id}/undo", response=CaseOut)
def undo(request: HttpRequest, case_id: int) -> dict[str, Any]:
    """Take a decision back."""
    return _out(actions.undo(request.user, case_id))


@router.post("/archive/matching/accept", response=actions.Relinked)
def accept(request: HttpRequest, body: AcceptIn) -> actions.Relinked:
    """Take the best candidate of every open case that is at least so sure."""
    return actions.accept_from(request.user, body.relation, body.at_least)


_PLAIN = CaseOut.model_fields.keys() & {f.attname for f in MatchCase._meta.concrete_fields}


def _out(case: MatchCase) -> dict[str, Any]:
    relation = RELATIONS[case.relation]
    present, chosen = names(relation.target, [case.present, case.chosen or case.present])
    return {
        **{name: getattr(case, name) for name in _PLAIN},
        "kind": relation.kind,
        "target": relation.target,
        "company": accounts.short_name(case.company_id or case.sender_id),
        "present_name": present,
        "band_zh": case.get_band_display(),
        "state_zh": case.get_state_display(),
        "chosen_name": chosen if case.chosen else "",
        "decided_by": queries.person(case.decided_by),
    }
