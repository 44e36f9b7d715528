"""What becomes of a file's layers in another system, and what proves that only positions changed?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from cleanheat.assets.coordinates import writing
from cleanheat.assets.coordinates.held import NO_POINTS, Plan, Points
from cleanheat.assets.importing.shapes import LINE, misplaced
from cleanheat.assets.importing.sources import Layer, chunks_of, layers_of, types_of
from cleanheat.calc.geo.frames import Frame, from_wgs84, to_wgs84
from cleanheat.calc.geo.proof import Residuals, Unchanged, residuals, unchanged
from cleanheat.kernel.errors import invalid

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]
Move = Callable[[Floats], Floats]
Progress = Callable[[int, int, str], None]
PLACE_TITLES: Final = (
    ("经度", "lng", "lon", "longitude", "x", "东坐标", "东"),
    ("纬度", "lat", "latitude", "y", "北坐标", "北"),
)
"""Titles of the columns of a table that hold its places, if nobody names them."""
_NONE: Final = np.zeros((0, 2))


@dataclass(frozen=True)
class Refused:
    """A row that was left out (``is_kept`` false) or is worth a look, and why; never where it lies."""

    row: int
    reason: str
    is_kept: bool = False


@dataclass(frozen=True)
class LayerReport:
    """One layer: what was converted, how its check points fit, and that its topology is what it was.

    ``crossings``: shapes that are invalid after and were valid before.  ``points``: metres off, by name.  ``vertices``
    before and after of what was converted.
    """

    layer: str
    file: str
    features: int
    left_out: int
    rms_m: float | None
    most_m: float | None
    points: dict[str, float]
    topology: Unchanged
    vertices_after: int
    crossings: int
    refused: list[Refused]

    @property
    def holds(self) -> bool:
        return self.topology.holds and self.crossings == 0 and self.vertices_after == self.topology.vertices


def convert_file(source: Path, frame: Frame, out: Path, checks: Points = NO_POINTS) -> list[LayerReport]:
    """Every layer with geometry into one GeoPackage in WGS-84.

    Args:
        source: GeoJSON, zipped Shapefile or GeoPackage, in the frame.
        out: the GeoPackage to be written; must not exist.

    Raises:
        Problem: nothing to convert, or coordinates that are not in this system; nothing is left at ``out`` then.
    """
    if out.exists():
        raise invalid("out", "输出文件已存在", out.name)
    layers = [layer for layer in layers_of(source) if layer.geometry]
    if not layers:
        raise invalid("file", "文件里没有带几何的图层")
    part = out.with_suffix(".part.gpkg")
    try:
        plan = Plan(frame, checks=checks)
        reports = [convert_layer(source, source.name, layer, plan, part) for layer in layers]
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return reports


def convert_layer(source: Path, file: str, layer: Layer, plan: Plan, out: Path, title: str = "") -> LayerReport:
    """One layer, written to ``out`` (a GeoPackage may hold others already), called ``title`` there and in the report.

    Raises:
        Problem: no row of it lies in this system, or a table has no columns of places; nothing is written then.
    """
    title = title or layer.name
    before, broken, columns = _read(source, layer, plan)
    if plan.is_north_first:  # the same shapes, told east first: mirrored they would turn the other way
        before = shapely.transform(before, lambda xy: xy[:, ::-1])
    move = _mover(plan)
    faults = _faults(before, broken)
    good = np.ones(before.size, bool)
    good[list(faults)] = False
    after, lonlat, foreign = _moved(before, good, move)
    good &= ~foreign
    outside = foreign.copy()
    outside[np.flatnonzero(good)[list(misplaced(lonlat[good]))]] = True
    for row, is_swapped in zip(np.flatnonzero(outside).tolist(), _swapped(before[outside], move[0]), strict=True):
        where = "坐标不属于所选坐标系" if foreign[row] else "转换后不在市域内，请核对坐标系"
        faults[row] = "东、北坐标（经、纬度）颠倒" if is_swapped else where
    good[list(faults)] = False
    if before.size and not good.any():
        raise invalid("from", "没有一行坐标属于所选坐标系", f"{title}：{_commonest(faults)}")
    kept, made = before[good], after[good]
    texts = [[cell for cell, ok in zip(column, good, strict=True) if ok] for column in columns]
    is_degrees = plan.target.plane is None
    written = replace(layer, name=title)
    writing.write(out, plan.driver, written, texts, made, types_of(source, layer), is_degrees=is_degrees)
    return _report(file, title, plan, (kept, made), faults, np.flatnonzero(good))


def _commonest(faults: dict[int, str]) -> str:
    reasons = list(faults.values())
    return max(set(reasons), key=reasons.count) if reasons else ""


def _read(source: Path, layer: Layer, plan: Plan) -> tuple[Objects, NDArray[np.bool_], list[list[str | None]]]:
    """Shapes (points of a table without any), which of them were broken, and the columns."""
    chunks = list(chunks_of(source, layer))
    columns = [[cell for c in chunks for cell in c.columns[i]] for i in range(len(layer.columns))]
    if not layer.geometry:
        return _points_of(layer, columns, plan.columns)
    shapes = np.concatenate([c.geometry for c in chunks if c.geometry is not None] or [np.zeros(0, object)])
    broken = np.concatenate([c.broken for c in chunks if c.broken is not None] or [np.zeros(0, bool)])
    return shapes, broken, columns


def _points_of(
    layer: Layer, columns: list[list[str | None]], named: tuple[str, str]
) -> tuple[Objects, NDArray[np.bool_], list[list[str | None]]]:
    at = [_column(layer, name, known) for name, known in zip(named, PLACE_TITLES, strict=True)]
    xy = np.column_stack([np.array([_number(cell) for cell in columns[i]], np.float64) for i in at]).reshape(-1, 2)
    known = np.isfinite(xy).all(axis=1)
    shapes = np.full(xy.shape[0], None, object)
    shapes[known] = shapely.points(xy[known])
    return shapes, np.zeros(xy.shape[0], bool), columns


def _column(layer: Layer, name: str, known: Sequence[str]) -> int:
    if name in layer.columns:
        return layer.columns.index(name)
    titles = [title.strip().lower() for title in layer.columns]
    found = next((titles.index(k) for k in known if k in titles), None)
    if found is None:
        raise invalid("columns", "表里没有坐标列", f"{layer.name}：{'、'.join(known[:3])}")
    return found


def _number(cell: str | None) -> float:
    try:
        return float(cell or "nan")
    except ValueError:
        return float("nan")


def _mover(plan: Plan) -> tuple[Move, Move]:
    """From the file's coordinates to WGS-84, and from there to the target's."""
    return lambda xy: to_wgs84(plan.source, xy), lambda lonlat: from_wgs84(plan.target, lonlat)


def _faults(geometry: Objects, broken: NDArray[np.bool_]) -> dict[int, str]:
    """Why rows cannot be converted at all."""
    found: dict[int, str] = {}
    endless = np.zeros(geometry.size, bool)
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    endless[owner[~np.isfinite(xy).all(axis=1)]] = True
    for mask, reason in (
        (broken, "几何损坏：环未闭合或坐标不全"),
        (shapely.is_missing(geometry) | shapely.is_empty(geometry), "缺少几何或坐标不是数"),
        (endless, "坐标不是数"),
    ):
        for row in np.flatnonzero(mask).tolist():
            found.setdefault(row, reason)
    return found


def _moved(
    geometry: Objects, good: NDArray[np.bool_], move: tuple[Move, Move]
) -> tuple[Objects, Floats, NDArray[np.bool_]]:
    """Shapes in the target, a WGS-84 point of each, and which rows the system does not have."""
    into, out_of = move
    xy, owner = shapely.get_coordinates(geometry[good], return_index=True)
    rows = np.flatnonzero(good)[owner]
    lonlat = np.full(xy.shape, np.nan)
    foreign = np.zeros(geometry.size, bool)
    _by_halves(into, xy, lonlat, np.arange(xy.shape[0]))
    foreign[rows[np.isnan(lonlat).any(axis=1)]] = True
    sound = ~foreign[rows]
    moved = geometry.copy()
    fine = good & ~foreign
    moved[fine] = shapely.set_coordinates(geometry[fine].copy(), out_of(lonlat[sound]))
    first = np.full((geometry.size, 2), np.nan)
    first[rows[sound][::-1]] = lonlat[sound][::-1]  # the first vertex of each is written last
    return moved, first, foreign


def _swapped(geometry: Objects, into: Move) -> list[bool]:
    """Would these shapes lie in the city, were their coordinates told the other way round?"""
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    first = np.full((geometry.size, 2), np.nan)
    first[owner[::-1]] = xy[::-1, ::-1]
    lonlat = np.full(first.shape, np.nan)
    _by_halves(into, first, lonlat, np.arange(geometry.size))
    inside = np.isfinite(lonlat).all(axis=1)
    inside[list(misplaced(lonlat))] = False
    return [bool(one) for one in inside]


def _by_halves(move: Move, xy: Floats, answer: Floats, rows: NDArray[np.intp]) -> None:
    """Convert all at once; where one of them cannot be, each half by itself, until it is found."""
    try:
        answer[rows] = move(xy[rows])
    except ValueError:
        if rows.size > 1:
            for half in np.array_split(rows, 2):
                _by_halves(move, xy, answer, half)


def _report(
    file: str,
    layer: str,
    plan: Plan,
    shapes: tuple[Objects, Objects],
    faults: dict[int, str],
    rows: NDArray[np.intp],
) -> LayerReport:
    before, after = shapes
    was_valid, is_valid = shapely.is_valid(before), shapely.is_valid(after)
    refused = [Refused(row + 1, reason) for row, reason in sorted(faults.items())]
    refused += [Refused(row + 1, "几何自相交，原样保留", is_kept=True) for row in rows[~was_valid].tolist()]
    names, off = _checked(plan, layer)
    return LayerReport(
        layer,
        file,
        int(after.size),
        len(faults),
        off.rms_m if names else None,
        off.most_m if names else None,
        dict(zip(names, np.round(off.distance_m, 4).tolist(), strict=True)),
        _topology(before, after),
        int(shapely.get_num_coordinates(after).sum()),
        int((was_valid & ~is_valid).sum()),
        refused,
    )


def _checked(plan: Plan, layer: str) -> tuple[list[str], Residuals]:
    told = [i for i, of in enumerate(plan.checks.layer) if of in {"", layer}]
    if not told:
        return [], residuals(_NONE, _NONE)
    found = to_wgs84(plan.source, plan.checks.xy[told])
    return [plan.checks.name[i] for i in told], residuals(found, plan.checks.lonlat[told])


def _topology(before: Objects, after: Objects) -> Unchanged:
    """Vertices of every ring, line and point, before and after; areas and lengths within their own plane."""
    old, new = _runs(before), _runs(after)
    xy = [shapely.get_coordinates(runs) for runs in (old, new)]
    offsets = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(old))]).astype(np.int64)
    return unchanged(xy[0], xy[1], offsets, np.asarray(shapely.get_type_id(old) == RING))


RING: Final = 2


def _runs(geometry: Objects) -> Objects:
    """Rings of areas, lines, and points as runs of one vertex."""
    parts = shapely.get_parts(geometry)
    kinds = shapely.get_type_id(parts)
    return np.concatenate([shapely.get_rings(parts[kinds == 3]), parts[kinds == LINE], parts[kinds == 0]])
