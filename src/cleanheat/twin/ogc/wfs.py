"""Web Feature Service 2.0 (read-only, key-value parameters): what is there, what does it consist of, give me a page.

Written here because no kept library serves it from anything but a spatial database (docs/decisions/0014).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import orjson
from django.http import HttpRequest, HttpResponse

from cleanheat.infra import clock
from cleanheat.kernel.errors import Problem, invalid
from cleanheat.twin.ogc import crs, features, fes, gml, shapes, xml
from cleanheat.twin.ogc.collections import Collection, attributes, find, offered
from cleanheat.twin.ogc.crs import System
from cleanheat.twin.ogc.features import MOST, Page, Wanted
from cleanheat.twin.ogc.xml import element, text
from cleanheat.twin.secrecy import Allowed

VERSION: Final = "2.0.0"
_GML: Final = "application/gml+xml; version=3.2"
_JSON: Final = "application/json"
_FORMATS: Final[Mapping[str, str]] = {
    "": _GML, "gml32": _GML, "gml3": _GML, "text/xml; subtype=gml/3.2": _GML, "text/xml; subtype=gml/3.2.1": _GML,
    "application/gml+xml; version=3.2": _GML, "text/xml": _GML,
    "application/json": _JSON, "json": _JSON, "geojson": _JSON, "application/geo+json": _JSON,
}  # fmt: skip
_DEFAULT: Final = System(crs.urn(4326), 4326, is_swapped=True)
_BY_ID: Final = "urn:ogc:def:query:OGC-WFS::GetFeatureById"
_SPACES: Final = {
    "xmlns__wfs": "http://www.opengis.net/wfs/2.0",
    "xmlns__ows": "http://www.opengis.net/ows/1.1",
    "xmlns__fes": "http://www.opengis.net/fes/2.0",
    "xmlns__gml": "http://www.opengis.net/gml/3.2",
    "xmlns__xlink": "http://www.w3.org/1999/xlink",
    "xmlns__xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xmlns__ch": gml.NAMESPACE,
}


def answer(request: HttpRequest, allowed: Allowed) -> HttpResponse:
    """One request; refusals are problems, turned into exception reports at the door."""
    given = {key.upper(): str(value) for key, value in request.GET.items()}
    if given.get("SERVICE", "WFS").upper() != "WFS":
        raise invalid("service", "此地址是 WFS 服务")
    asked = given.get("REQUEST", "").lower()
    if asked != "getcapabilities" and not given.get("VERSION", VERSION).startswith("2.0"):
        raise Problem(400, "VersionNegotiationFailed", "仅支持 WFS 2.0", field="version")
    operations = {
        "getcapabilities": _capabilities,
        "describefeaturetype": _described,
        "getfeature": _page,
        "liststoredqueries": _stored,
        "describestoredqueries": _stored_described,
    }
    if asked not in operations:
        code = "OperationNotSupported" if asked else "MissingParameterValue"
        raise Problem(400, code, "没有这种操作", asked[:40], "request")
    return operations[asked](request, allowed, given)


def _capabilities(request: HttpRequest, allowed: Allowed, _given: Mapping[str, str]) -> HttpResponse:
    address = request.build_absolute_uri("/ogc/wfs")
    named = ("GetCapabilities", "DescribeFeatureType", "GetFeature", "ListStoredQueries", "DescribeStoredQueries")
    formats = "".join(element("ows:Value", text(f)) for f in (_GML, "text/xml; subtype=gml/3.2", _JSON))
    parameters = element("ows:Parameter", element("ows:AllowedValues", formats), name="outputFormat")
    return xml.document([
        element(
            "wfs:WFS_Capabilities",
            xml.identification("清洁供暖调度指挥平台 WFS", "WFS", VERSION),
            xml.operations(address, named, parameters).replace("</ows:OperationsMetadata>", _CONSTRAINTS),
            element("wfs:FeatureTypeList", *(_type(c, allowed) for c in offered(allowed))),
            _FILTERS,
            version=VERSION,
            **_SPACES,
        )
    ])  # fmt: skip


def _constraint(name: str, value: str) -> str:
    return element("ows:Constraint", "<ows:NoValues/>", element("ows:DefaultValue", value), name=name)


_CONSTRAINTS: Final = (
    "".join(
        _constraint(name, value)
        for name, value in {
            "ImplementsSimpleWFS": "TRUE",
            "ImplementsBasicWFS": "FALSE",
            "ImplementsTransactionalWFS": "FALSE",
            "ImplementsLockingWFS": "FALSE",
            "KVPEncoding": "TRUE",
            "XMLEncoding": "FALSE",
            "SOAPEncoding": "FALSE",
            "ImplementsResultPaging": "TRUE",
            "CountDefault": str(MOST),
        }.items()
    )
    + "</ows:OperationsMetadata>"
)
_FILTERS: Final = element(
    "fes:Filter_Capabilities",
    element(
        "fes:Conformance",
        *(
            element("fes:Constraint", "<ows:NoValues/>", element("ows:DefaultValue", value), name=name)
            for name, value in {
                "ImplementsQuery": "TRUE",
                "ImplementsAdHocQuery": "FALSE",
                "ImplementsMinStandardFilter": "FALSE",
                "ImplementsMinSpatialFilter": "TRUE",
                "ImplementsSorting": "TRUE",
            }.items()
        ),
    ),
    element("fes:Id_Capabilities", element("fes:ResourceIdentifier", name="fes:ResourceId")),
    element(
        "fes:Spatial_Capabilities",
        element("fes:GeometryOperands", element("fes:GeometryOperand", name="gml:Envelope")),
        element("fes:SpatialOperators", element("fes:SpatialOperator", name="BBOX")),
    ),
)


def _type(c: Collection, allowed: Allowed) -> str:
    west, south, east, north = shapes.extent(c, allowed)
    others = "".join(element("wfs:OtherCRS", crs.urn(code)) for code in crs.OFFERED if code != 4326)
    return element(
        "wfs:FeatureType",
        element("wfs:Name", f"{gml.PREFIX}:{c.key}"),
        element("wfs:Title", text(c.zh)),
        element("wfs:DefaultCRS", crs.urn(4326)),
        others,
        element("wfs:OtherCRS", "urn:ogc:def:crs:OGC:1.3:CRS84"),
        element(
            "ows:WGS84BoundingBox",
            element("ows:LowerCorner", f"{west:.7f} {south:.7f}"),
            element("ows:UpperCorner", f"{east:.7f} {north:.7f}"),
        ),
    )


def _asked(given: Mapping[str, str], allowed: Allowed) -> list[Collection]:
    names = given.get("TYPENAMES") or given.get("TYPENAME") or ""
    keys = [name.strip().strip("()").rpartition(":")[2] for name in names.split(",") if name.strip()]
    return [find(key, allowed) for key in keys]


def _described(_request: HttpRequest, allowed: Allowed, given: Mapping[str, str]) -> HttpResponse:
    wanted = _asked(given, allowed) or offered(allowed)
    schema = gml.schema([(c, attributes(c, allowed)) for c in wanted])
    return xml.document([schema], "application/gml+xml; version=3.2")


def _page(request: HttpRequest, allowed: Allowed, given: Mapping[str, str]) -> HttpResponse:
    if given.get("CQL_FILTER"):
        raise Problem(400, "OperationNotSupported", "不支持 CQL_FILTER", field="cql_filter")
    meant = fes.read(given["FILTER"].strip("()"), _DEFAULT) if given.get("FILTER") else fes.Meant()
    if meant.ids:
        given = {**given, "RESOURCEID": ",".join(meant.ids)}
    form = _FORMATS.get(given.get("OUTPUTFORMAT", "").lower())
    if form is None:
        raise invalid("outputFormat", "不支持该输出格式", given["OUTPUTFORMAT"][:60])
    c, numbers = _which(given, allowed)
    system = crs.system(given["SRSNAME"], "srsName") if given.get("SRSNAME") else _DEFAULT
    wanted = _wanted(given, numbers, meant)
    found = features.page(c, allowed, wanted)
    if given.get("RESULTTYPE", "results").lower() == "hits":
        found = Page(found.matched, found.numbers[:0])
    if form == _JSON:
        system = system if given.get("SRSNAME") else System(crs.CRS84, 4326)
        return _geojson(c, allowed, found, system)
    return _gml(request, c, allowed, (found, wanted), system, given)


def _which(given: Mapping[str, str], allowed: Allowed) -> tuple[Collection, tuple[int, ...] | None]:
    """The layer asked for, and the numbers of single features if they are named."""
    named = given.get("RESOURCEID") or given.get("FEATUREID") or ""
    if given.get("STOREDQUERY_ID"):
        if given["STOREDQUERY_ID"] != _BY_ID:
            raise invalid("storedQuery_Id", "没有这个预存查询")
        named = given.get("ID", "")
    matches = [re.fullmatch(r"(\w+)\.(\d{1,9})", part.strip()) for part in named.split(",") if part.strip()]
    if any(m is None for m in matches):
        raise invalid("resourceId", "要素标识应为 图层.编号")
    keys = {m[1] for m in matches if m} or {c.key for c in _asked(given, allowed)}
    if not keys:
        raise Problem(400, "MissingParameterValue", "请给出图层", field="typeNames")
    if len(keys) > 1:
        raise invalid("typeNames", "一次请求一个图层")
    return find(keys.pop(), allowed), tuple(int(m[2]) for m in matches if m) or None


def _wanted(given: Mapping[str, str], numbers: tuple[int, ...] | None, meant: fes.Meant) -> Wanted:
    told = crs.parse_box(given.get("BBOX", ""), _DEFAULT)
    sort, _, way = given.get("SORTBY", "").split(",")[0].strip().partition(" ")
    return Wanted(
        box=fes.meet([*meant.boxes, *([told] if told else [])]),
        equals=meant.equals,
        numbers=numbers,
        sort=sort.rpartition(":")[2],
        is_descending=way.strip().upper() in ("D", "DESC"),
        offset=_count(given, "STARTINDEX", 0),
        limit=min(_count(given, "COUNT", _count(given, "MAXFEATURES", MOST)), MOST),
    )


def _count(given: Mapping[str, str], key: str, default: int) -> int:
    told = given.get(key, "")
    if told and not (told.isascii() and told.isdigit() and len(told) < 10):
        raise invalid(key.lower(), "应为非负整数", told[:20])
    return int(told) if told else default


def _geojson(c: Collection, allowed: Allowed, found: Page, system: System) -> HttpResponse:
    import shapely

    rows = features.rows(c, allowed, found.numbers)
    texts = shapely.to_geojson(crs.converted(shapes.geometries(c, allowed, found.numbers), system))
    made = [
        {"type": "Feature", "id": gml.feature_id(c, n), "properties": row, "geometry": orjson.Fragment(shape)}
        for n, row, shape in zip(found.numbers.tolist(), rows, texts, strict=True)
    ]
    named = (
        {}
        if system.epsg == 4326 and not system.is_swapped
        else {"crs": {"type": "name", "properties": {"name": system.name}}}
    )
    document = {
        "type": "FeatureCollection",
        **named,
        "numberMatched": found.matched,
        "numberReturned": len(made),
        "features": made,
    }
    return HttpResponse(orjson.dumps(document), content_type=_JSON)


def _gml(
    request: HttpRequest,
    c: Collection,
    allowed: Allowed,
    asked: tuple[Page, Wanted],
    system: System,
    given: Mapping[str, str],
) -> HttpResponse:
    found, wanted = asked
    rows = features.rows(c, allowed, found.numbers)
    drawn = crs.converted(shapes.geometries(c, allowed, found.numbers), system)
    made = gml.members(c, found.numbers.tolist(), rows, drawn, system)
    if given.get("STOREDQUERY_ID") and not made:
        raise Problem(404, "not-found", "没有这个要素", field="id")
    address = request.build_absolute_uri("/ogc/wfs")
    described = f"{address}?SERVICE=WFS&VERSION={VERSION}&REQUEST=DescribeFeatureType&TYPENAMES={gml.PREFIX}:{c.key}"
    onward = {}
    end = wanted.offset + len(made)
    if made and end < found.matched:
        query = request.GET.copy()
        for key in [k for k in query if k.upper() in ("STARTINDEX", "COUNT")]:
            del query[key]
        onward = {"next": f"{address}?{query.urlencode()}&STARTINDEX={end}&COUNT={wanted.limit}"}
    collection = element(
        "wfs:FeatureCollection",
        *made,
        timeStamp=datetime.fromtimestamp(clock.machine_now(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        numberMatched=found.matched,
        numberReturned=len(made),
        xsi__schemaLocation=f"http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd "
        f"{gml.NAMESPACE} {described}",
        **onward,
        **_SPACES,
    )
    return xml.document([collection], _GML)


def _stored(_request: HttpRequest, allowed: Allowed, _given: Mapping[str, str]) -> HttpResponse:
    kinds = "".join(element("wfs:ReturnFeatureType", f"{gml.PREFIX}:{c.key}") for c in offered(allowed))
    query = element("wfs:StoredQuery", element("wfs:Title", "按标识取要素"), kinds, id=_BY_ID)
    return xml.document([element("wfs:ListStoredQueriesResponse", query, **_SPACES)])


def _stored_described(_request: HttpRequest, allowed: Allowed, _given: Mapping[str, str]) -> HttpResponse:
    kinds = " ".join(f"{gml.PREFIX}:{c.key}" for c in offered(allowed))
    told = element(
        "wfs:StoredQueryDescription",
        element("wfs:Title", "按标识取要素"),
        element("wfs:Parameter", name="ID", type="xs:string"),
        element(
            "wfs:QueryExpressionText",
            returnFeatureTypes=kinds,
            language="urn:ogc:def:queryLanguage:OGC-WFS::WFS_QueryExpression",
            isPrivate="true",
        ),
        id=_BY_ID,
        xmlns__xs="http://www.w3.org/2001/XMLSchema",
    )
    return xml.document([element("wfs:DescribeStoredQueriesResponse", told, **_SPACES)])
