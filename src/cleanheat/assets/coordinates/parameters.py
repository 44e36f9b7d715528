"""Between which systems, by which parameters?  Told by whoever may hold them, read once and kept nowhere.

No message of ours repeats a value of them: what is wrong is told by the name of the entry alone.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from cleanheat.assets.coordinates.held import Points
from cleanheat.assets.importing.shapes import SYSTEMS
from cleanheat.calc.geo.control import Control, Model, fit
from cleanheat.calc.geo.frames import ELLIPSOIDS, Frame, Plane
from cleanheat.calc.geo.helmert import Four, Seven
from cleanheat.kernel.errors import invalid

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "four": ("dx", "dy", "a", "b"),
    "seven": ("dx", "dy", "dz", "rx", "ry", "rz", "m"),
}
_TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "点名", "点号", "名称"),
    "x": ("x", "东坐标", "东", "东坐标(m)"),
    "y": ("y", "北坐标", "北", "北坐标(m)"),
    "longitude": ("longitude", "lon", "lng", "经度"),
    "latitude": ("latitude", "lat", "纬度"),
}
MOST_POINTS: Final = 2_000


def frame_from(system: str, text: str = "") -> Frame:
    """The frame of a named system, or of ``local`` with its parameters as TOML (see :func:`frame_of`).

    Raises:
        Problem: naming the entry at fault, never its value.
    """
    if system != "local":
        return frame_of(system)
    try:
        return frame_of(system, tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        raise invalid("parameters", "参数文件不是可读的 TOML") from None


def frame_of(system: str, told: Mapping[str, Any] | None = None) -> Frame:
    """The frame of a named system, or of ``local`` with its parameters.

    Args:
        system: a key of ``SYSTEMS``, or ``local``.
        told: ``plane`` (central_meridian, ellipsoid, false_easting_m, false_northing_m, zone_prefix), ``four`` and
            ``seven``, each of them optional.

    Raises:
        Problem: naming the entry at fault, never its value.
    """
    if system != "local":
        if system not in SYSTEMS:
            raise invalid("from", "没有这种坐标系", system)
        return SYSTEMS[system][1]
    told = told or {}
    unknown = told.keys() - {"plane", *_PARTS}
    if unknown or not told:
        raise invalid("parameters", "坐标参数的条目有误", f"可用: plane, {', '.join(_PARTS)}")
    numbers = {part: _numbers(part, told[part]) for part in _PARTS if part in told}
    four = Four(*numbers["four"]) if "four" in numbers else None
    seven = Seven(*numbers["seven"]) if "seven" in numbers else None
    if four is not None and not four.scale > 0:
        raise invalid("four", "四参数的尺度为零")
    return Frame(plane_of(told["plane"]) if "plane" in told else None, four, seven)


def _numbers(part: str, entry: Any) -> list[float]:
    wanted = _PARTS[part]
    if not isinstance(entry, dict) or set(entry) != set(wanted):
        raise invalid(part, "参数不全", f"须有: {', '.join(wanted)}")
    if not all(isinstance(entry[name], int | float) and np.isfinite(entry[name]) for name in wanted):
        raise invalid(part, "参数不是数")
    return [float(entry[name]) for name in wanted]


def plane_of(entry: Mapping[str, Any]) -> Plane:
    try:
        plane = Plane(**entry)
    except TypeError:
        raise invalid("plane", "投影参数有误", f"可用: {', '.join(Plane.__dataclass_fields__)}") from None
    if plane.ellipsoid not in ELLIPSOIDS:
        raise invalid("plane", "没有这种椭球", f"可用: {', '.join(ELLIPSOIDS)}")
    numbers = (plane.central_meridian, plane.false_easting_m, plane.false_northing_m, plane.zone_prefix)
    if not all(isinstance(value, int | float) and np.isfinite(value) for value in numbers):
        raise invalid("plane", "投影参数不是数")
    if not -180 <= plane.central_meridian <= 180:
        raise invalid("plane", "中央经线有误")
    return plane


def points_of(body: bytes, *, field: str = "points", is_north_first: bool = False) -> Points:
    """Points of a CSV (UTF-8 or GB18030) with ``name, x, y, longitude, latitude`` and, if wished, ``layer``.

    Args:
        is_north_first: the columns x and y are north and east, as surveyors here write them.

    Raises:
        Problem: a column is missing or a cell is no number; the line is named, never what stands there.
    """
    reader = csv.DictReader(io.StringIO(_text(body, field), newline=""))
    titles = {(title or "").strip().lower(): title for title in reader.fieldnames or ()}
    column = {key: next((titles[t] for t in known if t in titles), None) for key, known in _TITLES.items()}
    missing = [key for key, found in column.items() if found is None]
    if missing:
        raise invalid(field, "缺少列", "、".join(missing))
    rows: list[list[float]] = []
    names: list[str] = []
    layers: list[str] = []
    for line, row in enumerate(reader, 2):
        if not any((value or "").strip() for value in row.values() if isinstance(value, str)):
            continue
        if len(rows) == MOST_POINTS:
            raise invalid(field, "点数过多", f"最多 {MOST_POINTS} 点")
        rows.append([_number(row[str(column[key])], line, field) for key in ("x", "y", "longitude", "latitude")])
        names.append((row[str(column["name"])] or "").strip()[:60] or f"第{line}行")
        layers.append((row.get(titles.get("layer", "")) or row.get(titles.get("图层", "")) or "").strip())
    told = np.array(rows, np.float64).reshape(-1, 4)
    xy = told[:, 1::-1] if is_north_first else told[:, :2]
    return Points(tuple(names), tuple(layers), np.ascontiguousarray(xy), told[:, 2:])


def _text(body: bytes, field: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise invalid(field, "无法识别文件编码", "UTF-8 或 GB18030")


def _number(cell: str | None, line: int, field: str) -> float:
    try:
        value = float(cell or "")
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise invalid(field, "坐标不是数", f"第 {line} 行")
    return value


def estimated(model: Model, plane: Plane, points: Points) -> Control:
    """A frame from control points, with residuals.

    Raises:
        Problem: too few points, in one place or on one line, or not in these systems.
    """
    try:
        return fit(model, plane, points.xy, points.lonlat)
    except ValueError as error:
        raise invalid(
            "control", "控制点不足、重合、共线或不属于所选坐标系", "四参数至少 2 点，七参数至少 3 点"
        ) from error
