"""What lies around, within, between, how densely, how far along the pipes?  Spatial analyses over one viewer's objects.

Each analysis is declared once in :data:`ANALYSES`; the map's panel, the API and OGC API Processes ask the same one.
Layers are those of the GIS services, cut to what the viewer may see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.calc.geo import analysis as calc
from cleanheat.calc.topology.reach import reach
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy import classes
from cleanheat.kernel import parameters
from cleanheat.kernel.errors import Problem, invalid
from cleanheat.twin import connectivity, supplied, topology, tracing
from cleanheat.twin.analysis_inputs import (
    Buffer,
    Close,
    DensityOf,
    Isolate,
    Nothing,
    OverlayOf,
    ServiceArea,
    Trace,
    Within,
)
from cleanheat.twin.ogc import features, shapes
from cleanheat.twin.ogc.collections import Collection, attributes, find
from cleanheat.twin.ogc.shapes import Geometries, Numbers
from cleanheat.twin.secrecy import Allowed
from cleanheat.twin.supplied import Totals

LIMITS: Final = parameters.values(parameters.read("cleanheat.twin", "analysis.toml")["limits"])
_KEPT_SHARE: Final = 0.02
"""Cells below this share of the densest one are not told: they would only colour empty land."""


@dataclass(frozen=True)
class Answer:
    """What an analysis found: GeoJSON features, and what lies within them.  ``inside`` is null where none applies."""

    process: str
    zh: str
    features: dict[str, Any]
    inside: Totals | None = None
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """One declared analysis: ``wanted`` is the schema of its inputs."""

    key: str
    zh: str
    description: str
    wanted: type[Any]
    run: Callable[[Any, Allowed], Any]


def _feature(number: int, geometry: str | None, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": number,
        "geometry": orjson.loads(geometry) if geometry else None,
        "properties": dict(properties),
    }


def _collected(drawn: Geometries, properties: list[dict[str, Any]]) -> dict[str, Any]:
    import shapely

    texts = shapely.to_geojson(shapely.transform(drawn, lambda xy: np.round(xy, 7)))
    made = [_feature(i + 1, text, told) for i, (text, told) in enumerate(zip(texts, properties, strict=True))]
    return {"type": "FeatureCollection", "features": made}


def _some(field_name: str, numbers: int, most: float) -> None:
    if numbers > most:
        raise invalid(field_name, "对象过多，请缩小范围", f"{numbers} 个，最多 {most:.0f} 个")
    if not numbers:
        raise invalid(field_name, "没有可分析的对象")


def _chosen(
    key: str, numbers: tuple[int, ...], allowed: Allowed, most: float
) -> tuple[Collection, Numbers, Geometries]:
    """The objects of a layer asked for, all that one sees if none are named."""
    c = find(key, allowed)
    found = shapes.find(c, allowed)
    if numbers:
        found = found[np.isin(found, np.array(numbers, dtype=np.int64))]
    _some("layer", int(found.size), most)
    return c, found, shapes.geometries(c, allowed, found)


def within(area: Any, allowed: Allowed) -> Totals:
    """What the viewer sees of objects within an area (degrees): marks by place, pipes by their length inside."""
    import shapely

    archive = assets.archive()
    marks = supplied.nothing(archive)
    shapely.prepare(area)
    for kind in ("substation", "community", "building"):
        seen = np.flatnonzero(np.asarray(assets.visible(kind, allowed.scope), bool))
        told = archive[kind].longitude[seen], archive[kind].latitude[seen]
        longitude, latitude = classes.places(kind, allowed.scope, *told)
        marks[kind][seen[shapely.contains_xy(area, longitude, latitude)]] = True
    length_m = np.zeros(archive["pipe"].size)
    numbers = _pipes_in(area, allowed, length_m)
    marks["pipe"][numbers] = True
    users = archive["heat_user"]
    marks["heat_user"] = marks["building"][users.links["building"]] & users.exists()
    return supplied.totals(archive, marks, length_m)


def _pipes_in(area: Any, allowed: Allowed, length_m: NDArray[np.float64]) -> Numbers:
    """Numbers of pipes that meet the area; writes how long they run inside."""
    import shapely

    try:
        pipes = find("pipes", allowed)
    except Problem:  # above the client's class: none are told
        return np.zeros(0, np.int32)
    near = shapes.find(pipes, allowed, tuple(shapely.bounds(area).tolist()))
    drawn = shapes.geometries(pipes, allowed, near)
    hit = shapely.intersects(area, drawn)
    near, drawn = near[hit], drawn[hit]
    if near.size:
        local = calc.Local.about(drawn)
        length_m[near] = shapely.length(local.metres(shapely.intersection(drawn, area)))
    return np.asarray(near)


def _buffer(asked: Buffer, allowed: Allowed) -> Answer:
    names: list[dict[str, Any]] = [{}]
    if asked.geometry is not None:
        drawn = np.array([asked.geometry.shape()], dtype=object)
    else:
        c, numbers, drawn = _chosen(asked.layer, asked.numbers, allowed, LIMITS["most_objects"])
        names = _named(c, numbers, allowed)
    made = calc.buffers(drawn, asked.distance_m, merged=asked.merged)
    told: list[dict[str, Any]] = [{"distance_m": asked.distance_m}] if asked.merged else names
    return Answer("buffer", "缓冲区", _collected(made, told), within(_union(made), allowed))


def _union(drawn: Geometries) -> Any:
    import shapely

    return shapely.union_all(drawn)


def _named(c: Collection, numbers: Numbers, allowed: Allowed) -> list[dict[str, Any]]:
    wanted = [a for a in attributes(c, allowed) if a.key in ("number", "code", "name")]
    return features.rows(c, allowed, numbers, wanted)


def _overlay(asked: OverlayOf, allowed: Allowed) -> Answer:
    c, numbers, first = _chosen(asked.layer, (), allowed, LIMITS["most_objects"])
    if asked.geometry is not None:
        second, others = np.array([asked.geometry.shape()], dtype=object), [{"name": "绘制范围"}]
    else:
        other, other_numbers, second = _chosen(asked.other, (), allowed, LIMITS["most_objects"])
        others = _named(other, other_numbers, allowed)
    try:
        found = calc.overlay(first, second, int(LIMITS["most_pairs"]))
    except ValueError as error:
        raise invalid("layer", "相交对象过多，请缩小范围", str(error)) from error
    names = _named(c, numbers[found.first], allowed) if found.first.size else []
    told = [
        {**name, "other": others[j].get("name"), "size": round(float(size), 2)}
        for name, j, size in zip(names, found.second.tolist(), found.size, strict=True)
    ]
    unit = {"Polygon": "shared_m2", "LineString": "shared_m", "Point": "points"}[c.shape]
    figures = {"pairs": float(found.first.size), unit: round(float(found.size.sum()), 1)}
    return Answer("overlay", "叠加分析", _collected(found.shared, told), None, figures)


def _density(asked: DensityOf, allowed: Allowed) -> Answer:
    import shapely

    c, numbers, drawn = _chosen(asked.layer, (), allowed, LIMITS["most_points"])
    middle = shapely.get_coordinates(shapely.centroid(drawn))
    weight = _weight(c, asked.weight, numbers, allowed)
    try:
        made = calc.density(middle, weight, asked.bandwidth_m, asked.cell_m, int(LIMITS["most_cells"]))
    except ValueError as error:
        raise invalid("cell_m", "格网过密或过宽", str(error)) from error
    peak = float(made.values.max(initial=0.0))
    if peak <= 0:
        raise invalid("weight", "权重全为零，没有密度")
    cells, values = made.cells(peak * _KEPT_SHARE)
    told = [{"value": round(float(v), 4), "share": round(float(v) / peak, 4)} for v in values]
    figures = {"peak_a_km2": round(peak, 3), "total": round(float(weight.sum()), 1)}
    return Answer("density", "密度分析", _collected(cells, told), None, figures)


def _weight(c: Collection, key: str, numbers: Numbers, allowed: Allowed) -> NDArray[np.float64]:
    if not key:
        return np.ones(len(numbers))
    found = next((a for a in attributes(c, allowed) if a.key == key and a.type in ("number", "integer")), None)
    if found is None or found.key.endswith("_id"):
        raise invalid("weight", "应为该图层的数值属性", key)
    values = np.array([v or 0 for v in features.column(c, allowed, found, numbers)], dtype=np.float64)
    return np.clip(values, 0, None)


def _service_area(asked: ServiceArea, allowed: Allowed) -> Answer:
    import shapely

    if asked.by == "straight":
        _, _, drawn = _chosen(asked.layer, asked.numbers, allowed, LIMITS["most_starts"])
        made = calc.buffers(drawn, asked.distance_m, merged=True)
        told = _collected(made, [{"distance_m": asked.distance_m}])
        return Answer("service_area", "服务区", told, within(made[0], allowed))
    c, numbers, _ = _chosen(asked.layer, asked.numbers, allowed, LIMITS["most_starts"])
    network = topology.current()
    if c.kind not in network.node_of:
        raise invalid("layer", "该图层的对象不在管网上", f"可用: {', '.join(network.node_of)}")
    nodes = network.node_of[c.kind][numbers]
    edges = network.graph.edges
    found = reach(network.graph, network.length_m, nodes[nodes >= 0], asked.distance_m, np.ones(edges, bool))
    lines = _reached(network, found, allowed)
    if not len(lines):
        raise invalid("numbers", "所选对象没有接入管网")
    (area,) = calc.buffers(lines, asked.width_m, merged=True)
    told = _collected(np.array([area], dtype=object), [{"distance_m": asked.distance_m}])
    local = calc.Local.about(lines)
    figures = {"pipe_km": round(float(shapely.length(local.metres(lines)).sum()) / 1_000, 3)}
    inside = _standing_within(network, found.distance_m, asked.distance_m, allowed, figures["pipe_km"])
    return Answer("service_area", "服务区", told, inside, figures)


def _standing_within(network: Any, far: Any, limit_m: float, allowed: Allowed, pipe_km: float) -> Totals:
    """What stands at nodes within reach: the pipes decide, not the picture's width."""
    archive = assets.archive()
    marks = supplied.nothing(archive)
    for kind in ("substation", "building"):
        node = network.node_of[kind]
        near = np.zeros(len(node), bool)
        near[node >= 0] = far[node[node >= 0]] <= limit_m
        marks[kind] = near & np.asarray(assets.visible(kind, allowed.scope), bool)
    communities = archive["building"].links["community"][marks["building"]]
    marks["community"][communities[communities > 0]] = True
    users = archive["heat_user"]
    marks["heat_user"] = marks["building"][users.links["building"]] & users.exists()
    told = supplied.totals(archive, marks, np.zeros(archive["pipe"].size))
    return Totals(**{**vars(told), "pipe_km": pipe_km})


def _reached(network: Any, found: Any, allowed: Allowed) -> Geometries:
    """The parts of pipes within reach that the viewer sees, as lines."""
    seen = np.asarray(assets.visible("pipe", allowed.scope), bool)[network.pipes]
    run_m = found.from_tail_m + found.from_head_m
    whole = seen & (run_m >= network.length_m - 1e-6) & (run_m > 0)
    partly = np.flatnonzero(seen & ~whole & (run_m > 0))
    pipes = find("pipes", allowed)
    cut = _cut(network, found, partly, shapes.geometries(pipes, allowed, network.pipes[partly]))
    return np.concatenate([shapes.geometries(pipes, allowed, network.pipes[whole]), cut])


def _cut(network: Any, found: Any, edges: NDArray[np.int64], lines: Geometries) -> Geometries:
    """Of pipes that the limit cuts, what lies before the cut: measured in metres, since a degree is not one length."""
    from shapely.ops import substring

    if not edges.size:
        return lines
    local = calc.Local.about(lines)
    parts = []
    for line, edge in zip(local.metres(lines), edges.tolist(), strict=True):
        length = network.length_m[edge]
        ends = ((0.0, found.from_tail_m[edge]), (length - found.from_head_m[edge], length))
        parts += [substring(line, a / length, b / length, normalized=True) for a, b in ends if b > a]
    out = np.empty(len(parts), dtype=object)
    out[:] = parts
    return local.degrees(out)


def _within(asked: Within, allowed: Allowed) -> Answer:
    area = asked.geometry.shape()
    made = _collected(np.array([area], dtype=object), [{}])
    return Answer("within", "范围统计", made, within(area, allowed))


def _trace(asked: Trace, allowed: Allowed) -> tracing.Trace:
    return tracing.trace(asked.kind, asked.number, allowed.scope, asked.direction, asked.by)


def _close(asked: Close, allowed: Allowed) -> tracing.WhatIf:
    return tracing.what_if(asked.pipes, asked.valves, allowed.scope)


def _isolate(asked: Isolate, allowed: Allowed) -> tracing.Isolation:
    return tracing.isolate(asked.pipe, allowed.scope)


def _connectivity(_asked: Any, allowed: Allowed) -> connectivity.Connectivity:
    scope: Scope = allowed.scope
    return connectivity.report(scope)


ANALYSES: Final[Mapping[str, Analysis]] = {
    a.key: a
    for a in (
        Analysis("buffer", "缓冲区分析", "对象或绘制图形周围一定距离内的范围，及其中的设施与用户", Buffer, _buffer),
        Analysis("overlay", "叠加分析", "一个图层与另一图层或绘制范围相交的部分，及其面积或长度", OverlayOf, _overlay),
        Analysis("density", "密度分析", "图层对象或其数值属性的核密度格网", DensityOf, _density),
        Analysis(
            "service_area", "服务区分析", "沿管网或按直线距离可达的范围，及其中的设施与用户", ServiceArea, _service_area
        ),
        Analysis("within", "范围统计", "绘制范围内的换热站、小区、楼宇、户数、面积与管长", Within, _within),
        Analysis("trace", "上下游追溯", "对象的下游影响范围，或其热源与供热路径", Trace, _trace),
        Analysis("what_if", "关阀推演", "关闭管段与阀门后失去供热与改由他路供热的对象", Close, _close),
        Analysis("isolate", "爆管隔离", "隔离一段管道应关的阀门与停热范围", Isolate, _isolate),
        Analysis("connectivity", "管网连通性检查", "悬挂管端、无源与多源用户、重复与零长管段", Nothing, _connectivity),
    )
}


def run(key: str, asked: Any, allowed: Allowed) -> Any:
    """The answer of a declared analysis to its checked inputs."""
    return ANALYSES[key].run(asked, allowed)


def rows(answer: Answer) -> list[tuple[Any, ...]]:
    """The answer as lines of a sheet: figures and counts first, then every feature's properties."""
    told: list[tuple[Any, ...]] = list(answer.figures.items())
    if answer.inside is not None:
        told += list(vars(answer.inside).items())
    for feature in answer.features["features"]:
        told.append((feature["id"], *feature["properties"].values()))
    return told
