"""Web Map Tile Service 1.0: which layers and tile matrix sets there are, and their tiles as pictures or vectors.

Written here because no kept library draws it for one client's scope (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse

from cleanheat.kernel.errors import Problem, invalid
from cleanheat.twin.ogc import crs, shapes, tiles, xml
from cleanheat.twin.ogc.collections import Collection, find, offered
from cleanheat.twin.ogc.grids import GRIDS, LEVELS, SIDE_PX, Grid, grid
from cleanheat.twin.ogc.xml import element, text
from cleanheat.twin.secrecy import Allowed

VERSION: Final = "1.0.0"
PNG: Final = "image/png"
MVT: Final = "application/vnd.mapbox-vector-tile"
_FORMATS: Final[Mapping[str, str]] = {PNG: PNG, "png": PNG, MVT: MVT, "mvt": MVT, "pbf": MVT}
HEATING: Final = "heating"
"""All of the supply system in one picture."""
_HEATING_ZH: Final = "供热一张图"
_DRAWN: Final = ("districts", "buildings", "pipes", "substations", "branches", "boilers", "plants")
_SPACES: Final = {
    "xmlns": "http://www.opengis.net/wmts/1.0",
    "xmlns__ows": "http://www.opengis.net/ows/1.1",
    "xmlns__xlink": "http://www.w3.org/1999/xlink",
    "xmlns__gml": "http://www.opengis.net/gml",
}


def answer(request: HttpRequest, allowed: Allowed) -> HttpResponse:
    """A request by key-value parameters."""
    given = {key.upper(): str(value) for key, value in request.GET.items()}
    if given.get("SERVICE", "WMTS").upper() != "WMTS":
        raise invalid("service", "此地址是 WMTS 服务")
    asked = given.get("REQUEST", "").lower()
    if asked == "getcapabilities":
        return capabilities(request, allowed)
    if asked != "gettile":
        code = "OperationNotSupported" if asked else "MissingParameterValue"
        raise Problem(400, code, "没有这种操作", asked[:40], "request")
    wanted = {key: given.get(key, "") for key in ("LAYER", "TILEMATRIXSET", "TILEMATRIX", "TILEROW", "TILECOL")}
    missing = [key.lower() for key, value in wanted.items() if not value]
    if missing:
        raise Problem(400, "MissingParameterValue", "缺少参数", field=missing[0])
    layer, matrix_set, matrix, row, column = wanted.values()
    return tile(allowed, layer, matrix_set, matrix, row, column, given.get("FORMAT", PNG))


def tile(allowed: Allowed, layer: str, matrix_set: str, matrix: str, row: str, column: str, form: str) -> HttpResponse:
    """One tile, transparent where there is nothing."""
    if form not in _FORMATS:
        raise invalid("format", "不支持该格式", form[:60])
    at = []
    for name, value in (("tilematrix", matrix.rpartition(":")[2]), ("tilerow", row), ("tilecol", column)):
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise invalid(name, "应为非负整数", value[:20])
        at.append(int(value))
    chosen, layers = grid(matrix_set), _layers(layer, allowed)
    kind = _FORMATS[form]
    if kind == MVT:
        if len(layers) != 1:
            raise invalid("format", "该图层只有图片瓦片")
        body = tiles.vector(layers[0], allowed, chosen, at[0], at[1], at[2])
    else:
        body = tiles.picture(layers, allowed, chosen, at[0], at[1], at[2])
    return HttpResponse(body, content_type=kind)


def _layers(key: str, allowed: Allowed) -> tuple[Collection, ...]:
    if key != HEATING:
        return (find(key, allowed),)
    known = {c.key: c for c in offered(allowed)}
    return tuple(known[k] for k in _DRAWN if k in known)


def capabilities(request: HttpRequest, allowed: Allowed) -> HttpResponse:
    """All that a client must know before it asks for tiles."""
    address = request.build_absolute_uri("/ogc/wmts")
    layers = offered(allowed)
    extents = {c.key: shapes.extent(c, allowed) for c in layers}
    whole = (
        min(e[0] for e in extents.values()), min(e[1] for e in extents.values()),
        max(e[2] for e in extents.values()), max(e[3] for e in extents.values()),
    )  # fmt: skip
    told = [_layer(address, HEATING, _HEATING_ZH, whole, (PNG,))]
    told += [_layer(address, c.key, c.zh, extents[c.key], (PNG, MVT)) for c in layers]
    return xml.document([
        element(
            "Capabilities",
            xml.identification("清洁供暖调度指挥平台 WMTS", "OGC WMTS", VERSION),
            xml.operations(address, ("GetCapabilities", "GetTile")),
            element("Contents", *told, *(_matrix_set(g) for g in GRIDS.values())),
            element("ServiceMetadataURL", xlink__href=f"{address}?SERVICE=WMTS&REQUEST=GetCapabilities"),
            version=VERSION,
            **_SPACES,
        )
    ])  # fmt: skip


def _layer(address: str, key: str, zh: str, box: shapes.Box, forms: tuple[str, ...]) -> str:
    west, south, east, north = box
    path = f"{address}/{key}/default/{{TileMatrixSet}}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}"
    endings = {PNG: "png", MVT: "mvt"}
    return element(
        "Layer",
        element("ows:Title", text(zh)),
        element(
            "ows:WGS84BoundingBox",
            element("ows:LowerCorner", f"{west:.7f} {south:.7f}"),
            element("ows:UpperCorner", f"{east:.7f} {north:.7f}"),
        ),
        element("ows:Identifier", key),
        element("Style", element("ows:Title", "默认"), element("ows:Identifier", "default"), isDefault="true"),
        *(element("Format", form) for form in forms),
        *(element("TileMatrixSetLink", element("TileMatrixSet", g)) for g in GRIDS),
        *(
            element("ResourceURL", format=form, resourceType="tile", template=f"{path}.{endings[form]}")
            for form in forms
        ),
    )


def _matrix_set(g: Grid) -> str:
    corner = f"{g.corner[0]:.10f} {g.corner[1]:.10f}" if g.unit_m == 1 else f"{g.corner[1]} {g.corner[0]}"
    scale_set = {"WebMercatorQuad": "GoogleMapsCompatible", "WorldCRS84Quad": "GoogleCRS84Quad"}.get(g.key)
    known = element("WellKnownScaleSet", f"urn:ogc:def:wkss:OGC:1.0:{scale_set}") if scale_set else ""
    return element(
        "TileMatrixSet",
        element("ows:Title", text(g.zh)),
        element("ows:Identifier", g.key),
        element("ows:SupportedCRS", crs.urn(g.epsg)),
        known,
        *(
            element(
                "TileMatrix",
                element("ows:Identifier", str(z)),
                element("ScaleDenominator", repr(g.scale(z))),
                element("TopLeftCorner", corner),
                element("TileWidth", str(SIDE_PX)),
                element("TileHeight", str(SIDE_PX)),
                element("MatrixWidth", str(g.size(z)[0])),
                element("MatrixHeight", str(g.size(z)[1])),
            )
            for z in range(LEVELS)
        ),
    )
