"""How each substation is divided: units by pressure zone or part of its block, with loads and design temperatures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.heat_power import flow_for_t_h
from cleanheat.simulator.city.buildings import STYLES, Floats, Footprints, Ints, Sites
from cleanheat.simulator.city.sizes import CitySize

ERA_FIRST_YEAR = np.array([1986, 1996, 2007, 2016])
HEAT_INDEX_W_M2 = np.array([(55, 64), (50, 55), (42, 48), (32, 38), (22, 30)], dtype=float)
"""Range by energy class: before 1986, then 30, 50, 65 and 75 per cent saving."""
_PUBLIC_FACTOR = 1.22
_NET_SHARE = 0.90  # heated area of the gross floor area
_FLAT_M2 = 92.0


@dataclass(frozen=True)
class Dwellings:
    """What each building holds."""

    year: Ints
    energy_class: Ints  # 0 none … 4 saving 75 %
    heated_area_m2: Floats
    households: Ints
    is_residential: NDArray[np.bool_]
    heat_index_w_m2: Floats


def dwellings(rng: np.random.Generator, sites: Sites, prints: Footprints) -> Dwellings:
    """A block's buildings are of about one age; nobody lives in public blocks, nor in every twentieth building else."""
    year = np.clip(sites.year[prints.site] + np.rint(rng.normal(0, 1.3, prints.count)), 1_960, 2_024).astype(np.int64)
    era = np.searchsorted(ERA_FIRST_YEAR, year, side="right")
    area = np.round(prints.footprint_m2 * prints.floors * _NET_SHARE, 1)
    public = (sites.style[prints.site] == len(STYLES) - 1) | (rng.random(prints.count) < 0.05)
    low, high = HEAT_INDEX_W_M2[era].T
    index = (low + (high - low) * rng.random(prints.count)) * np.where(public, _PUBLIC_FACTOR, 1.0)
    flats = np.maximum(1, np.rint(area / _FLAT_M2)).astype(np.int64)
    households = np.where(public, np.maximum(1, flats // 12), flats)
    return Dwellings(year, era, area, households, ~public, index)


@dataclass(frozen=True)
class Units:
    """Units ordered by substation and place; ``of_building`` is each building's unit (index)."""

    site: Ints
    place: Ints  # 1–3
    zone: Ints  # 0 low, 1 middle, 2 high
    is_floor: NDArray[np.bool_]
    heated_area_m2: Floats
    heat_index_w_m2: Floats
    design_supply_temp_c: Floats
    design_return_temp_c: Floats
    design_flow_t_h: Floats
    of_building: Ints

    @property
    def count(self) -> int:
        return len(self.site)


def divide(rng: np.random.Generator, sites: Sites, prints: Footprints, homes: Dwellings, size: CitySize) -> Units:
    """Tall blocks are divided by height into zones, large ones by rows; every second substation or so has one unit."""
    per_site = np.bincount(prints.site, minlength=sites.count)
    wanted = _units_wanted(rng, sites, prints, per_site, size)
    tall = np.bincount(prints.site, prints.floors, sites.count) / np.maximum(per_site, 1) > 11
    # zones go by height, parts by row from one end of the block to the other
    key = np.where(tall[prints.site], prints.floors + rng.random(prints.count) * 0.5, prints.row + prints.u / 10_000)
    order = np.lexsort((key, prints.site))
    start = np.cumsum(per_site) - per_site
    position = np.arange(prints.count) - start[prints.site[order]]
    place = np.empty(prints.count, dtype=np.int64)
    place[order] = position * wanted[prints.site[order]] // per_site[prints.site[order]]
    first = np.cumsum(wanted) - wanted
    of_building = first[prints.site] + place

    site = np.repeat(np.arange(sites.count), wanted)
    index = np.arange(len(site)) - first[site]
    area = np.bincount(of_building, homes.heated_area_m2, len(site))
    load_w = np.bincount(of_building, homes.heated_area_m2 * homes.heat_index_w_m2, len(site))
    zone = np.where(tall[site], np.where(index == wanted[site] - 1, 2 * (index > 0), index), 0)
    mean_year = np.bincount(of_building, homes.year, len(site)) / np.bincount(of_building, minlength=len(site))
    is_floor = rng.random(len(site)) < np.clip((mean_year - 1_999) / 16, 0, 0.92)
    supply = np.where(is_floor, 45.0, np.where(mean_year < 2_000, 75.0, 70.0))
    back = np.where(is_floor, 35.0, 50.0)
    flow = flow_for_t_h(load_w / 1_000, supply - back) * rng.uniform(0.98, 1.12, len(site))
    return Units(
        site=site,
        place=index + 1,
        zone=zone,
        is_floor=is_floor,
        heated_area_m2=np.round(area, 1),
        heat_index_w_m2=np.round(load_w / area, 2),
        design_supply_temp_c=supply,
        design_return_temp_c=back,
        design_flow_t_h=np.round(flow, 1),
        of_building=of_building,
    )


def _units_wanted(rng: np.random.Generator, sites: Sites, prints: Footprints, per_site: Ints, size: CitySize) -> Ints:
    """One tenth of the substations has three units, three tenths two: 1.5 on average."""
    mean_floors = np.bincount(prints.site, prints.floors, sites.count) / np.maximum(per_site, 1)
    score = mean_floors / 12 + per_site / 20 + rng.uniform(0, 0.8, sites.count)
    score[per_site < 3] = -1
    order = np.argsort(-score)
    wanted = np.ones(sites.count, dtype=np.int64)
    wanted[order[: size.substations * 4 // 10]] = 2
    wanted[order[: size.substations // 10]] = 3
    return np.minimum(wanted, np.maximum(per_site, 1))
