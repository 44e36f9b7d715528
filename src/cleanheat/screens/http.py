"""Addresses of screens and of live objects: the upper room composes what archive, telemetry and map know."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.infra.http import encoded, encoded_json
from cleanheat.infra.scope import may, require, scope_of
from cleanheat.kernel.errors import not_found
from cleanheat.screens import hot_lists, objects
from cleanheat.screens.layouts import screens

router = Router(tags=["screens"])


class ScreenCard(Schema):
    key: str
    zh: str


class CellOut(Schema):
    """One panel's place on the grid."""

    panel: str
    x: int
    y: int
    w: int
    h: int


class ScreenOut(ScreenCard):
    columns: int
    cells: list[CellOut]


@router.get("/screens", response=list[ScreenCard])
def list_screens(request: HttpRequest) -> list[Any]:
    """The screens the user may open."""
    return [screen for screen in screens().values() if may(request.user, screen.permission)]


@router.get("/screens/{key}", response=ScreenOut)
def screen(request: HttpRequest, key: str) -> Any:
    if key not in screens():
        raise not_found("没有这个画面", key)
    require(request.user, screens()[key].permission)
    return screens()[key]


class ListQuery(Schema):
    """Filters of a list of objects.  ``q``: part of a name or archive code; ``order``: a column or signal, ``-`` in
    front for descending.
    """

    q: str = Field("", max_length=100)
    company: int | None = None
    office: int | None = None
    district: int | None = None
    substation: int | None = None
    branch: int | None = None
    boiler: int | None = None
    plant: int | None = None
    building: int | None = None
    unit: int | None = None
    state: str = Field(
        "", description="comma-separated states of the map's theme `operation`", pattern=r"^[0-9,]*$", max_length=60
    )
    order: str = "number"
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=10_000_000)

    def question(self, kind: str) -> hot_lists.Question:
        named = [(name, getattr(self, name)) for name in hot_lists.LINKS if name in ListQuery.model_fields]
        return hot_lists.Question(
            kind=kind,
            links=tuple((name, number) for name, number in named if number is not None),
            states=tuple(int(s) for s in self.state.split(",") if s),
            text=self.q.strip(),
            order=self.order,
            limit=self.limit,
            offset=self.offset,
        )


class ObjectRow(Schema):
    """One object of a list; links to others by their numbers.  ``values`` by signal (null: nothing known),
    ``verdicts`` only where not good, ``minute`` of the newest row (0: none), ``state`` as on the map.
    """

    number: int
    code: str
    name: str
    company: str
    district: str
    company_id: int | None = None
    office_id: int | None = None
    sender_id: int | None = None
    district_id: int | None = None
    substation: int | None = None
    branch: int | None = None
    boiler: int | None = None
    plant: int | None = None
    building: int | None = None
    unit: int | None = None
    heated_area_m2: float | None = None
    state: int
    minute: int
    values: dict[str, float | None]
    verdicts: dict[str, int]


class ObjectPage(Schema):
    total: int
    rows: list[ObjectRow]


@router.get("/objects/{kind}", response=ObjectPage)
def object_list(request: HttpRequest, kind: str, asked: Query[ListQuery]) -> HttpResponse:
    """Live objects of one kind (plant, branch, boiler, substation, unit, device, room, weather) within the scope."""
    require(request.user, "telemetry.view")
    body, etag = hot_lists.page(asked.question(kind), scope_of(request.user))
    return encoded(request, body, etag)


class ObjectRef(Schema):
    kind: str
    number: int
    name: str
    code: str = ""


class LiveValue(Schema):
    signal: str
    zh: str
    unit: str
    decimals: int
    value: float | None
    verdict: int
    at: int | None


class Attribute(Schema):
    key: str
    zh: str
    value: str | float | int | bool | None
    unit: str = ""


class ObjectCard(Schema):
    """Everything about one object: what it is, what it belongs to, what belongs to it, what it reads now."""

    kind: str
    kind_zh: str
    number: int
    code: str
    name: str
    state: int
    lon: float | None
    lat: float | None
    attributes: list[Attribute]
    parents: list[ObjectRef]
    children: list[ObjectRef]
    values: list[LiveValue]


@router.get("/objects/{kind}/{number}", response=ObjectCard)
def object_card(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    require(request.user, "assets.view")
    return encoded_json(request, objects.card(kind, number, scope_of(request.user)))


class SeriesLine(Schema):
    """``values``: means of the buckets (of a counter: its last reading); ``low`` and ``high`` their extremes."""

    signal: str
    zh: str
    unit: str
    decimals: int
    values: list[float | None]
    low: list[float | None]
    high: list[float | None]


class Gap(Schema):
    """A stretch without trusted values: ``bad``, ``missing`` or ``silent`` (communication lost)."""

    signal: str
    start: int
    end: int
    reason: str


class HitPoints(Schema):
    """Raw values that broke a rule: when, what was received, and the number of the rule."""

    times: list[int]
    values: list[float | None]
    rules: list[int]


class CleanedPoints(Schema):
    """Values put in the place of received ones; ``methods`` and ``verdicts`` as numbers."""

    times: list[int]
    values: list[float | None]
    methods: list[int]
    verdicts: list[int]


class SeriesMarks(Schema):
    """What to draw over a line: at most one point of each sort in a bucket."""

    signal: str
    hits: HitPoints
    cleaned: CleanedPoints


class SeriesOut(Schema):
    """``times``: starts of the buckets of ``width_s`` seconds; buckets without rows are left out."""

    times: list[int]
    width_s: int
    lines: list[SeriesLine]
    gaps: list[Gap]
    marks: list[SeriesMarks]
    resolution: str


class SeriesQuery(Schema):
    """``span`` (hour, day, week, season), or ``[start, end)`` as epoch seconds or ISO 8601, or the last ``hours``."""

    signals: Annotated[str, Field(description="comma-separated codes of the catalogue")]
    start: str = ""
    end: str = ""
    hours: float | None = Field(None, gt=0, le=24 * 400)
    span: str = ""
    points: int = Field(1_000, ge=2, le=5_000)


@router.get("/objects/{kind}/{number}/series", response=SeriesOut)
def object_series(request: HttpRequest, kind: str, number: int, asked: Query[SeriesQuery]) -> HttpResponse:
    """Curves of one object."""
    require(request.user, "telemetry.view")
    window = objects.window_of(asked.start, asked.end, asked.hours, asked.span)
    signals = [code for code in asked.signals.split(",") if code]
    return encoded_json(request, objects.series(kind, number, scope_of(request.user), signals, window, asked.points))


class Hit(Schema):
    kind: str
    number: int
    name: str
    code: str
    detail: str = ""


@router.get("/search", response=list[Hit])
def search(
    request: HttpRequest, q: Annotated[str, Field(max_length=100)], limit: Annotated[int, Field(ge=1, le=50)] = 20
) -> Any:
    """Objects of the scope whose name or code contains the text."""
    require(request.user, "assets.view")
    return objects.search(q.strip(), scope_of(request.user), limit)


class SignalOut(Schema):
    code: str
    zh: str
    short: str
    unit: str
    decimals: int
    low: float
    high: float
    is_counter: bool


class KindOut(Schema):
    code: str
    zh: str
    cadence_s: int
    signals: list[SignalOut]


@router.get("/catalogue", response=list[KindOut])
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every kind of measured object with its signals and their units."""
    return encoded_json(request, objects.catalogue())
