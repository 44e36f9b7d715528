"""Who supplies whom: atoms of neighbouring blocks become the realms of boiler rooms, branches, companies, offices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from cleanheat.simulator.city.buildings import Floats, Ints, Sites, shares
from cleanheat.simulator.city.geography import Points, to_plane
from cleanheat.simulator.city.routes import Forest, StreetMap
from cleanheat.simulator.city.sizes import CitySize

_JIUTAI = 7
ATOMS_PER_BRANCH = 7

PLANT_SITES: tuple[tuple[str, float, float], ...] = (
    ("长春东郊热电厂", 125.4620, 43.8820),
    ("长春西郊热电厂", 125.1860, 43.9060),
    ("长春南溪热电厂", 125.3140, 43.7680),
    ("长春北湖热电厂", 125.3860, 44.0020),
    ("长春兴隆山热电厂", 125.4530, 43.9360),
    ("九台营城热电厂", 125.8110, 44.1330),
)


@dataclass(frozen=True)
class Access:
    """Where each site meets the streets: crossing ``node``, kerb ``gate``, and its ``station`` just inside."""

    node: Ints
    gate: Points
    station: Points


def access(sites: Sites, streets: StreetMap) -> Access:
    """The substation stands at the end of the rows, a few metres inside the block."""
    west = np.c_[-np.cos(sites.angle), -np.sin(sites.angle)]
    rays = shapely.linestrings(np.stack([sites.centres, sites.centres + 900 * west], axis=1))
    inside = shapely.intersection(rays, sites.polygons)
    gate = shapely.get_coordinates(shapely.get_point(_first_part(inside), -1))
    rings = shapely.get_exterior_ring(sites.polygons)
    corners, of = shapely.get_coordinates(rings, return_index=True)
    keys = np.round(streets.graph.nodes * 100).astype(np.int64)
    lookup = {key: i for i, key in enumerate(map(tuple, keys.tolist()))}
    node = np.array([lookup.get(k, -1) for k in map(tuple, np.round(corners * 100).astype(np.int64).tolist())])
    distance = np.where(node >= 0, np.hypot(*(corners - gate[of]).T), np.inf)
    order = np.lexsort((distance, of))
    first = order[np.searchsorted(of[order], np.arange(sites.count))]
    inward = sites.centres - gate
    station = gate + inward / np.hypot(*inward.T)[:, None] * 6.5
    return Access(node[first], gate, station)


def _first_part(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.where(shapely.get_type_id(lines) == 1, lines, shapely.get_geometry(lines, 0))


@dataclass(frozen=True)
class Supply:
    """The heat side of every site.  Indices are 0-based; ``branch``/``boiler`` is -1 where the other supplies."""

    atom: Ints
    atom_seed: Ints  # street node of each atom
    forest: Forest  # ways from each atom's seed
    branch: Ints
    boiler: Ints
    company: Ints
    office: Ints  # within the company
    atom_company: Ints
    branch_head: Ints  # street node
    branch_plant: Ints
    plant_node: Ints
    boiler_node: Ints  # area boilers first, then peak boilers
    peak_branch: Ints  # of each peak boiler


def supply(
    rng: np.random.Generator, sites: Sites, gate: Access, streets: StreetMap, load: Floats, size: CitySize
) -> Supply:
    area_boilers = size.boilers - size.peak_boilers
    regions = np.unique(sites.town)
    of_region = np.array([load[sites.town == r].sum() for r in regions])
    branches = _split_branches(regions, size.branches)
    boilers = _at_least_two(area_boilers, of_region, regions)
    companies = _companies_by_region(size.companies, of_region)

    atom = np.full(sites.count, -1)
    seeds: list[int] = []
    for region, n_branches, n_boilers in zip(regions, branches, boilers, strict=True):
        members = np.flatnonzero(sites.town == region)
        wanted = min(len(members), n_boilers + ATOMS_PER_BRANCH * n_branches or 1)
        centres = cluster(rng, sites.centres[members], load[members], max(wanted, int(companies[regions == region][0])))
        seeds += [int(gate.node[members[i]]) for i in _distinct_nearest(sites.centres[members], centres)]
    forest = streets.grow(seeds)
    atom = forest.root[gate.node]
    used, atom = np.unique(atom, return_inverse=True)
    seed = np.array(seeds)[used]
    renumber = np.full(len(seeds), -1)
    renumber[used] = np.arange(len(used))
    forest = Forest(forest.distance, forest.via, forest.before, np.where(forest.root >= 0, renumber[forest.root], -1))

    atom_region = np.array([np.bincount(sites.town[atom == a]).argmax() for a in range(len(seed))])
    atom_load = np.bincount(atom, load)
    atom_centre = np.array([sites.centres[atom == a].mean(axis=0) for a in range(len(seed))])
    near = _neighbours(streets, forest, len(seed))

    atom_branch = np.full(len(seed), -1)
    atom_boiler = np.full(len(seed), -1)
    atom_company = np.full(len(seed), -1)
    next_branch = next_boiler = next_company = 0
    for region, n_branches, wanted_boilers, n_companies in zip(regions, branches, boilers, companies, strict=True):
        of = np.flatnonzero(atom_region == region)
        n_boilers = min(int(wanted_boilers), len(of))
        if n_branches:
            own = _spread(rng, atom_centre[of], n_boilers)
            atom_boiler[of[own]] = next_boiler + np.arange(n_boilers)
            rest = np.setdiff1d(of, of[own])
            groups = _realms(rng, rest, int(n_branches), atom_centre, atom_load, near, spread=0.25)
            atom_branch[rest] = next_branch + groups
        else:
            groups = _realms(rng, of, n_boilers, atom_centre, atom_load, near, spread=0.3)
            atom_boiler[of] = next_boiler + groups
        groups = _realms(
            rng, of, int(n_companies), atom_centre, atom_load, near, spread=0.75 if size.key == "city" else 0.2
        )
        atom_company[of] = next_company + groups
        next_branch += int(n_branches)
        next_boiler += n_boilers
        next_company += int(n_companies)
    _check_counts(next_branch, size.branches, next_boiler, area_boilers, next_company, size.companies)

    branch, boiler, company = atom_branch[atom], atom_boiler[atom], atom_company[atom]
    head = _heads(atom_branch, atom_centre, atom_load, seed, size.branches)
    plant_node = streets.nearest(to_plane([(lon, lat) for _, lon, lat in _plants(size)]))
    boiler_seed = np.array([seed[np.flatnonzero(atom_boiler == b)[0]] for b in range(area_boilers)])
    peak_branch = shares(size.peak_boilers, np.bincount(branch[branch >= 0], load[branch >= 0], size.branches))
    peak_of = np.repeat(np.arange(size.branches), peak_branch)
    peak_node = _peak_nodes(rng, peak_of, branch, gate, head)
    return Supply(
        atom=atom,
        atom_seed=seed,
        forest=forest,
        branch=branch,
        boiler=boiler,
        company=company,
        office=_offices(rng, sites, company, load, size),
        atom_company=atom_company,
        branch_head=head,
        branch_plant=_plants_of(streets.graph.nodes[head], streets.graph.nodes[plant_node]),
        plant_node=plant_node,
        boiler_node=np.r_[boiler_seed, peak_node].astype(np.int64),
        peak_branch=peak_of,
    )


def _plants(size: CitySize) -> tuple[tuple[str, float, float], ...]:
    return PLANT_SITES[: size.plants]


def _check_counts(*pairs: int) -> None:
    if pairs[::2] != pairs[1::2]:
        raise ValueError(f"supply realms do not come out as asked: {pairs}")


def _split_branches(regions: NDArray[np.int32], total: int) -> Ints:
    """Plants feed the central city; the one at Jiutai also its own town."""
    branches = np.where(regions == _JIUTAI, 2, 0).astype(np.int64)
    branches[regions == 0] = total - branches.sum()
    return branches


def _at_least_two(total: int, load: Floats, regions: NDArray[np.int32]) -> Ints:
    """Area boiler rooms by region: a town lives on its own, the central city on plants for two thirds."""
    weight = load * np.where(regions == 0, 0.33, 1.0)
    least = np.minimum(2, total // len(regions))
    return np.asarray(least + shares(total - least * len(regions), weight))


def _companies_by_region(total: int, load: Floats) -> Ints:
    return 1 + shares(total - len(load), load**0.9)


def cluster(rng: np.random.Generator, xy: Points, weight: Floats, k: int) -> Points:
    """Weighted k-means, seeded far apart."""
    centres = xy[_spread(rng, xy, k)].copy()
    for _ in range(8):
        mine = nearest(xy, centres)
        total = np.bincount(mine, weight, k)
        moved = np.c_[np.bincount(mine, weight * xy[:, 0], k), np.bincount(mine, weight * xy[:, 1], k)]
        filled = total > 0
        centres[filled] = moved[filled] / total[filled, None]
    return centres


def nearest(xy: Points, centres: Points) -> Ints:
    square = (xy**2).sum(axis=1)[:, None] - 2 * xy @ centres.T + (centres**2).sum(axis=1)[None]
    return np.asarray(np.argmin(square, axis=1))


def _spread(rng: np.random.Generator, xy: Points, k: int) -> Ints:
    """``k`` points far from one another (farthest-point choice with some luck)."""
    chosen = [int(rng.integers(len(xy)))]
    gap = np.hypot(*(xy - xy[chosen[0]]).T)
    while len(chosen) < k:
        luck = gap * rng.uniform(0.75, 1.0, len(xy))
        luck[chosen] = -1
        chosen.append(int(np.argmax(luck)))
        gap = np.minimum(gap, np.hypot(*(xy - xy[chosen[-1]]).T))
    return np.array(chosen)


def _distinct_nearest(xy: Points, centres: Points) -> list[int]:
    """For each centre the nearest point that no other centre has taken."""
    taken: set[int] = set()
    found = []
    for centre in centres:
        for i in np.argsort(np.hypot(*(xy - centre).T)).tolist():
            if i not in taken:
                taken.add(i)
                found.append(i)
                break
    return found


def _neighbours(streets: StreetMap, forest: Forest, n: int) -> list[set[int]]:
    """Atoms joined by a street."""
    near: list[set[int]] = [set() for _ in range(n)]
    pairs = np.unique(forest.root[streets.graph.ends], axis=0)
    for a, b in pairs.tolist():
        if a >= 0 and b >= 0 and a != b:
            near[a].add(b)
            near[b].add(a)
    return near


def _realms(
    rng: np.random.Generator, atoms: Ints, k: int, centre: Points, load: Floats, near: list[set[int]], spread: float
) -> Ints:
    """``atoms`` in ``k`` connected realms of unequal size: the realm farthest behind its share takes the next one."""
    target = np.exp(rng.normal(0, spread, k))
    group = {int(atoms[i]): g for g, i in enumerate(_spread(rng, centre[atoms], k))}
    seed = [centre[a] for a in group]
    filled = np.array([load[a] for a in group])
    free = set(atoms.tolist()) - group.keys()
    while free:
        edge: dict[int, list[int]] = {}
        for a in free:
            for b in near[a]:
                if b in group:
                    edge.setdefault(group[b], []).append(a)
        if edge:
            realm = min(edge, key=lambda g: filled[g] / target[g])
            taken = min(edge[realm], key=lambda a: (float(np.hypot(*(centre[a] - seed[realm]))), a))
        else:  # cut off by another source's realm: joins the nearest one
            taken = min(free)
            realm = int(np.argmin([np.hypot(*(s - centre[taken])) for s in seed]))
        group[taken] = realm
        filled[realm] += load[taken]
        free.remove(taken)
    return np.array([group[int(a)] for a in atoms])


def _heads(atom_branch: Ints, centre: Points, load: Floats, seed: Ints, branches: int) -> Ints:
    heads = []
    for b in range(branches):
        of = np.flatnonzero(atom_branch == b)
        middle = np.average(centre[of], axis=0, weights=load[of])
        heads.append(seed[of[np.argmin(np.hypot(*(centre[of] - middle).T))]])
    return np.array(heads)


def _plants_of(heads: Points, plants: Points) -> Ints:
    """Each branch's plant: the nearest one that has not more than its share already."""
    distance = np.hypot(*(heads[:, None] - plants[None]).transpose(2, 0, 1))
    most = -(-len(heads) // len(plants)) + 1
    plant = np.full(len(heads), -1)
    for flat in np.argsort(distance, axis=None):
        b, p = divmod(int(flat), len(plants))
        if plant[b] < 0 and (plant == p).sum() < most:
            plant[b] = p
    for p in np.setdiff1d(np.arange(len(plants)), plant):  # a plant without a branch takes the nearest spare one
        spare = np.flatnonzero(np.bincount(plant, minlength=len(plants))[plant] > 1)
        plant[spare[np.argmin(distance[spare, p])]] = p
    return plant


def _peak_nodes(rng: np.random.Generator, peak_of: Ints, branch: Ints, gate: Access, head: Ints) -> list[int]:
    taken: set[int] = set(head.tolist())
    nodes = []
    for b in peak_of.tolist():
        pool = [n for n in gate.node[branch == b].tolist() if n not in taken] or gate.node[branch == b].tolist()
        node = pool[int(rng.integers(len(pool)))]
        taken.add(node)
        nodes.append(node)
    return nodes


def _offices(rng: np.random.Generator, sites: Sites, company: Ints, load: Floats, size: CitySize) -> Ints:
    office = np.zeros(sites.count, dtype=np.int64)
    low, high = size.offices
    for c in range(size.companies):
        of = np.flatnonzero(company == c)
        k = min(len(of), int(np.clip(round(len(of) / 14), low, high)))
        office[of] = nearest(sites.centres[of], cluster(rng, sites.centres[of], load[of], k))
        _, office[of] = np.unique(office[of], return_inverse=True)
    return office
