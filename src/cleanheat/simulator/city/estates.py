"""Who lives where: residential communities within the blocks, monitored flats and their thermometers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.simulator.city.buildings import STYLES, Floats, Footprints, Ints, Sites, shares
from cleanheat.simulator.city.units import Dwellings


@dataclass(frozen=True)
class Estates:
    """Communities ordered by site; ``of_building`` is each building's community, ``serial`` its number there."""

    site: Ints
    year: Ints
    at: NDArray[np.float64]
    of_building: Ints
    serial: Ints


def divide_estates(sites: Sites, prints: Footprints, homes: Dwellings, total: int) -> Estates:
    """Exactly ``total`` communities: one a block at least, more in blocks with many buildings, side by side."""
    per_site = np.bincount(prints.site, minlength=sites.count)
    most = np.maximum(1, per_site // 2)
    wanted = 1 + np.minimum(shares(total - sites.count, per_site.astype(float)), most - 1)
    while (short := total - int(wanted.sum())) > 0:
        roomy = np.flatnonzero(wanted < most)
        wanted[roomy[np.argsort(-per_site[roomy] / wanted[roomy], kind="stable")[:short]]] += 1
    order = np.lexsort((prints.v, prints.u // 90, prints.site))
    start = np.cumsum(per_site) - per_site
    position = np.arange(prints.count) - start[prints.site[order]]
    community = np.empty(prints.count, dtype=np.int64)
    first = np.cumsum(wanted) - wanted
    site = prints.site[order]
    community[order] = first[site] + position * wanted[site] // per_site[site]
    size = np.bincount(community, minlength=total)
    at = np.c_[
        np.bincount(community, prints.centre[:, 0], total) / size,
        np.bincount(community, prints.centre[:, 1], total) / size,
    ]
    by_community = np.lexsort((np.arange(prints.count), community))
    serial = np.empty(prints.count, dtype=np.int64)
    serial[by_community] = np.arange(prints.count) - (np.cumsum(size) - size)[community[by_community]] + 1
    year = np.bincount(community, homes.year, total) // size
    return Estates(np.repeat(np.arange(sites.count), wanted), year.astype(np.int64), at, community, serial)


@dataclass(frozen=True)
class Flats:
    """Heat users; the first ``monitored`` of them have a thermometer each."""

    building: Ints
    stair: Ints
    floor: Ints
    door: Ints
    position: Ints  # 0 middle, 1 edge, 2 top, 3 corner, 4 ground
    area_m2: Floats
    monitored: int


_MIDDLE, _EDGE, _TOP, _CORNER, _GROUND = range(5)


def draw_flats(
    rng: np.random.Generator, sites: Sites, prints: Footprints, homes: Dwellings, rooms: int, *, all_users: bool
) -> Flats:
    """Monitored flats spread over a building's floors; with ``all_users`` every other flat follows them."""
    lived_in = np.flatnonzero(homes.is_residential & (homes.households >= 2))
    per_building = shares(rooms, homes.households[lived_in] ** 0.75)
    over = np.maximum(per_building - homes.households[lived_in], 0)
    per_building -= over
    roomy = np.argsort(-(homes.households[lived_in] - per_building))
    per_building[roomy[: int(over.sum())]] += 1
    building = np.repeat(lived_in, per_building)
    i = np.arange(rooms) - np.repeat(np.cumsum(per_building) - per_building, per_building)
    luck = rng.random(rooms)
    flat = ((i + luck) / np.repeat(per_building, per_building) * homes.households[building]).astype(np.int64)
    monitored = rooms
    if all_users:
        every = np.repeat(np.arange(prints.count), homes.households)
        start = np.cumsum(homes.households) - homes.households
        number = np.arange(len(every)) - start[every]
        rest = np.ones(len(every), dtype=bool)
        rest[start[building] + flat] = False
        building, flat = np.r_[building, every[rest]], np.r_[flat, number[rest]]
    return _describe(rng, sites, prints, homes, building, flat, monitored)


def _describe(
    rng: np.random.Generator,
    sites: Sites,
    prints: Footprints,
    homes: Dwellings,
    building: Ints,
    flat: Ints,
    monitored: int,
) -> Flats:
    """Stair, floor, door and exposure follow from a flat's number in its building."""
    floors = prints.floors[building]
    per_floor = np.maximum(1, -(-homes.households[building] // floors))
    floor, along = flat // per_floor + 1, flat % per_floor
    tower = np.array([s.name == "towers" for s in STYLES])[sites.style[prints.site[building]]]
    doors = np.where(tower, 4, 2)
    top = floor == np.minimum(floors, -(-homes.households[building] // per_floor))
    end = (along == 0) | (along == per_floor - 1)
    position = np.select([top & end, top, floor == 1, end], [_CORNER, _TOP, _GROUND, _EDGE], _MIDDLE)
    mean = homes.heated_area_m2[building] / homes.households[building]
    return Flats(
        building=building,
        stair=along // doors + 1,
        floor=floor,
        door=floor * 100 + along % doors + 1,
        position=position,
        area_m2=np.round(mean * rng.uniform(0.75, 1.25, len(building)), 1),
        monitored=monitored,
    )
