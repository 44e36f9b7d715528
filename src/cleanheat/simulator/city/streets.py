"""How the streets run: a turned historic core, grids of several directions, rings, avenues, and the blocks between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cleanheat.simulator.city.geography import DISTRICTS, GEOGRAPHY, Points, to_plane, turned

URBAN_RADIUS_M = 15_500
_CORE = to_plane((125.319, 43.9005))
_CORE_RADIUS_M = 1_750


@dataclass(frozen=True)
class Street:
    name: str
    rank: str  # major, mid, minor
    line: shapely.LineString


@dataclass(frozen=True)
class Graph:
    """Streets cut at every crossing.  Edge ``e`` joins ``ends[e]`` and runs along ``lines[e]``."""

    nodes: Points
    ends: NDArray[np.int32]
    lines: NDArray[np.object_]
    length_m: NDArray[np.float64]


@dataclass(frozen=True)
class Blocks:
    """What the streets enclose.  ``node`` is the crossing nearest to where a block's substation stands."""

    polygons: NDArray[np.object_]
    centres: Points


_PATCHES: tuple[tuple[float, float, float], ...] = (
    # longitude, latitude, direction in degrees: the grid changes where one part of the city meets the next
    (125.312, 43.870, -3),
    (125.328, 43.832, -1),
    (125.385, 43.872, 7),
    (125.255, 43.885, -9),
    (125.265, 43.835, 14),
    (125.200, 43.838, 29),
    (125.325, 43.945, 3),
    (125.395, 43.965, 16),
    (125.430, 43.900, -6),
    (125.420, 43.830, -24),
    (125.365, 43.785, -10),
    (125.290, 43.785, 2),
    (125.240, 43.940, -20),
    (125.195, 43.895, 10),
)
_MERIDIANS = (
    "人民大街",
    "亚泰大街",
    "临河街",
    "东盛大街",
    "同志街",
    "开运街",
    "景阳大路",
    "春城大街",
    "普阳街",
    "洋浦大街",
    "会展大街",
    "锦江大街",
)
_PARALLELS = (
    "解放大路",
    "自由大路",
    "卫星路",
    "南湖大路",
    "吉林大路",
    "西安大路",
    "繁荣路",
    "南环城路",
    "北环城路",
    "长吉公路",
    "飞跃路",
    "富民大街",
)
_AVENUES: tuple[tuple[str, tuple[tuple[float, float], ...]], ...] = (
    ("人民大街", ((125.3195, 43.9085), (125.3215, 43.880), (125.3235, 43.850), (125.3265, 43.800), (125.3300,
    43.755))),
    ("凯旋路", ((125.3195, 43.9085), (125.3170, 43.945), (125.3090, 43.995))),
    ("解放大路", ((125.2050, 43.8660), (125.2600, 43.8750), (125.3215, 43.8765), (125.3700, 43.8740), (125.4400,
    43.8790))),
    ("自由大路", ((125.2500, 43.8530), (125.3230, 43.8620), (125.3800, 43.8560), (125.4600, 43.8460))),
    ("卫星路", ((125.2250, 43.8180), (125.3250, 43.8300), (125.3900, 43.8270), (125.4500, 43.8150))),
    ("亚泰大街", ((125.3460, 43.9600), (125.3380, 43.9100), (125.3350, 43.8600), (125.3420, 43.8000), (125.3500,
    43.7600))),
    ("吉林大路", ((125.3350, 43.8930), (125.3900, 43.8960), (125.4600, 43.9080), (125.5600, 43.9050))),
    ("西安大路", ((125.1850, 43.8990), (125.2600, 43.8900), (125.3205, 43.8905))),
    ("景阳大路", ((125.2250, 43.8700), (125.2450, 43.8950), (125.2800, 43.9150))),
    ("东风大街", ((125.1650, 43.8200), (125.2200, 43.8480), (125.2700, 43.8640))),
    ("净月大街", ((125.3750, 43.8350), (125.4100, 43.8080), (125.4400, 43.7800), (125.4650, 43.7350))),
    ("北远达大街", ((125.3700, 43.9100), (125.3950, 43.9600), (125.4250, 44.0100), (125.4500, 44.0350))),
    ("长沈路", ((125.2550, 43.8350), (125.2100, 43.7900), (125.1700, 43.7500))),
)  # fmt: skip
_RINGS: tuple[tuple[str, float, float, float], ...] = (
    # name, half width, half height, power of the superellipse
    ("二环路", 4_700, 5_000, 4),
    ("三环路", 7_700, 7_900, 4.5),
    ("四环路", 10_900, 11_200, 4.5),
    ("绕城高速", 15_500, 16_200, 3),
)
_RING_CENTRE = to_plane((125.322, 43.872))


def streets(rng: np.random.Generator) -> list[Street]:
    """All streets of the central city and of the county towns."""
    urban = _outline(_RING_CENTRE, 14_700, 15_300, 2.6)
    core = shapely.Point(_CORE).buffer(_CORE_RADIUS_M, quad_segs=10)
    found = [*_avenues(), *_rings()]
    found += _grid(rng, core, 38, (225, 300), "历史街区")
    for part, direction in _patches(urban.difference(core)):
        found += _grid(rng, part, direction, (280, 372), "")
        found.append(Street("", "mid", shapely.LineString(part.exterior.coords)))
    found.append(Street("环站路", "mid", shapely.LineString(core.exterior.coords)))
    for district in DISTRICTS:
        if district.town_m:
            found += _town(rng, to_plane((district.longitude, district.latitude)), district.town_m, district.short)
    return list(_kept_clear(found))


def _kept_clear(found: Iterable[Street]) -> Iterator[Street]:
    """Only avenues lead through parks, only they and through streets have bridges; none but they crosses a lake."""
    parks = shapely.union_all([polygon for name, polygon in GEOGRAPHY.green if name != "伊通河风光带"])
    lakes = shapely.union_all([polygon for name, polygon in GEOGRAPHY.water if not name.endswith("河")])
    clear = {"major": None, "mid": parks.union(lakes), "minor": parks.union(GEOGRAPHY.water_body)}
    for street in found:
        blocked = clear[street.rank]
        if blocked is None or not street.line.intersects(blocked):
            yield street
            continue
        for piece in shapely.get_parts(street.line.difference(blocked)):
            if not piece.is_empty:
                yield Street(street.name, street.rank, piece)


def _outline(centre: Points, half_width: float, half_height: float, power: float) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    radius = (np.abs(c) ** power + np.abs(s) ** power) ** (-1 / power)
    return shapely.Polygon(centre + np.c_[c * half_width, s * half_height] * radius[:, None])


def _avenues() -> Iterator[Street]:
    for name, places in _AVENUES:
        yield Street(name, "major", shapely.LineString(to_plane(places)))


def _rings() -> Iterator[Street]:
    for name, half_width, half_height, power in _RINGS:
        yield Street(
            name, "major", shapely.LineString(_outline(_RING_CENTRE, half_width, half_height, power).exterior.coords)
        )


def _patches(urban: shapely.Polygon) -> Iterator[tuple[shapely.Polygon, float]]:
    centres = to_plane([(lon, lat) for lon, lat, _ in _PATCHES])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=urban))
    for cell in cells:
        inside = shapely.contains_xy(cell, centres[:, 0], centres[:, 1])
        direction = _PATCHES[int(np.flatnonzero(inside)[0])][2]
        for part in shapely.get_parts(cell.intersection(urban)):
            if part.geom_type == "Polygon":
                yield part, direction


def _grid(
    rng: np.random.Generator, part: shapely.Polygon, direction_deg: float, spacing_m: tuple[float, float], prefix: str
) -> Iterator[Street]:
    """Two families of slightly bent lines through a part of the city; every third or fourth is a through street."""
    turn = np.radians(direction_deg)
    centre = np.array(part.centroid.coords[0])
    box = turned(shapely.get_coordinates(part.exterior) - centre, -turn)
    for family in (0, 1):
        low, high = box[:, family].min(), box[:, family].max()
        at = low + rng.uniform(40, spacing_m[0])
        for index in range(10_000):
            if at >= high:
                break
            along = np.linspace(box[:, 1 - family].min() - 50, box[:, 1 - family].max() + 50, 24)
            across = at + 14 * np.sin(along / 1_700 + rng.uniform(0, 6.3))
            points = np.c_[across, along] if family == 0 else np.c_[along, across]
            rank = "mid" if index % 4 == 2 else "minor"
            name = _street_name(rng, family, rank, prefix)
            for piece in shapely.get_parts(shapely.LineString(turned(points, turn) + centre).intersection(part)):
                if piece.geom_type == "LineString" and piece.length > 120:
                    yield Street(name, rank, piece)
            at += rng.uniform(*spacing_m) * (1.0 if family == 0 else 0.88)


_FIRST = "长安平永兴德明春光和景文同建北南东西新正大通锦繁富青翠柳桂杏松榆"
_SECOND = "安宁阳庆昌盛春江山湖泉林园门桥城运发达和光华丰荣义信德仁礼"


def _street_name(rng: np.random.Generator, family: int, rank: str, prefix: str) -> str:
    if rank == "mid":
        named = (_MERIDIANS if family == 0 else _PARALLELS)[3:]
        if rng.random() < 0.25 and not prefix:
            return str(named[rng.integers(len(named))])
    first, second = _FIRST[rng.integers(len(_FIRST))], _SECOND[rng.integers(len(_SECOND))]
    kind = (
        ("街" if family == 0 else "路")
        if rank == "mid"
        else ("胡同" if prefix and rng.random() < 0.3 else ("街" if family == 0 else "路"))
    )
    return f"{first}{second}{kind}"


def _town(rng: np.random.Generator, centre: Points, radius_m: float, name: str) -> Iterator[Street]:
    turn = float(rng.uniform(-25, 25))
    town = _outline(np.zeros(2), radius_m, radius_m * 0.85, 3)
    town = shapely.Polygon(turned(shapely.get_coordinates(town.exterior), np.radians(turn)) + centre)
    yield from _grid(rng, town, turn, (262, 350), name)
    yield Street(f"{name}环城路", "mid", shapely.LineString(town.exterior.coords))
    for axis in (0.0, np.pi / 2):
        ends = turned(np.array([[-1.25 * radius_m, 0], [1.25 * radius_m, 0]]), np.radians(turn) + axis) + centre
        yield Street(f"{name}{'大街' if axis else '大路'}", "major", shapely.LineString(ends))


def cut(found: list[Street]) -> tuple[Graph, Blocks]:
    """The street graph and the blocks between the streets."""
    noded = shapely.get_parts(shapely.node(shapely.MultiLineString([s.line for s in found])))
    noded = shapely.set_precision(noded, 0.01)
    noded = noded[~shapely.is_empty(noded)]
    first, last = shapely.get_point(noded, 0), shapely.get_point(noded, -1)
    keys = np.round(np.vstack([shapely.get_coordinates(first), shapely.get_coordinates(last)]) * 100).astype(np.int64)
    unique, index = np.unique(keys, axis=0, return_inverse=True)
    ends = index.reshape(2, -1).T.astype(np.int32)
    graph = Graph(unique / 100.0, ends, noded, shapely.length(noded))
    faces = shapely.get_parts(shapely.polygonize(noded))
    centres = shapely.get_coordinates(shapely.centroid(faces))
    return graph, Blocks(faces, centres)


def buildable(blocks: Blocks) -> NDArray[np.bool_]:
    """Blocks of a workable size and shape, on dry land and outside parks."""
    area = shapely.area(blocks.polygons)
    round_enough = 4 * np.pi * area / shapely.length(blocks.polygons) ** 2 > 0.38
    free = ~shapely.intersects(GEOGRAPHY.open_land, blocks.polygons)
    deep_enough = shapely.area(shapely.buffer(blocks.polygons, -45, quad_segs=1, join_style="mitre")) > 9_000
    workable: NDArray[np.bool_] = (area > 38_000) & (area < 170_000) & round_enough & deep_enough & free
    return workable
