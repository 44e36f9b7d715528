"""Derived columns of what supplies heat: plants, branches, boiler rooms, substations, units, and districts."""

from __future__ import annotations

import numpy as np

from cleanheat.assets.archive import KindTable
from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K
from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns, Floats, copies, distance_km, is_tidy, median_by, ratio, total


def plant(columns: Columns, city: City) -> None:
    city.common(columns, "plant")
    branches = city.archive["branch"]
    counts = np.bincount(branches.links["plant"][branches.numbers], minlength=city.archive["plant"].size)
    columns.numbers["branches"] = counts[columns.ids].astype(np.float64)


def branch(columns: Columns, city: City) -> None:
    city.common(columns, "branch")
    n, ids = columns.numbers, columns.ids
    plants = city.archive["plant"]
    of = city.archive["branch"].links["plant"][ids]
    n["plant_km"] = distance_km(n["longitude"], n["latitude"], plants.longitude[of], plants.latitude[of])
    _supplies(columns, city, "branch", "substation")


def boiler(columns: Columns, city: City) -> None:
    city.common(columns, "boiler")
    _administration(columns, city)
    _supplies(columns, city, "boiler", "substation")


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
