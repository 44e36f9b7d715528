"""Which pipe meets which, and what stands at their ends: the network of one geometry and archive, ready to be asked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive, KindTable
from cleanheat.calc.topology.cuts import Valves, segments
from cleanheat.calc.topology.graph import Graph, Int32s
from cleanheat.calc.topology.snapping import snap
from cleanheat.calc.topology.supply import Supply, orient
from cleanheat.kernel import parameters
from cleanheat.kernel.errors import Problem
from cleanheat.twin import queries
from cleanheat.twin.geometry import CityGeometry, Shapes

Floats = NDArray[np.float64]
LIMITS: Final = parameters.values(parameters.read("cleanheat.twin", "parameters.toml")["network"])
SECONDARY: Final = 2
_DEGREE_M: Final = 111_320.0
_APART_M: Final = 1e7
"""Objects of different keys are put this far apart, so that the nearest end is one of the same key."""


@dataclass(frozen=True)
class Network:
    """All pipes as a directed graph.

    ``pipes`` is the number of each edge's pipe and ``edge_of`` its inverse (slot array, -1 for none); ``node_of`` tells
    for plants, branches, boilers, substations and buildings at which node they stand (slot arrays, -1 for nowhere).
    ``valves`` are those on pipes of the geometry, ``valve_numbers`` their numbers, ``segment`` what they part.
    """

    supply: Supply
    length_m: Floats
    pipes: Int32s
    edge_of: Int32s
    node_of: Mapping[str, Int32s]
    valves: Valves
    valve_numbers: Int32s
    segment: Int32s

    @property
    def graph(self) -> Graph:
        return self.supply.graph


_building = threading.Lock()


def current() -> Network:
    """The network as the map shows it; a 503 problem while there is no map, or no source on it.

    Built once a geometry and archive version: it takes a second or two at city size.
    """
    with _building:
        return _network(queries.version(), assets.archive().version)


@lru_cache(maxsize=2)
def _network(_version: str, _archive_version: str) -> Network:
    geometry = queries.current_geometry()
    if geometry is None:
        raise Problem(503, "no-geometry", "地图数据尚未生成")
    return build(geometry, assets.archive())


def build(geometry: CityGeometry, archive: Archive) -> Network:
    """The network of a geometry and the archive of the same objects."""
    plane = _Plane(geometry.pipes.lonlat)
    shapes = geometry.pipes
    first, last = shapes.offsets[:-1].astype(np.int64), shapes.offsets[1:].astype(np.int64) - 1
    xy = plane.metres(shapes.lonlat[:, 0], shapes.lonlat[:, 1])
    node, places = snap(np.concatenate([xy[first], xy[last]]), LIMITS["tolerance_m"])
    graph = Graph(node[: len(first)], node[len(first) :], len(places))
    edge_of = np.full(archive["pipe"].size, -1, np.int32)
    edge_of[shapes.numbers] = np.arange(len(first))
    node_of = _Standing(graph, places, plane, shapes.numbers, archive).all(geometry.buildings)
    valves, valve_numbers = _valves(archive["valve"], edge_of)
    shut = np.zeros(graph.edges, bool)
    shut[valves.edge[~valves.is_open]] = True
    length_m = _lengths(xy, shapes)
    supply = orient(graph, length_m, _sources(archive, node_of), ~shut)
    return Network(supply, length_m, shapes.numbers, edge_of, node_of, valves, valve_numbers, segments(graph, valves))


def _lengths(xy: Floats, shapes: Shapes) -> Floats:
    step = np.append(np.hypot(*np.diff(xy, axis=0).T), 0.0)
    last = shapes.offsets[1:].astype(np.int64) - 1
    step[last] = 0.0
    return np.asarray(np.add.reduceat(step, shapes.offsets[:-1].astype(np.int64)), dtype=np.float64)


def _sources(archive: Archive, node_of: Mapping[str, Int32s]) -> Int32s:
    """Nodes of plants and of area boiler rooms; a peak boiler room helps a branch and is none of its own."""
    boilers = archive["boiler"]
    own = boilers.numbers[boilers.values["is_peak"][boilers.numbers] != 1]
    nodes = np.concatenate([node_of["plant"][archive["plant"].numbers], node_of["boiler"][own]])
    if not (nodes >= 0).any():
        raise Problem(503, "no-network", "管网上没有热源，无法追溯")
    return np.unique(nodes[nodes >= 0]).astype(np.int32)


def _valves(table: KindTable, edge_of: Int32s) -> tuple[Valves, Int32s]:
    edge = edge_of[table.links["pipe"][table.numbers]]
    numbers = table.numbers[edge >= 0]
    side = (table.values["along"][numbers] > 0.5).astype(np.int32)
    return Valves(edge[edge >= 0], side, table.values["is_normally_open"][numbers] != 0), numbers


class _Plane:
    """Metres about the middle of the network; over a few hundred metres as good as any projection."""

    def __init__(self, lonlat: Floats) -> None:
        self._middle = lonlat.mean(axis=0)
        self._scale = np.array([_DEGREE_M * np.cos(np.radians(self._middle[1])), _DEGREE_M])

    def metres(self, longitude: Floats, latitude: Floats) -> Floats:
        scaled: Floats = (np.stack([longitude, latitude], axis=1) - self._middle) * self._scale
        return scaled


class _Standing:
    """Finds the node each object stands at."""

    def __init__(self, graph: Graph, places: Floats, plane: _Plane, pipes: Int32s, archive: Archive) -> None:
        self._graph, self._places, self._plane, self._pipes, self._archive = graph, places, plane, pipes, archive
        self._medium = archive["pipe"].values["medium"][pipes]
        self._branch, self._boiler = (archive["pipe"].links[of][pipes] for of in ("branch", "boiler"))

    def all(self, footprints: Shapes) -> dict[str, Int32s]:
        archive, trunk = self._archive, self._medium == 0
        street, none = self._medium < SECONDARY, np.zeros(1, np.int32)
        plant_of = archive["branch"].links.get("plant", none)
        branches, boilers = archive["branch"].numbers, archive["boiler"]
        # a single main begins at a loose end; where several leave the boiler room, their crossing is the nearest end
        begin = self._near("boiler", boilers.numbers, boilers.numbers, street, self._boiler, loose=True)
        own = self._near("boiler", boilers.numbers, boilers.numbers, street, self._boiler)
        boiler = np.where(begin >= 0, begin, own)
        helped = boilers.links["branch"][boilers.numbers]
        peak = self._near("boiler", boilers.numbers, helped, street & (self._branch > 0), self._branch)
        stations = archive["substation"].numbers
        return {
            "plant": self._near(
                "plant", archive["plant"].numbers, archive["plant"].numbers, trunk, plant_of[self._branch]
            ),
            "branch": self._near("branch", branches, branches, trunk, self._branch),
            "boiler": np.where(boiler >= 0, boiler, peak),
            "substation": self._near(
                "substation", stations, np.zeros_like(stations), street, np.zeros_like(self._branch)
            ),
            "building": self._inside(footprints),
        }

    def _near(
        self, kind: str, numbers: Int32s, keys: Int32s, pipes: Any, pipe_keys: Int32s, *, loose: bool = False
    ) -> Int32s:
        """The nearest (loose) end of the marked pipes that carries the object's key, within reach; slot array."""
        table = self._archive[kind]
        found = np.full(table.size, -1, np.int32)
        chosen = np.flatnonzero(pipes)
        if not (chosen.size and numbers.size):
            return found
        nodes = np.concatenate([self._graph.tail[chosen], self._graph.head[chosen]])
        end_keys = np.tile(pipe_keys[chosen], 2)
        if loose:
            only = self._graph.degree[nodes] == 1
            nodes, end_keys = nodes[only], end_keys[only]
        ends = np.column_stack([self._places[nodes], end_keys * _APART_M])
        at = self._plane.metres(table.longitude[numbers], table.latitude[numbers])
        wanted = np.column_stack([at, keys * _APART_M])
        _, nearest = cKDTree(ends).query(wanted, distance_upper_bound=LIMITS["reach_m"])
        hit = nearest < len(nodes)
        found[numbers[hit]] = nodes[nearest[hit]]
        return found

    def _inside(self, footprints: Shapes) -> Int32s:
        """The loose end of a secondary pipe that lies in (or at the wall of) each building's footprint."""
        import shapely  # costs 60 ms to import: only this needs it

        found = np.full(self._archive["building"].size, -1, np.int32)
        secondary = self._medium == SECONDARY
        nodes = np.unique(np.concatenate([self._graph.tail[secondary], self._graph.head[secondary]]))
        nodes = nodes[self._graph.degree[nodes] == 1]
        xy = self._plane.metres(footprints.lonlat[:, 0], footprints.lonlat[:, 1])
        walls = shapely.polygons(_rings(xy, footprints.offsets.astype(np.int64)))
        ends = shapely.points(self._places[nodes])
        end, wall = shapely.STRtree(walls).query(ends, predicate="dwithin", distance=LIMITS["tolerance_m"])
        found[footprints.numbers[wall]] = nodes[end]
        return found


def _rings(xy: Floats, offsets: NDArray[np.int64]) -> Any:
    """Linear rings; the first vertex of each is repeated at its end, as Shapely wants it."""
    import shapely

    ends, counts = offsets[1:], offsets[1:] - offsets[:-1]
    closed = np.insert(xy, ends, xy[offsets[:-1]], axis=0)
    return shapely.linearrings(closed, indices=np.repeat(np.arange(len(counts)), counts + 1))
