"""How are two systems related, when points are known in both?  Four parameters in the plane, seven in space.

Plane: ``x2 = dx + a·x1 − b·y1``, ``y2 = dy + b·x1 + a·y1`` with ``a = k·cos α``, ``b = k·sin α``.
Space (Bursa–Wolf, coordinate-frame rotation, small angles): ``X2 = d + (1 + m)·R·X1``,
``R = [[1, εz, −εy], [−εz, 1, εx], [εy, −εx, 1]]``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ARC_SECOND: Final = np.pi / 180.0 / 3600.0
PPM: Final = 1e-6
_LEAST_SPREAD: Final = 1e-9


@dataclass(frozen=True)
class Four:
    """Metres and pure numbers; ``x`` east, ``y`` north."""

    dx: float
    dy: float
    a: float
    b: float

    @property
    def scale(self) -> float:
        return float(np.hypot(self.a, self.b))

    @property
    def rotation_degrees(self) -> float:
        return float(np.degrees(np.arctan2(self.b, self.a)))


@dataclass(frozen=True)
class Seven:
    """Shifts in metres, rotations in arc seconds, scale in parts per million."""

    dx: float
    dy: float
    dz: float
    rx: float
    ry: float
    rz: float
    m: float


@dataclass(frozen=True)
class Fit:
    """What was estimated: residuals are ``[n, d]`` metres at the control points, observed less computed."""

    parameters: Four | Seven
    residuals_m: Floats

    @property
    def rms_m(self) -> float:
        return rms(self.residuals_m)


def rms(residuals_m: Floats) -> float:
    """Root mean square of distances."""
    return float(np.sqrt((residuals_m**2).sum(axis=1).mean())) if residuals_m.size else float("nan")


def plane(p: Four, xy: Floats) -> Floats:
    """``[n, 2]`` metres in the second system."""
    x, y = xy[:, 0], xy[:, 1]
    return np.column_stack([p.dx + p.a * x - p.b * y, p.dy + p.b * x + p.a * y])


def plane_back(p: Four, xy: Floats) -> Floats:
    """The inverse of :func:`plane`.

    Raises:
        ValueError: the scale is zero.
    """
    square = p.a**2 + p.b**2
    if not square > 0:
        raise ValueError("the scale is zero")
    x, y = xy[:, 0] - p.dx, xy[:, 1] - p.dy
    return np.column_stack([(p.a * x + p.b * y) / square, (p.a * y - p.b * x) / square])


def _rotation(p: Seven) -> Floats:
    rx, ry, rz = (angle * ARC_SECOND for angle in (p.rx, p.ry, p.rz))
    return (1.0 + p.m * PPM) * np.array([[1.0, rz, -ry], [-rz, 1.0, rx], [ry, -rx, 1.0]])


def space(p: Seven, xyz: Floats) -> Floats:
    """``[n, 3]`` geocentric metres in the second system."""
    return np.array([p.dx, p.dy, p.dz]) + xyz @ _rotation(p).T


def space_back(p: Seven, xyz: Floats) -> Floats:
    """The exact inverse of :func:`space`."""
    return np.asarray(np.linalg.solve(_rotation(p), (xyz - np.array([p.dx, p.dy, p.dz])).T).T)


def fit_plane(source: Floats, target: Floats) -> Fit:
    """Least squares over at least two control points (``[n, 2]`` each).

    Coordinates are taken from their centres first: eight-digit northings would leave no digits for the rotation.

    Raises:
        ValueError: too few points, or all in one place.
    """
    _enough(source, target, 2)
    centre, goal = source.mean(axis=0), target.mean(axis=0)
    s, t = source - centre, target - goal
    spread = float((s**2).sum())
    if spread < _LEAST_SPREAD:
        raise ValueError("control points lie in one place")
    a = float((s * t).sum()) / spread
    b = float((s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum()) / spread
    found = Four(float(goal[0] - a * centre[0] + b * centre[1]), float(goal[1] - b * centre[0] - a * centre[1]), a, b)
    return Fit(found, target - plane(found, source))


def fit_space(source: Floats, target: Floats) -> Fit:
    """Least squares over at least three control points (``[n, 3]`` geocentric metres each).

    Unknowns are brought to one size (metres at the earth's surface), for a city is a small part of the earth; the
    products of scale and rotation are linear in ``(1+m)·ε``.

    Raises:
        ValueError: too few points, or on one line.
    """
    _enough(source, target, 3)
    centre = source.mean(axis=0)
    s = source - centre
    reach = float(np.abs(s).max())
    x, y, z = (s / reach if reach > 0 else s).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows = [
        np.column_stack([one, zero, zero, x, zero, -z, y]),
        np.column_stack([zero, one, zero, y, z, zero, -x]),
        np.column_stack([zero, zero, one, z, -y, x, zero]),
    ]
    design = np.stack(rows, axis=1).reshape(-1, 7)
    solution, _, rank, _ = np.linalg.lstsq(design, (target - source).reshape(-1), rcond=1e-10)
    if rank < 7:
        raise ValueError("control points lie on one line")
    m, rx, ry, rz = solution[3:] / reach
    rotations = [float(e / (1.0 + m) / ARC_SECOND) for e in (rx, ry, rz)]
    turned = Seven(0.0, 0.0, 0.0, rotations[0], rotations[1], rotations[2], float(m / PPM))
    shift = centre + solution[:3] - space(turned, centre[None, :])[0]
    dx, dy, dz = shift.tolist()
    found = replace(turned, dx=dx, dy=dy, dz=dz)
    return Fit(found, target - space(found, source))


def _enough(source: Floats, target: Floats, least: int) -> None:
    if source.shape != target.shape or source.shape[0] < least:
        raise ValueError(f"{least} control points at least")
    if not (np.isfinite(source).all() and np.isfinite(target).all()):
        raise ValueError("control points must be numbers")
