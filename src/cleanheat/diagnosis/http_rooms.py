"""Addresses of rooms: their states and counts, one room beside its own way and its next hours."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.assets import public as assets
from cleanheat.diagnosis.rooms import queries as rooms
from cleanheat.diagnosis.rooms.queries import Wanted
from cleanheat.diagnosis.vocabulary import State
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import invalid

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"


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


class RoomPage(Schema):
    total: int
    rows: list[rooms.RoomRow]


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


class HoursQuery(Schema):
    """How many of the last hours."""

    hours: int = Field(72, ge=6, le=216)


class RoomCard(Schema):
    room: rooms.RoomRow
    user: int
    hours: RoomHours
    ahead: list[rooms.Ahead]


@router.get("/diagnosis/rooms", response=RoomPage)
def room_list(request: HttpRequest, asked: Query[RoomQuery]) -> dict[str, Any]:
    """Rooms and what is the matter with them, the coldest first."""
    require(request.user, VIEW)
    total, found = rooms.listed(scope_of(request.user), asked.wanted(), asked.limit, asked.offset)
    return {"total": total, "rows": found}


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
        "room": rooms.one(number),
        "user": int(assets.archive()["room"].links["user"][number]),
        "hours": rooms.room_hours(number, asked.hours),
        "ahead": rooms.ahead(number),
    }
