"""What may be asked of an analysis: its inputs with their limits, checked before anything is computed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Field, Schema

from cleanheat.kernel.errors import invalid
from cleanheat.twin.tracing import Basis, Direction

MOST_VERTICES = 5_000
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Numbers = Annotated[tuple[Number, ...], Field(max_length=1_000)]
Metres = Annotated[float, Field(ge=1, le=50_000)]
Layer = Annotated[str, Field(max_length=40)]


class Drawn(Schema):
    """A GeoJSON geometry in WGS-84 degrees, as a person draws it: a point, a line or an area."""

    type: Literal["Point", "LineString", "Polygon", "MultiPolygon"]
    coordinates: list[Any]

    def shape(self) -> Any:
        """The Shapely geometry; a problem for one that is none."""
        import numpy as np
        import shapely
        from shapely.geometry import shape

        try:
            made = shape({"type": self.type, "coordinates": self.coordinates})
        except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
            raise invalid("geometry", "图形坐标无法识别") from error
        xy = shapely.get_coordinates(made)
        if not 0 < len(xy) <= MOST_VERTICES:
            raise invalid("geometry", f"图形应有 1 至 {MOST_VERTICES} 个顶点", str(len(xy)))
        if not (np.isfinite(xy).all() and (np.abs(xy) <= (180, 90)).all()):
            raise invalid("geometry", "坐标应为经纬度")
        if not made.is_valid:
            raise invalid("geometry", "图形自相交或有误", shapely.is_valid_reason(made))
        return made


class Buffer(Schema):
    """Around objects of a layer (all one sees without ``numbers``) or around what was drawn."""

    layer: Layer = "substations"
    numbers: Numbers = ()
    geometry: Drawn | None = None
    distance_m: Annotated[float, Field(ge=1, le=20_000)] = 500
    merged: bool = True


class OverlayOf(Schema):
    """A layer laid over another one, or over an area that was drawn."""

    layer: Layer = "pipes"
    other: Layer = "districts"
    geometry: Drawn | None = None


class DensityOf(Schema):
    """``weight``: a numeric attribute of the layer, empty to count objects."""

    layer: Layer = "substations"
    weight: Annotated[str, Field(max_length=40)] = ""
    bandwidth_m: Annotated[float, Field(ge=50, le=20_000)] = 1_000
    cell_m: Annotated[float, Field(ge=20, le=5_000)] = 250


class ServiceArea(Schema):
    """How far one gets from objects: along the pipes, or straight.  ``width_m``: half the width it is drawn in."""

    layer: Layer = "substations"
    numbers: Numbers = ()
    distance_m: Metres = 1_000
    by: Literal["network", "straight"] = "network"
    width_m: Annotated[float, Field(ge=5, le=500)] = 40


class Within(Schema):
    """What lies in an area that was drawn."""

    geometry: Drawn


class Trace(Schema):
    """What hangs on an object (``down``), or the way its heat comes (``up``)."""

    kind: Annotated[str, Field(max_length=20)]
    number: Number
    direction: Direction = "down"
    by: Basis = "network"


class Close(Schema):
    """Pipes and valves that are closed."""

    pipes: Annotated[tuple[Number, ...], Field(max_length=200)] = ()
    valves: Annotated[tuple[Number, ...], Field(max_length=200)] = ()


class Isolate(Schema):
    """A pipe that has burst."""

    pipe: Number


class Nothing(Schema):
    """No inputs."""
