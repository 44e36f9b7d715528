"""How is a converted layer written?  Attributes as they came, numbers as numbers, in the format asked for."""

from __future__ import annotations

import csv
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from numpy.typing import NDArray

from cleanheat.assets.importing.sources import Layer
from cleanheat.kernel.errors import Problem

DRIVERS: Final[Mapping[str, str]] = {"GPKG": ".gpkg", "GeoJSON": ".geojson", "ESRI Shapefile": ".shp"}
FORMAT_ZH: Final[Mapping[str, str]] = {
    "GPKG": "GeoPackage（全部图层一个文件）",
    "GeoJSON": "GeoJSON（每层一个文件）",
    "ESRI Shapefile": "Shapefile（每层一组文件）",
}
_TYPES: Final = ("Point", "LineString", "", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_ORDINARY: Final = (pa.lib.ArrowInvalid, pa.lib.ArrowNotImplementedError)


def write(
    out: Path,
    driver: str,
    layer: Layer,
    columns: Sequence[Sequence[str | None]],
    geometry: NDArray[np.object_],
    types: Mapping[str, str],
    *,
    is_degrees: bool,
) -> None:
    """A layer at ``out``; a GeoPackage that is there gets it as one more.

    Raises:
        Problem: the format cannot hold it (mixed types of shape in a Shapefile, for instance).
    """
    if not layer.geometry:
        _write_table(out, layer, columns, geometry, is_degrees=is_degrees)
        return
    typed = [_typed(column, types.get(name, "")) for name, column in zip(layer.columns, columns, strict=True)]
    kinds = {int(k) for k in shapely.get_type_id(geometry)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Shapefiles shorten names of columns, GDAL says so
            pyogrio.raw.write(
                out,
                shapely.to_wkb(geometry),
                [values for values, _ in typed],
                list(layer.columns),
                field_mask=[mask for _, mask in typed],
                geometry_type=_TYPES[kinds.pop()] if len(kinds) == 1 else "Unknown",
                crs="EPSG:4326" if is_degrees else None,
                layer=layer.name,
                driver=driver,
                append=driver == "GPKG" and out.exists(),
                **({"encoding": "UTF-8"} if driver == "ESRI Shapefile" else {}),
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.GeometryError, pyogrio.errors.FeatureError):
        raise Problem(422, "invalid-field", "无法写出结果", f"{layer.name}：请换一种格式", "format") from None


def _typed(column: Sequence[str | None], told: str) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """A column as numbers where the file had numbers, with a mask of its gaps; else as texts."""
    texts = pa.array(column, pa.string())
    wanted = pa.int64() if told.startswith(("int", "uint")) else pa.float64() if told.startswith("float") else None
    if wanted is not None:
        try:
            numbers = pc.cast(texts, wanted)
            return np.asarray(pc.fill_null(numbers, 0)), np.asarray(pc.is_null(numbers))
        except _ORDINARY:
            pass
    return np.array(column, dtype=object), None


def _write_table(
    out: Path, layer: Layer, columns: Sequence[Sequence[str | None]], geometry: NDArray[np.object_], *, is_degrees: bool
) -> None:
    titles = ("经度", "纬度") if is_degrees else ("东坐标", "北坐标")
    xy = shapely.get_coordinates(geometry)
    digits = 9 if is_degrees else 4
    with out.open("w", encoding="utf-8-sig", newline="") as text:
        lines = csv.writer(text)
        lines.writerow([*layer.columns, *(f"转换后{title}" for title in titles)])
        for row, (x, y) in zip(zip(*columns, strict=True), xy.tolist(), strict=True):
            lines.writerow([*row, f"{x:.{digits}f}", f"{y:.{digits}f}"])


def pack(folder: Path, out: Path) -> None:
    """All files of a folder in one archive."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
