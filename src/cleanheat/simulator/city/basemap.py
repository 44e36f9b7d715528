"""The city as map geometry: base map, footprints, pipe lines and supply areas in degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping

from cleanheat.simulator.city.geography import DISTRICTS, GEOGRAPHY, to_lonlat
from cleanheat.simulator.city.streets import Street
from cleanheat.simulator.city.tables import Plan, coverage_groups
from cleanheat.twin.geometry import CityGeometry, Shapes

Feature = dict[str, Any]


def draw_geometry(plan: Plan, streets: list[Street]) -> CityGeometry:
    return CityGeometry(
        buildings=Shapes(
            np.arange(1, plan.prints.count + 1, dtype=np.int32), plan.prints.offsets, to_lonlat(plan.prints.vertices)
        ),
        building_height_m=plan.prints.height_m.astype(np.float32),
        pipes=Shapes(
            np.arange(1, plan.pipes.count + 1, dtype=np.int32), plan.pipes.offsets, to_lonlat(plan.pipes.vertices)
        ),
        base={
            "roads": _roads(plan, streets),
            "water": [_feature(polygon, name=name) for name, polygon in GEOGRAPHY.water],
            "green": [_feature(polygon, name=name) for name, polygon in GEOGRAPHY.green],
            "districts": [
                _feature(shapely.simplify(polygon, 25), name=d.name, code=d.code)
                for d, polygon in zip(DISTRICTS, GEOGRAPHY.districts, strict=True)
            ],
            "places": _places(plan),
        },
        coverage=_coverage(plan),
    )


def _degrees(geometry: shapely.Geometry) -> dict[str, Any]:
    """GeoJSON of a plane geometry, to a decimetre."""
    return mapping(shapely.transform(geometry, lambda xy: np.round(to_lonlat(xy), 6)))  # type: ignore[no-any-return]


def _feature(geometry: shapely.Geometry, **properties: object) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": _degrees(geometry)}


def _roads(plan: Plan, streets: list[Street]) -> list[Feature]:
    """Major roads everywhere, the others only where something is built."""
    built = shapely.union_all(shapely.buffer(plan.sites.polygons, 60, quad_segs=1))
    wider = built.buffer(900, quad_segs=2)
    shapely.prepare(built)
    features = []
    for street in streets:
        line = street.line
        if street.rank == "minor":
            line = line.intersection(built)
        elif street.rank == "mid":
            line = line.intersection(wider)
        if not line.is_empty:
            features.append(_feature(shapely.simplify(line, 1.0), name=street.name, **{"class": street.rank}))
    return features


def _places(plan: Plan) -> list[Feature]:
    towns = [
        _feature(shapely.Point(centre), name=d.name, rank=1)
        for d, centre in zip(DISTRICTS, GEOGRAPHY.centres, strict=True)
    ]
    streets = [_feature(shapely.Point(at), name=name, rank=2) for name, at in plan.areas.labels]
    parks = [_feature(shapely.point_on_surface(polygon), name=name, rank=3) for name, polygon in GEOGRAPHY.green]
    villages = [
        _feature(shapely.Point(at), name=name, rank=4)
        for name, at in zip(plan.areas.village_name, plan.areas.village_at, strict=True)
    ]
    return [*towns, *streets, *parks, *villages]


def _coverage(plan: Plan) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    return {
        kind: [(number, _degrees(shapely.union_all(parts).simplify(12))) for number, parts in groups]
        for kind, groups in coverage_groups(plan).items()
    }
