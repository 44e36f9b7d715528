"""How do shapes from imports reach the map?  The geometry it began with, with the shapes that the archive says since.

In the background, for the tiles are cut anew; until they are, everybody goes on seeing the former map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.assets.events import ShapesDrawn
from cleanheat.infra import jobs
from cleanheat.infra.jobs import Progress, job
from cleanheat.twin import geometry_store, tiles
from cleanheat.twin.geometry import CityGeometry, Shapes

REDRAW = "twin.redraw"
Drawn = Mapping[int, bytes | None]
"""Number → WKB in WGS-84 degrees; None: as the map had it before."""


def on_shapes_drawn(news: ShapesDrawn) -> None:
    """Draw the map anew when the import that gave shapes is through."""
    jobs.enqueue(REDRAW, {"kind": news.kind})


@job(REDRAW, "重绘地图", lease_s=600, is_long=True)
def redraw_job(_payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The payload only says why; what is drawn is all that the archive holds."""
    from cleanheat.twin import queries  # it declares layers, which jobs need not

    progress(0, 1, "合并图形")
    version = redraw(queries.root())
    progress(1, 1, "完成")
    return {"version": version}


def redraw(root: Path) -> str | None:
    """Make the map of the archive's present shapes current; None while the city has no map at all.

    Raises:
        tiles.TileBuildError: the tile builder refused; the former version stays current.
    """
    first = geometry_store.first_version(root)
    if first is None:
        return None
    archive = assets.archive()
    drawn = {kind: assets.drawn_shapes(kind) for kind in ("building", "pipe")}
    made = merged(geometry_store.load(root / first), drawn["building"], drawn["pipe"], archive)
    version = geometry_store.save(root, made, lambda folder: tiles.build(folder, made), is_first=False)
    geometry_store.prune(root)
    return version


def merged(base: CityGeometry, buildings: Drawn, pipes: Drawn, archive: Archive) -> CityGeometry:
    """The geometry with these shapes in place of, or beside, its own; heights as the archive has them."""
    footprints = _replaced(base.buildings, buildings)
    height_m = archive["building"].values["height_m"]
    slots = np.full(max(height_m.shape[0], int(footprints.numbers.max(initial=0)) + 1), np.nan)
    slots[: height_m.shape[0]] = height_m
    slots[base.buildings.numbers] = base.building_height_m
    known = np.array([n for n, wkb in buildings.items() if wkb is not None and n < height_m.shape[0]], np.int64)
    slots[known] = height_m[known]
    return replace(
        base,
        buildings=footprints,
        building_height_m=slots[footprints.numbers].astype(np.float32),
        pipes=_replaced(base.pipes, pipes),
    )


def _replaced(shapes: Shapes, drawn: Drawn) -> Shapes:
    """Shapes by ascending number, the drawn ones instead of their former selves."""
    given = {n: wkb for n, wkb in drawn.items() if wkb is not None}
    if not given:
        return shapes
    numbers = np.array(sorted(given), np.int32)
    geometry = shapely.from_wkb([given[n] for n in numbers.tolist()])
    lonlat, of = shapely.get_coordinates(geometry, return_index=True)
    rings = shapely.get_type_id(geometry)[of] == shapely.GeometryType.POLYGON
    last = np.append(of[1:] != of[:-1], True)
    kept = ~(rings & last)  # an open ring: its first vertex is not repeated
    counts = np.bincount(of[kept], minlength=len(numbers))
    stays = ~np.isin(shapes.numbers, numbers)
    ends = shapes.offsets.astype(np.int64)
    former = ends[1:] - ends[:-1]
    every = np.concatenate([shapes.lonlat[np.repeat(stays, former)], lonlat[kept]])
    return _ordered(np.concatenate([shapes.numbers[stays], numbers]), np.concatenate([former[stays], counts]), every)


def _ordered(numbers: NDArray[np.int32], counts: NDArray[np.int64], lonlat: NDArray[np.float64]) -> Shapes:
    order = np.argsort(numbers, kind="stable")
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    offsets = np.concatenate(([0], np.cumsum(counts[order])))
    within = np.arange(int(offsets[-1])) - np.repeat(offsets[:-1], counts[order])
    return Shapes(
        numbers[order].astype(np.int32),
        offsets.astype(np.uint32),
        lonlat[np.repeat(starts[order], counts[order]) + within],
    )
