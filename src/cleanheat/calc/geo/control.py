"""Which parameters lead from a local plane to WGS-84, by points known in both?  And which of these points is wrong?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.geo.frames import Frame, Plane, degrees_of, from_wgs84, to_geocentric, to_wgs84
from cleanheat.calc.geo.helmert import Four, Seven, fit_plane, fit_space, rms
from cleanheat.calc.geo.proof import residuals

Floats = NDArray[np.float64]
Model = Literal["four", "seven"]
LEAST: Final = {"four": 2, "seven": 3}
SUSPECT_FACTOR: Final = 4.0
"""A point is suspect when the others miss it by so many times what they miss each other."""
_LEAST_MISS_M: Final = 0.02


@dataclass(frozen=True)
class Control:
    """A frame from control points.

    ``residual_m``: ``[n, 2]`` east and north, computed less given.  ``left_out_m``: ``[n]`` how far each point lies
    from where the others alone put it, NaN where too few others are left.  ``suspect``: ``[n]``.
    """

    frame: Frame
    residual_m: Floats
    left_out_m: Floats
    suspect: NDArray[np.bool_]

    @property
    def rms_m(self) -> float:
        return rms(self.residual_m)


def fit(model: Model, plane: Plane, xy: Floats, lonlat: Floats) -> Control:
    """Least squares over control points.

    Args:
        model: ``four`` in the plane, ``seven`` in space (heights are unknown and taken as 0 in both systems).
        plane: the national plane that the local one is near to; for ``seven`` the local plane itself.
        xy: ``[n, 2]`` metres, east and north, in the local plane.
        lonlat: ``[n, 2]`` WGS-84 degrees of the same points.

    Raises:
        ValueError: too few points, in one place or on one line, or not in these systems.
    """
    frame = _frame(model, plane, xy, lonlat)
    off = _residual(frame, xy, lonlat)
    left_out = np.full(xy.shape[0], np.nan)
    rest = np.full(xy.shape[0], np.nan)
    if xy.shape[0] >= LEAST[model] + 2:
        for i in range(xy.shape[0]):  # control points are some dozens
            others = np.arange(xy.shape[0]) != i
            try:
                without = _frame(model, plane, xy[others], lonlat[others])
            except ValueError:  # this point alone keeps the others from lying on one line
                continue
            left_out[i] = float(np.hypot(*_residual(without, xy[i : i + 1], lonlat[i : i + 1])[0]))
            rest[i] = rms(_residual(without, xy[others], lonlat[others]))
    suspect = left_out > SUSPECT_FACTOR * np.maximum(rest, _LEAST_MISS_M)
    return Control(frame, off, left_out, suspect)


def _frame(model: Model, plane: Plane, xy: Floats, lonlat: Floats) -> Frame:
    if model == "four":
        four = fit_plane(xy, from_wgs84(Frame(plane), lonlat)).parameters
        assert isinstance(four, Four)  # noqa: S101  # for the type checker: fit_plane gives no other
        return Frame(plane, four)
    local = to_geocentric(degrees_of(plane, xy), plane.ellipsoid)
    seven = fit_space(local, to_geocentric(lonlat, "CGCS2000")).parameters
    assert isinstance(seven, Seven)  # noqa: S101  # likewise
    return Frame(plane, None, seven)


def _residual(frame: Frame, xy: Floats, lonlat: Floats) -> Floats:
    off = residuals(to_wgs84(frame, xy), lonlat)
    return np.column_stack([off.east_m, off.north_m])
