"""Between which systems, by which parameters?  A TOML file of whoever may hold it, read once and kept nowhere.

No message of ours repeats a value of it: what is wrong is told by the name of the entry alone.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from cleanheat.assets.importing.shapes import SYSTEMS
from cleanheat.calc.geo.frames import ELLIPSOIDS, Frame, Plane
from cleanheat.calc.geo.helmert import Fit, Four, Seven, fit_plane
from cleanheat.kernel.errors import Problem, invalid

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "four": ("dx", "dy", "a", "b"),
    "seven": ("dx", "dy", "dz", "rx", "ry", "rz", "m"),
}


def frame_from(system: str, text: str = "") -> Frame:
    """The frame of a named system, or of ``local`` with its parameters.

    Args:
        system: a key of ``SYSTEMS``, or ``local``.
        text: TOML with ``[plane]`` (central_meridian, ellipsoid, false_easting_m, false_northing_m, zone_prefix),
            ``[four]`` and ``[seven]``, each of them optional.

    Raises:
        Problem: naming the entry at fault, never its value.
    """
    if system != "local":
        if system not in SYSTEMS:
            raise invalid("from", "没有这种坐标系", system)
        return SYSTEMS[system][1]
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise invalid("parameters", "参数文件不是可读的 TOML") from error
    unknown = told.keys() - {"plane", *_PARTS}
    if unknown or not told:
        raise invalid("parameters", "参数文件的条目有误", f"可用: plane, {', '.join(_PARTS)}")
    numbers = {part: _numbers(part, told[part]) for part in _PARTS if part in told}
    four = Four(*numbers["four"]) if "four" in numbers else None
    seven = Seven(*numbers["seven"]) if "seven" in numbers else None
    if four is not None and not four.scale > 0:
        raise invalid("four", "四参数的尺度为零")
    return Frame(_plane(told["plane"]) if "plane" in told else None, four, seven)


def _numbers(part: str, entry: Any) -> list[float]:
    wanted = _PARTS[part]
    if not isinstance(entry, dict) or set(entry) != set(wanted):
        raise invalid(part, "参数不全", f"须有: {', '.join(wanted)}")
    if not all(isinstance(entry[name], int | float) and np.isfinite(entry[name]) for name in wanted):
        raise invalid(part, "参数不是数")
    return [float(entry[name]) for name in wanted]


def _plane(entry: Any) -> Plane:
    try:
        plane = Plane(**entry)
    except TypeError:
        raise invalid("plane", "投影参数有误", f"可用: {', '.join(Plane.__dataclass_fields__)}") from None
    if plane.ellipsoid not in ELLIPSOIDS:
        raise invalid("plane", "没有这种椭球", f"可用: {', '.join(ELLIPSOIDS)}")
    return plane


def points_of(path: Path, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of a CSV of points: ``name`` (and ``layer``) as text, all other columns as numbers.

    Raises:
        Problem: a column is missing or a cell is no number; the line is named.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if missing := set(columns) - set(reader.fieldnames or ()):
            raise invalid(min(missing), "缺少列", ", ".join(columns))
        return [_point(line, row, columns) for line, row in enumerate(reader, 2)]


def _point(line: int, row: Mapping[str, str], columns: tuple[str, ...]) -> dict[str, Any]:
    try:
        return {name: row[name] if name in {"name", "layer"} else float(row[name]) for name in columns}
    except (ValueError, TypeError):
        raise invalid("points", "坐标不是数", f"第 {line} 行") from None


def estimated(path: Path) -> Fit:
    """Four parameters from control points (``name,x1,y1,x2,y2``: east and north in both planes)."""
    rows = points_of(path, ("name", "x1", "y1", "x2", "y2"))
    source, target = (np.array([[r[f"x{i}"], r[f"y{i}"]] for r in rows]).reshape(-1, 2) for i in (1, 2))
    try:
        return fit_plane(source, target)
    except ValueError as error:
        raise Problem(422, "invalid-field", "控制点不足或重合", str(error), "control") from error
