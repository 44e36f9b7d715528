"""What loses supply when pipes or valves close, and which valves cut a burst pipe off?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cleanheat.calc.topology.graph import Bools, Graph, Int32s
from cleanheat.calc.topology.supply import Supply, behind

TAIL, HEAD = 0, 1


@dataclass(frozen=True)
class Cut:
    """What closing does.  ``lost`` and ``rerouted`` mark nodes, ``dry`` edges.

    Lost nodes had water and have none left; rerouted ones lay behind what was closed and are fed another way; dry edges
    carried water and do not any more (the closed ones among them).
    """

    lost: Bools
    rerouted: Bools
    dry: Bools


def close(supply: Supply, edges: Int32s) -> Cut:
    """Close edges of an oriented network."""
    shut = np.zeros(supply.graph.edges, bool)
    shut[edges] = True
    return _cut(supply, supply.is_open & ~shut, shut, np.zeros(supply.graph.nodes, bool))


def _cut(supply: Supply, keeps: Bools, dead: Bools, drained: Bools) -> Cut:
    """What is left when water passes ``keeps`` alone; ``dead`` edges and ``drained`` nodes have none."""
    graph = supply.graph
    sources = supply.sources[~drained[supply.sources]]
    after = graph.fed(sources, keeps) & ~drained
    before = supply.reached()
    lower = supply.lower[supply.is_open & ~keeps]
    rerouted = behind(supply, lower[lower >= 0]) & after
    wet = supply.is_open & ~dead & (after[graph.tail] | after[graph.head])
    return Cut(before & ~after, rerouted, (supply.upper >= 0) & ~wet)


@dataclass(frozen=True)
class Valves:
    """Valves on edges: ``edge`` int32[v], ``side`` 0 at the tail or 1 at the head, ``is_open`` bool[v] as they stand.

    A valve stands between the end of its edge and the node there: what bursts on the edge lies behind it.
    """

    edge: Int32s
    side: Int32s
    is_open: Bools


@dataclass(frozen=True)
class Isolation:
    """How one edge is cut off: indices of valves that must close because water still comes through them, of those
    that only keep the network behind from draining, the marks of drained edges, and what the rest loses."""

    must_close: Int32s
    may_close: Int32s
    drained: Bools
    cut: Cut


def segments(graph: Graph, valves: Valves) -> Int32s:
    """The piece between valves that each node and each edge belongs to: int32[nodes + edges], nodes first."""
    ends = np.concatenate([graph.tail, graph.head])
    middles = np.tile(np.arange(graph.edges), 2) + graph.nodes
    joined = np.ones(2 * graph.edges, bool)
    joined[valves.edge + valves.side * graph.edges] = False
    size = graph.nodes + graph.edges
    ones = np.ones(int(joined.sum()), np.int8)
    links = coo_array((ones, (ends[joined], middles[joined])), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int32)


def isolate(supply: Supply, valves: Valves, segment: Int32s, edge: int) -> Isolation:
    """Cut the piece that holds ``edge`` off by the valves around it.

    Args:
        segment: what :func:`segments` says of the same graph and valves.

    Raises:
        ValueError: no such edge.
    """
    graph = supply.graph
    if not 0 <= edge < graph.edges:
        raise ValueError("no such edge")
    piece = segment == segment[graph.nodes + edge]
    node_drained, drained = piece[: graph.nodes], piece[graph.nodes :]
    keeps = supply.is_open & ~drained & ~node_drained[graph.tail] & ~node_drained[graph.head]
    cut = _cut(supply, keeps, drained, node_drained)
    at, away = _ends(graph, valves)
    inner_edge, inner_node = drained[valves.edge], node_drained[at]
    around = (inner_edge != inner_node) & valves.is_open
    has_water = graph.fed(supply.sources[~node_drained[supply.sources]], keeps) & ~node_drained
    # beyond the valve lies its node, or, when the node is drained, the rest of its edge with the node at its far end
    live = np.where(inner_edge, has_water[at], has_water[away] & supply.is_open[valves.edge])
    return Isolation(
        np.flatnonzero(around & live).astype(np.int32), np.flatnonzero(around & ~live).astype(np.int32), drained, cut
    )


def _ends(graph: Graph, valves: Valves) -> tuple[Int32s, Int32s]:
    """The node beside each valve and the one at the other end of its edge."""
    tail, head = graph.tail[valves.edge], graph.head[valves.edge]
    at_tail = valves.side == TAIL
    return np.where(at_tail, tail, head), np.where(at_tail, head, tail)
