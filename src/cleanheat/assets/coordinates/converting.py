"""What becomes of a file's layers in WGS-84, and what proves that only positions changed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from cleanheat.assets.importing.shapes import LINE
from cleanheat.assets.importing.sources import Layer, chunks_of, layers_of
from cleanheat.calc.geo.frames import Frame, to_wgs84
from cleanheat.calc.geo.proof import Residuals, Unchanged, residuals, unchanged
from cleanheat.kernel.errors import Problem, invalid

_NONE: Final = np.zeros((0, 2))
_TYPES: Final = ("Point", "LineString", "", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


@dataclass(frozen=True)
class LayerReport:
    """One layer: what was converted, how its check points fit, and that its topology is what it was.

    ``crossings``: shapes that are invalid after and were valid before.  ``points``: metres off, by name.
    """

    layer: str
    features: int
    left_out: int
    rms_m: float | None
    most_m: float | None
    points: Mapping[str, float]
    topology: Unchanged
    crossings: int

    @property
    def holds(self) -> bool:
        return self.topology.holds and self.crossings == 0


def convert_file(source: Path, frame: Frame, out: Path, checks: Sequence[Mapping[str, Any]] = ()) -> list[LayerReport]:
    """Every layer with geometry into one GeoPackage in WGS-84.

    Args:
        source: GeoJSON, zipped Shapefile or GeoPackage, in the frame.
        out: the GeoPackage to be written; must not exist.
        checks: rows ``layer, name, x, y, longitude, latitude``; an empty layer stands for all layers.

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
        reports = [_convert(source, layer, frame, part, checks) for layer in layers]
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return reports


def _convert(source: Path, layer: Layer, frame: Frame, out: Path, checks: Sequence[Mapping[str, Any]]) -> LayerReport:
    chunks = list(chunks_of(source, layer))
    before = np.concatenate([c.geometry for c in chunks if c.geometry is not None] or [np.zeros(0, object)])
    columns = [[cell for c in chunks for cell in c.columns[i]] for i in range(len(layer.columns))]
    good = ~(shapely.is_missing(before) | shapely.is_empty(before))
    kept = before[good]
    try:
        after = shapely.transform(kept, lambda xy: to_wgs84(frame, xy))
    except ValueError as error:
        raise invalid("from", "坐标不属于所选坐标系", layer.name) from error
    _write(out, layer, [[cell for cell, ok in zip(c, good, strict=True) if ok] for c in columns], after)
    told = [c for c in checks if c.get("layer", "") in {"", layer.name}]
    off = _checked(frame, told)
    return LayerReport(
        layer.name,
        int(kept.size),
        int((~good).sum()),
        off.rms_m if told else None,
        off.most_m if told else None,
        dict(zip([str(c["name"]) for c in told], np.round(off.distance_m, 4).tolist(), strict=True)),
        _topology(kept, after),
        int((shapely.is_valid(kept) & ~shapely.is_valid(after)).sum()),
    )


def _checked(frame: Frame, checks: Sequence[Mapping[str, Any]]) -> Residuals:
    if not checks:
        return residuals(_NONE, _NONE)
    found = to_wgs84(frame, np.array([[c["x"], c["y"]] for c in checks]))
    return residuals(found, np.array([[c["longitude"], c["latitude"]] for c in checks]))


def _topology(before: NDArray[np.object_], after: NDArray[np.object_]) -> Unchanged:
    """Vertices of every ring and line, before and after; areas and lengths are compared within their own plane."""
    old, new = _runs(before), _runs(after)
    xy = [shapely.get_coordinates(runs) for runs in (old, new)]
    offsets = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(old))]).astype(np.int64)
    return unchanged(xy[0], xy[1], offsets, np.asarray(shapely.get_type_id(old) != LINE))


def _runs(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Rings of areas and lines; points have no runs but keep their vertices as one-point lines would: left out."""
    parts = shapely.get_parts(geometry)
    areas = shapely.get_type_id(parts) == 3
    lines = shapely.get_type_id(parts) == LINE
    return np.concatenate([shapely.get_rings(parts[areas]), parts[lines]])


def _write(out: Path, layer: Layer, columns: Sequence[Sequence[str | None]], geometry: NDArray[np.object_]) -> None:
    data = [np.array(column, dtype=object) for column in columns]
    kinds = {int(k) for k in shapely.get_type_id(geometry)}
    named = _TYPES[kinds.pop()] if len(kinds) == 1 else "Unknown"
    try:
        pyogrio.raw.write(
            out,
            shapely.to_wkb(geometry),
            data,
            list(layer.columns),
            geometry_type=named,
            crs="EPSG:4326",
            layer=layer.name,
            driver="GPKG",
            append=out.exists(),
        )
    except pyogrio.errors.DataSourceError as error:
        raise Problem(422, "invalid-field", "无法写出结果", layer.name, "out") from error
