"""Addresses of findings: list, one with its evidence, counts, object cards, ranking, timeline, contradictions."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.assets import public as assets
from cleanheat.diagnosis import settling
from cleanheat.diagnosis.findings_queries import (
    FoundFilter,
    contradictions_of,
    counts,
    select,
    visible_to,
    worst_of,
)
from cleanheat.diagnosis.live.expected_past import expected_past
from cleanheat.diagnosis.live.models import Contradiction, Found
from cleanheat.diagnosis.live.words import ContradictionKind, FoundState, Verdict
from cleanheat.diagnosis.object_card import card
from cleanheat.diagnosis.vocabulary import State
from cleanheat.infra import clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import invalid, not_found
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import DAY_S, HOUR_S, epoch
from cleanheat.telemetry import public as telemetry

router = Router(tags=["diagnosis"])
MARGIN_S = 6 * HOUR_S
LONGEST_S = 30 * DAY_S
POINTS = 600
CARDS = frozenset({"plant", "branch", "boiler", "substation", "unit"})
READ = {
    "unit": {"supply": "secondary_supply_temp_c", "return": "secondary_return_temp_c", "flow": "secondary_flow_t_h"},
    "source": {"supply": "supply_temp_c", "return": "return_temp_c", "flow": "flow_t_h"},
}
Kind = Annotated[str, Field(max_length=16, pattern="^[a-z_]+$")]


class FindingOut(Schema):
    """``alert``: under which source, kind and number its alert is found; times are epoch seconds."""

    id: int
    source: str
    state: str
    state_name: str
    kind: str
    number: int
    name: str
    level: int
    level_name: str
    worst: int
    status: str
    status_name: str
    since: int
    found: int
    ended: int | None
    judged: int
    confidence: float | None
    text: str
    cause_id: int | None
    company_id: int
    district_id: int
    archive_version: str
    model_version: int


class FindingPage(Schema):
    total: int
    page: int
    size: int
    rows: list[FindingOut]


class Line(Schema):
    """Readings beside what was expected and its band; ``None`` where unknown."""

    quantity: str
    signal: str
    unit: str
    read: list[float | None]
    expected: list[float | None]
    low: list[float | None]
    high: list[float | None]


class Series(Schema):
    """``times`` are the hours' beginnings; ``by_design``: no personal parameters, the design's curve."""

    of_kind: str
    of_number: int
    times: list[int]
    outdoor_c: list[float | None]
    by_design: bool
    lines: list[Line]


class FindingDetail(FindingOut):
    evidence: list[dict[str, Any]]
    contributions: list[dict[str, Any]]
    steps: list[list[int]]
    cause: FindingOut | None
    members: list[FindingOut]
    members_total: int
    series: Series | None


class FindingQuery(Schema):
    is_open: bool | None = None
    state: Annotated[str | None, Field(max_length=24)] = None
    level: Annotated[int | None, Field(ge=1, le=4)] = None
    kind: Kind | None = None
    number: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    company_id: int | None = None
    district_id: int | None = None
    source_kind: Annotated[str | None, Field(pattern="^(branch|boiler)$")] = None
    source_number: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    text: Annotated[str | None, Field(max_length=40)] = None
    page: Annotated[int, Field(ge=1)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class StateCount(Schema):
    """``levels[0]`` counts level Ⅰ."""

    kind: str
    state: str
    state_name: str
    levels: list[int]


class Ranked(Schema):
    kind: str
    rows: list[FindingOut]


class ContradictionOut(Schema):
    id: int
    kind: str
    kind_name: str
    object_kind: str
    object_number: int
    object_name: str
    first: dict[str, Any]
    second: dict[str, Any]
    opened: int
    ended: int | None
    verdict: str
    verdict_name: str
    reason: str
    settled: int | None


class ContradictionPage(Schema):
    total: int
    rows: list[ContradictionOut]


class Settlement(Schema):
    verdict: Annotated[str, Field(max_length=8)]
    reason: Annotated[str, Field(max_length=400)]


@router.get("/diagnosis/findings", response=FindingPage)
def findings(request: HttpRequest, wanted: Query[FindingQuery]) -> dict[str, Any]:
    """The caller's findings, newest first."""
    require(request.user, "diagnosis.view")
    asked = wanted.model_dump(exclude={"page", "size", "source_kind", "source_number"})
    fed_by = (wanted.source_kind, wanted.source_number) if wanted.source_kind and wanted.source_number else None
    rows = select(scope_of(request.user), FoundFilter(**asked, fed_by=fed_by))
    start = (wanted.page - 1) * wanted.size
    page = [_out(f) for f in rows[start : start + wanted.size]]
    return {"total": rows.count(), "page": wanted.page, "size": wanted.size, "rows": page}


@router.get("/diagnosis/findings/counts", response=list[StateCount])
def finding_counts(request: HttpRequest) -> list[dict[str, Any]]:
    """Open findings by kind, state and level."""
    require(request.user, "diagnosis.view")
    return [
        {"kind": kind, "state": state, "state_name": State(state).zh, "levels": [by.get(level, 0) for level in Level]}
        for (kind, state), by in sorted(counts(scope_of(request.user)).items())
    ]


@router.get("/diagnosis/findings/{finding_id}", response=FindingDetail)
def finding(request: HttpRequest, finding_id: int) -> dict[str, Any]:
    """One finding: evidence, contributions, escalation, what explains it or what it explains, and its series."""
    require(request.user, "diagnosis.view")
    scope = scope_of(request.user)
    row = visible_to(scope).filter(pk=finding_id).first()
    if row is None:
        raise not_found("没有这条诊断结论")
    members = visible_to(scope).filter(cause_id=row.pk)
    cause = visible_to(scope).filter(pk=row.cause_id).first() if row.cause_id else None
    return _out(row) | {
        "evidence": row.evidence,
        "contributions": row.contributions,
        "steps": row.steps,
        "cause": _out(cause) if cause else None,
        "members": [_out(m) for m in members[:200]],
        "members_total": members.count(),
        "series": _series(row),
    }


@router.get("/diagnosis/objects/{kind}/{number}")
def object_card(request: HttpRequest, kind: Kind, number: int) -> dict[str, Any]:
    """How the models see one object now, and its findings of the last 30 days."""
    require(request.user, "diagnosis.view")
    scope = scope_of(request.user)
    if kind not in CARDS:
        raise invalid("kind", "没有这类对象的诊断", kind)
    assets.require(kind, number, scope)
    since = int(clock.now()) - LONGEST_S
    rows = select(scope, FoundFilter(kind=kind, number=number)).filter(found_s__gte=since)
    return card(kind, number) | {"findings": [FindingOut(**_out(f)).model_dump() for f in rows[:100]]}


@router.get("/diagnosis/ranking/{kind}", response=Ranked)
def ranking(request: HttpRequest, kind: Kind, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """Who of a kind is in trouble, the gravest and surest first."""
    require(request.user, "diagnosis.view")
    if kind not in CARDS:
        raise invalid("kind", "没有这类对象的诊断", kind)
    return {"kind": kind, "rows": [_out(f) for f in worst_of(scope_of(request.user), kind, limit)]}


@router.get("/diagnosis/contradictions", response=ContradictionPage)
def contradictions(request: HttpRequest, is_open: bool | None = True) -> dict[str, Any]:
    """Judgements that cannot both be right, newest first."""
    require(request.user, "diagnosis.view")
    rows = contradictions_of(scope_of(request.user), is_open)
    return {"total": rows.count(), "rows": [_contradiction(c) for c in rows[:200]]}


@router.post("/diagnosis/contradictions/{contradiction_id}/settle", response=ContradictionOut)
def settle(request: HttpRequest, contradiction_id: int, given: Settlement) -> dict[str, Any]:
    return _contradiction(settling.settle(request.user, contradiction_id, given.verdict, given.reason))


def _out(f: Found) -> dict[str, Any]:
    level, state = Level(f.level), State(f.state_key)
    same = ("id", "source", "level", "worst", "confidence", "text", "company_id", "district_id")
    return {name: getattr(f, name) for name in same} | {
        "state": state.value, "state_name": state.zh, "kind": f.object_kind, "number": f.object_number,
        "name": f.object_name, "level_name": f"{level.roman}级 {level.zh}", "status": f.state,
        "status_name": FoundState(f.state).label, "since": f.since_s, "found": f.found_s, "ended": f.ended_s,
        "judged": f.judged_s, "cause_id": f.cause_id, "archive_version": f.archive_version,
        "model_version": f.model_version,
    }  # fmt: skip


def _contradiction(c: Contradiction) -> dict[str, Any]:
    same = ("id", "kind", "object_kind", "object_number", "object_name", "first", "second", "verdict", "reason")
    return {name: getattr(c, name) for name in same} | {
        "kind_name": ContradictionKind(c.kind).label,
        "opened": c.opened_s,
        "ended": c.ended_s,
        "verdict_name": Verdict(c.verdict).label if c.verdict else "",
        "settled": epoch(c.settled_at) if c.settled_at else None,
    }


def _series(f: Found) -> dict[str, Any] | None:
    """Hourly readings over the finding and some hours around it; of a substation, of its largest unit."""
    of = _measured(f.object_kind, f.object_number)
    if of is None:
        return None
    kind, number = of
    end = min((f.ended_s or int(clock.now())) + MARGIN_S, int(clock.now()))
    start = max(f.since_s - MARGIN_S, end - LONGEST_S)
    start, end = start - start % HOUR_S, max(end + -end % HOUR_S, start + HOUR_S)
    store, archive = telemetry.store(), assets.archive()
    past = expected_past(archive, store, kind, number, start, end)
    signals = READ["unit" if kind == "unit" else "source"]
    grid = store.hour_grid(kind, list(signals.values()), start, end, np.array([number]))[:, 0]
    lines = [_line(q, s, grid[i], past.expected.get(q)) for i, (q, s) in enumerate(signals.items())]
    return {
        "of_kind": kind,
        "of_number": number,
        "times": past.hours.tolist(),
        "outdoor_c": _numbers(past.outdoor_c),
        "by_design": past.by_design,
        "lines": lines,
    }


def _measured(kind: str, number: int) -> tuple[str, int] | None:
    if kind in {"plant", "branch", "boiler", "unit"}:
        return kind, number
    if kind != "substation":
        return None
    units = assets.archive()["unit"]
    own = [int(n) for n in units.numbers if units.links["substation"][n] == number]
    area = np.nan_to_num(units.values["heated_area_m2"])
    return ("unit", max(own, key=lambda n: float(area[n]))) if own else None


def _line(quantity: str, signal: str, read: np.ndarray, expected: tuple[np.ndarray, float] | None) -> dict[str, Any]:
    none = np.full(read.shape, np.nan)
    middle, sigma = expected if expected is not None else (none, np.nan)
    unit = "t/h" if quantity == "flow" else "℃"
    return {
        "quantity": quantity, "signal": signal, "unit": unit, "read": _numbers(read), "expected": _numbers(middle),
        "low": _numbers(middle - 2 * sigma), "high": _numbers(middle + 2 * sigma),
    }  # fmt: skip


def _numbers(values: np.ndarray) -> list[float | None]:
    return [round(float(v), 2) if np.isfinite(v) else None for v in values]
