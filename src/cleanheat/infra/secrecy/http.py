"""Addresses of secrecy: who is shown what, what this client is, and how an administrator changes it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from cleanheat.infra.scope import scope_of
from cleanheat.infra.secrecy import actions, classes
from cleanheat.infra.secrecy.classes import SECTIONS, SHIPPED, Level, Policy
from cleanheat.infra.secrecy.clients import address_of
from cleanheat.infra.secrecy.models import SecrecyVersion

router = Router(tags=["secrecy"])
SECTIONS_ZH = {"kinds": "对象图层", "shapes": "几何图形", "attributes": "属性", "addresses": "功能与服务"}
NETWORKS_ZH = {"internal": "内网网段", "phones": "内网中的手机网段", "proxies": "可信代理"}
MOST_VERSIONS = 50


class SecrecyLevel(Schema):
    key: str
    zh: str
    meaning: str


class SecrecyClient(Schema):
    key: str
    zh: str
    who: str
    clearance: str
    grid_m: float


class SecrecyItem(Schema):
    """``shipped``: the level as delivered."""

    key: str
    zh: str
    level: str
    shipped: str
    least_grid_m: float


class SecrecySection(Schema):
    key: str
    zh: str
    items: list[SecrecyItem]


class SecrecyNetworks(Schema):
    key: str
    zh: str
    networks: list[str]


class SecrecyVersionOut(Schema):
    id: int
    at: datetime
    by: str
    reason: str


class SecrecyOut(Schema):
    """The policy in force; ``mine``: the class of the client that asks, ``address``: where the server sees it."""

    version: int
    mine: str
    address: str
    levels: list[SecrecyLevel]
    clients: list[SecrecyClient]
    sections: list[SecrecySection]
    networks: list[SecrecyNetworks]
    versions: list[SecrecyVersionOut]


class SecrecyChange(Schema):
    """All that shall differ from what is delivered: levels by ``section.key``, grids by client, networks by list."""

    seen: int
    reason: Annotated[str, Field(max_length=200)]
    levels: Annotated[dict[str, str], Field(max_length=200)] = Field(default_factory=dict)
    grids: Annotated[dict[str, float], Field(max_length=3)] = Field(default_factory=dict)
    networks: Annotated[dict[str, list[str]], Field(max_length=3)] = Field(default_factory=dict)


@router.get("/secrecy", response=SecrecyOut, summary="密级设置：各类终端可见的图层、属性与精度")
def secrecy(request: HttpRequest) -> dict[str, Any]:
    actions.allowed(request.user)
    return _told(request, classes.current())


@router.post("/secrecy", response=SecrecyOut, summary="变更密级设置")
def change(request: HttpRequest, body: SecrecyChange) -> dict[str, Any]:
    """In force at once; 422 names the entry that is wrong."""
    changes = {"levels": body.levels, "grids": body.grids, "networks": body.networks}
    return _told(request, actions.change(request.user, changes, body.seen, body.reason))


def _told(request: HttpRequest, policy: Policy) -> dict[str, Any]:
    return {
        "version": policy.number,
        "mine": classes.client_of(scope_of(request.user)).key,
        "address": str(address_of(request.META) or ""),
        "levels": [{"key": key, **told} for key, told in SHIPPED["levels"].items()],
        "clients": [
            {"key": c.key, "zh": c.zh, "who": c.who, "clearance": _key(c.clearance), "grid_m": c.grid_m}
            for c in policy.clients.values()
        ],
        "sections": [
            {"key": key, "zh": SECTIONS_ZH[key], "items": [_item(key, one) for one in policy.classed[key].values()]}
            for key in SECTIONS
        ],
        "networks": [
            {"key": key, "zh": zh, "networks": [str(n) for n in policy.networks[key]]}
            for key, zh in NETWORKS_ZH.items()
        ],
        "versions": [
            {"id": row.pk, "at": row.at, "by": row.by.display_name or row.by.username, "reason": row.reason}
            for row in SecrecyVersion.objects.select_related("by")[:MOST_VERSIONS]
        ],
    }


def _item(section: str, one: classes.Classed) -> dict[str, Any]:
    return {
        "key": one.key,
        "zh": one.zh,
        "level": _key(one.level),
        "shipped": SHIPPED[section][one.key]["level"],
        "least_grid_m": one.least_grid_m,
    }


def _key(level: Level) -> str:
    return level.name.lower()
