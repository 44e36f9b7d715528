"""What lies in one tile of a layer: a vector tile, or a picture for clients that draw none themselves."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.infra.kept import Kept
from cleanheat.twin import queries
from cleanheat.twin.ogc import shapes
from cleanheat.twin.ogc.collections import Collection
from cleanheat.twin.ogc.grids import SIDE_PX, Grid
from cleanheat.twin.ogc.shapes import Box
from cleanheat.twin.secrecy import Allowed

EXTENT: Final = 4096
_MARGIN: Final = 0.03
"""Share of a tile's side drawn beyond its edge, so that marks and lines meet across tiles."""
_SUPER: Final = 2
"""Pictures are drawn at this multiple and scaled down: smooth edges."""
_RADIUS_PX: Final[Mapping[str, float]] = {"plants": 7, "boilers": 5, "branches": 5, "substations": 3.4, "devices": 1.6}
_kept: Kept[str] = Kept(24 << 20)


def vector(c: Collection, allowed: Allowed, grid: Grid, z: int, row: int, column: int) -> bytes:
    """Mapbox vector tile of one layer, named after it; empty where there is nothing."""
    return _remembered("mvt", (c,), allowed, grid, (z, row, column), _encoded)


def picture(layers: tuple[Collection, ...], allowed: Allowed, grid: Grid, z: int, row: int, column: int) -> bytes:
    """Transparent PNG of 256 × 256 pixels, the first layer lowest."""
    return _remembered("png", layers, allowed, grid, (z, row, column), _painted)


def _remembered(form: str, layers: Any, allowed: Allowed, grid: Grid, at: tuple[int, int, int], make: Any) -> bytes:
    box = grid.box(*at)
    versions = (queries.version(), assets.archive().version)
    key = (form, tuple(c.key for c in layers), allowed.scope.key, grid.key, at, versions)
    found = _kept.get(key)
    if found is None:
        body = make(layers, allowed, grid, at[0], box)
        _kept.put(key, "", body)
        return bytes(body)
    return found[1]


def _inside(c: Collection, allowed: Allowed, grid: Grid, z: int, box: Box) -> tuple[Any, Any]:
    """Numbers and geometries (in the grid's units, cut to a margin) of a tile."""
    import shapely

    none = np.zeros(0, np.int32), np.zeros(0, object)
    if z < c.min_zoom - (1 if grid.columns == 2 else 0):  # the same scale is one level lower in a grid of degrees
        return none
    side = (box[2] - box[0]) * _MARGIN
    wide = (box[0] - side, box[1] - side, box[2] + side, box[3] + side)
    numbers = shapes.find(c, allowed, grid.degrees(wide))
    if not numbers.size:
        return none
    cut = shapely.clip_by_rect(grid.drawn(shapes.geometries(c, allowed, numbers)), *wide)
    kept = ~shapely.is_empty(cut)
    return numbers[kept], cut[kept]


def _encoded(layers: tuple[Collection, ...], allowed: Allowed, grid: Grid, z: int, box: Box) -> bytes:
    import mapbox_vector_tile

    (c,) = layers
    numbers, cut = _inside(c, allowed, grid, z, box)
    if not numbers.size:
        return b""
    cut = _quantised(cut, box)
    titles = _titles(c, allowed, numbers.tolist())
    features = [
        {"geometry": shape, "id": number, "properties": {"number": number, "name": name, "code": code}}
        for number, shape, (name, code) in zip(numbers.tolist(), cut, titles, strict=True)
    ]
    layer = {"name": c.key, "features": features}
    return bytes(mapbox_vector_tile.encode([layer], default_options={"extents": EXTENT}))


def _quantised(drawn: Any, box: Box) -> Any:
    """Geometries in the tile's own whole numbers, from its lower left corner."""
    import shapely

    low, scale = np.array(box[:2]), EXTENT / (box[2] - box[0])
    return shapely.transform(drawn, lambda xy: np.rint((xy - low) * scale))


def _titles(c: Collection, allowed: Allowed, numbers: list[int]) -> list[tuple[str, str]]:
    if c.source == "archive":
        return assets.titles(c.kind, numbers)
    by_number = {f["id"]: f["properties"] for f in shapes.areas(c, allowed)}
    return [(str(by_number[n].get("name", "")), str(by_number[n].get("code", ""))) for n in numbers]


def _painted(layers: tuple[Collection, ...], allowed: Allowed, grid: Grid, z: int, box: Box) -> bytes:
    from PIL import Image, ImageDraw

    size = SIDE_PX * _SUPER
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image, "RGBA")
    for c in layers:
        _, cut = _inside(c, allowed, grid, z, box)
        _draw(pen, c, cut, (box[0], box[3], size / (box[2] - box[0])))
    out = io.BytesIO()
    image.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS).save(out, "PNG", compress_level=3)
    return out.getvalue()


def _draw(pen: Any, c: Collection, cut: Any, frame: tuple[float, float, float]) -> None:
    import shapely

    west, north, scale = frame
    parts, _ = shapely.get_parts(cut, return_index=True) if len(cut) else (cut, None)
    radius = _RADIUS_PX.get(c.key, 2.6) * _SUPER
    for part in parts:
        rim = shapely.get_exterior_ring(part) if part.geom_type == "Polygon" else part
        xy = shapely.get_coordinates(rim)
        at = [tuple(p) for p in np.column_stack(((xy[:, 0] - west) * scale, (north - xy[:, 1]) * scale)).tolist()]
        if part.geom_type == "Polygon":
            pen.polygon(at, fill=f"{c.colour}40", outline=f"{c.colour}ff", width=_SUPER)
        elif part.geom_type == "LineString":
            pen.line(at, fill=f"{c.colour}ff", width=2 * _SUPER, joint="curve")
        elif at:
            (x, y) = at[0]
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=f"{c.colour}ff", outline="#ffffffc0")
