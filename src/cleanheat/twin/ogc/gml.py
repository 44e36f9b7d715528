"""How are features written as GML 3.2, and their schema as XML Schema?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from cleanheat.twin.ogc.collections import Attribute, Collection
from cleanheat.twin.ogc.crs import System, urn
from cleanheat.twin.ogc.features import Row
from cleanheat.twin.ogc.shapes import Geometries
from cleanheat.twin.ogc.xml import attribute, element, text

NAMESPACE: Final = "urn:cleanheat:gis"
PREFIX: Final = "ch"
GEOMETRY: Final = "geometry"
_XSD: Final = {"string": "string", "integer": "int", "number": "double", "boolean": "boolean"}


def feature_id(c: Collection, number: int) -> str:
    return f"{c.key}.{number}"


def schema(layers: Sequence[tuple[Collection, Sequence[Attribute]]]) -> str:
    """The schema of features of these layers."""
    imported = element(
        "xsd:import",
        namespace="http://www.opengis.net/gml/3.2",
        schemaLocation="http://schemas.opengis.net/gml/3.2.1/gml.xsd",
    )
    return element(
        "xsd:schema",
        imported,
        *(_type(c, found) for c, found in layers),
        xmlns__xsd="http://www.w3.org/2001/XMLSchema",
        xmlns__gml="http://www.opengis.net/gml/3.2",
        xmlns__ch=NAMESPACE,
        targetNamespace=NAMESPACE,
        elementFormDefault="qualified",
        version="1.0",
    )


def _type(c: Collection, found: Sequence[Attribute]) -> str:
    columns = "".join(
        element(
            "xsd:element",
            element("xsd:annotation", element("xsd:documentation", text(a.title))),
            name=a.key, type=f"xsd:{_XSD[a.type]}", minOccurs=0, nillable="true",
        )
        for a in found
    )  # fmt: skip
    shape = element("xsd:element", name=GEOMETRY, type=_GEOMETRY[c.shape], minOccurs=0, nillable="true")
    extended = element("xsd:extension", element("xsd:sequence", columns, shape), base="gml:AbstractFeatureType")
    return element("xsd:complexType", element("xsd:complexContent", extended), name=f"{c.key}Type") + element(
        "xsd:element", name=c.key, type=f"ch:{c.key}Type", substitutionGroup="gml:AbstractFeature"
    )


_GEOMETRY: Final = {
    "Point": "gml:PointPropertyType",
    "LineString": "gml:CurvePropertyType",
    "Polygon": "gml:GeometryPropertyType",  # areas may be of several parts, or told as places only
}


def members(c: Collection, numbers: Sequence[int], rows: Sequence[Row], drawn: Geometries, system: System) -> list[str]:
    """``wfs:member`` elements."""
    told = f" srsName={attribute(urn(system.epsg) if system.is_swapped else system.name)}"
    name, out = f"{PREFIX}:{c.key}", []
    for number, row, shape in zip(numbers, rows, drawn, strict=True):
        columns = "".join(_value(key, value) for key, value in row.items() if value is not None)
        identity = feature_id(c, number)
        where = f"<{PREFIX}:{GEOMETRY}>{_shape(shape, identity + '.g', told)}</{PREFIX}:{GEOMETRY}>"
        out.append(f"<wfs:member><{name} gml:id={attribute(identity)}>{columns}{where}</{name}></wfs:member>")
    return out


def _value(key: str, value: Any) -> str:
    told = str(value).lower() if isinstance(value, bool) else text(value)
    return f"<{PREFIX}:{key}>{told}</{PREFIX}:{key}>"


def _positions(shape: Any) -> str:
    import shapely

    return " ".join(np.char.mod("%.10g", shapely.get_coordinates(shape).ravel()))


def _shape(shape: Any, identity: str, told: str) -> str:
    at = f" gml:id={attribute(identity)}{told}"
    if shape.geom_type == "Point":
        return f"<gml:Point{at}><gml:pos>{_positions(shape)}</gml:pos></gml:Point>"
    if shape.geom_type == "LineString":
        return f"<gml:LineString{at}><gml:posList>{_positions(shape)}</gml:posList></gml:LineString>"
    if shape.geom_type == "Polygon":
        holes = "".join(f"<gml:interior>{_ring(r)}</gml:interior>" for r in shape.interiors)
        return f"<gml:Polygon{at}><gml:exterior>{_ring(shape.exterior)}</gml:exterior>{holes}</gml:Polygon>"
    parts = "".join(
        f"<gml:surfaceMember>{_shape(p, f'{identity}.{i}', told)}</gml:surfaceMember>"
        for i, p in enumerate(shape.geoms)
    )
    return f"<gml:MultiSurface{at}>{parts}</gml:MultiSurface>"


def _ring(ring: Any) -> str:
    return f"<gml:LinearRing><gml:posList>{_positions(ring)}</gml:posList></gml:LinearRing>"
