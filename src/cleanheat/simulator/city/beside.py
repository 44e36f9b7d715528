"""Networks of different sources share a street but no pipe: each lies a little beside the others.

Streets are drawn as one line, so pipes of two sources laid in one street would meet at every crossing.  Every source's
trunk, mains and the street ends of its laterals are moved by an offset of its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.simulator.city.buildings import Ints
from cleanheat.simulator.city.geography import Points
from cleanheat.simulator.city.pipes import PRIMARY, TRUNK, Pipes
from cleanheat.simulator.city.routes import StreetMap
from cleanheat.simulator.city.supply import Supply

SPACING_M = 0.9
_ACROSS = 12
_SAME_M = 0.02


def offset_m(source: Ints) -> Points:
    """Where a source's pipes lie beside the street's line; no two of 144 sources alike, none on the line itself."""
    middle = (_ACROSS - 1) / 2
    return np.stack([source % _ACROSS - middle, source // _ACROSS % _ACROSS - middle], axis=-1) * SPACING_M


def beside(pipes: Pipes, sites: int, streets: StreetMap, supply: Supply) -> Points:
    """The vertices of all pipes, those of trunks and of the street network moved to their places.

    The last ``sites`` pipes of the primary network are the laterals: only their street end moves.
    """
    offsets = pipes.offsets.astype(np.int64)
    line = np.repeat(np.arange(pipes.count), offsets[1:] - offsets[:-1])
    shift = offset_m(np.where(pipes.branch >= 0, pipes.branch, len(supply.branch_head) + pipes.boiler))
    laterals = np.flatnonzero(pipes.medium == PRIMARY)[-sites:]
    moves = np.isin(pipes.medium, (TRUNK, PRIMARY))
    moves[laterals] = False
    vertex_moves = moves[line] & ~_at_plant(pipes, line, streets, supply)
    vertex_moves[pipes.offsets[:-1][laterals]] = True
    moved = pipes.vertices.copy()
    moved[vertex_moves] += shift[line[vertex_moves]]
    _end_at_heads(moved, pipes, streets, supply)
    return moved


def _at_plant(pipes: Pipes, line: Ints, streets: StreetMap, supply: Supply) -> NDArray[np.bool_]:
    """Trunks of a plant all begin inside it."""
    plant = streets.graph.nodes[supply.plant_node[supply.branch_plant]][pipes.branch[line]]
    away = np.hypot(*(pipes.vertices - plant).T)
    return np.asarray((pipes.medium[line] == TRUNK) & (away < _SAME_M))


def _end_at_heads(moved: Points, pipes: Pipes, streets: StreetMap, supply: Supply) -> None:
    """The last section of a trunk ends where the branch's mains begin, also where the head stands inside the plant."""
    trunk = np.flatnonzero(pipes.medium == TRUNK)
    last = trunk[np.append(pipes.branch[trunk][1:] != pipes.branch[trunk][:-1], True)]
    of = pipes.branch[last]
    moved[pipes.offsets[1:][last].astype(np.int64) - 1] = streets.graph.nodes[supply.branch_head[of]] + offset_m(of)
