"""Addresses of rooms, of service quality and of heat users: states, comparisons, portraits, demands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from cleanheat.accounts import public as accounts
from cleanheat.assets import public as assets
from cleanheat.diagnosis.rooms import queries as rooms
from cleanheat.diagnosis.rooms.queries import Wanted
from cleanheat.diagnosis.service import actions, quality, queries
from cleanheat.diagnosis.service.levels import LEVELS, is_whole
from cleanheat.diagnosis.service.numbers import tables
from cleanheat.diagnosis.vocabulary import State
from cleanheat.infra import clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import DAY_S, LATEST_S

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"
LevelKey = Literal["building", "community", "substation", "branch", "boiler", "plant", "company", "district", "city"]


# --- rooms ------------------------------------------------------------------------------------------------------------


class RoomFilter(Schema):
    """``state``: a word of the diagnosis vocabulary; ``reach``: 1 this home, 2 building, 3 circuit, 4 source."""

    state: str = ""
    reach: int | None = Field(None, ge=0, le=4)
    company: int | None = None
    district: int | None = None
    community: int | None = None
    building: int | None = None

    def wanted(self) -> Wanted:
        if self.state and self.state not in list(State):
            raise invalid("state", "没有这个状态", self.state)
        return Wanted(self.state, self.reach, self.company, self.district, self.community, self.building)


class RoomQuery(RoomFilter):
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0)


class RoomOut(Schema):
    """One room; ``departure_k``: the day against the room's own way; ``short_kh``: degree-hours below 18 °C and
    ``spell_h`` the longest spell of the last day; ``confidence`` 0–1; null where nothing can be said."""

    number: int
    name: str
    building: int
    company_id: int
    state: str
    state_zh: str
    since: int | None
    reach: int
    reach_zh: str
    mean_c: float | None
    departure_k: float | None
    short_kh: float | None
    spell_h: int
    seen_h: int
    confidence: float | None


class RoomPage(Schema):
    total: int
    rows: list[RoomOut]


class RoomStateCount(Schema):
    state: str
    zh: str
    colour: str
    count: int


class ReachCount(Schema):
    reach: int
    zh: str
    count: int


class BandCount(Schema):
    zh: str
    count: int


class RoomCounts(Schema):
    """``coverage``: rooms that can be judged of all with a sensor; ``minute``: as of when (epoch s)."""

    minute: int | None
    rooms: int
    judged: int
    coverage: float | None
    states: list[RoomStateCount]
    reach: list[ReachCount]
    bands: list[BandCount]
    mean_c: float | None


class RoomHours(Schema):
    """Hourly, null where not read: the room, its own way, the water sent, the cold outside."""

    times: list[int]
    room_c: list[float | None]
    usual_c: list[float | None]
    supply_c: list[float | None]
    outdoor_c: list[float | None]


class AheadOut(Schema):
    """``basis``: ``own`` models, or ``as_now`` where none has earned trust; errors are those on weeks not learned.
    ``weather``: whose weather they reckon with: a forecast, a stale one, the days before, or none."""

    hours: int
    room_c: float | None
    usual_error_k: float | None
    persistence_error_k: float | None
    basis: Literal["own", "as_now"]
    weather: Literal["forecast", "stale", "persistence", "none"]


class HoursQuery(Schema):
    """How many of the last hours."""

    hours: int = Field(72, ge=6, le=216)


class RoomCard(Schema):
    room: RoomOut
    user: int
    hours: RoomHours
    ahead: list[AheadOut]


@router.get("/diagnosis/rooms", response=RoomPage)
def room_list(request: HttpRequest, asked: Query[RoomQuery]) -> dict[str, Any]:
    """Rooms and what is the matter with them, the coldest first."""
    require(request.user, VIEW)
    total, rows = rooms.listed(scope_of(request.user), asked.wanted(), asked.limit, asked.offset)
    return {"total": total, "rows": [asdict(row) for row in rows]}


@router.get("/diagnosis/rooms/summary", response=RoomCounts)
def room_summary(request: HttpRequest, asked: Query[RoomFilter]) -> dict[str, Any]:
    """How many rooms are in which state, and how warm they are."""
    require(request.user, VIEW)
    return rooms.counts(scope_of(request.user), asked.wanted())


@router.get("/diagnosis/rooms/{number}", response=RoomCard)
def room_card(request: HttpRequest, number: int, asked: Query[HoursQuery]) -> dict[str, Any]:
    """One room: its state, its last hours beside its own way, its next hours."""
    require(request.user, VIEW)
    assets.require("room", number, scope_of(request.user))
    return {
        "room": asdict(rooms.one(number)),
        "user": int(assets.archive()["room"].links["user"][number]),
        "hours": rooms.room_hours(number, asked.hours),
        "ahead": [asdict(a) for a in rooms.ahead(number)],
    }


# --- service ----------------------------------------------------------------------------------------------------------


class SpanQuery(Schema):
    """``[start, end)`` in epoch seconds; the last seven days if not said."""

    start: int | None = Field(None, ge=0, le=LATEST_S)
    end: int | None = Field(None, ge=0, le=LATEST_S)

    def span(self, days: int = 7) -> tuple[int, int]:
        end = int(clock.now()) if self.end is None else self.end
        start = end - days * DAY_S if self.start is None else self.start
        if not 0 < end - start <= queries.LONGEST_S:
            raise invalid("start", "时间范围应为 1 天至 3 年")
        return start, end


class ServiceQuery(SpanQuery):
    """``order``: a column, ``-`` in front for descending; ``within`` and ``of``: only what one object answers for."""

    level: LevelKey = "company"
    within: LevelKey | None = None
    of: int = 0
    order: str = "score"
    limit: int = Field(100, ge=1, le=1_000)
    offset: int = Field(0, ge=0)


class ServiceRow(Schema):
    """``low``/``high``: 95 % interval by rooms; ``coverage``: rooms read of homes; ``like_for_like``: as if with the
    city's buildings and weather, ``expected``: what the city reached with theirs; ``weighed``: share of the weights
    that could be judged; ``few``: too few rooms for more than a hint."""

    number: int
    name: str
    rooms: int
    households: int
    hours: int
    coverage: float | None
    qualified: float | None
    low: float | None
    high: float | None
    like_for_like: float | None
    expected: float | None
    mean_c: float | None
    hot: float | None
    short_k: float | None
    score: float | None
    weighed: float
    parts: dict[str, float | None]
    complaints: int
    few: bool


class ServicePage(Schema):
    """``is_whole``: false where rows hold only the part of each object that the asker may see."""

    level: str
    zh: str
    start: int
    end: int
    is_whole: bool
    total: int
    rows: list[ServiceRow]


class ServiceTrend(Schema):
    times: list[int]
    qualified: list[float | None]
    low: list[float | None]
    high: list[float | None]
    score: list[float | None]
    mean_c: list[float | None]
    outdoor_c: list[float | None]
    rooms: list[int]
    slope: float | None


class NumberOut(Schema):
    """One public number of the model."""

    table: str
    name: str
    zh: str
    value: float
    unit: str
    source: str


@router.get("/diagnosis/service", response=ServicePage)
def service_list(request: HttpRequest, asked: Query[ServiceQuery]) -> dict[str, Any]:
    """Service quality of every object of a level, worst score first unless asked otherwise."""
    require(request.user, VIEW)
    scope, (start, end) = scope_of(request.user), asked.span()
    within = (asked.within, asked.of) if asked.within else None
    rows = queries.ordered(quality.quality(asked.level, start, end, scope, within=within), asked.order)
    page = rows[asked.offset : asked.offset + asked.limit]
    return {
        "level": asked.level, "zh": LEVELS[asked.level], "start": start, "end": end,
        "is_whole": is_whole(asked.level, scope), "total": len(rows), "rows": [asdict(row) for row in page],
    }  # fmt: skip


@router.get("/diagnosis/service/weights", response=list[NumberOut])
def service_weights(request: HttpRequest) -> list[dict[str, Any]]:
    """How the score is made: weights and references are public."""
    require(request.user, VIEW)
    return [
        {"table": table, "name": name, **asdict(row)}
        for table in ("weights", "reference")
        for name, row in tables()[table].items()
    ]


@router.get("/diagnosis/service/{level}/{number}", response=ServiceTrend)
def service_trend(
    request: HttpRequest, level: LevelKey, number: int, asked: Query[SpanQuery], step: quality.Step = "day"
) -> dict[str, Any]:
    """One object's quality over days, weeks or months."""
    require(request.user, VIEW)
    return asdict(quality.trend(level, number, *asked.span(queries.TREND_DAYS[step]), step, scope_of(request.user)))


class DemandIn(Schema):
    kind: str
    number: int
    reason: str = Field(max_length=200)
    level: int = 3


class DemandOut(Schema):
    """``closed_at`` null: it stands, and is an alert from which an order is raised."""

    id: int
    kind: str
    number: int
    name: str
    company: str
    reason: str
    level: int
    opened_at: int
    closed_at: int | None


def _demand(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.object_kind, "number": row.object_number,
        "name": assets.names(row.object_kind, [row.object_number])[0], "company": accounts.short_name(row.company_id),
        "reason": row.reason, "level": row.level, "opened_at": int(row.opened_at.timestamp()),
        "closed_at": int(row.closed_at.timestamp()) if row.closed_at else None,
    }  # fmt: skip


@router.get("/diagnosis/demands", response=list[DemandOut])
def demands(request: HttpRequest) -> list[dict[str, Any]]:
    """What regulators want set right, newest first, of one's own objects."""
    require(request.user, VIEW)
    return [_demand(row) for row in queries.demands(scope_of(request.user))]


@router.post("/diagnosis/demands", response={201: DemandOut})
def open_demand(request: HttpRequest, wanted: DemandIn) -> Status[dict[str, Any]]:
    """Demand that the service of an object is set right; it stands as an alert from the next minute on."""
    return Status(201, _demand(actions.demand(request.user, actions.Demand(**wanted.dict()))))


@router.post("/diagnosis/demands/{demand_id}/close", response=DemandOut)
def close_demand(request: HttpRequest, demand_id: int) -> dict[str, Any]:
    """It has been set right."""
    return _demand(actions.settle(request.user, demand_id))


# --- heat users -------------------------------------------------------------------------------------------------------


class TagOut(Schema):
    """``is_latent``: a problem nobody has complained of."""

    key: str
    zh: str
    reason: str
    tone: str
    is_latent: bool


class FeatureOut(Schema):
    """One quantity of the portrait; ``sort``: what the home that stands for this sort has."""

    key: str
    zh: str
    unit: str
    decimals: int
    value: float | None
    sort: float | None


class FeeOut(Schema):
    season_year: int
    due_yuan: float
    paid_yuan: float
    late_days: float | None


class CallOut(Schema):
    received_at: int | None
    category: str
    validity: str
    satisfaction: str


class PortraitOut(Schema):
    """``has_sensor`` false: what the room would say is unknown; ``sort``: the sort of homes it belongs to;
    ``room``: its sensor."""

    user: int
    room: int | None
    name: str
    company: str
    building: int
    position: str
    energy_class: str
    real_state: str
    has_sensor: bool
    state: str
    state_zh: str
    sort: str | None
    features: list[FeatureOut]
    tags: list[TagOut]
    fees: list[FeeOut]
    calls: list[CallOut]
    feedback: list[str]


class PortraitQuery(Schema):
    """``tag``: a key of /diagnosis/portraits/tags; ``sort``: number of a sort of homes."""

    tag: str = ""
    sort: int | None = None
    company: int | None = None
    district: int | None = None
    building: int | None = None
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0)


class HomeRow(Schema):
    user: int
    room: int
    name: str
    state_zh: str
    mean_c: float | None
    class_k: float | None
    calls: int
    owes_yuan: float | None
    tags: list[str]


class HomePage(Schema):
    total: int
    rows: list[HomeRow]


class TagCount(Schema):
    key: str
    zh: str
    tone: str
    is_latent: bool
    count: int


class SortCount(Schema):
    sort: int
    name: str
    count: int
    features: dict[str, float | None]


class TagsOut(Schema):
    """``silhouette``: how well the sorts are told apart (1 best), null before they were first found."""

    homes: int
    tags: list[TagCount]
    sorts: list[SortCount]
    silhouette: float | None
    sorted_at: int | None


class ClassOut(Schema):
    """Flats of one position: against middle flats, and how many are colder than their own class."""

    position: int
    zh: str
    homes: int
    read: int
    mean_c: float | None
    against_middle_k: float | None
    cold_share: float | None
    below_own_class: int
    calls_a_hundred: float | None


@router.get("/diagnosis/portraits", response=HomePage)
def portrait_list(request: HttpRequest, asked: Query[PortraitQuery]) -> dict[str, Any]:
    """Homes with a tag or of a sort, the coldest first."""
    require(request.user, VIEW)
    return queries.homes_page(scope_of(request.user), queries.HomesWanted(**asked.dict()))


@router.get("/diagnosis/portraits/tags", response=TagsOut)
def portrait_tags(request: HttpRequest) -> dict[str, Any]:
    """How many homes have which tag and are of which sort."""
    require(request.user, VIEW)
    return queries.tag_counts(scope_of(request.user))


@router.get("/diagnosis/portraits/special", response=list[ClassOut])
def special_users(request: HttpRequest) -> list[dict[str, Any]]:
    """Edge, top, corner and overhanging flats beside middle ones and beside their own class."""
    require(request.user, VIEW)
    return queries.special_rows(scope_of(request.user))


@router.get("/diagnosis/portraits/{user}", response=PortraitOut)
def portrait(request: HttpRequest, user: int) -> dict[str, Any]:
    """Everything that is known of one heat user, personal data masked."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    assets.require("heat_user", user, scope)
    return queries.portrait(user)
