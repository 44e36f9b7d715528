"""Which addresses the tools of the map ask: search, supply areas, and satellite images by way of our server."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from ninja import Field, Router

from cleanheat.infra.scope import scope_of
from cleanheat.kernel.errors import Problem
from cleanheat.twin import queries, search
from cleanheat.twin.coverage import serving as coverage
from cleanheat.twin.http import FOREVER, gzipped
from cleanheat.twin.satellite import serving

router = Router(tags=["twin"])

_A_DAY = "private, max-age=86400"


@router.get("/twin/search", response=list[search.Found], summary="地图搜索：名称、编码、地址、拼音")
def find(
    request: HttpRequest, q: Annotated[str, Field(max_length=100)], limit: Annotated[int, Field(ge=1, le=50)] = 12
) -> list[search.Found]:
    return search.search(q, scope_of(request.user), limit)


@router.get("/twin/areas/{kind}", response=dict[str, Any], summary="供热范围的名称与位置（按权限裁剪）")
def areas(request: HttpRequest, kind: str) -> dict[str, Any]:
    return coverage.names(queries.areas_basis(), kind, scope_of(request.user))


@router.get("/twin/satellite", response=serving.Satellite, summary="卫星影像源，或缺少什么、如何配置")
def satellite(request: HttpRequest) -> serving.Satellite:  # noqa: ARG001
    return serving.mode()


@require_safe
def areas_tile(request: HttpRequest, version: str, z: int, x: int, y: int) -> HttpResponse:
    """One vector tile of supply areas, cut to the viewer's scope."""
    try:
        found = _areas_tile(request, version, (z, x, y))
    except Problem as problem:
        return refused(problem)
    if found is None:
        return HttpResponse(status=204, headers={"Cache-Control": FOREVER})
    return gzipped(request, found, "application/vnd.mapbox-vector-tile", FOREVER, {})


@require_safe
def satellite_tile(request: HttpRequest, source: str, z: int, x: int, y: int) -> HttpResponse:
    """One image of a declared source; outside the API like all tiles."""
    try:
        found = _picture(request, source, z, x, y)
    except Problem as problem:
        return refused(problem)
    if found is None:
        return HttpResponse(status=204, headers={"Cache-Control": _A_DAY})
    return HttpResponse(found.body, content_type=found.media_type, headers={"Cache-Control": _A_DAY, "Vary": "Cookie"})


def refused(problem: Problem) -> HttpResponse:
    return JsonResponse(problem.document(), status=problem.status, content_type="application/problem+json")


def _areas_tile(request: HttpRequest, version: str, zxy: tuple[int, int, int]) -> bytes | None:
    if not request.user.is_authenticated:
        raise Problem(401, "signed-out", "请先登录")
    return coverage.tile(queries.areas_basis(), version, *zxy, scope_of(request.user))


def _picture(request: HttpRequest, source: str, z: int, x: int, y: int) -> serving.Picture | None:
    if not request.user.is_authenticated:
        raise Problem(401, "signed-out", "请先登录")
    return serving.tile(source, z, x, y)
