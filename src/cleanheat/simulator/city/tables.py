"""The generated city as archive tables: numbers, codes, names and owners of every object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cleanheat.assets.vocabulary import DeviceType, EnergyClass, FlatPosition, PipeMedium, SystemType, ValveKind, Zone
from cleanheat.calc.thermal.heat_power import flow_for_t_h
from cleanheat.kernel.ids import OBJECT_CLASSES, UNITS_PER_SUBSTATION
from cleanheat.simulator.city import names
from cleanheat.simulator.city.areas import Areas, Households
from cleanheat.simulator.city.buildings import Floats, Footprints, Ints, Sites
from cleanheat.simulator.city.estates import Estates, Flats
from cleanheat.simulator.city.geography import DISTRICTS, GEOGRAPHY, Points, to_lonlat
from cleanheat.simulator.city.network import TRUNK_DIFFERENCE_K
from cleanheat.simulator.city.organisations import Organisations
from cleanheat.simulator.city.pipes import Pipes
from cleanheat.simulator.city.routes import StreetMap
from cleanheat.simulator.city.sizes import CitySize
from cleanheat.simulator.city.supply import PLANT_SITES, Access, Supply
from cleanheat.simulator.city.units import Dwellings, Units
from cleanheat.simulator.city.valves import draw_valves

Columns = dict[str, Any]
_SOURCE_MARGIN = 1.15  # installed capacity over design load
_FUELS = ("coal", "gas", "biomass", "electric")


@dataclass(frozen=True)
class Plan:
    """Everything drawn so far, from which the tables follow."""

    size: CitySize
    sites: Sites
    gate: Access
    streets: StreetMap
    supply: Supply
    prints: Footprints
    homes: Dwellings
    units: Units
    estates: Estates
    flats: Flats
    pipes: Pipes
    areas: Areas
    households: Households
    organisations: Organisations

    def design_load_w(self) -> Floats:
        return np.bincount(self.units.site, self.units.heated_area_m2 * self.units.heat_index_w_m2, self.sites.count)

    def area_m2(self) -> Floats:
        return np.bincount(self.units.site, self.units.heated_area_m2, self.sites.count)


def draw_tables(rng: np.random.Generator, plan: Plan) -> dict[str, Columns]:
    """Every archive table by its name, rows in the order of their numbers."""
    estate_names = names.estates(rng, plan.estates.year)
    station_names = _station_names(plan.estates, estate_names)
    return {
        "area": {k: np.array(v) if k != "parent_id" else v for k, v in plan.areas.columns.items()},
        "plant": _plants(plan),
        "branch": _branches(plan),
        "boiler": _boilers(rng, plan, estate_names),
        "substation": _substations(rng, plan, station_names),
        "unit": _units(plan, station_names),
        "community": _communities(plan, estate_names),
        "building": _buildings(plan, estate_names),
        "heat_user": _heat_users(plan),
        "room": _rooms(plan),
        "device": _devices(plan),
        "weather": _weather(rng, plan),
        "pipe": _pipes(plan),
        "valve": _valves(plan),
    }


def _codes(kind: str, district: NDArray[np.generic], number: NDArray[np.generic]) -> list[str]:
    """Archive codes of many objects (``kernel.ids.archive_code`` of one)."""
    by_district = [""] + [f"{d.code}-{OBJECT_CLASSES[kind]}-" for d in DISTRICTS]
    return [f"{by_district[d]}{n:06d}" for d, n in zip(district.tolist(), number.tolist(), strict=True)]


def _asset(
    kind: str, names_: list[str], district: NDArray[np.generic], at: Points, year: NDArray[np.generic]
) -> Columns:
    number = np.arange(1, len(names_) + 1)
    lonlat = to_lonlat(at)
    return {
        "number": number,
        "code": _codes(kind, district, number),
        "name": names_,
        "district_id": district,
        "longitude": lonlat[:, 0],
        "latitude": lonlat[:, 1],
        "built_year": year,
    }


def _pick(words: list[str], index: NDArray[np.generic]) -> NDArray[np.str_]:
    return np.asarray(np.array(words)[index])


def _source_load(plan: Plan, source: Ints, n: int) -> tuple[Floats, Floats]:
    of = source >= 0
    load = np.bincount(source[of], plan.design_load_w()[of], n) / 1e6
    return load, np.round(np.bincount(source[of], plan.area_m2()[of], n), 1)


def _plants(plan: Plan) -> Columns:
    sites = PLANT_SITES[: plan.size.plants]
    at = plan.streets.graph.nodes[plan.supply.plant_node]
    load, _ = _source_load(plan, plan.supply.branch, plan.size.branches)
    capacity = np.bincount(plan.supply.branch_plant, load, plan.size.plants) * _SOURCE_MARGIN
    year = 1_988 + np.arange(plan.size.plants) * 5 % 27
    table = _asset("plant", [name for name, *_ in sites], GEOGRAPHY.district_of(at), at, year)
    return table | {"operator_id": plan.organisations.operator, "capacity_mw": np.ceil(capacity / 10) * 10}


def _branches(plan: Plan) -> Columns:
    supply = plan.supply
    plant = supply.branch_plant
    place = np.array([int((plant[:b] == plant[b]).sum()) for b in range(len(plant))])
    short = [PLANT_SITES[p][0].removeprefix("长春").removesuffix("热电厂") for p in plant.tolist()]
    called = [f"{s}{'一二三四五六七八九'[k]}线" for s, k in zip(short, place.tolist(), strict=True)]
    at = plan.streets.graph.nodes[supply.branch_head]
    load_mw, area = _source_load(plan, supply.branch, plan.size.branches)
    trunk = plan.pipes.medium == 0
    first = np.zeros(len(plant), dtype=np.int64)
    first[plan.pipes.branch[trunk][::-1]] = plan.pipes.built_year[trunk][::-1]
    return _asset("branch", called, GEOGRAPHY.district_of(at), at, first) | {
        "operator_id": plan.organisations.operator[plant],
        "plant_id": plant + 1,
        "design_flow_t_h": np.round(flow_for_t_h(load_mw * 1_000, TRUNK_DIFFERENCE_K), 0),
        "length_km": plan.pipes.branch_length_km,
        "heated_area_m2": area,
    }


def _boilers(rng: np.random.Generator, plan: Plan, estate_names: list[str]) -> Columns:
    size, supply, sites = plan.size, plan.supply, plan.sites
    areal = size.boilers - size.peak_boilers
    at_node = plan.streets.graph.nodes[supply.boiler_node]
    owner = np.array(
        [_nearest_site(sites, at_node[b], supply.boiler == b) for b in range(areal)]
        + [
            _nearest_site(sites, at_node[areal + i], supply.branch == b)
            for i, b in enumerate(supply.peak_branch.tolist())
        ]
    )
    inward = sites.centres[owner] - at_node
    at = at_node + inward / np.hypot(*inward.T)[:, None] * 14.0
    load_mw, area = _source_load(plan, supply.boiler, areal)
    branch_mw, _ = _source_load(plan, supply.branch, size.branches)
    helpers = np.bincount(supply.peak_branch, minlength=size.branches)
    peak_mw = branch_mw[supply.peak_branch] * 0.25 / helpers[supply.peak_branch]
    capacity = np.r_[load_mw * _SOURCE_MARGIN, peak_mw]
    is_peak = np.arange(size.boilers) >= areal
    luck = rng.random(size.boilers)
    fuel = np.select([is_peak & (luck < 0.75), is_peak, luck < 0.72, luck < 0.84, luck < 0.97], [1, 3, 0, 1, 2], 3)
    first_estate = np.searchsorted(plan.estates.site, owner)
    called = [
        f"{estate_names[e].removesuffix('小区')}{'调峰' if p else ''}锅炉房"
        for e, p in zip(first_estate.tolist(), is_peak.tolist(), strict=True)
    ]
    year = np.clip(sites.year[owner] + rng.integers(0, 12, size.boilers), 1_986, 2_022)
    return _asset("boiler", _numbered(called), sites.district[owner], at, year) | {
        "company_id": plan.organisations.company[supply.company[owner]],
        "office_id": plan.organisations.office_of_site[owner],
        "use": np.where(is_peak, "peak", "area"),
        "fuel": np.array(_FUELS)[fuel],
        "branch_id": np.r_[np.zeros(areal, dtype=np.int64), supply.peak_branch + 1],
        "boilers": np.clip(np.rint(capacity / 32) + 1, 2, 6).astype(np.int64),
        "capacity_mw": np.round(np.maximum(capacity, 2.8), 1),
        "heated_area_m2": np.r_[area, np.zeros(size.peak_boilers)],
    }


def _nearest_site(sites: Sites, at: Points, among: NDArray[np.bool_]) -> int:
    of = np.flatnonzero(among)
    return int(of[np.argmin(np.hypot(*(sites.centres[of] - at).T))])


def _numbered(called: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for name in called:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}{seen[name]}号")
    return found


def _station_names(estates: Estates, estate_names: list[str]) -> list[str]:
    """A substation is called after the first community of its block."""
    first = np.flatnonzero(np.r_[True, estates.site[1:] != estates.site[:-1]])
    return [f"{estate_names[e]}换热站" for e in first.tolist()]


def _substations(rng: np.random.Generator, plan: Plan, station_names: list[str]) -> Columns:
    sites, supply = plan.sites, plan.supply
    per_site = np.bincount(plan.units.site, minlength=sites.count)
    return _asset("substation", station_names, sites.district, plan.gate.station, sites.year + 1) | {
        "company_id": plan.organisations.company[supply.company],
        "office_id": plan.organisations.office_of_site,
        "street_id": plan.areas.street_of_site,
        "branch_id": supply.branch + 1,
        "boiler_room_id": supply.boiler + 1,
        "system": _pick(["", *SystemType.values], per_site),
        "heated_area_m2": np.round(plan.area_m2(), 1),
        "is_self_managed": rng.random(sites.count) < 0.88,
    }


def _units(plan: Plan, station_names: list[str]) -> Columns:
    u = plan.units
    number = (u.site + 1) * UNITS_PER_SUBSTATION + u.place
    alone = np.bincount(u.site, minlength=plan.sites.count)[u.site] == 1
    zoned = np.zeros(plan.sites.count, dtype=bool)
    zoned[u.site[u.zone > 0]] = True
    zone_zh = Zone.labels
    called = [
        station_names[s].removesuffix("换热站") + ("机组" if one else f"{zone_zh[z] if tall else f'{p}号'}机组")
        for s, one, tall, z, p in zip(
            u.site.tolist(), alone.tolist(), zoned[u.site].tolist(), u.zone.tolist(), u.place.tolist(), strict=True
        )
    ]
    return {
        "number": number,
        "code": _codes("unit", plan.sites.district[u.site], number),
        "name": called,
        "substation_id": u.site + 1,
        "zone": _pick(Zone.values, u.zone),
        "terminal": np.where(u.is_floor, "floor", "radiator"),
        "heated_area_m2": u.heated_area_m2,
        "heat_index_w_m2": u.heat_index_w_m2,
        "design_supply_temp_c": u.design_supply_temp_c,
        "design_return_temp_c": u.design_return_temp_c,
        "design_flow_t_h": u.design_flow_t_h,
    }


def _communities(plan: Plan, estate_names: list[str]) -> Columns:
    site = plan.estates.site
    return _asset("community", estate_names, plan.sites.district[site], plan.estates.at, plan.estates.year) | {
        "company_id": plan.organisations.company[plan.supply.company[site]],
        "substation_id": site + 1,
        "street_id": plan.areas.street_of_site[site],
    }


def _buildings(plan: Plan, estate_names: list[str]) -> Columns:
    prints, homes, estates = plan.prints, plan.homes, plan.estates
    called = [
        f"{estate_names[c]}{n}号楼" for c, n in zip(estates.of_building.tolist(), estates.serial.tolist(), strict=True)
    ]
    site = prints.site
    unit = plan.units.of_building
    return _asset("building", called, plan.sites.district[site], prints.centre, homes.year) | {
        "company_id": plan.organisations.company[plan.supply.company[site]],
        "community_id": estates.of_building + 1,
        "unit_id": (plan.units.site[unit] + 1) * UNITS_PER_SUBSTATION + plan.units.place[unit],
        "floors": prints.floors,
        "height_m": prints.height_m,
        "heated_area_m2": homes.heated_area_m2,
        "households": homes.households,
        "energy_class": _pick(EnergyClass.values, homes.energy_class),
        "is_residential": homes.is_residential,
    }


def _heat_users(plan: Plan) -> Columns:
    flats = plan.flats
    number = np.arange(1, len(flats.building) + 1)
    return {
        "number": number,
        "code": _codes("heat_user", plan.sites.district[plan.prints.site[flats.building]], number),
        "building_id": flats.building + 1,
        "stair": flats.stair,
        "floor": flats.floor,
        "door": flats.door.astype(str),
        "area_m2": flats.area_m2,
        "position": _pick(FlatPosition.values, flats.position),
    }


def _rooms(plan: Plan) -> Columns:
    number = np.arange(1, plan.flats.monitored + 1)
    building = plan.flats.building[: plan.flats.monitored]
    return {
        "number": number,
        "code": _codes("room", plan.sites.district[plan.prints.site[building]], number),
        "user_id": number,
        "building_id": building + 1,
    }


def _devices(plan: Plan) -> Columns:
    h, areas = plan.households, plan.areas
    district = areas.village_district[h.village]
    called = [f"{areas.village_name[v]}{n:03d}户" for v, n in zip(h.village.tolist(), h.serial.tolist(), strict=True)]
    platform = np.zeros(len(DISTRICTS) + 1, dtype=np.int64)
    platform[list(plan.organisations.platform)] = list(plan.organisations.platform.values())
    return _asset("device", called, district, h.at, h.year) | {
        "platform_id": platform[district],
        "village_id": areas.village[h.village],
        "device_type": _pick(DeviceType.values, h.device_type),
        "rated_kw": h.rated_kw,
        "floor_area_m2": h.floor_area_m2,
    }


def _weather(rng: np.random.Generator, plan: Plan) -> Columns:
    """One station at each district's centre, the others spread over streets and townships."""
    n = plan.size.weather_stations
    centres = GEOGRAPHY.centres[:n]
    level = np.array(plan.areas.columns["level"])
    lon, lat = (np.array(plan.areas.columns[k], dtype=float) for k in ("longitude", "latitude"))
    streets = np.flatnonzero(level == "street")
    picked = (
        streets[np.linspace(0, len(streets) - 1, n - len(centres)).astype(int)] if n > len(centres) else streets[:0]
    )
    parent = np.array(plan.areas.columns["parent_id"], dtype=np.int64)
    called = [f"{d.short}气象站" for d in DISTRICTS[:n]]
    called += [f"{plan.areas.columns['name'][i]}自动站" for i in picked.tolist()]
    district = np.r_[np.arange(1, len(centres) + 1), parent[picked]]
    table = _asset("weather", _numbered(called), district, np.zeros((n, 2)), rng.integers(2_008, 2_024, n))
    own = to_lonlat(centres + np.array([310.0, -190.0]))
    table["longitude"] = np.round(np.r_[own[:, 0], lon[picked] + 0.0035], 7)
    table["latitude"] = np.round(np.r_[own[:, 1], lat[picked] - 0.0018], 7)
    return table | {"operator_id": np.full(n, plan.organisations.weather)}


def _pipes(plan: Plan) -> Columns:
    pipes = plan.pipes
    number = np.arange(1, pipes.count + 1)
    first = to_lonlat(pipes.vertices[pipes.offsets[:-1]])
    unit = np.r_[(plan.units.site + 1) * UNITS_PER_SUBSTATION + plan.units.place, 0]
    company = np.r_[plan.organisations.company, 0]
    return {
        "number": number,
        "code": _codes("pipe", pipes.district, number),
        "district_id": pipes.district,
        "longitude": first[:, 0],
        "latitude": first[:, 1],
        "medium": _pick(PipeMedium.values, pipes.medium),
        "diameter_mm": pipes.diameter_mm,
        "length_m": pipes.length_m,
        "built_year": pipes.built_year,
        "company_id": company[pipes.company],
        "branch_id": pipes.branch + 1,
        "boiler_room_id": pipes.boiler + 1,
        "unit_id": unit[pipes.unit],
    }


def _valves(plan: Plan) -> Columns:
    valves = draw_valves(plan.pipes, plan.streets, plan.supply)
    pipe, kind = valves.pipe, _pick(ValveKind.values, valves.kind)
    words = dict(ValveKind.choices)
    bore = plan.pipes.diameter_mm[pipe]
    called = [f"{words[k]} DN{d}" for k, d in zip(kind.tolist(), bore.tolist(), strict=True)]
    return _asset("valve", called, plan.pipes.district[pipe], valves.at, plan.pipes.built_year[pipe]) | {
        "pipe_id": pipe + 1,
        "along": valves.along,
        "diameter_mm": bore,
        "kind": kind,
        "is_normally_open": np.ones(len(pipe), dtype=bool),
    }


def coverage_groups(plan: Plan) -> dict[str, list[tuple[int, NDArray[np.object_]]]]:
    """Which blocks each owner serves, by kind of coverage and the owner's number."""
    supply = plan.supply
    keys = {
        "company": (supply.company, plan.organisations.company),
        "branch": (supply.branch, np.arange(1, plan.size.branches + 1)),
        "boiler": (supply.boiler, np.arange(1, plan.size.boilers + 1)),
    }
    return {
        kind: [
            (int(numbers[i]), shapely.buffer(plan.sites.polygons[index == i], 24, quad_segs=1, join_style="mitre"))
            for i in np.unique(index[index >= 0]).tolist()
        ]
        for kind, (index, numbers) in keys.items()
    }
