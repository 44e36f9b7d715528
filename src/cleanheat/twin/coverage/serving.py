"""What of the supply areas may a viewer see?  Tiles and names within his scope, drawn anew when the archive changes.

Areas are kept by the hash of what they are drawn from: footprints and who serves whom.  A new archive version in which
nobody's buildings changed hands keeps its areas.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from cleanheat.accounts.models import Organisation
from cleanheat.assets import public as assets
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy import classes
from cleanheat.kernel.errors import not_found
from cleanheat.twin import tiles
from cleanheat.twin.coverage import cutting
from cleanheat.twin.geometry import CityGeometry

KINDS: Final = {
    "extent": "城区供热监管范围",
    "plant": "热电厂",
    "company": "供热企业",
    "branch": "支线",
    "boiler": "锅炉房",
    "substation": "换热站",
    "community": "小区",
}
"""Kinds of areas from large to small, as they are drawn over one another."""
MIN_ZOOMS: Final = {
    "extent": 6, "plant": 7, "company": 7, "branch": 8, "boiler": 9, "substation": 10, "community": 11,
}  # fmt: skip
MAX_ZOOM: Final = 14
COLOURS: Final = ("#2f9bff", "#9a6bff", "#20c9b0", "#ffb02e", "#ff6fa3", "#7bd34f", "#ff7d4d", "#4fd0ff")
EXTENT: Final = "extent"
_KEPT_VERSIONS: Final = 2
_drawing = threading.Lock()


@dataclass(frozen=True)
class Basis:
    """What areas are drawn from and where they lie."""

    root: Path
    geometry: CityGeometry
    geometry_version: str

    @property
    def version(self) -> str:
        return _version(self.geometry_version, assets.archive().version)

    def folder(self) -> Path:
        """The folder of the present areas; drawn now if they are not there, which takes seconds at city size."""
        folder = self.root / f"areas-{self.version}"
        with _drawing:  # many tiles are asked at once: the first one draws, the others wait
            if not folder.exists():
                _draw(folder, self.geometry)
        return folder


@lru_cache(maxsize=4)
def _version(geometry_version: str, _archive_version: str) -> str:
    from cleanheat.twin.coverage import areas

    digest = hashlib.sha256(f"{geometry_version} {sorted(areas.LIMITS.items())}".encode())
    for kind, owners in sorted(areas.owners_of_buildings(assets.archive()).items()):
        digest.update(kind.encode() + np.ascontiguousarray(owners).tobytes())
    return digest.hexdigest()[:16]


def _draw(folder: Path, geometry: CityGeometry) -> None:
    from cleanheat.twin.coverage import areas  # shapely costs 60 ms to import: only this needs it

    drawn = areas.draw(assets.archive(), geometry)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=folder.parent))
    try:
        layers = {kind: areas.features(found, MIN_ZOOMS[kind]) for kind, found in drawn.items()}
        tiles.build_areas(draft, layers, (min(MIN_ZOOMS.values()), MAX_ZOOM))
        names = {
            kind: {"owners": a.owners, "points": a.points, "area_km2": np.round(a.area_km2, 4)}
            for kind, a in drawn.items()
        }
        (draft / "names.json").write_bytes(orjson.dumps(names, option=orjson.OPT_SERIALIZE_NUMPY))
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _forget_old(folder)


def _forget_old(current: Path) -> None:
    """Browsers that are open may still ask for the former areas; those before them nobody asks for."""
    folders = sorted(current.parent.glob("areas-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in [f for f in folders if f != current][_KEPT_VERSIONS - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)


def describe(basis: Basis, tag: str) -> list[dict[str, Any]]:
    """The manifest's rows: kinds, their tiles and where their names are."""
    return [
        {
            "kind": kind,
            "zh": zh,
            "url": f"/api/v1/twin/areas/{kind}?v={tag}",
            "tiles": f"/tiles/areas/{basis.version}/{{z}}/{{x}}/{{y}}?v={tag}",
            "min_zoom": MIN_ZOOMS[kind],
            "max_zoom": MAX_ZOOM,
            "colours": list(COLOURS),
        }
        for kind, zh in KINDS.items()
    ]


def names(basis: Basis, kind: str, scope: Scope) -> dict[str, Any]:
    """Names of the areas within the scope, each at a point inside, as a GeoJSON feature collection."""
    if kind not in KINDS or classes.hides_shape("coverage", scope):
        raise not_found("没有这种覆盖范围", kind)
    kept = _points(basis.folder()).get(kind, {"owners": [], "points": [], "area_km2": []})
    seen = _owners(kind, scope)
    rows = [
        (owner, point, area)
        for owner, point, area in zip(kept["owners"], kept["points"], kept["area_km2"], strict=True)
        if owner in seen
    ]
    called = _names(kind, [owner for owner, *_ in rows])
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": owner,
                "properties": {"name": name, "colour": COLOURS[owner % len(COLOURS)], "area_km2": area},
                "geometry": {"type": "Point", "coordinates": point},
            }
            for (owner, point, area), name in zip(rows, called, strict=True)
        ],
    }


def tile(basis: Basis, version: str, z: int, x: int, y: int, scope: Scope) -> bytes | None:
    """A gzipped tile with the areas within the scope; a 404 problem for a version that is not the present one."""
    if version != basis.version or classes.hides_shape("coverage", scope):
        raise not_found("没有这个版本的瓦片")
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise not_found("没有这个瓦片", f"{z}/{x}/{y}")
    return _cut(basis.folder(), assets.archive().version, scope, z, x, y)


@lru_cache(maxsize=2_000)
def _cut(folder: Path, _archive_version: str, scope: Scope, z: int, x: int, y: int) -> bytes | None:
    found = tiles.open_file(folder / "areas.pmtiles")
    body = None if found is None else found.gzipped(z, x, y)
    if body is None or scope.sees_all:
        return body
    seen = {kind: _owners(kind, scope) for kind in KINDS}
    kept = cutting.cut(gzip.decompress(body), lambda layer, owner: owner in seen.get(layer, ()))
    return gzip.compress(kept, compresslevel=6, mtime=0) if kept else None


@lru_cache(maxsize=2)
def _points(folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = orjson.loads((folder / "names.json").read_bytes())
    return found


def _owners(kind: str, scope: Scope) -> frozenset[int]:
    """Numbers whose area may be shown; a company's to whoever sees one of its substations or boiler rooms.

    The extent of the heated city is no secret of anybody.
    """
    return _owners_of(kind, scope, assets.archive().version)


@lru_cache(maxsize=512)
def _owners_of(kind: str, scope: Scope, _archive_version: str) -> frozenset[int]:
    archive = assets.archive()
    if kind == EXTENT:
        return frozenset() if scope.key == "nobody" else frozenset((1,))
    if kind not in archive.kinds and kind != "company":
        return frozenset()
    if kind != "company":
        return frozenset(np.flatnonzero(np.asarray(assets.visible(kind, scope), bool)).tolist())
    found: set[int] = set()
    for owned in ("substation", "boiler"):
        mask = np.asarray(assets.visible(owned, scope), bool)
        found.update(archive[owned].links["company"][mask].tolist())
    return frozenset(found - {0})


def _names(kind: str, numbers: list[int]) -> list[str]:
    if kind == EXTENT:
        return [KINDS[EXTENT]] * len(numbers)
    if kind == "company":  # an organisation, not an object of the archive
        known = dict(Organisation.objects.filter(pk__in=numbers).values_list("pk", "short_name"))
        return [known.get(number, "") for number in numbers]
    return list(assets.names(kind, numbers))
