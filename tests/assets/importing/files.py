"""Files as companies send them: made here, so that every fault is known."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import xlsxwriter

HEAD = [
    "楼栋名称",
    "所属小区",
    "行政区",
    "供热单位",
    "机组编码",
    "建筑年代",
    "层数",
    "楼高",
    "供热面积（万㎡）",
    "户数",
    "节能",
    "lng",
    "lat",
]
"""A list of buildings as companies head it."""


def square(longitude: float = 125.3, latitude: float = 43.9, side: float = 0.0003) -> shapely.Polygon:
    return shapely.box(longitude, latitude, longitude + side, latitude + side)


def csv_file(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def xlsx_file(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def geojson_file(path: Path, features: Sequence[tuple[dict[str, Any], Any]]) -> Path:
    told = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": shape if isinstance(shape, dict) or shape is None else shapely.geometry.mapping(shape),
        }
        for properties, shape in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": told}, ensure_ascii=False), "utf-8")
    return path


def vector_file(
    path: Path, columns: dict[str, list[Any]], shapes: Sequence[Any], crs: str | None = "EPSG:4326", **more: Any
) -> Path:
    """A GeoPackage, or the parts of a Shapefile."""
    import warnings

    from pyogrio.raw import write

    wkb = shapely.to_wkb(np.array(shapes, dtype=object))
    data = [np.array(values, dtype=object if isinstance(values[0], str) else None) for values in columns.values()]
    kind = shapely.get_type_id(shapes[0])
    name = {0: "Point", 1: "LineString", 3: "Polygon", 6: "MultiPolygon"}[int(kind)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(path, wkb, data, list(columns), geometry_type=name, crs=crs, **more)
    return path


def shapefile(
    folder: Path,
    columns: dict[str, list[Any]],
    shapes: Sequence[Any],
    crs: str | None = "EPSG:4326",
    encoding: str = "GBK",
    cpg: str | None = None,
    name: str = "楼栋",
) -> Path:
    """A zipped Shapefile with attributes in ``encoding``; ``cpg``: what its page says, None: none."""
    inner = folder / "parts"
    inner.mkdir()
    vector_file(inner / "x.shp", columns, shapes, crs, encoding=encoding)
    (inner / "x.cpg").unlink(missing_ok=True)
    if cpg is not None:
        (inner / "x.cpg").write_text(cpg, "ascii")
    dbf = bytearray((inner / "x.dbf").read_bytes())
    dbf[29] = 0  # the language byte: most programs here leave it empty
    (inner / "x.dbf").write_bytes(bytes(dbf))
    packed = folder / "layer.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(inner.iterdir()):
            archive.write(part, f"{name}{part.suffix}")
    return packed
