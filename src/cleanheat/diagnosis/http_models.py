"""Addresses of models: versions, what they say of each object, how they compare, adopting and rolling back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from cleanheat.assets import public as assets
from cleanheat.diagnosis import actions, fleet, queries, versions_seen
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.coefficients import coefficients
from cleanheat.diagnosis.fleet.serving import served
from cleanheat.diagnosis.models import ModelVersion
from cleanheat.diagnosis.parameters import Parameters, Source
from cleanheat.diagnosis.rooms import registry
from cleanheat.diagnosis.versions import counted
from cleanheat.diagnosis.versions_seen import Order
from cleanheat.diagnosis.words import TrainedHow, VersionState
from cleanheat.infra.scope import Scope, require, scope_of
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.quantities import KINDS

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"
Kind = Annotated[str, Field(max_length=16)]


class QuantityWord(Schema):
    key: str
    name: str
    unit: str


class KindWord(Schema):
    kind: str
    name: str
    quantities: list[QuantityWord]


class CoefficientWord(Schema):
    """A coefficient that people may set, and within which bounds."""

    key: str
    name: str
    unit: str
    default: float
    lowest: float
    highest: float
    decimals: int
    source: str


class ModelWords(Schema):
    kinds: list[KindWord]
    coefficients: list[CoefficientWord]
    sources: list[str]


_QUANTITIES = {
    "supply": "供水温度",
    "return": "回水温度",
    "heat": "热量",
    "flow": "流量",
    "room": "室温",
    "return_given_supply": "回水温度（按供水）",
}


@router.get("/diagnosis/models/words", response=ModelWords)
def words(request: HttpRequest) -> Any:
    """Kinds with personal parameters, their quantities, and what people may set."""
    require(request.user, VIEW)
    kinds = [
        {
            "kind": kind,
            "name": KINDS[kind].zh,
            "quantities": [
                {"key": q, "name": _QUANTITIES[q], "unit": queries.quantity_unit(kind, q)}
                for q in (*CIRCUITS[kind].quantities, *(() if kind == "device" else ("return_given_supply",)))
            ],
        }
        for kind in CIRCUITS
    ]
    ahead = [{"key": key, "name": name, "unit": "℃"} for key, name in registry.QUANTITIES.items()]
    kinds.append({"kind": registry.KIND, "name": KINDS[registry.KIND].zh, "quantities": ahead})
    same = ("key", "unit", "default", "lowest", "highest", "decimals", "source")
    setting = [{"name": c.zh} | {name: getattr(c, name) for name in same} for c in coefficients().values()]
    return {"kinds": kinds, "coefficients": setting, "sources": [s.zh for s in Source]}


class ModelVersionOut(Schema):
    """One version.  ``sources``: objects by where their parameters come from; ``metrics``: median errors by quantity,
    beside those of a straight line, of the day before and of the version before on the same weeks.  Both concern the
    objects that the caller sees; of versions not in force only the city's people see them.
    """

    id: int
    kind: str
    kind_name: str
    number: int
    state: VersionState
    state_name: str
    how: TrainedHow
    how_name: str
    base_id: int | None
    numbers: list[int]
    start: int
    end: int
    followed_until: int
    weather_source: str
    metrics: dict[str, dict[str, float | None]]
    sources: dict[str, int]
    note: str
    author: str
    at: datetime
    adopted_at: datetime | None


def _version(row: ModelVersion, scope: Scope) -> dict[str, Any]:
    metrics, sources, numbers = row.metrics, row.sources, row.numbers
    if not scope.sees_all:
        metrics, sources = _own(row, scope)
        mask = assets.visible(row.kind, scope)
        numbers = [n for n in numbers if n < mask.shape[0] and mask[n]]
    return {
        "id": row.pk,
        "kind": row.kind,
        "kind_name": KINDS[row.kind].zh,
        "number": row.number,
        "state": row.state,
        "state_name": VersionState(row.state).label,
        "how": row.how,
        "how_name": TrainedHow(row.how).label,
        "base_id": row.base_id,
        "numbers": numbers,
        "start": row.start_s,
        "end": row.end_s,
        "followed_until": row.followed_until_s,
        "weather_source": row.weather_source,
        "metrics": metrics,
        "sources": sources,
        "note": row.note if scope.sees_all else "",
        "author": (row.author.display_name or row.author.username) if row.author and scope.sees_all else "",
        "at": row.at,
        "adopted_at": row.adopted_at,
    }


def _own(row: ModelVersion, scope: Scope) -> tuple[dict[str, Any], dict[str, int]]:
    """The figures of the caller's own objects."""
    found = fleet.current(row.kind) if row.state == VersionState.ADOPTED else None
    if found is None:
        return {}, {}
    numbers = queries.numbers_of(row.kind, scope)
    return queries.summary(found, numbers), counted(found, numbers)


@router.get("/diagnosis/models", response=list[ModelVersionOut])
def list_models(request: HttpRequest, kind: Kind | None = None) -> Any:
    """Versions by kind, newest first, at most 200."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    if kind is not None:
        queries.require_trained_kind(kind)
    return [_version(row, scope) for row in queries.versions(kind)[:200]]


class ObjectErrors(Schema):
    """Mean absolute errors by whom the last weeks were expected: the version, a line, the day before, the version
    before.
    """

    mae: float | None
    mae_line: float | None
    mae_persistence: float | None
    mae_before: float | None


class ModelObject(Schema):
    number: int
    name: str
    source: int
    source_name: str
    reason: str
    trained_hours: int
    slope: float | None
    r2: float | None
    quantities: dict[str, ObjectErrors]


class ComparedCounts(Schema):
    """``same``: the errors differ by less than a person would notice."""

    better: int
    same: int
    worse: int
    unknown: int


class Histogram(Schema):
    """Objects by the error of the quantity asked for: ``edges`` one more than ``counts``, the last bin open."""

    edges: list[float]
    counts: dict[str, list[int]]


class ModelObjects(Schema):
    """``compared``: by quantity, on the same weeks, how many objects the version expects better than the one before."""

    total: int
    compared: dict[str, ComparedCounts]
    histogram: Histogram
    rows: list[ModelObject]


class ModelObjectsQuery(Schema):
    quantity: Annotated[str, Field(max_length=24)] = "supply"
    order: Order = "number"
    offset: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/diagnosis/models/{version_id}", response=ModelVersionOut)
def model(request: HttpRequest, version_id: int) -> Any:
    require(request.user, VIEW)
    return _version(queries.find_version(version_id), scope_of(request.user))


@router.get("/diagnosis/models/{version_id}/objects", response=ModelObjects)
def model_objects(request: HttpRequest, version_id: int, asked: Query[ModelObjectsQuery]) -> Any:
    """What a version says of the objects that the caller sees: old against new on the same weeks."""
    require(request.user, VIEW)
    row = queries.find_version(version_id)
    p = _served(row)
    numbers = queries.numbers_of(row.kind, scope_of(request.user))
    part = versions_seen.part_of(p, numbers, asked.quantity, asked.order, asked.offset, asked.limit)
    return {
        "total": part.total,
        "compared": versions_seen.compared(p, numbers),
        "histogram": versions_seen.histogram(p, numbers, asked.quantity),
        "rows": versions_seen.rows_of(p, part.numbers),
    }


def _served(row: ModelVersion) -> Parameters:
    if row.state == VersionState.ADOPTED and (found := fleet.current(row.kind)) is not None:
        return found
    return served(queries.trained(row), assets.archive(), {})


class Expectation(ObjectErrors):
    """One quantity: ``theta`` weighs ``features``, one row for each local hour or one for all."""

    quantity: str
    unit: str
    source_name: str
    hours: int
    sigma: float | None
    low: float | None
    high: float | None
    features: list[str]
    theta: list[list[float | None]]


class ModelOfObject(ModelObject):
    """Curves are points of outdoor and supply temperature (°C)."""

    version: int
    start: int
    end: int
    weather_source: str
    curve_in_force: list[list[float]]
    curve_recommended: list[list[float]]
    curve_basis: str
    coefficients: dict[str, float | None]
    expectations: list[Expectation]


@router.get("/diagnosis/models/{version_id}/objects/{number}", response=ModelOfObject)
def model_object(request: HttpRequest, version_id: int, number: int) -> Any:
    """All that a version says of one object."""
    require(request.user, VIEW)
    row = queries.find_version(version_id)
    assets.require(row.kind, number, scope_of(request.user))
    return versions_seen.object_of(_served(row), number)


@router.get("/diagnosis/parameters/{kind}/{number}", response=ModelOfObject)
def parameters(request: HttpRequest, kind: str, number: int) -> Any:
    """The parameters in force of one object, people's settings applied."""
    require(request.user, VIEW)
    assets.require(queries.require_kind(kind), number, scope_of(request.user))
    found = fleet.current(kind)
    if found is None:
        raise not_found("尚无使用中的模型", kind)
    return versions_seen.object_of(found, number)


class RollBackIn(Schema):
    reason: Annotated[str, Field(max_length=200)]


@router.post("/diagnosis/models/{version_id}/adopt", response=ModelVersionOut)
def adopt(request: HttpRequest, version_id: int) -> Any:
    """From now on this version judges and advises."""
    return _version(actions.adopt(request.user, version_id), scope_of(request.user))


@router.post("/diagnosis/models/{version_id}/rollback", response=ModelVersionOut)
def roll_back(request: HttpRequest, version_id: int, body: RollBackIn) -> Any:
    """The version before holds again."""
    return _version(actions.roll_back(request.user, version_id, body.reason), scope_of(request.user))
