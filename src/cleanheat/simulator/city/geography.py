"""Where the city lies: districts at their real centres inside invented borders, river, lakes, parks and towns.

Work is done on a plane in metres about :data:`ORIGIN` (x east, y north) and turned into degrees at the very end.
Only the centres and the courses' rough shapes follow the real place: borders, shores and streets are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
"""``float64[n, 2]`` metres on the plane."""

ORIGIN = (125.325, 43.885)
_METRES_PER_DEGREE = (111_320 * cos(radians(ORIGIN[1])), 111_110.0)


def to_plane(lonlat: ArrayLike) -> Points:
    return (np.asarray(lonlat, dtype=float) - ORIGIN) * _METRES_PER_DEGREE


def to_lonlat(xy: ArrayLike) -> Points:
    """Degrees, rounded to a centimetre so that the same city always has the same bytes."""
    return np.round(np.asarray(xy, dtype=float) / _METRES_PER_DEGREE + ORIGIN, 7)


@dataclass(frozen=True)
class District:
    """``code`` is the official six-digit one; zones have none, so theirs (22017x) is provisional.

    ``town_m`` is the radius of a county town's own street grid; 0 where the district is part of the central city.
    """

    id: int
    code: str
    name: str
    longitude: float
    latitude: float
    is_rural: bool = True
    town_m: float = 0

    @property
    def short(self) -> str:
        return self.name if len(self.name) <= 2 else self.name.removesuffix("示范区").rstrip("区县市")


DISTRICTS: tuple[District, ...] = (
    District(1, "220104", "朝阳区", 125.29, 43.84),
    District(2, "220102", "南关区", 125.35, 43.86),
    District(3, "220103", "宽城区", 125.33, 43.94),
    District(4, "220105", "二道区", 125.37, 43.87),
    District(5, "220106", "绿园区", 125.26, 43.88),
    District(6, "220112", "双阳区", 125.66, 43.53, town_m=2_300),
    District(7, "220113", "九台区", 125.84, 44.15, town_m=2_500),
    District(8, "220171", "新区", 125.40, 43.98),
    District(9, "220172", "经开区", 125.41, 43.86),
    District(10, "220173", "净月区", 125.45, 43.80),
    District(11, "220174", "汽开区", 125.20, 43.83, is_rural=False),
    District(12, "220175", "莲花山", 125.60, 43.90, town_m=1_200),
    District(13, "220176", "中韩示范区", 125.45, 44.02, town_m=1_700),
    District(14, "220122", "农安县", 125.18, 44.43, town_m=2_600),
    District(15, "220183", "德惠市", 125.70, 44.53, town_m=2_700),
    District(16, "220182", "榆树市", 126.53, 44.84, town_m=2_500),
    District(17, "220184", "公主岭市", 124.82, 43.50, town_m=2_900),
)

_OUTLINE = (
    (124.05, 43.35), (124.45, 43.22), (124.95, 43.22), (125.35, 43.30), (125.62, 43.17), (125.98, 43.32), (125.93,
    43.62),
    (126.12, 43.88), (126.28, 44.20), (126.52, 44.42), (126.95, 44.52), (127.08, 44.85), (126.75, 45.13), (126.20,
    45.12),
    (125.95, 44.86), (125.55, 44.88), (125.05, 44.98), (124.62, 44.72), (124.72, 44.35), (124.98, 44.05), (124.72,
    43.82),
    (124.30, 43.72),
)  # fmt: skip
_YITONG = (
    (125.36, 43.35), (125.33, 43.50), (125.372, 43.62), (125.355, 43.70), (125.382, 43.755), (125.372, 43.80),
    (125.352, 43.835), (125.347, 43.865), (125.36, 43.89), (125.352, 43.915), (125.372, 43.94), (125.352, 43.975),
    (125.335, 44.02), (125.31, 44.10), (125.33, 44.18), (125.26, 44.28), (125.27, 44.38), (125.34, 44.52), (125.30,
    44.66),
    (125.42, 44.88),
)  # fmt: skip
_YINMA = (
    (125.86, 43.32), (125.80, 43.52), (125.72, 43.70), (125.76, 43.86), (125.80, 44.02), (125.71, 44.22), (125.74,
    44.40),
    (125.62, 44.56), (125.72, 44.72), (125.58, 44.88),
)  # fmt: skip


@dataclass(frozen=True)
class Blob:
    """A lake or a park: a wobbly ellipse, ``half`` axes in metres, turned by ``turn_deg``."""

    name: str
    longitude: float
    latitude: float
    half: tuple[float, float]
    turn_deg: float = 0

    def polygon(self) -> shapely.Polygon:
        angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        phase = self.longitude * 700 + self.latitude * 300
        wobble = 1 + 0.10 * np.sin(2 * angle + phase) + 0.07 * np.sin(3 * angle + 2 * phase) + 0.03 * np.sin(7 * angle)
        flat = np.c_[np.cos(angle), np.sin(angle)] * wobble[:, None] * self.half
        return shapely.Polygon(turned(flat, np.radians(self.turn_deg)) + to_plane((self.longitude, self.latitude)))


_LAKES = (
    Blob("南湖", 125.2985, 43.8560, (420, 640), -20),
    Blob("新立城水库", 125.362, 43.665, (1_700, 4_600), 12),
    Blob("石头口门水库", 125.755, 43.845, (2_100, 5_400), -14),
    Blob("净月潭", 125.463, 43.772, (900, 1_900), 38),
    Blob("北湖", 125.402, 44.010, (520, 1_250), 24),
    Blob("西湖", 125.165, 43.862, (330, 620), 40),
    Blob("天嘉湖", 125.232, 43.802, (260, 330), 0),
    Blob("波罗湖", 124.80, 44.42, (3_400, 5_600), 30),
)
_PARKS = (
    Blob("南湖公园", 125.2985, 43.8560, (760, 1_050), -20),
    Blob("胜利公园", 125.3165, 43.9010, (240, 330), 5),
    Blob("儿童公园", 125.3225, 43.8745, (200, 300), 0),
    Blob("动植物公园", 125.3395, 43.8685, (420, 560), 8),
    Blob("杏花邨公园", 125.3035, 43.8815, (230, 260), 0),
    Blob("雕塑公园", 125.3255, 43.8205, (420, 620), 0),
    Blob("友谊公园", 125.2905, 43.8325, (260, 340), 15),
    Blob("劳动公园", 125.3755, 43.8835, (260, 300), 0),
    Blob("长春公园", 125.2655, 43.8925, (430, 480), 10),
    Blob("北湖湿地公园", 125.402, 44.010, (1_000, 1_900), 24),
    Blob("净月潭森林公园", 125.466, 43.770, (3_000, 3_900), 38),
    Blob("百木园", 125.3755, 43.8285, (330, 420), 0),
    Blob("东新苑", 125.4150, 43.8850, (240, 330), 0),
    Blob("绿园", 125.2250, 43.8780, (330, 300), 20),
    Blob("汽车公园", 125.2150, 43.8420, (360, 260), 30),
    Blob("天嘉公园", 125.232, 43.802, (480, 560), 0),
    Blob("伊通河湿地", 125.372, 43.955, (560, 900), 30),
    Blob("八一公园", 125.312, 43.800, (300, 360), 0),
)


def turned(xy: Points, angle: float | NDArray[np.float64]) -> Points:
    """Points turned about the origin by ``angle`` radians, counter-clockwise."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * xy[..., 0] - s * xy[..., 1], s * xy[..., 0] + c * xy[..., 1]], axis=-1)


def _wander(xy: Points) -> Points:
    """A gentle displacement of the plane, so that borders between districts are no straight lines."""
    x, y = xy[..., 0] / 1_000, xy[..., 1] / 1_000
    far = np.minimum(1, np.hypot(x, y) / 25)  # borders inside the city follow streets: they bend less
    dx = 900 * np.sin(y / 4.1 + 1) + 500 * np.sin(y / 1.9 + x / 3.3) + far * 2_600 * np.sin(y / 13 + x / 31)
    dy = 900 * np.sin(x / 4.7 + 2) + 500 * np.sin(x / 2.1 - y / 2.9) + far * 2_600 * np.sin(x / 15 - y / 27)
    return np.stack([dx, dy], axis=-1) * (0.25 + 0.75 * far)[..., None]


def _unwander(xy: Points) -> Points:
    """Where a point must lie for :func:`_wander` to carry it to ``xy``."""
    at = xy
    for _ in range(25):
        at = xy - _wander(at)
    return at


def _smooth(lonlat: Sequence[tuple[float, float]], step_m: float) -> Points:
    """A Catmull-Rom curve through the given places, with small meanders."""
    knots = to_plane(lonlat)
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        n = max(2, int(np.hypot(*(p2 - p1)) / step_m))
        t = (np.arange(n) / n)[:, None]
        pieces.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )
    line = np.vstack([*pieces, knots[-1:]])
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    heading = np.gradient(line, axis=0)
    normal = np.c_[-heading[:, 1], heading[:, 0]] / np.hypot(*heading.T)[:, None]
    meandering: Points = line + normal * (70 * np.sin(along / 420) + 40 * np.sin(along / 173))[:, None]
    return meandering


class Geography:
    """The land, the same for every seed and size."""

    @cached_property
    def centres(self) -> Points:
        return to_plane([(d.longitude, d.latitude) for d in DISTRICTS])

    @cached_property
    def municipality(self) -> shapely.Polygon:
        outline = shapely.segmentize(shapely.Polygon(to_plane(_OUTLINE)), 2_000)
        return shapely.Polygon(_unwander(shapely.get_coordinates(outline))).buffer(0)

    @cached_property
    def districts(self) -> list[shapely.Geometry]:
        """Cells of the nearest centre on the displaced plane: they share their borders exactly."""
        frame = shapely.box(*to_plane([(123, 42.3), (128, 46)]).ravel())
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(self.centres), extend_to=frame))
        found = shapely.STRtree(cells).query(shapely.points(self.centres), predicate="within")
        order = np.empty(len(DISTRICTS), dtype=int)
        order[found[0]] = found[1]
        dense = shapely.segmentize(shapely.intersection(cells[order], frame), 400)
        bent = shapely.transform(dense, _unwander)
        return list(shapely.intersection(shapely.make_valid(bent), self.municipality))

    def district_of(self, xy: Points) -> NDArray[np.int32]:
        """District id of each point: the nearest centre on the displaced plane."""
        there = xy + _wander(xy)
        distance = np.hypot(there[:, None, 0] - self.centres[None, :, 0], there[:, None, 1] - self.centres[None, :, 1])
        ids: NDArray[np.int32] = (np.argmin(distance, axis=1) + 1).astype(np.int32)
        return ids

    @cached_property
    def river_line(self) -> shapely.LineString:
        return shapely.LineString(_smooth(_YITONG, 60))

    @cached_property
    def water(self) -> list[tuple[str, shapely.Polygon]]:
        yitong = self.river_line.buffer(62, quad_segs=2).simplify(3)
        yinma = shapely.LineString(_smooth(_YINMA, 150)).buffer(80, quad_segs=2).simplify(6)
        lakes = [(lake.name, lake.polygon()) for lake in _LAKES]
        return [("伊通河", yitong), ("饮马河", yinma), *lakes]

    @cached_property
    def water_body(self) -> shapely.Geometry:
        return shapely.union_all([polygon for _, polygon in self.water])

    @cached_property
    def green(self) -> list[tuple[str, shapely.Geometry]]:
        banks = self.river_line.buffer(130, quad_segs=2).simplify(4).intersection(shapely.Point(0, 0).buffer(16_000))
        parks = [(park.name, park.polygon()) for park in _PARKS]
        named = [*parks, ("伊通河风光带", banks)]
        return [(name, polygon.difference(self.water_body)) for name, polygon in named]

    @cached_property
    def open_land(self) -> shapely.Geometry:
        """Where nothing is built: water, banks and parks."""
        open_land = shapely.union_all([self.water_body, *(polygon for _, polygon in self.green)])
        shapely.prepare(open_land)
        return open_land


GEOGRAPHY = Geography()
