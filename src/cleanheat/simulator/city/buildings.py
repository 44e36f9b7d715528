"""What stands in the blocks: which blocks are built up, when, in which style, and every footprint with its height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cleanheat.simulator.city.geography import DISTRICTS, GEOGRAPHY, Points, to_plane, turned
from cleanheat.simulator.city.sizes import CitySize
from cleanheat.simulator.city.streets import Blocks, buildable

Ints = NDArray[Any]
Floats = NDArray[Any]
"""Whole and real numbers; their exact width is left to numpy."""
SETBACK_M = 11.0


@dataclass(frozen=True)
class Style:
    """How one kind of block is built: ranges in metres and floors; rows lie ``pitch_m`` apart for the winter sun."""

    name: str
    length_m: tuple[float, float]
    depth_m: tuple[float, float]
    pitch_m: float
    gap_m: float
    floors: tuple[int, int]
    storey_m: float
    shapes: tuple[float, float, float, float, float]  # share of bar, L, U, court, cross


STYLES = (
    Style("courtyards", (34, 50), (22, 30), 40, 10, (3, 7), 3.2, (0.25, 0.25, 0.3, 0.2, 0.0)),
    Style("old bars", (46, 66), (11, 13), 28, 11, (4, 7), 2.9, (0.82, 0.18, 0.0, 0.0, 0.0)),
    Style("bars", (52, 78), (12, 14), 33, 12, (6, 8), 2.9, (0.78, 0.22, 0.0, 0.0, 0.0)),
    Style("slabs", (38, 60), (14, 17), 46, 16, (9, 18), 2.95, (0.85, 0.15, 0.0, 0.0, 0.0)),
    Style("towers", (28, 38), (19, 25), 56, 24, (20, 33), 2.95, (0.35, 0.0, 0.15, 0.0, 0.5)),
    Style("public", (40, 72), (24, 38), 56, 20, (3, 22), 3.9, (0.35, 0.25, 0.25, 0.15, 0.0)),
)
_COURTYARDS, _OLD, _BARS, _SLABS, _TOWERS, _PUBLIC = range(6)

_SUBCENTRES = (
    # longitude, latitude, how far out (m) the place counts as lying: where the city has grown tongues
    (125.318, 43.878, 0.0),
    (125.205, 43.842, 4_600.0),
    (125.425, 43.812, 5_400.0),
    (125.405, 43.975, 6_200.0),
    (125.420, 43.875, 3_800.0),
    (125.330, 43.945, 3_000.0),
)
_SMALL_CENTRE = (125.3085, 43.8730)


@dataclass(frozen=True)
class Sites:
    """Built-up blocks, one per substation: ``angle`` is the direction in which its rows of buildings run."""

    polygons: NDArray[np.object_]
    centres: Points
    district: NDArray[np.int32]
    town: NDArray[np.int32]  # 0 central city, else the district whose town it is
    year: Ints
    style: Ints
    angle: Floats

    @property
    def count(self) -> int:
        return len(self.centres)


def choose_sites(rng: np.random.Generator, blocks: Blocks, size: CitySize) -> Sites:
    """The blocks that are built up: the innermost of the city and of each town."""
    ok = np.flatnonzero(buildable(blocks))
    centres = blocks.centres[ok]
    towns = [d for d in DISTRICTS if d.town_m]
    town_centres = to_plane([(d.longitude, d.latitude) for d in towns])
    off = np.hypot(*(centres[:, None] - town_centres[None]).transpose(2, 0, 1)) / [d.town_m for d in towns]
    in_town = off.min(axis=1) < 1.3
    town = np.where(in_town, np.array([d.id for d in towns])[off.argmin(axis=1)], 0)
    rank = np.where(in_town, off.min(axis=1), _remoteness(centres, size) / 10_000)
    rank *= 1 + 0.05 * rng.standard_normal(len(ok)) * (size.key == "city")

    in_towns = round(size.substations * size.town_share)
    weights = np.array([d.town_m**2 for d in towns])
    quota = {0: size.substations - in_towns}
    quota |= {d.id: int(n) for d, n in zip(towns, shares(in_towns, weights), strict=True)}
    chosen = [pool[np.argsort(rank[pool])[:n]] for t, n in quota.items() for pool in (np.flatnonzero(town == t),)]
    if any(len(c) < n for c, n in zip(chosen, quota.values(), strict=True)):
        raise ValueError("the streets enclose too few blocks for this size")
    pick = np.concatenate(chosen)
    pick = pick[np.lexsort((centres[pick, 0], -centres[pick, 1] // 400, town[pick]))]
    polygons = blocks.polygons[ok[pick]]
    at, of_town = centres[pick], town[pick].astype(np.int32)
    year = _years(rng, rank[pick], of_town)
    return Sites(
        polygons=polygons,
        centres=at,
        district=np.where(of_town > 0, of_town, GEOGRAPHY.district_of(at)).astype(np.int32),
        town=of_town,
        year=year,
        style=_styles(rng, year, at, of_town, shapely.area(polygons)),
        angle=_row_angle(polygons),
    )


def shares(total: int, weights: NDArray[np.generic]) -> Ints:
    """``total`` split in whole numbers in proportion to ``weights`` (largest remainder)."""
    exact = total * np.asarray(weights, dtype=float) / np.sum(weights)
    whole: Ints = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]] += 1
    return whole


def _remoteness(xy: Points, size: CitySize) -> Floats:
    if size.key == "small":
        return np.asarray(np.hypot(*(xy - to_plane(_SMALL_CENTRE)).T))
    places = to_plane([(lon, lat) for lon, lat, _ in _SUBCENTRES])
    extra = np.array([e for *_, e in _SUBCENTRES])
    wave = 350 * np.sin(xy[:, 0] / 2_300 + xy[:, 1] / 3_100) + 350 * np.sin(xy[:, 1] / 1_900 - xy[:, 0] / 4_300)
    out = np.hypot(*(xy[:, None] - places[None]).transpose(2, 0, 1)) + extra
    return np.asarray(out.min(axis=1) + wave)


def _years(rng: np.random.Generator, rank: Floats, town: NDArray[np.int32]) -> Ints:
    """Cities grow outwards: a block's year follows its rank from centre to edge, unless it was rebuilt."""
    place = np.empty(len(rank))
    for t in np.unique(town):
        of = town == t
        place[of] = np.argsort(np.argsort(rank[of])) / max(1, of.sum() - 1)
    year = 1_981 + 36 * place**0.85 + rng.normal(0, 5.5, len(rank))
    rebuilt = rng.random(len(rank)) < 0.11
    year[rebuilt] = rng.uniform(2_003, 2_022, rebuilt.sum())
    return np.clip(np.rint(year), 1_962, 2_023).astype(np.int64)


def _styles(rng: np.random.Generator, year: Ints, at: Points, town: NDArray[np.int32], area_m2: Floats) -> Ints:
    luck = rng.random(len(year))
    style = np.select(
        [year < 1996, year < 2007, year < 2013],
        [_OLD, _BARS, np.where(luck < 0.62, _SLABS, _BARS)],
        np.where(luck < 0.55, _TOWERS, _SLABS),
    )
    core = (np.hypot(*(at - to_plane((125.319, 43.9005))).T) < 1_900) & (year < 1990)
    style[core & (luck < 0.7)] = _COURTYARDS
    style[(town > 0) & (style == _TOWERS) & (luck > 0.25)] = _SLABS
    style[rng.random(len(year)) < np.where(np.hypot(*at.T) < 4_500, 0.15, 0.09)] = _PUBLIC
    style[(area_m2 < 52_000) & np.isin(style, (_SLABS, _TOWERS, _PUBLIC))] = _BARS  # too small for wide rows
    return style


def _row_angle(polygons: NDArray[np.object_]) -> Floats:
    """Rows run along the block's side that lies nearest to east–west, so that fronts look south."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(-1, 5, 2)
    side = corners[:, 1] - corners[:, 0]
    angle = np.arctan2(side[:, 1], side[:, 0])
    return np.asarray((angle + np.pi / 4) % (np.pi / 2) - np.pi / 4)


@dataclass(frozen=True)
class Footprints:
    """All buildings, ordered by site; ``u`` and ``v`` run along and across the site's rows from its centre."""

    site: Ints
    row: Ints
    u: Floats
    v: Floats
    centre: Points
    width_m: Floats
    depth_m: Floats
    floors: Ints
    height_m: Floats
    footprint_m2: Floats
    offsets: NDArray[np.uint32]
    vertices: Points

    @property
    def count(self) -> int:
        return len(self.site)


def place_buildings(rng: np.random.Generator, sites: Sites, total: int, least: int) -> Footprints:
    """Exactly ``total`` footprints in rows; ``least`` on each site that holds so many, one at least on every site."""
    site, row, u, v, width, depth = _slots(rng, sites)
    fits = _inside(sites, site, u, v, width, depth)
    site, row, u, v, width, depth = (a[fits] for a in (site, row, u, v, width, depth))
    keep = _thin(rng, site, sites.count, total, least)
    site, row, u, v, width, depth = (a[keep] for a in (site, row, u, v, width, depth))
    floors = _floors(rng, sites, site)
    storey = np.array([s.storey_m for s in STYLES])[sites.style[site]]
    offsets, vertices, footprint = _shapes(rng, sites, site, u, v, width, depth)
    return Footprints(
        site=site,
        row=row,
        u=u,
        v=v,
        centre=turned(np.c_[u, v], sites.angle[site]) + sites.centres[site],
        width_m=width,
        depth_m=depth,
        floors=floors,
        height_m=np.round(floors * storey + 1.2, 1),
        footprint_m2=footprint,
        offsets=offsets,
        vertices=vertices,
    )


def _slots(rng: np.random.Generator, sites: Sites) -> tuple[Ints, Ints, Floats, Floats, Floats, Floats]:
    """A slot for a building every ``length + gap`` along rows every ``pitch`` over each site's whole extent."""
    half = np.sqrt(shapely.area(shapely.oriented_envelope(sites.polygons))) * 0.85
    style = [STYLES[s] for s in sites.style]
    length = np.array([rng.uniform(*s.length_m) for s in style])
    pitch = np.array([s.pitch_m for s in style]) * rng.uniform(0.95, 1.1, sites.count)
    step = length + np.array([s.gap_m for s in style]) * rng.uniform(0.9, 1.25, sites.count)
    rows = (2 * half / pitch).astype(np.int64) + 1
    columns = (2 * half / step).astype(np.int64) + 1
    per_site = rows * columns
    site = np.repeat(np.arange(sites.count), per_site)
    index = np.arange(per_site.sum()) - np.repeat(np.cumsum(per_site) - per_site, per_site)
    row, column = index // columns[site], index % columns[site]
    phase = rng.uniform(0, 1, sites.count)
    u = (column - (columns[site] - 1) / 2 + 0.25 * ((row + phase[site] > 2) & (row % 2 == 0))) * step[site]
    v = (row - (rows[site] - 1) / 2) * pitch[site]
    u += rng.normal(0, 1.2, len(u))
    width = length[site] * rng.uniform(0.86, 1.0, len(u))
    low, high = (np.array([s.depth_m[i] for s in style]) for i in (0, 1))
    depth = (low + (high - low) * rng.random(sites.count))[site]
    return site, row, u, v, width, depth


def _inside(sites: Sites, site: Ints, u: Floats, v: Floats, width: Floats, depth: Floats) -> NDArray[np.bool_]:
    yard = shapely.buffer(sites.polygons, -SETBACK_M, quad_segs=1, join_style="mitre")
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
    flat = np.c_[u, v][:, None] + corners[None] * np.c_[width, depth][:, None]
    there = turned(flat, sites.angle[site][:, None]) + sites.centres[site][:, None]
    near = np.flatnonzero(np.abs(u) + np.abs(v) < 4_000)
    inside = np.zeros(len(site), dtype=bool)
    inside[near] = shapely.covers(yard[site[near]], shapely.polygons(there[near]))
    return inside


def _thin(rng: np.random.Generator, site: Ints, n_sites: int, total: int, least: int) -> Ints:
    """Keep exactly ``total`` slots: what is left out becomes yards, schools and playgrounds."""
    capacity = np.bincount(site, minlength=n_sites)
    at_least = np.minimum(capacity, least)
    if (capacity == 0).any() or capacity.sum() < total:
        raise ValueError("the blocks hold too few buildings")
    room = capacity - at_least
    quota = at_least + np.minimum(shares(total - int(at_least.sum()), room), room)
    order = np.lexsort((rng.random(len(site)), site))
    place = np.arange(len(site)) - (np.cumsum(capacity) - capacity)[site[order]]
    return np.sort(order[place < quota[site[order]]])


def _floors(rng: np.random.Generator, sites: Sites, site: Ints) -> Ints:
    low, high = (np.array([s.floors[i] for s in STYLES])[sites.style] for i in (0, 1))
    typical = low + (high - low) * rng.random(sites.count)
    floors = np.rint(typical[site] + rng.normal(0, 0.12, len(site)) * (high - low)[site])
    return np.asarray(np.clip(floors, low[site], high[site]), dtype=np.int64)


_TEMPLATES: tuple[tuple[tuple[float, float], ...], ...] = (
    ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    ((-1, -1), (1, -1), (1, 1), (0.42, 1), (0.42, 0.1), (-1, 0.1)),
    ((-1, -1), (1, -1), (1, 1), (0.55, 1), (0.55, -0.15), (-0.55, -0.15), (-0.55, 1), (-1, 1)),
    (
        (-1, -1), (1, -1), (1, 1), (0.12, 1), (0.12, 0.42), (0.52, 0.42), (0.52, -0.42), (-0.52, -0.42), (-0.52, 0.42),
        (-0.12, 0.42), (-0.12, 1), (-1, 1),
    ),
    (
        (-0.45, -1), (0.45, -1), (0.45, -0.55), (1, -0.55), (1, 0.55), (0.45, 0.55), (0.45, 1), (-0.45, 1), (-0.45,
        0.55),
        (-1, 0.55), (-1, -0.55), (-0.45, -0.55),
    ),
)  # fmt: skip


def _shapes(
    rng: np.random.Generator, sites: Sites, site: Ints, u: Floats, v: Floats, width: Floats, depth: Floats
) -> tuple[NDArray[np.uint32], Points, Floats]:
    """Bars, L, U, courts and crosses: one template a building, stretched, turned with its row, half of them about."""
    share = np.cumsum([s.shapes for s in STYLES], axis=1)[sites.style[site]]
    shape = np.minimum((rng.random(len(site))[:, None] > share).sum(axis=1), len(_TEMPLATES) - 1)
    corners = np.array([len(t) for t in _TEMPLATES])[shape]
    offsets = np.r_[0, np.cumsum(corners)].astype(np.uint32)
    vertices = np.empty((int(offsets[-1]), 2))
    area = np.empty(len(site))
    for kind, template in enumerate(_TEMPLATES):
        of = np.flatnonzero(shape == kind)
        flat = np.array(template) / 2
        spin = 1.0 - 2.0 * (rng.random(len(of)) < 0.5)  # half a turn
        local = flat[None] * np.c_[width[of], depth[of]][:, None] * spin[:, None, None] + np.c_[u[of], v[of]][:, None]
        where = offsets[of].astype(np.int64)[:, None] + np.arange(len(template))
        vertices[where] = turned(local, sites.angle[site[of]][:, None]) + sites.centres[site[of]][:, None]
        x, y = flat[:, 0], flat[:, 1]
        area[of] = 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) * width[of] * depth[of]
    return offsets, vertices, area
