"""A whole city from one seed: districts, streets, blocks, buildings, sources, owners, pipes, villages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cleanheat.accounts.public import OrganisationRow
from cleanheat.assets.public import Archive, build_archive
from cleanheat.simulator.city.areas import draw_areas, draw_households
from cleanheat.simulator.city.basemap import draw_geometry
from cleanheat.simulator.city.buildings import choose_sites, place_buildings
from cleanheat.simulator.city.equipment import draw_equipment, draw_systems
from cleanheat.simulator.city.estates import divide_estates, draw_flats
from cleanheat.simulator.city.network import lay
from cleanheat.simulator.city.organisations import draw_organisations
from cleanheat.simulator.city.routes import StreetMap
from cleanheat.simulator.city.sizes import SIZES, CitySize
from cleanheat.simulator.city.streets import cut, streets
from cleanheat.simulator.city.supply import access, supply
from cleanheat.simulator.city.tables import Plan, draw_tables
from cleanheat.simulator.city.units import divide, dwellings
from cleanheat.twin.geometry import CityGeometry


@dataclass(frozen=True)
class CityDataset:
    """What a generated city consists of: organisations (parents first), archive tables by column, geometry."""

    size: str
    seed: int
    organisations: list[OrganisationRow] = field(repr=False)
    tables: Mapping[str, Mapping[str, Any]] = field(repr=False)
    geometry: CityGeometry = field(repr=False)

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        kinds = {kind: len(columns["code"]) for kind, columns in self.tables.items()}
        return kinds | {"organisation": len(self.organisations)}

    def archive(self, version: str = "generated") -> Archive:
        """The same arrays that the platform reads from its database."""
        arrays = {
            kind: {name: np.asarray(values) for name, values in columns.items()}
            for kind, columns in self.tables.items()
            if kind not in ("area", "equipment")
        }
        return build_archive(version, arrays)

    def digest(self) -> str:
        """Equal for equal cities."""
        sha = hashlib.sha256()
        for row in self.organisations:
            sha.update(repr(row).encode())
        for kind, columns in sorted(self.tables.items()):
            for name, values in sorted(columns.items()):
                sha.update(f"{kind}.{name}".encode())
                sha.update(values.tobytes() if isinstance(values, np.ndarray) else repr(list(values)).encode())
        for shapes in (self.geometry.buildings, self.geometry.pipes):
            sha.update(shapes.lonlat.tobytes())
        sha.update(repr((self.geometry.base, self.geometry.coverage)).encode())
        return sha.hexdigest()


def make_city(size: str | CitySize, seed: int, *, all_users: bool = False) -> CityDataset:
    """The city of a size (by its name, or one's own) and seed; ``all_users`` adds every flat without thermometer."""
    spec = size if isinstance(size, CitySize) else SIZES[size]
    land, town, people, owners = (np.random.default_rng([seed, part]) for part in range(4))
    roads = streets(land)
    graph, blocks = cut(roads)
    sites = choose_sites(land, blocks, spec)
    prints = place_buildings(town, sites, spec.buildings, least=3)
    homes = dwellings(town, sites, prints)
    units = divide(town, sites, prints, homes, spec)
    street_map = StreetMap(graph)
    gate = access(sites, street_map)
    load = np.bincount(units.site, units.heated_area_m2 * units.heat_index_w_m2, sites.count)
    realms = supply(owners, sites, gate, street_map, load, spec)
    areas = draw_areas(people, sites, spec)
    plan = Plan(
        size=spec,
        sites=sites,
        gate=gate,
        streets=street_map,
        supply=realms,
        prints=prints,
        homes=homes,
        units=units,
        estates=divide_estates(sites, prints, homes, spec.communities),
        flats=draw_flats(people, sites, prints, homes, spec.rooms, all_users=all_users),
        pipes=lay(owners, sites, gate, street_map, realms, prints, homes, units),
        areas=areas,
        households=draw_households(people, areas, spec),
        organisations=draw_organisations(owners, sites, realms, spec, areas.rural),
    )
    tables = draw_tables(people, plan)
    tables["device"] |= draw_systems(seed, tables["device"])
    tables["equipment"] = draw_equipment(seed, tables)
    return CityDataset(spec.key, seed, plan.organisations.rows, tables, draw_geometry(plan, roads))
