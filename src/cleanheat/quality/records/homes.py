"""Derived columns of where heat goes: communities, buildings, heat users, thermometers, rural devices."""

from __future__ import annotations

import numpy as np

from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns, copies, distance_km, is_tidy, median_by, ratio


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
