"""OGC API Features, Tiles and Processes: pygeoapi, told what one client may see, answering one request.

pygeoapi is given our request's path and parameters and returns a document; who may ask is settled before
(:mod:`cleanheat.twin.ogc.door`).  Only JSON leaves: its pages would load scripts from elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse

from cleanheat.kernel.errors import Problem, not_found
from cleanheat.twin import queries
from cleanheat.twin.ogc import crs, shapes
from cleanheat.twin.ogc.collections import Collection, offered
from cleanheat.twin.ogc.features import MOST
from cleanheat.twin.ogc.providers import VECTOR_TILE
from cleanheat.twin.secrecy import Allowed

logging.getLogger("pygeoapi").setLevel(logging.CRITICAL)  # it calls a client's wrong parameter an error of ours
CONFORMANCE: Final = tuple(
    f"http://www.opengis.net/spec/{part}"
    for part in (
        "ogcapi-common-1/1.0/conf/core",
        "ogcapi-common-2/1.0/conf/collections",
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-2/1.0/conf/crs",
        "ogcapi-features-3/1.0/conf/queryables",
        "ogcapi-features-3/1.0/conf/queryables-query-parameters",
        "ogcapi-features-5/1.0/conf/schemas",
        "ogcapi-tiles-1/1.0/conf/core",
        "ogcapi-tiles-1/1.0/conf/tileset",
        "ogcapi-tiles-1/1.0/conf/tilesets-list",
        "ogcapi-tiles-1/1.0/conf/geodata-tilesets",
        "ogcapi-tiles-1/1.0/conf/mvt",
        "ogcapi-processes-1/1.0/conf/core",
        "ogcapi-processes-1/1.0/conf/ogc-process-description",
        "ogcapi-processes-1/1.0/conf/json",
    )
)
"""What we keep of the standards: pygeoapi's own list names pages and transactions that are not offered here."""
_ELSEWHERE: Final = frozenset({"text/html", "application/ld+json", "application/schema+json;html"})
Answer = tuple[Mapping[str, str], int, Any]


def landing(request: HttpRequest, allowed: Allowed) -> HttpResponse:
    from pygeoapi.api import landing_page

    return _answered(request, allowed, landing_page)


def conformance(_request: HttpRequest, _allowed: Allowed) -> HttpResponse:
    return HttpResponse(orjson.dumps({"conformsTo": CONFORMANCE}), content_type="application/json")


def openapi(request: HttpRequest, allowed: Allowed) -> HttpResponse:
    from pygeoapi.openapi import get_oas

    document = get_oas(_api(_base(request), allowed).config)
    return HttpResponse(orjson.dumps(document), content_type="application/vnd.oai.openapi+json;version=3.0")


def collections(request: HttpRequest, allowed: Allowed, collection: str | None = None) -> HttpResponse:
    from pygeoapi.api import describe_collections

    return _answered(request, allowed, describe_collections, collection)


def part(request: HttpRequest, allowed: Allowed, collection: str, what: str) -> HttpResponse:
    """``items``, ``queryables``, ``schema`` or ``tiles`` of a layer."""
    from pygeoapi.api import get_collection_schema, itemtypes, tiles

    found: Mapping[str, Callable[..., Answer]] = {
        "items": itemtypes.get_collection_items,
        "queryables": itemtypes.get_collection_queryables,
        "schema": get_collection_schema,
        "tiles": tiles.get_collection_tiles,
    }
    if what not in found:
        raise not_found("没有这个地址")
    return _answered(request, allowed, found[what], collection)


def item(request: HttpRequest, allowed: Allowed, collection: str, number: str) -> HttpResponse:
    from pygeoapi.api.itemtypes import get_collection_item

    return _answered(request, allowed, get_collection_item, collection, number)


def tile_set(request: HttpRequest, allowed: Allowed, collection: str, matrix_set: str) -> HttpResponse:
    from pygeoapi.api.tiles import get_collection_tiles_metadata

    return _answered(request, allowed, get_collection_tiles_metadata, collection, matrix_set)


def tile(
    request: HttpRequest, allowed: Allowed, collection: str, matrix_set: str, z: str, y: str, x: str
) -> HttpResponse:
    from pygeoapi.api.tiles import get_collection_tiles_data

    response = _answered(request, allowed, get_collection_tiles_data, collection, matrix_set, z, y, x, form="mvt")
    return HttpResponse(status=204) if response.status_code == 204 else response


def matrix_sets(request: HttpRequest, allowed: Allowed, matrix_set: str | None = None) -> HttpResponse:
    from pygeoapi.api.tiles import tilematrixset, tilematrixsets

    if matrix_set is None:
        return _answered(request, allowed, tilematrixsets)
    return _answered(request, allowed, tilematrixset, matrix_set)


def processes(request: HttpRequest, allowed: Allowed, process: str | None = None) -> HttpResponse:
    """Which analyses there are, and what one takes."""
    from pygeoapi.api.processes import describe_processes

    return _answered(request, allowed, describe_processes, process)


def execution(request: HttpRequest, allowed: Allowed, process: str) -> HttpResponse:
    """Run an analysis: ``{"inputs": {…}}``."""
    from pygeoapi.api.processes import execute_process

    return _answered(request, allowed, execute_process, process, body=_inputs(request.body))


def _inputs(body: bytes) -> bytes:
    """The inputs alone: a subscriber's address would let a client send our server to places of his choice."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "unreadable", "请求内容无法解析") from error
    given = told.get("inputs", {}) if isinstance(told, dict) else None
    if not isinstance(given, dict):
        raise Problem(400, "invalid-field", "应为对象", field="inputs")
    return orjson.dumps({"inputs": given})


def _answered(
    request: HttpRequest,
    allowed: Allowed,
    ask: Callable[..., Answer],
    *parts: Any,
    form: str = "json",
    body: bytes = b"",
) -> HttpResponse:
    from pygeoapi.api import APIRequest

    api = _api(_base(request), allowed)
    given = {**{key: str(value) for key, value in request.GET.items()}, "f": form, "lang": "zh"}
    plain = SimpleNamespace(args=given, headers={}, path_info=request.path_info)
    asked = APIRequest(plain, api.locales)
    asked._data = body  # noqa: SLF001 - as pygeoapi's own factories do
    headers, status, content = ask(api, asked, *parts)
    told = content if isinstance(content, bytes) else str(content).encode()
    kind = headers.get("Content-Type", "application/json")
    if "json" in kind and status < 400:
        told = orjson.dumps(_without_pages(orjson.loads(told)))
    response = HttpResponse(told, status=int(status), content_type=kind)
    if "Content-Crs" in headers:
        response["Content-Crs"] = headers["Content-Crs"]
    return response


def _without_pages(value: Any) -> Any:
    """A document without links to representations that are not offered."""
    if isinstance(value, list):
        return [_without_pages(v) for v in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without_pages(v) for key, v in value.items() if key not in ("links", "features")}
    if "features" in value:
        kept["features"] = value["features"]
    if isinstance(links := value.get("links"), list):
        kept["links"] = [link for link in links if not _is_page(link)]
    return kept


def _is_page(link: Mapping[str, Any]) -> bool:
    return (
        link.get("type") in _ELSEWHERE or "f=html" in str(link.get("href", "")) or "f=jsonld" in str(link.get("href"))
    )


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/ogc")


def _api(base: str, allowed: Allowed) -> Any:
    from cleanheat.assets import public as assets

    return _api_of(base, _Client(allowed), queries.version(), assets.archive().version)


class _Client:
    """A client's class and scope as a key of the cache: equal scopes are told the same."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed

    def __hash__(self) -> int:
        return hash(self.allowed.scope.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Client) and other.allowed.scope == self.allowed.scope


@lru_cache(maxsize=32)
def _api_of(base: str, client: _Client, _geometry: str, _archive: str) -> Any:
    from pygeoapi.api import API

    from cleanheat.twin.ogc.processes import definitions

    resources = {c.key: _resource(c, client.allowed) for c in offered(client.allowed)}
    config = {**_server(base), "resources": {**resources, **definitions(client.allowed)}}
    return API(config, {})


def _server(base: str) -> dict[str, Any]:
    title = "清洁供暖调度指挥平台 地理信息服务"
    return {
        "server": {
            "url": base,
            "bind": {"host": "", "port": 0},
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["zh"],
            "limits": {"default_items": 100, "max_items": MOST, "on_exceed": "throttle"},
            "map": {"url": "", "attribution": ""},
            "gzip": False,
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": title,
                "description": title,
                "keywords": ["供热"],
                "keywords_type": "theme",
                "terms_of_service": "",
                "url": base,
            },
            "license": {"name": "", "url": ""},
            "provider": {"name": "", "url": base},
            "contact": {"name": "", "email": ""},
        },
    }


def _resource(c: Collection, allowed: Allowed) -> dict[str, Any]:
    systems = [crs.CRS84, *(crs.uri(code) for code in crs.OFFERED)]
    common = {"data": c, "allowed": allowed}
    return {
        "type": "collection",
        "title": c.zh,
        "description": c.zh,
        "keywords": [c.zh],
        "extents": {"spatial": {"bbox": list(shapes.extent(c, allowed)), "crs": crs.CRS84}},
        "providers": [
            {
                "type": "feature",
                "name": "cleanheat.twin.ogc.providers.FeatureProvider",
                "id_field": "number",
                "title_field": "name",
                "crs": systems,
                "storage_crs": crs.CRS84,
                **common,
            },
            {
                "type": "tile",
                "name": "cleanheat.twin.ogc.providers.TileProvider",
                "options": {"zoom": {"min": c.min_zoom, "max": 18}},
                "format": {"name": "mvt", "mimetype": VECTOR_TILE},
                **common,
            },
        ],
    }


def refused(problem: Problem) -> HttpResponse:
    """A problem as OGC API says it."""
    document = {**problem.document(), "code": problem.code, "description": str(problem)}
    return HttpResponse(orjson.dumps(document), status=problem.status, content_type="application/problem+json")
