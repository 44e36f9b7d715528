"""Every pipe: trunks from plants, street mains as trees from each source, and the yard networks behind substations."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cleanheat.calc.thermal.heat_power import flow_for_t_h
from cleanheat.kernel.time import HOUR_S
from cleanheat.simulator.city.beside import beside
from cleanheat.simulator.city.buildings import Floats, Footprints, Ints, Sites
from cleanheat.simulator.city.geography import GEOGRAPHY, Points, turned
from cleanheat.simulator.city.pipes import PRIMARY, SECONDARY, TRUNK, Pipes
from cleanheat.simulator.city.routes import StreetMap, path, tree_loads
from cleanheat.simulator.city.supply import Access, Supply
from cleanheat.simulator.city.units import Dwellings, Units

STANDARD_MM = np.array(
    [50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1_000, 1_200, 1_400]
)
TRUNK_DIFFERENCE_K = 60.0  # the made city's trunks are designed for 120/60 °C
PRIMARY_DIFFERENCE_K = 50.0
_TRUNK_SECTION_M = 900.0
_ROW_OFF_M = 6.0


@dataclass
class _Lines:
    """Pipes being collected; owner columns are 0-based indices, -1 for none."""

    columns: dict[str, list[NDArray[np.generic]]]
    vertices: list[Points]
    counts: list[Ints]

    def add(self, vertices: Points, counts: Ints, **columns: NDArray[Any] | float) -> None:
        self.vertices.append(vertices)
        self.counts.append(counts)
        for name in ("medium", "load_w", "delta_k", "branch", "boiler", "unit", "company", "site", "year"):
            value = columns.get(name, -1)
            self.columns.setdefault(name, []).append(np.broadcast_to(np.asarray(value), counts.shape))


def lay(
    rng: np.random.Generator,
    sites: Sites,
    gate: Access,
    streets: StreetMap,
    supply: Supply,
    prints: Footprints,
    homes: Dwellings,
    units: Units,
) -> Pipes:
    """All pipes of the city, supply lines only."""
    lines = _Lines({}, [], [])
    load = np.bincount(units.site, units.heated_area_m2 * units.heat_index_w_m2, sites.count)
    branch_length = _trunks(lines, streets, supply, load)
    _mains(lines, streets, sites, gate, supply, load)
    _laterals(lines, streets, sites, gate, supply, load)
    _yards(lines, sites, gate, supply, prints, homes, units)
    pipes = _finish(rng, lines, branch_length)
    return replace(pipes, vertices=beside(pipes, sites.count, streets, supply))


def _trunks(lines: _Lines, streets: StreetMap, supply: Supply, load: Floats) -> Floats:
    """From each plant along the streets to the head of each of its branches, in sections of about a kilometre."""
    length = np.zeros(len(supply.branch_head))
    for plant, node in enumerate(supply.plant_node.tolist()):
        own = np.flatnonzero(supply.branch_plant == plant)
        ways = streets.grow([node], supply.branch_head[own])
        for b in own.tolist():
            line = _along(streets, ways, int(supply.branch_head[b]))
            length[b] = shapely.length(line) / 1_000
            parts = max(1, round(shapely.length(line) / _TRUNK_SECTION_M))
            at = np.linspace(0, 1, parts + 1)
            pieces = [_between(line, a, z) for a, z in itertools.pairwise(at)]
            lines.add(
                np.vstack(pieces),
                np.array([len(p) for p in pieces]),
                medium=TRUNK,
                load_w=float(load[supply.branch == b].sum()),
                delta_k=TRUNK_DIFFERENCE_K,
                branch=b,
                year=1_992 + (b * 7) % 26,
            )
    return length


def _along(streets: StreetMap, ways: object, node: int) -> shapely.LineString:
    edges = path(ways, node)  # type: ignore[arg-type]
    if not edges:
        at = streets.graph.nodes[node]
        return shapely.LineString([at, at + np.array([1.0, 0.0])])
    pieces = [shapely.get_coordinates(streets.graph.lines[e]) for e in edges]
    if len(pieces) > 1 and not (pieces[0][-1] == pieces[1][0]).all() and not (pieces[0][-1] == pieces[1][-1]).all():
        pieces[0] = pieces[0][::-1]
    for i in range(1, len(pieces)):
        if not (pieces[i][0] == pieces[i - 1][-1]).all():
            pieces[i] = pieces[i][::-1]
    return shapely.LineString(np.vstack(pieces))


def _between(line: shapely.LineString, start: float, end: float) -> Points:
    """The part of a line between two shares of its length."""
    xy = shapely.get_coordinates(line)
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    total = along[-1]
    inner = xy[(along > start * total + 0.01) & (along < end * total - 0.01)]
    ends = [np.array(line.interpolate(s, normalized=True).coords[0]) for s in (start, end)]
    return np.vstack([ends[0][None], inner, ends[1][None]])


def _mains(lines: _Lines, streets: StreetMap, sites: Sites, gate: Access, supply: Supply, load: Floats) -> None:
    """Street mains: branch by branch a tree of shortest ways; area boiler rooms follow the ways their atom grew by."""
    found: list[tuple[int, float, int, int, int]] = []  # edge, load, branch, boiler, far node
    for b in range(len(supply.branch_head)):
        of = np.flatnonzero(supply.branch == b)
        ways = streets.grow([int(supply.branch_head[b])], gate.node[of])
        for node, flow in tree_loads(ways, gate.node[of], load[of]).items():
            found.append((int(ways.via[node]), flow, b, -1, node))
    for k in range(len(supply.boiler_node) - len(supply.peak_branch)):
        of = np.flatnonzero(supply.boiler == k)
        ways = streets.grow([int(supply.boiler_node[k])], gate.node[of])
        for node, flow in tree_loads(ways, gate.node[of], load[of]).items():
            found.append((int(ways.via[node]), flow, -1, k, node))
    far = np.array([f[4] for f in found], dtype=np.int64)
    geometry = streets.graph.lines[np.array([f[0] for f in found], dtype=np.int64)]
    root = supply.forest.root[far]
    company = np.where(root >= 0, supply.atom_company[root], -1)
    branch = np.array([f[2] for f in found])
    boiler = np.array([f[3] for f in found])
    # a way may lead through streets no atom has reached; its company is then that of the source's first site
    source_company = np.where(
        branch >= 0,
        _first_company(supply.branch, supply.company)[branch],
        _first_company(supply.boiler, supply.company)[boiler],
    )
    lines.add(
        shapely.get_coordinates(geometry),
        shapely.get_num_coordinates(geometry).astype(np.int64),
        medium=PRIMARY,
        load_w=np.array([f[1] for f in found]),
        delta_k=PRIMARY_DIFFERENCE_K,
        branch=branch,
        boiler=boiler,
        company=np.where(company >= 0, company, source_company),
        year=_years_near(sites, streets.graph.nodes[far]),
    )


def _first_company(source: Ints, company: Ints) -> Ints:
    first = np.zeros(int(source.max()) + 2, dtype=np.int64)
    first[source[::-1]] = company[::-1]
    return first


def _years_near(sites: Sites, at: Points) -> Ints:
    """Mains were laid a little after the blocks around them were built; the oldest have been replaced since."""
    order = np.argsort(sites.centres[:, 0])
    nearest = order[np.clip(np.searchsorted(sites.centres[order, 0], at[:, 0]), 0, len(order) - 1)]
    year = sites.year[nearest] + 1
    return np.where(year < 1_984, year + 24, year)


def _laterals(lines: _Lines, streets: StreetMap, sites: Sites, gate: Access, supply: Supply, load: Floats) -> None:
    """From the crossing along the kerb to the gate and into the substation."""
    xy = np.stack([streets.graph.nodes[gate.node], gate.gate, gate.station], axis=1)
    lines.add(
        xy.reshape(-1, 2),
        np.full(sites.count, 3),
        medium=PRIMARY,
        load_w=load,
        delta_k=PRIMARY_DIFFERENCE_K,
        branch=supply.branch,
        boiler=supply.boiler,
        company=supply.company,
        year=np.where(sites.year < 1_984, sites.year + 24, sites.year + 1),
    )


def _yards(
    lines: _Lines, sites: Sites, gate: Access, supply: Supply, prints: Footprints, homes: Dwellings, units: Units
) -> None:
    """Behind a substation, for each unit: a spine across the rows, a main along each, a branch into every building."""
    station = turned(gate.station - sites.centres, 0.0)
    station = np.stack(
        [
            np.cos(sites.angle) * station[:, 0] + np.sin(sites.angle) * station[:, 1],
            -np.sin(sites.angle) * station[:, 0] + np.cos(sites.angle) * station[:, 1],
        ],
        axis=1,
    )
    unit = units.of_building
    order = np.lexsort((prints.u, prints.row, unit))
    site, row, u, v, of = prints.site[order], prints.row[order], prints.u[order], prints.v[order], unit[order]
    width, depth = prints.width_m[order], prints.depth_m[order]
    load = (homes.heated_area_m2 * homes.heat_index_w_m2)[order]
    shift = 1.6 * (units.place[of] - 1)
    v_main = v - depth / 2 - _ROW_OFF_M - shift
    u_in = u - 0.46 * width
    u_spine = station[site, 0] + 2.0 + shift

    begins = np.r_[True, (of[1:] != of[:-1]) | (row[1:] != row[:-1])]
    group = np.cumsum(begins) - 1
    group_load = np.bincount(group, load)
    before = np.cumsum(load) - load
    downstream = group_load[group] - (before - before[np.flatnonzero(begins)][group])
    u_from = np.where(begins, u_spine, np.r_[0.0, u_in[:-1]])
    delta = (units.design_supply_temp_c - units.design_return_temp_c)[of]
    common = {"branch": supply.branch[site], "boiler": supply.boiler[site], "unit": of, "company": supply.company[site]}
    year = np.where(homes.year[order] < 1_990, homes.year[order] + 22, homes.year[order])

    row_mains = np.stack([np.c_[u_from, v_main], np.c_[u_in, v_main]], axis=1)
    _add_local(lines, sites, site, row_mains, load_w=downstream, delta_k=delta, year=year, **common)
    into = np.stack([np.c_[u_in, v_main], np.c_[u_in, v], np.c_[u + 0.46 * width, v]], axis=1)
    _add_local(lines, sites, site, into, load_w=load, delta_k=delta, year=year, **common)
    _spines(lines, sites, station, units, supply, site, of, v_main, u_spine, group_load, begins, year)


def _spines(
    lines: _Lines,
    sites: Sites,
    station: Points,
    units: Units,
    supply: Supply,
    site: Ints,
    of: Ints,
    v_main: Floats,
    u_spine: Floats,
    group_load: Floats,
    begins: NDArray[np.bool_],
    year: Ints,
) -> None:
    """From the substation up and down the block to the unit's rows, from one row to the next one further out."""
    at = np.flatnonzero(begins)
    s, o, v, u = site[at], of[at], v_main[at], u_spine[at]
    home = station[s, 1]
    up = v >= home
    order = np.lexsort((np.abs(v - home), up, o))
    s, o, v, u, up, home, load, year = (a[order] for a in (s, o, v, u, up, home, group_load, year[at]))
    begins = np.r_[True, (o[1:] != o[:-1]) | (up[1:] != up[:-1])]
    run = np.cumsum(begins) - 1
    before = np.cumsum(load) - load
    downstream = np.bincount(run, load)[run] - (before - before[np.flatnonzero(begins)][run])
    v_from = np.where(begins, home, np.r_[0.0, v[:-1]])
    u_from = np.where(begins, station[s, 0], u)
    # three points each: a first piece leaves the substation sideways, the others run straight on
    xy = np.stack([np.c_[u_from, v_from], np.c_[u, v_from], np.c_[u, v]], axis=1)
    _add_local(
        lines,
        sites,
        s,
        xy,
        load_w=downstream,
        delta_k=(units.design_supply_temp_c - units.design_return_temp_c)[o],
        year=year,
        branch=supply.branch[s],
        boiler=supply.boiler[s],
        unit=o,
        company=supply.company[s],
    )


def _add_local(
    lines: _Lines, sites: Sites, site: Ints, xy: NDArray[np.float64], **columns: NDArray[Any] | float
) -> None:
    """Lines given in their block's own directions."""
    there = turned(xy, sites.angle[site][:, None]) + sites.centres[site][:, None]
    counts = np.full(len(site), xy.shape[1])
    lines.add(there.reshape(-1, 2), counts, medium=SECONDARY, **columns)


def _finish(rng: np.random.Generator, lines: _Lines, branch_length_km: Floats) -> Pipes:
    columns = {name: np.concatenate(parts) for name, parts in lines.columns.items()}
    vertices, counts = _without_repeats(np.vstack(lines.vertices), np.concatenate(lines.counts))
    offsets = np.r_[0, np.cumsum(counts)]
    step = np.hypot(*np.diff(vertices, axis=0).T)
    step[offsets[1:-1] - 1] = 0.0
    along = np.r_[0.0, np.cumsum(step)]
    length = along[offsets[1:] - 1] - along[offsets[:-1]]
    middle = vertices[offsets[:-1]]
    year = np.clip(columns["year"] + rng.integers(0, 3, len(length)), 1_975, 2_025)
    return Pipes(
        medium=columns["medium"].astype(np.int64),
        branch=columns["branch"],
        boiler=columns["boiler"],
        unit=columns["unit"],
        company=columns["company"],
        diameter_mm=_diameter_mm(columns["load_w"], columns["delta_k"]),
        length_m=np.round(length, 1),
        built_year=year.astype(np.int64),
        district=GEOGRAPHY.district_of(middle),
        offsets=offsets.astype(np.uint32),
        vertices=vertices,
        branch_length_km=np.round(branch_length_km, 2),
    )


def _without_repeats(vertices: Points, counts: Ints) -> tuple[Points, Ints]:
    """Drop vertices that repeat the one before them within a line, but leave every line two."""
    line = np.repeat(np.arange(len(counts)), counts)
    same = np.r_[False, (np.hypot(*np.diff(vertices, axis=0).T) < 0.02) & (line[1:] == line[:-1])]
    left = counts - np.bincount(line, same, len(counts)).astype(np.int64)
    same &= left[line] >= 2
    return vertices[~same], np.bincount(line[~same], minlength=len(counts))


def _diameter_mm(load_w: Floats, delta_k: Floats) -> Ints:
    """Standard bore for the design flow at an economic velocity that grows with the bore."""
    flow_m3_s = flow_for_t_h(load_w / 1_000, delta_k) / HOUR_S  # a tonne of water is taken as a cubic metre
    velocity = np.clip(0.55 + 1.6 * np.sqrt(np.sqrt(flow_m3_s)), 0.6, 2.6)
    bore = 1_000 * np.sqrt(4 * flow_m3_s / np.pi / velocity)
    return STANDARD_MM[np.minimum(np.searchsorted(STANDARD_MM, bore), len(STANDARD_MM) - 1)]
