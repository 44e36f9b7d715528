"""Which satellite images may be shown?  The sources that the installation declares in ``satellite.toml``.

A source is an XYZ address with ``{z} {x} {y}`` or a WMTS; it names its grid, its coordinate system and where its key
comes from.  The key stays on this machine: browsers ask us, we ask the source.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Grid = Literal["mercator", "geographic"]
System = Literal["wgs84", "cgcs2000", "gcj02"]

EXAMPLE: Final = """[[source]]
key = "imagery"                # 小写字母、数字、连字符
zh = "卫星影像"
service = "wmts"               # 或 "xyz"，此时 url 含 {z} {x} {y}
url = "https://t{s}.example.gov.cn/img_w/wmts"
subdomains = ["0", "1"]
layer = "img"
tile_matrix_set = "w"          # w、GoogleMapsCompatible、EPSG:3857；或 c、EPSG:4490、EPSG:4326
coordinate_system = "cgcs2000" # wgs84、cgcs2000 或 gcj02
token_parameter = "tk"
token_env = "CLEANHEAT_SATELLITE_TOKEN" # 密钥所在的环境变量
min_zoom = 1
max_zoom = 18
attribution = "影像来源与审图号"
"""
_GRIDS: Final[Mapping[str, Grid]] = {
    "w": "mercator",
    "googlemapscompatible": "mercator",
    "epsg:3857": "mercator",
    "epsg:900913": "mercator",
    "c": "geographic",
    "epsg:4490": "geographic",
    "epsg:4326": "geographic",
}
_PLACEHOLDER = re.compile(r"\{([^}]*)\}")


class Source(BaseModel):
    """One declared source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    zh: str = Field(min_length=1, max_length=40)
    service: Literal["xyz", "wmts"] = "xyz"
    url: str
    subdomains: tuple[str, ...] = ()
    layer: str = ""
    style: str = "default"
    format: str = "tiles"
    tile_matrix_set: str = ""
    matrix_offset: int = 0
    grid: Grid = "mercator"
    coordinate_system: System = "wgs84"
    token: str = Field("", repr=False)
    token_env: str = ""
    token_parameter: str = ""
    tile_size: Literal[256, 512] = 256
    min_zoom: int = Field(1, ge=0, le=22)
    max_zoom: int = Field(18, ge=0, le=22)
    attribution: str = Field("", max_length=200)
    proxy: str = Field("", repr=False)
    timeout_s: float = Field(8.0, gt=0, le=60)
    cache_days: float = Field(30.0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _grid_of_matrix_set(cls, given: Any) -> Any:
        if isinstance(given, dict) and "grid" not in given and "tile_matrix_set" in given:
            known = _GRIDS.get(str(given["tile_matrix_set"]).casefold())
            if known is None:
                raise ValueError('tile_matrix_set 不是已知的瓦片矩阵集，请另写 grid = "mercator" 或 "geographic"')
            return {**given, "grid": known}
        return given

    @model_validator(mode="after")
    def _fits_together(self) -> Source:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("url 应为 http 或 https 地址")
        allowed = {"z", "x", "y", "-y", "s", "token"}
        names = set(_PLACEHOLDER.findall(self.url))
        if names - allowed:
            raise ValueError(f"url 含有不认识的占位符：{'、'.join(sorted(names - allowed))}")
        if set(_PLACEHOLDER.findall(parts.netloc)) - {"s"}:
            raise ValueError("url 的主机名中只能使用 {s}")
        if "s" in names and not self.subdomains:
            raise ValueError("url 含有 {s}，请写 subdomains")
        if self.service == "xyz" and not ({"z", "x"} <= names and names & {"y", "-y"}):
            raise ValueError("xyz 来源的 url 应含有 {z}、{x} 和 {y}")
        if self.service == "wmts" and not (self.layer and self.tile_matrix_set):
            raise ValueError("wmts 来源应写 layer 和 tile_matrix_set")
        if self.min_zoom > self.max_zoom:
            raise ValueError("min_zoom 不应大于 max_zoom")
        return self

    @property
    def is_plain(self) -> bool:
        """Its tiles are the map's own: CGCS2000 differs from WGS-84 by centimetres."""
        return self.grid == "mercator" and self.coordinate_system != "gcj02"

    @property
    def digest(self) -> str:
        """Changes with whatever changes the images; the key does not."""
        told = self.model_dump(exclude={"token", "token_env", "proxy", "timeout_s", "cache_days", "zh", "attribution"})
        return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:10]

    def secret(self) -> str:
        return self.token or (os.environ.get(self.token_env, "") if self.token_env else "")

    def fault(self) -> str:
        """Why it cannot be asked now, empty if it can."""
        if self.token_env and not self.secret():
            return f"来源“{self.zh}”的密钥未设置：环境变量 {self.token_env} 为空"
        return ""

    def columns(self, z: int) -> tuple[int, int]:
        """Columns and rows of the source's own grid at a zoom."""
        return (1 << z, 1 << z) if self.grid == "mercator" else (1 << z, max(1, 1 << z >> 1))

    def address(self, z: int, x: int, y: int) -> str:
        """Where the tile of the source's own grid is fetched; holds the key, so it is neither logged nor told."""
        rows = self.columns(z)[1]
        given = {"z": z + self.matrix_offset, "x": x, "y": y, "-y": rows - 1 - y, "token": self.secret()}
        if self.subdomains:
            given["s"] = self.subdomains[(x + y) % len(self.subdomains)]
        filled = _PLACEHOLDER.sub(lambda found: str(given[found[1]]), self.url)
        return filled if self.service == "xyz" else self._wmts(filled, z, x, y)

    def _wmts(self, base: str, z: int, x: int, y: int) -> str:
        asked = {
            "SERVICE": "WMTS",
            "REQUEST": "GetTile",
            "VERSION": "1.0.0",
            "LAYER": self.layer,
            "STYLE": self.style,
            "FORMAT": self.format,
            "TILEMATRIXSET": self.tile_matrix_set,
            "TILEMATRIX": z + self.matrix_offset,
            "TILEROW": y,
            "TILECOL": x,
        }
        if self.token_parameter:
            asked[self.token_parameter] = self.secret()
        return f"{base}{'&' if '?' in base else '?'}{urlencode(asked)}"


def read(path: Path) -> tuple[list[Source], list[str]]:
    """The sources that a file declares and can be asked, and in Chinese what is wrong with the others."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return [], []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return [], [f"{path.name} 无法读取：{error}"]
    sources: dict[str, Source] = {}
    faults = []
    rows = document.get("source", [])
    for place, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        try:
            source = Source.model_validate(row)
        except ValidationError as error:
            faults.append(f"第 {place} 个来源配置有误：{_told(error)}")
            continue
        if source.key in sources:
            faults.append(f"第 {place} 个来源的 key 与前面的重复：{source.key}")
        elif fault := source.fault():
            faults.append(fault)
        else:
            sources[source.key] = source
    return list(sources.values()), faults


def _told(error: ValidationError) -> str:
    """Field and reason of each fault, never a value: one of them may be the key."""
    return "；".join(
        f"{'.'.join(str(part) for part in fault['loc'])} {fault['msg'].removeprefix('Value error, ')}".strip()
        for fault in error.errors(include_input=False, include_url=False)
    )
