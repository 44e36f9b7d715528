"""Where a network can be shut: behind every fork of the mains, before every substation, at the foot of every building.

Nothing is drawn by chance: valves follow from the pipes, so a city keeps everything else it had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.topology.graph import Graph
from cleanheat.calc.topology.snapping import snap
from cleanheat.calc.topology.supply import orient
from cleanheat.simulator.city.beside import offset_m
from cleanheat.simulator.city.buildings import Floats, Ints
from cleanheat.simulator.city.geography import Points
from cleanheat.simulator.city.pipes import SECONDARY, TRUNK, Pipes
from cleanheat.simulator.city.routes import StreetMap
from cleanheat.simulator.city.supply import Supply

SECTION, FORK, STATION, HOUSE = range(4)
"""In the order of ``ValveKind``."""
_TOLERANCE_M = 0.5
_FROM_NODE_M = 2.0


@dataclass(frozen=True)
class Valves:
    """``pipe`` 0-based, ``kind`` as above, ``along`` 0..1 along the pipe's line, ``at`` in the plane."""

    pipe: Ints
    kind: Ints
    along: Floats
    at: Points


def draw_valves(pipes: Pipes, streets: StreetMap, supply: Supply) -> Valves:
    """All valves, in the order of their pipes; every one stands just behind the end that water comes in by."""
    first, last = pipes.offsets[:-1].astype(np.int64), pipes.offsets[1:].astype(np.int64) - 1
    nodes, places = snap(np.concatenate([pipes.vertices[first], pipes.vertices[last]]), _TOLERANCE_M)
    tail, head = nodes[: pipes.count], nodes[pipes.count :]
    flow = orient(Graph(tail, head, len(places)), pipes.length_m, _sources(places, streets, supply))
    kind = _kinds(pipes, flow.upper, flow.lower, len(places))
    pipe = np.flatnonzero(kind >= 0)
    along, at = _stand(pipes, pipe, backwards=flow.upper[pipe] == head[pipe])
    return Valves(pipe, kind[pipe], along, at)


def _sources(places: Points, streets: StreetMap, supply: Supply) -> NDArray[np.int32]:
    """The nodes of plants and of area boiler rooms; a boiler room's mains begin beside the street's line."""
    rooms = supply.boiler_node[: len(supply.boiler_node) - len(supply.peak_branch)]
    beside = offset_m(len(supply.branch_head) + np.arange(len(rooms)))
    wanted = np.concatenate([streets.graph.nodes[supply.plant_node], streets.graph.nodes[rooms] + beside])
    away = [np.hypot(*(places - at).T) for at in wanted]
    return np.array([int(a.argmin()) for a in away if a.min() < _TOLERANCE_M], dtype=np.int32)


def _kinds(pipes: Pipes, upper: NDArray[np.int32], lower: NDArray[np.int32], nodes: int) -> Ints:
    """The kind of each pipe's valve, -1 for none."""
    street = pipes.medium != SECONDARY
    wet = upper >= 0
    leaving = np.bincount(upper[wet], minlength=nodes)
    street_leaving = np.bincount(upper[wet & street], minlength=nodes)
    to_yard = np.zeros(nodes, dtype=bool)
    to_yard[upper[wet & ~street]] = True
    kind = np.full(pipes.count, -1)
    kind[wet & street & (street_leaving[upper] > 1)] = FORK
    kind[wet & (pipes.medium == TRUNK)] = SECTION
    kind[wet & street & to_yard[lower]] = STATION
    kind[wet & ~street & (leaving[lower] == 0)] = HOUSE
    return kind


def _stand(pipes: Pipes, pipe: Ints, backwards: NDArray[np.bool_]) -> tuple[Floats, Points]:
    """A few metres behind the upper end, on the first or last piece of the line; its place as a share of its length."""
    first, last = pipes.offsets[:-1].astype(np.int64)[pipe], pipes.offsets[1:].astype(np.int64)[pipe] - 1
    corner = np.where(backwards, last, first)
    start, to = pipes.vertices[corner], pipes.vertices[corner + np.where(backwards, -1, 1)]
    piece = np.maximum(np.hypot(*(to - start).T), 1e-6)
    step = np.minimum(_FROM_NODE_M, piece / 2)
    share = np.clip(step / np.maximum(pipes.length_m[pipe], step), 0.0, 0.5)
    at = start + (to - start) * (step / piece)[:, None]
    return np.round(np.where(backwards, 1 - share, share), 4), at
