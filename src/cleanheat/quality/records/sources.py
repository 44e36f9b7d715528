"""Derived columns of what supplies heat: plants, branches, boiler rooms, substations, units, and districts."""

from __future__ import annotations

import numpy as np

from cleanheat.assets.archive import KindTable
from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K
from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns, Floats, copies, distance_km, is_tidy, median_by, ratio, total
from cleanheat.quality.records.network import reached
from cleanheat.quality.records.positions import placed


def plant(columns: Columns, city: City) -> None:
    city.common(columns, "plant")
    branches = city.archive["branch"]
    counts = np.bincount(branches.links["plant"][branches.numbers], minlength=city.archive["plant"].size)
    columns.numbers["branches"] = counts[columns.ids].astype(np.float64)
    placed(columns, city, "plant")


def branch(columns: Columns, city: City) -> None:
    city.common(columns, "branch")
    n, ids = columns.numbers, columns.ids
    plants = city.archive["plant"]
    of = city.archive["branch"].links["plant"][ids]
    n["plant_km"] = distance_km(n["longitude"], n["latitude"], plants.longitude[of], plants.latitude[of])
    _supplies(columns, city, "branch", "substation")
    placed(columns, city, "branch")
    _coverage(columns, city, "branch")


def boiler(columns: Columns, city: City) -> None:
    city.common(columns, "boiler")
    _administration(columns, city)
    _supplies(columns, city, "boiler", "substation")
    placed(columns, city, "boiler")
    _coverage(columns, city, "boiler")


def substation(columns: Columns, city: City) -> None:
    city.common(columns, "substation")
    _administration(columns, city)
    table, units, ids, n = city.archive["substation"], city.archive["unit"], columns.ids, columns.numbers
    of_branch, of_boiler = table.links["branch"][ids], table.links["boiler"][ids]
    n["sources"] = (of_branch > 0).astype(np.float64) + (of_boiler > 0)
    branches, boilers = city.archive["branch"], city.archive["boiler"]
    is_boiler = of_boiler > 0
    longitude = np.where(is_boiler, boilers.longitude[of_boiler], branches.longitude[of_branch])
    latitude = np.where(is_boiler, boilers.latitude[of_boiler], branches.latitude[of_branch])
    n["source_km"] = distance_km(n["longitude"], n["latitude"], longitude, latitude)
    counts = np.bincount(units.links["substation"][units.numbers], minlength=table.size)
    n["units"] = counts[ids].astype(np.float64)
    n["system_units"] = table.values["system"][ids]
    street = table.links["street"][ids]
    columns.flag("street_in_district", city.areas.district[street] == table.links["district"][ids])
    _supplies(columns, city, "substation", "building")
    own = total(units.values["heated_area_m2"][units.numbers], units.links["substation"][units.numbers], table.size)
    n["supplied_area_ratio"] = ratio(own[ids], n["heated_area_m2"])
    placed(columns, city, "substation")
    reached(columns, city, "substation")


def unit(columns: Columns, city: City) -> None:
    table, ids, n = city.archive["unit"], columns.ids, columns.numbers
    n["name_is_tidy"] = is_tidy(columns.texts["name"])
    n["code_copies"] = copies(columns.texts["code"].codes)
    columns.flag("number_fits_station", ids // 4 == table.links["substation"][ids])
    load_kw = n["heat_index_w_m2"] * n["heated_area_m2"] / 1_000
    difference_k = n["design_supply_temp_c"] - n["design_return_temp_c"]
    n["flow_ratio"] = ratio(n["design_flow_t_h"], ratio(load_kw, WATER_KWH_PER_T_K * difference_k))
    n["index_ratio"] = ratio(n["heat_index_w_m2"], median_by(n["heat_index_w_m2"], table.links["company"][ids]))
    buildings = city.archive["building"]
    own = _areas_by(buildings, "unit", table.size)
    n["supplied_area_ratio"] = ratio(own[ids], n["heated_area_m2"])


def district(columns: Columns, city: City) -> None:
    ids, n = columns.ids, columns.numbers
    size = city.areas.district.shape[0]
    stations, buildings = city.archive["substation"], city.archive["building"]
    n["name_is_tidy"] = is_tidy(columns.texts["name"])
    n["code_copies"] = copies(columns.texts["code"].codes)
    for name, table in (("stations", stations), ("buildings", buildings)):
        of = table.links["district"][table.numbers]
        n[name] = np.bincount(of, minlength=size)[ids].astype(np.float64)
        n[f"{name}_area_m2"] = _areas_by(table, "district", size)[ids]
    n["area_ratio"] = ratio(n["buildings_area_m2"], n["stations_area_m2"])
    pairs = np.unique(np.stack([stations.links["district"], stations.links["company"]])[:, stations.numbers], axis=1)
    n["companies"] = np.bincount(pairs[0], minlength=size)[ids].astype(np.float64)
    cards = [c for c in city.organisations.values() if c.kind == "district"]
    codes = [city.areas.code[i] for i in ids.tolist()]
    n["authority"] = np.array([sum(c.district_code == code for c in cards) for code in codes], np.float64)


def company(columns: Columns, city: City) -> None:
    """Companies against their authority: the district they are registered in, and the districts they supply."""
    ids, n = columns.ids, columns.numbers
    n["name_is_tidy"] = is_tidy(columns.texts["name"])
    n["code_copies"] = copies(columns.texts["code"].codes)
    cards = list(city.organisations.values())
    authorities = {c.district_code: c.id for c in cards if c.kind == "district"}
    registered = [city.organisations[i].district_code for i in ids.tolist()]
    n["authority"] = np.array([float(code in authorities) for code in registered])
    number_of = {code: number for number, code in city.areas.code.items()}
    at_home = np.array([number_of.get(code, 0) for code in registered], np.int64)
    size = int(ids.max(initial=0)) + 1
    for name, kind in (("stations", "substation"), ("boiler_rooms", "boiler")):
        table = city.archive[kind]
        owner, there = table.links["company"][table.numbers], table.links["district"][table.numbers]
        n[name] = np.bincount(owner, minlength=size)[ids].astype(np.float64)
        home = np.zeros(max(size, int(owner.max(initial=0)) + 1), np.int64)
        home[ids] = at_home
        same = total((home[owner] == there).astype(np.float64), owner, size)[ids]
        n[f"{name}_at_home"] = ratio(same, n[name])
    _coverage(columns, city, "company")


def _coverage(columns: Columns, city: City, kind: str) -> None:
    """Whether the supply area's drawing is sound, and which share of it others claim as well; NaN without one."""
    for name in ("coverage_is_valid", "coverage_overlap_ratio"):
        columns.numbers[name] = np.full(len(columns), np.nan)
    found = None if city.drawn is None else city.drawn.coverages(kind)
    if found is None:
        return
    place = np.searchsorted(columns.ids, found.numbers)
    known = (place < len(columns)) & (columns.ids[np.minimum(place, len(columns) - 1)] == found.numbers)
    columns.numbers["coverage_is_valid"][place[known]] = found.is_valid[known]
    columns.numbers["coverage_overlap_ratio"][place[known]] = found.overlap_ratio()[known]


def _administration(columns: Columns, city: City) -> None:
    """A branch office is a child of the company whose objects it runs."""
    office, company = columns.owners["office"], columns.owners["company"]
    known = office < city.parent_of.shape[0]
    columns.flag("office_belongs", known & (city.parent_of[np.where(known, office, 0)] == company))


def _areas_by(table: KindTable, link: str, size: int) -> Floats:
    """Heated area of a kind's objects, summed by what they are linked to."""
    return total(table.values["heated_area_m2"][table.numbers], table.links[link][table.numbers], size)


def _supplies(columns: Columns, city: City, kind: str, below: str) -> None:
    """Area of what it supplies against its own, and how far it lies outside the box of what it supplies."""
    table, lower, ids, n = city.archive[kind], city.archive[below], columns.ids, columns.numbers
    own = _areas_by(lower, kind, table.size)
    n["supplied_area_ratio"] = ratio(own[ids], n["heated_area_m2"])
    of = lower.links[kind][lower.numbers]
    west, east, south, north = (np.full(table.size, np.nan) for _ in range(4))
    for low, high, values in ((west, east, lower.longitude), (south, north, lower.latitude)):
        np.fmin.at(low, of, values[lower.numbers])
        np.fmax.at(high, of, values[lower.numbers])
    nearest_lon = np.clip(n["longitude"], west[ids], east[ids])
    nearest_lat = np.clip(n["latitude"], south[ids], north[ids])
    n["coverage_km"] = distance_km(n["longitude"], n["latitude"], nearest_lon, nearest_lat)
