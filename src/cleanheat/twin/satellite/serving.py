"""What does the satellite mode show?  The declared sources, their tiles, or what is missing and how to add it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from cleanheat.kernel.errors import not_found
from cleanheat.twin.satellite import fetching, reprojection, sources
from cleanheat.twin.satellite.kept import Kept
from cleanheat.twin.satellite.sources import Source

_SYSTEM_ZH: Final = {"wgs84": "WGS-84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02，已在服务端改正"}


@dataclass(frozen=True)
class SatelliteSource:
    """What a browser must know of a source: nothing of where it is or of its key."""

    key: str
    zh: str
    url: str
    tile_size: int
    min_zoom: int
    max_zoom: int
    attribution: str
    system_zh: str


@dataclass(frozen=True)
class Satellite:
    """The satellite mode as it stands; with no source, ``missing`` and ``how`` tell what to do."""

    sources: list[SatelliteSource]
    faults: list[str]
    missing: str
    how: str
    example: str


@dataclass(frozen=True)
class Picture:
    body: bytes
    media_type: str


def mode() -> Satellite:
    """All sources that can be asked, and what keeps others from it."""
    found, faults = _declared()
    shown = [
        SatelliteSource(
            s.key,
            s.zh,
            f"/tiles/satellite/{s.key}/{{z}}/{{x}}/{{y}}?v={s.digest}",
            s.tile_size,
            s.min_zoom,
            s.max_zoom,
            s.attribution,
            _SYSTEM_ZH[s.coordinate_system],
        )
        for s in found
    ]
    how = (
        "请由系统管理员在服务器数据目录放置 satellite.toml（或用环境变量 CLEANHEAT_SATELLITE_FILE 指定其位置），"
        "每个影像源写一段 [[source]]；保存后刷新页面即生效，无需重启。密钥只留在服务器上。"
    )
    missing = "" if shown else "尚未配置可用的卫星影像源"
    return Satellite(shown, faults, missing, how if not shown or faults else "", sources.EXAMPLE if not shown else "")


def tile(key: str, z: int, x: int, y: int) -> Picture | None:
    """A tile of the map's own grid; ``None`` where the source has nothing, a 404 problem for an unknown address."""
    source = next((s for s in _declared()[0] if s.key == key), None)
    if source is None:
        raise not_found("没有这个卫星影像源", key)
    if not (source.min_zoom <= z <= source.max_zoom and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise not_found("没有这个瓦片", f"{z}/{x}/{y}")
    if source.is_plain:
        body = _own_tile(source, z, x, y)
        return None if body is None else Picture(body, fetching.type_of(body))
    return _moved(source, z, x, y)


def _moved(source: Source, z: int, x: int, y: int) -> Picture | None:
    found = reprojection.wanted(source, z, x, y)
    bodies = {(tx, ty): _own_tile(source, z, tx, ty) for tx, ty in found.tiles}
    tiles = {at: fetching.decode(body, source) for at, body in bodies.items() if body is not None}
    if not tiles:
        return None
    body = fetching.encode(reprojection.resample(source, found, tiles))
    return Picture(body, fetching.type_of(body))


def _own_tile(source: Source, z: int, x: int, y: int) -> bytes | None:
    """A tile of the source's grid, kept or fetched."""
    kept, folder = _kept(), f"{source.key}-{source.digest}"
    body = kept.read(folder, (z, x, y), source.cache_days)
    if body is None:
        body = fetching.fetch(source, z, x, y) or b""
        kept.write(folder, (z, x, y), body)
    return body or None


def _declared() -> tuple[list[Source], list[str]]:
    path = Path(settings.SATELLITE_FILE)
    try:
        modified = path.stat().st_mtime_ns
    except OSError:
        modified = 0
    found, faults = _read(path, modified)
    # a key may be set or taken away while the file stays the same
    return [s for s in found if not s.fault()], faults


@lru_cache(maxsize=2)
def _read(path: Path, _modified_ns: int) -> tuple[list[Source], list[str]]:
    return sources.read(path)


@lru_cache(maxsize=1)
def _kept_at(root: Path, bound_bytes: int) -> Kept:
    return Kept(root, bound_bytes)


def _kept() -> Kept:
    return _kept_at(Path(settings.DATA_DIR) / "satellite", settings.SATELLITE_CACHE_BYTES)
