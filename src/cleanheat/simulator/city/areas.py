"""Administrative areas: districts, streets and townships, neighbourhoods and villages, and who lies in which."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from cleanheat.simulator.city import names
from cleanheat.simulator.city.buildings import Ints, Sites, shares
from cleanheat.simulator.city.geography import DISTRICTS, GEOGRAPHY, Points, to_lonlat, turned
from cleanheat.simulator.city.sizes import CitySize
from cleanheat.simulator.city.supply import cluster, nearest

FIRST_STREET, FIRST_COMMITTEE = 101, 10_001
_COLUMNS = ("id", "level", "code", "name", "parent_id", "longitude", "latitude", "is_rural")
_SMALL_RURAL = (14, 15, 16, 17, 7, 6)


@dataclass(frozen=True)
class Areas:
    """Rows of all areas, and the areas that sites and villages belong to."""

    columns: dict[str, list[object]]
    street_of_site: Ints
    rural: list[int]  # districts with a rural platform
    village: Ints  # area id of each village
    village_district: Ints
    village_at: Points
    village_name: list[str]
    labels: list[tuple[str, Points]]  # street names for the map


@dataclass
class _Register:
    """Areas being entered, street by street and committee by committee."""

    columns: dict[str, list[object]] = field(default_factory=lambda: {key: [] for key in _COLUMNS})
    labels: list[tuple[str, Points]] = field(default_factory=list)
    committees: list[tuple[str, str, int, Points, int]] = field(default_factory=list)  # code, name, street, at, village
    next_street: int = FIRST_STREET

    def enter(self, number: int, level: str, code: str, name: str, parent: int, at: Points, is_rural: bool) -> None:
        row = (number, level, code, name, parent, *to_lonlat(at).tolist(), is_rural)
        for key, value in zip(_COLUMNS, row, strict=True):
            self.columns[key].append(value)

    def enter_street(self, code: str, name: str, district: int, at: Points, *, is_rural: bool) -> int:
        number = self.next_street
        self.next_street += 1
        self.enter(number, "street", code, name, district, at, is_rural)
        self.labels.append((name, at))
        return number


def draw_areas(rng: np.random.Generator, sites: Sites, size: CitySize) -> Areas:
    """Districts, then each one's streets with their neighbourhoods and its townships with their villages."""
    rural = [d.id for d in DISTRICTS if d.is_rural] if size.rural_platforms == 16 else list(_SMALL_RURAL)
    streets, towns = names.urban_streets(rng), names.townships(rng)
    blocks, hamlets = names.neighbourhoods(rng), names.villages(rng)
    at_village, of_district = _villages(rng, sites, rural, size.villages)
    register = _Register()
    street_of_site = np.zeros(sites.count, dtype=np.int64)
    for d, centre in zip(DISTRICTS, GEOGRAPHY.centres, strict=True):
        register.enter(d.id, "district", d.code, d.name, 0, centre, d.is_rural)
    for d in DISTRICTS:
        groups = _groups(rng, np.flatnonzero(sites.district == d.id), sites.centres, 24)
        for serial, members in enumerate(groups, 1):
            code, at = f"{d.code}{serial:03d}", sites.centres[members].mean(axis=0)
            street = register.enter_street(code, next(streets), d.id, at, is_rural=False)
            street_of_site[members] = street
            for n, part in enumerate(np.array_split(members, max(1, len(members) // 6)), 1):
                middle = sites.centres[part].mean(axis=0)
                register.committees.append((f"{code}{n:03d}", next(blocks), street, middle, -1))
        rest = _groups(rng, np.flatnonzero(of_district == d.id), at_village, 8)
        for serial, members in enumerate(rest, len(groups) + 1):
            code, at = f"{d.code}{serial:03d}", at_village[members].mean(axis=0)
            street = register.enter_street(code, next(towns), d.id, at, is_rural=True)
            for n, v in enumerate(members.tolist(), 1):
                register.committees.append((f"{code}{200 + n:03d}", next(hamlets), street, at_village[v], v))
    village, village_name = np.zeros(size.villages, dtype=np.int64), [""] * size.villages
    for number, (code, name, street, at, v) in enumerate(register.committees, FIRST_COMMITTEE):
        register.enter(number, "committee", code, name, street, at, v >= 0)
        if v >= 0:
            village[v], village_name[v] = number, name
    return Areas(
        register.columns, street_of_site, rural, village, of_district, at_village, village_name, register.labels
    )


def _groups(rng: np.random.Generator, of: Ints, at: Points, size: int) -> list[Ints]:
    """Neighbours in groups of about ``size``."""
    if not len(of):
        return []
    belongs = nearest(at[of], cluster(rng, at[of], np.ones(len(of)), max(1, len(of) // size)))
    return [of[belongs == k] for k in np.unique(belongs)]


def _villages(rng: np.random.Generator, sites: Sites, rural: list[int], total: int) -> tuple[Points, Ints]:
    """Villages away from water, from built-up blocks and from one another, by each district's free land."""
    box = np.array(GEOGRAPHY.municipality.bounds).reshape(2, 2)
    inner = np.array([[-16_500.0, -17_500.0], [18_500.0, 20_500.0]])
    wide, close = (b[0] + rng.random((n, 2)) * (b[1] - b[0]) for b, n in ((box, 12_000), (inner, 9_000)))
    pool = np.vstack([wide, close])
    dry = ~shapely.contains_xy(GEOGRAPHY.open_land.buffer(250), pool[:, 0], pool[:, 1])
    pool = pool[dry & shapely.contains_xy(GEOGRAPHY.municipality.buffer(-600), pool[:, 0], pool[:, 1])]
    built = shapely.STRtree(shapely.points(sites.centres))
    near = built.query(shapely.points(pool), predicate="dwithin", distance=420)[0]
    pool = np.delete(pool, np.unique(near), axis=0)
    district = GEOGRAPHY.district_of(pool)
    room = np.bincount(district, minlength=len(DISTRICTS) + 1)[rural]
    extent = np.sqrt([GEOGRAPHY.districts[d - 1].area for d in rural])
    quota = shares(total, np.minimum(extent + 8_000, 400.0 * room))
    picked = [_apart(pool[district == d], int(n)) for d, n in zip(rural, quota, strict=True)]
    return np.vstack(picked), np.repeat(rural, quota)


def _apart(pool: Points, n: int) -> Points:
    """The first ``n`` points of a pool that keep a distance, halved until there are enough."""
    gap = 2_400.0
    while True:
        chosen: list[Points] = []
        for p in pool:
            if all(abs(p[0] - q[0]) + abs(p[1] - q[1]) > gap for q in chosen):
                chosen.append(p)
                if len(chosen) == n:
                    return np.array(chosen)
        gap /= 2
        if gap < 20:
            raise ValueError(f"no room for {n} villages")


@dataclass(frozen=True)
class Households:
    """Rural households with their device, village by village."""

    village: Ints  # index
    at: Points
    serial: Ints
    device_type: Ints
    rated_kw: NDArray[np.float64]
    floor_area_m2: NDArray[np.float64]
    year: Ints


_DEVICE_SHARE = np.array([0.022, 0.014, 0.010, 0.62, 0.289, 0.045])
_DEVICE_KW = np.array([(6, 9), (8, 14), (3, 6), (8, 14), (9, 16), (6, 12)], dtype=float)


def draw_households(rng: np.random.Generator, areas: Areas, size: CitySize) -> Households:
    """Houses stand along two to five lanes a village."""
    per_village = shares(size.devices, np.exp(rng.normal(0, 0.35, size.villages)))
    village = np.repeat(np.arange(size.villages), per_village)
    serial = np.arange(size.devices) - np.repeat(np.cumsum(per_village) - per_village, per_village)
    lanes = rng.integers(2, 6, size.villages)
    lane, along = serial % lanes[village], serial // lanes[village]
    per_lane = -(-per_village // lanes)
    flat = np.c_[
        (along - per_lane[village] / 2) * 27.0 + rng.normal(0, 5, size.devices),
        (lane - lanes[village] / 2) * 95.0 + np.where(along % 2, 22.0, -22.0) + rng.normal(0, 4, size.devices),
    ]
    bend = 25 * np.sin(flat[:, 0] / 160 + village)
    at = (
        turned(flat + np.c_[0 * bend, bend], rng.uniform(-0.6, 0.6, size.villages)[village]) + areas.village_at[village]
    )
    kind = np.searchsorted(np.cumsum(_DEVICE_SHARE), rng.random(size.devices) * _DEVICE_SHARE.sum())
    low, high = _DEVICE_KW[kind].T
    return Households(
        village=village,
        at=at,
        serial=serial + 1,
        device_type=kind,
        rated_kw=np.round(low + (high - low) * rng.random(size.devices), 1),
        floor_area_m2=np.round(rng.normal(86, 20, size.devices).clip(40, 180), 0),
        year=rng.integers(2_019, 2_026, size.devices),
    )
