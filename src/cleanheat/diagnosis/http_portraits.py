"""Addresses of heat users: homes by tag and sort, one portrait, flats of each position beside middle ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from cleanheat.assets import public as assets
from cleanheat.diagnosis.service import portraits, queries
from cleanheat.infra.scope import require, scope_of

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"


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
    tags: list[portraits.Tag]
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


@dataclass(frozen=True)
class NamedClass(portraits.ClassRow):
    """Flats of one position, by its name."""

    zh: str


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


@router.get("/diagnosis/portraits/special", response=list[NamedClass])
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
