"""Where is the city's geometry kept: one folder per content hash under ``data_dir/twin``, and which one is current."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson

from cleanheat.twin.geometry import CityGeometry, Shapes

_CURRENT = "current"
_FIRST = "first"
_KEPT = 3
"""Versions that stay on disk beside the first: browsers go on asking for tiles of the one they opened."""
_ARRAYS = "geometry.npz"
_FEATURES = "features.json"


def content_version(geometry: CityGeometry) -> str:
    """Sixteen hexadecimal digits that change whenever any coordinate or feature changes."""
    digest = hashlib.sha256()
    for shapes in (geometry.buildings, geometry.pipes):
        for array in (shapes.numbers, shapes.offsets, shapes.lonlat):
            digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(np.ascontiguousarray(geometry.building_height_m).tobytes())
    digest.update(_features(geometry))
    return digest.hexdigest()[:16]


def wire_version(version: str) -> int:
    """The version as the u32 that live frames carry."""
    return int(version[:8], 16)


def save(root: Path, geometry: CityGeometry, build: Callable[[Path], None], *, is_first: bool = True) -> str:
    """Store the geometry with whatever ``build`` adds to its folder, then make it current; returns its version.

    ``is_first``: it is the one that later shapes are laid over; else the former first stays.
    Nothing is visible before everything is written: a crash leaves the former version in place.
    """
    version = content_version(geometry)
    root.mkdir(parents=True, exist_ok=True)
    if not (root / version).exists():
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=root))
        try:
            _write(draft, geometry)
            build(draft)
            draft.rename(root / version)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    _point(root, _FIRST, version if is_first else first_version(root) or version)
    _point(root, _CURRENT, version)
    return version


def _point(root: Path, name: str, version: str) -> None:
    pointer = root / f"{name}.new"
    pointer.write_text(version, "ascii")
    pointer.replace(root / name)


def current_version(root: Path) -> str | None:
    return _pointed(root, _CURRENT)


def first_version(root: Path) -> str | None:
    """The geometry as it was before any import laid shapes over it."""
    return _pointed(root, _FIRST) or current_version(root)


def _pointed(root: Path, name: str) -> str | None:
    try:
        return (root / name).read_text("ascii").strip() or None
    except FileNotFoundError:
        return None


def prune(root: Path) -> None:
    """Remove versions that nobody can be looking at any more: all but the first and the newest few."""
    named = {first_version(root), current_version(root)}
    folders = [p for p in root.iterdir() if p.is_dir() and (p / _ARRAYS).exists() and p.name not in named]
    for old in sorted(folders, key=lambda p: p.stat().st_mtime, reverse=True)[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def load(folder: Path) -> CityGeometry:
    """The geometry of one version's folder."""
    features = orjson.loads((folder / _FEATURES).read_bytes())
    with np.load(folder / _ARRAYS) as arrays:
        return CityGeometry(
            buildings=Shapes(arrays["building_numbers"], arrays["building_offsets"], arrays["building_lonlat"]),
            building_height_m=arrays["building_height_m"],
            pipes=Shapes(arrays["pipe_numbers"], arrays["pipe_offsets"], arrays["pipe_lonlat"]),
            base=features["base"],
            coverage={kind: [(int(n), shape) for n, shape in rows] for kind, rows in features["coverage"].items()},
        )


def _features(geometry: CityGeometry) -> bytes:
    document = {"base": dict(geometry.base), "coverage": dict(geometry.coverage)}
    return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY, default=list)


def _write(folder: Path, geometry: CityGeometry) -> None:
    np.savez(
        folder / _ARRAYS,
        building_numbers=geometry.buildings.numbers,
        building_offsets=geometry.buildings.offsets,
        building_lonlat=geometry.buildings.lonlat,
        building_height_m=geometry.building_height_m,
        pipe_numbers=geometry.pipes.numbers,
        pipe_offsets=geometry.pipes.offsets,
        pipe_lonlat=geometry.pipes.lonlat,
    )
    (folder / _FEATURES).write_bytes(_features(geometry))
