"""Derived columns of where heat goes: communities, buildings, heat users, thermometers, rural devices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.archives.amounts import area_plausible
from cleanheat.complaints.public import TextColumn
from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns, Proposal, copies, distance_km, is_tidy, median_by, ratio
from cleanheat.quality.records.network import reached
from cleanheat.quality.records.positions import placed


def community(columns: Columns, city: City) -> None:
    city.common(columns, "community")
    table, stations, n, ids = city.archive["community"], city.archive["substation"], columns.numbers, columns.ids
    station = table.links["substation"][ids]
    n["station_km"] = distance_km(
        n["longitude"], n["latitude"], stations.longitude[station], stations.latitude[station]
    )
    columns.flag("company_agrees", stations.links["company"][station] == table.links["company"][ids])
    columns.flag("street_in_district", city.areas.district[table.links["street"][ids]] == table.links["district"][ids])
    buildings = city.archive["building"]
    counts = np.bincount(buildings.links["community"][buildings.numbers], minlength=table.size)
    n["buildings"] = counts[ids].astype(np.float64)
    placed(columns, city, "community")


def building(columns: Columns, city: City) -> None:
    city.common(columns, "building")
    table, estates, n, ids = city.archive["building"], city.archive["community"], columns.numbers, columns.ids
    units, links = city.archive["unit"], table.links
    estate, unit = links["community"][ids], links["unit"][ids]
    n["community_km"] = distance_km(n["longitude"], n["latitude"], estates.longitude[estate], estates.latitude[estate])
    n["station_km"] = distance_km(n["longitude"], n["latitude"], units.longitude[unit], units.latitude[unit])
    columns.flag("district_agrees", estates.links["district"][estate] == links["district"][ids])
    columns.flag("company_agrees", estates.links["company"][estate] == links["company"][ids])
    columns.flag("unit_company_agrees", units.links["company"][unit] == links["company"][ids])
    n["area_per_household_m2"] = ratio(n["heated_area_m2"], n["households"])
    n["storey_m"] = ratio(n["height_m"], n["floors"])
    n["households_ratio"] = ratio(n["households"], median_by(n["households"], estate))
    _area_against_shape(columns, city)
    placed(columns, city, "building")
    reached(columns, city, "building")


_TEN_THOUSAND = 1e4


def _area_against_shape(columns: Columns, city: City) -> None:
    """Heated area against footprint × floors, and what it should be where only its unit was mistaken."""
    n, ids = columns.numbers, columns.ids
    footprint_m2 = np.full(len(columns), np.nan) if city.drawn is None else city.drawn.footprint_m2[ids]
    heated_m2, floors = n["heated_area_m2"], n["floors"]
    n["footprint_m2"] = footprint_m2
    n["area_to_gross"] = ratio(heated_m2, footprint_m2 * floors)
    fits = area_plausible(heated_m2, footprint_m2, floors) | np.isnan(n["area_to_gross"])
    columns.flag("area_fits_shape", fits)
    meant = {
        times: area_plausible(heated_m2 * times, footprint_m2, floors) for times in (_TEN_THOUSAND, 1 / _TEN_THOUSAND)
    }

    def right(row: int) -> Proposal | None:
        times = next((t for t, good in meant.items() if good[row]), None)
        if fits[row] or times is None:
            return None
        value = round(float(heated_m2[row]) * times, 2)
        return Proposal(f"{value:.10g} m²（单位误作{'万m²' if times > 1 else 'm²'}）", {"heated_area_m2": value})

    columns.proposals["heated_area_m2"] = right


def heat_user(columns: Columns, city: City) -> None:
    table, n, ids = city.archive["heat_user"], columns.numbers, columns.ids
    of = table.links["building"][ids]
    n["door_is_tidy"] = is_tidy(columns.texts["door"])
    n["code_copies"] = copies(columns.texts["code"].codes)
    n["floors"] = city.archive["building"].values["floors"][of]
    columns.flag("building_exists", city.archive["building"].exists()[of])
    n["building_in_service"] = city.stored("building", "in_service")[of].astype(np.float64)
    n["building_residential"] = city.stored("building", "is_residential")[of].astype(np.float64)
    n["address_copies"] = copies(of, n["stair"], n["floor"], columns.texts["door"].codes)


def room(columns: Columns, city: City) -> None:
    table, users, n, ids = city.archive["room"], city.archive["heat_user"], columns.numbers, columns.ids
    buildings, units = city.archive["building"], city.archive["unit"]
    user, home = table.links["user"][ids], table.links["building"][ids]
    unit = table.links["unit"][ids]
    n["code_copies"] = copies(columns.texts["code"].codes)
    columns.flag("user_building_agrees", users.links["building"][user] == home)
    columns.flag("user_on_grid", city.stored("heat_user", "state")[user] == "on_grid")
    n["sensors_of_user"] = copies(user)
    columns.flag("unit_exists", units.exists()[unit] & (units.links["substation"][unit] > 0))
    n["station_km"] = distance_km(
        buildings.longitude[home], buildings.latitude[home], units.longitude[unit], units.latitude[unit]
    )


def device(columns: Columns, city: City) -> None:
    city.common(columns, "device")
    table, n, ids = city.archive["device"], columns.numbers, columns.ids
    village = table.links["village"][ids]
    n["village_km"] = distance_km(
        n["longitude"], n["latitude"], city.areas.longitude[village], city.areas.latitude[village]
    )
    columns.flag("village_in_district", city.areas.district[village] == table.links["district"][ids])
    n["household_copies"] = copies(village, columns.texts["name"].codes)
    n["watt_per_m2"] = ratio(1_000 * n["rated_kw"], n["floor_area_m2"])
    columns.flag(
        "named_after_village",
        _begins_with(columns.texts["name"], [city.area_names.get(v, "") for v in village.tolist()]),
    )
    placed(columns, city, "device")


def _begins_with(names: TextColumn, words: list[str]) -> NDArray[np.bool_]:
    """Which names begin with the word of their row; each distinct pair is asked once."""
    known: dict[str, int] = {}
    word = np.array([known.setdefault(w, len(known)) for w in words], np.int64)
    pairs, of = np.unique(names.codes.astype(np.int64) * max(len(known), 1) + word, return_inverse=True)
    said = list(known)
    answers = [names.words[p // len(known)].startswith(said[p % len(known)]) for p in pairs.tolist()]
    return np.array(answers, bool)[of] if answers else np.zeros(0, bool)
