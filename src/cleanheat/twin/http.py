"""Which addresses the map is served from: manifest, network file, coverage; and tiles beside the API."""

from __future__ import annotations

import gzip
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from ninja import Router

from cleanheat.infra.scope import scope_of
from cleanheat.kernel.errors import Problem
from cleanheat.twin import queries, secrecy

router = Router(tags=["twin"])

FOREVER = "private, max-age=31536000, immutable"
_ASK_AGAIN = "private, no-cache"


@router.get("/twin/manifest", response=dict[str, Any], summary="地图清单：版本、范围、图层、主题")
def manifest(request: HttpRequest) -> dict[str, Any]:
    return queries.manifest(scope_of(request.user))


@router.get("/twin/network.bin", summary="管网与建筑几何（二进制，按权限裁剪）")
def network_bin(request: HttpRequest, v: str = "") -> HttpResponse:
    scope = scope_of(request.user)
    secrecy.check_address(v, scope)
    file = queries.network_file(scope)
    cache = FOREVER if v == queries.address_version(scope) else _ASK_AGAIN
    if request.headers.get("if-none-match") == file.etag:
        return HttpResponse(status=304, headers={"ETag": file.etag, "Cache-Control": cache})
    return gzipped(request, file.gzipped, "application/octet-stream", cache, {"ETag": file.etag})


@router.get("/twin/coverage/{kind}", response=dict[str, Any], summary="供热覆盖范围（GeoJSON，按权限裁剪）")
def coverage(request: HttpRequest, response: HttpResponse, kind: str, v: str = "") -> dict[str, Any]:
    scope = scope_of(request.user)
    secrecy.check_address(v, scope)
    response["Cache-Control"] = FOREVER if v == queries.address_version(scope) else _ASK_AGAIN
    return queries.coverage(kind, scope)


@require_safe
def tile(request: HttpRequest, name: str, version: str, z: int, x: int, y: int) -> HttpResponse:
    """One vector tile; outside the API because browsers ask for hundreds and a schema has nothing to say of them."""
    try:
        found = _tile(request, name, version, (z, x, y))
    except Problem as problem:
        return JsonResponse(problem.document(), status=problem.status, content_type="application/problem+json")
    if found is None:
        return HttpResponse(status=204, headers={"Cache-Control": FOREVER})
    return gzipped(request, found, "application/vnd.mapbox-vector-tile", FOREVER, {})


def _tile(request: HttpRequest, name: str, version: str, zxy: tuple[int, int, int]) -> bytes | None:
    if not request.user.is_authenticated:
        raise Problem(401, "signed-out", "请先登录")
    return queries.tile(name, version, *zxy, scope_of(request.user))


def gzipped(request: HttpRequest, body: bytes, content_type: str, cache: str, headers: dict[str, str]) -> HttpResponse:
    """Pass gzipped bytes through; unpack them only for the rare client that cannot."""
    headers = {**headers, "Cache-Control": cache, "Vary": "Accept-Encoding, Cookie"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return HttpResponse(body, content_type=content_type, headers={**headers, "Content-Encoding": "gzip"})
    return HttpResponse(gzip.decompress(body), content_type=content_type, headers=headers)
