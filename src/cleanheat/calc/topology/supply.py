"""Which way does water run?  Every node hangs on its nearest source; what lies behind a place is one slice of an order.

The ways from the sources form a forest of shortest paths.  Laid out in preorder, all nodes behind a node stand side by
side, so a downstream trace is a slice and costs no search.  Edges outside the forest (meshes) carry water from the end
that lies nearer to a source to the other; a trace follows them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from cleanheat.calc.topology.graph import Bools, Graph, Int32s, Int64s

Floats = NDArray[np.float64]

SHORTEST_M = 1e-3
"""Edges count as at least this long, so that distance always grows along the water."""


@dataclass(frozen=True)
class Supply:
    """A graph with its sources and the direction of every open edge.

    Node arrays: ``distance_m`` from the source (inf where none reaches), ``source`` the index of the source in the list
    given (-1), ``parent`` and ``parent_edge`` one step towards it (-1 at sources and where none reaches), ``place`` in
    preorder (-1) and ``span``, the number of nodes behind it in the forest, itself included (0).
    Edge arrays: ``upper`` and ``lower``, the ends water enters and leaves by, -1 for an edge without water.
    ``cross`` lists the edges with water that the forest leaves out.
    """

    graph: Graph
    sources: Int32s
    is_open: Bools
    distance_m: Floats
    source: Int32s
    parent: Int32s
    parent_edge: Int32s
    place: Int32s
    span: Int32s
    order: Int32s
    upper: Int32s
    lower: Int32s
    cross: Int32s

    def reached(self) -> Bools:
        """Nodes that a source reaches."""
        return self.place >= 0


def orient(graph: Graph, length_m: Floats, sources: Int32s, is_open: Bools | None = None) -> Supply:
    """Direct every open edge away from the sources.

    Args:
        length_m: float64[edges], finite and not negative.
        sources: int32[s], nodes water comes from; at least one.
        is_open: bool[edges], edges water may pass; all by default.

    Raises:
        ValueError: no source, or a length that is negative or not finite.
    """
    if not len(sources):
        raise ValueError("a network needs a source")
    if not np.isfinite(length_m).all() or (length_m < 0).any():
        raise ValueError("lengths must be finite and not negative")
    allowed = np.ones(graph.edges, bool) if is_open is None else is_open
    distance, source, parent, parent_edge = _ways(graph, np.maximum(length_m, SHORTEST_M), sources, allowed)
    place, span, order = _preorder(parent, distance)
    upper, lower = _directed(graph, distance, allowed)
    crossing = lower >= 0
    crossing[parent_edge[parent_edge >= 0]] = False
    return Supply(
        graph,
        sources,
        allowed,
        distance,
        source,
        parent,
        parent_edge,
        place,
        span,
        order,
        upper,
        lower,
        np.flatnonzero(crossing & (upper != lower)).astype(np.int32),
    )


def _ways(graph: Graph, length_m: Floats, sources: Int32s, allowed: Bools) -> tuple[Floats, Int32s, Int32s, Int32s]:
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    usable = np.flatnonzero(allowed & (low != high))
    key = low[usable].astype(np.int64) * graph.nodes + high[usable]
    order = np.lexsort((length_m[usable], key))
    pairs, first = np.unique(key[order], return_index=True)
    edge = usable[order[first]]  # of parallel edges the shortest
    links = coo_array((length_m[edge], (low[edge], high[edge])), shape=(graph.nodes, graph.nodes)).tocsr()
    distance, before, nearest = dijkstra(
        links, directed=False, indices=sources, return_predecessors=True, min_only=True
    )
    parent = np.where(before >= 0, before, -1).astype(np.int32)
    child = np.flatnonzero(parent >= 0)
    key = np.minimum(child, parent[child]).astype(np.int64) * graph.nodes + np.maximum(child, parent[child])
    parent_edge = np.full(graph.nodes, -1, np.int32)
    parent_edge[child] = edge[np.searchsorted(pairs, key)]
    index = np.full(graph.nodes, -1, np.int32)
    index[sources] = np.arange(len(sources))
    reached = np.isfinite(distance)
    source = np.where(reached, index[np.where(reached, nearest, 0)], -1).astype(np.int32)
    return distance, source, parent, parent_edge


def _depth(parent: Int32s) -> Int64s:
    """Steps to the root, by jumps that double: a handful of passes however deep the forest is."""
    n = len(parent)
    jump = np.append(np.where(parent >= 0, parent, n), n)
    depth = np.append((parent >= 0).astype(np.int64), 0)
    while (jump != n).any():
        depth += depth[jump]
        jump = jump[jump]
    return depth[:n]


def _preorder(parent: Int32s, distance: Floats) -> tuple[Int32s, Int32s, Int32s]:
    """Place in preorder, size of the subtree, and the nodes by place; level by level, not node by node."""
    reached = np.isfinite(distance)
    depth = np.where(reached, _depth(parent), -1)
    by_level = np.lexsort((parent, depth))
    bounds = np.searchsorted(depth[by_level], np.arange(int(depth.max(initial=0)) + 2))
    levels = [by_level[a:z] for a, z in pairwise(bounds)]
    span = reached.astype(np.int64)
    for level in levels[:0:-1]:
        np.add.at(span, parent[level], span[level])
    place = np.full(len(parent), -1, np.int64)
    for depth_now, level in enumerate(levels):
        before = np.cumsum(span[level]) - span[level]
        if depth_now == 0:
            place[level] = before
            continue
        above = parent[level]
        first = np.searchsorted(above, above)  # siblings stand together: parent is the second key
        place[level] = place[above] + 1 + before - before[first]
    order = np.argsort(place, kind="stable")[len(parent) - int(reached.sum()) :]
    return place.astype(np.int32), span.astype(np.int32), order.astype(np.int32)


def _directed(graph: Graph, distance: Floats, allowed: Bools) -> tuple[Int32s, Int32s]:
    """Upper and lower end: water runs from the smaller distance to the larger, ties by the number of the node."""
    at_tail, at_head = distance[graph.tail], distance[graph.head]
    forwards = (at_tail < at_head) | ((at_tail == at_head) & (graph.tail < graph.head))
    wet = allowed & np.isfinite(at_tail)
    upper = np.where(wet, np.where(forwards, graph.tail, graph.head), -1)
    lower = np.where(wet, np.where(forwards, graph.head, graph.tail), -1)
    return upper.astype(np.int32), lower.astype(np.int32)


def behind(supply: Supply, nodes: Int32s) -> Bools:
    """All nodes that water leaving ``nodes`` can come to, these included: bool[nodes of the graph].

    Nodes without water are left out.
    """
    start = np.asarray(nodes)[supply.place[nodes] >= 0]
    covered = _slices(supply, start)
    place_from, place_to = (supply.place[end[supply.cross]] for end in (supply.upper, supply.lower))
    while (open_ends := np.flatnonzero(covered[place_from] & ~covered[place_to])).size:
        covered |= _slices(supply, supply.lower[supply.cross[open_ends]])
    found = np.zeros(supply.graph.nodes, bool)
    found[supply.order[covered]] = True
    return found


def _slices(supply: Supply, nodes: Int32s) -> Bools:
    """The places of the subtrees of ``nodes``."""
    n = len(supply.order)
    change = np.bincount(supply.place[nodes], minlength=n + 1)
    change -= np.bincount(supply.place[nodes] + supply.span[nodes], minlength=n + 1)
    return np.cumsum(change)[:n] > 0


def downstream(supply: Supply, nodes: Int32s, edges: Int32s | None = None) -> tuple[Bools, Bools]:
    """What lies behind nodes and behind edges: marks of nodes and of edges.

    A start node counts itself; a start edge counts itself and what lies behind its lower end.
    """
    more = np.zeros(0, np.int32) if edges is None else edges[supply.lower[edges] >= 0]
    found = behind(supply, np.concatenate([nodes, supply.lower[more]]))
    wet = supply.upper >= 0
    along = wet & found[np.where(wet, supply.upper, 0)]
    along[more] = True
    return found, along


def upstream(supply: Supply, nodes: Int32s) -> tuple[Bools, Bools]:
    """The shortest ways from the sources to ``nodes``: marks of nodes (ends included) and of edges."""
    n = len(supply.order)
    start = np.asarray(nodes)[supply.place[nodes] >= 0]
    marks = np.concatenate([[0], np.cumsum(np.bincount(supply.place[start], minlength=n))])
    place = supply.place[supply.order]
    above = np.zeros(supply.graph.nodes, bool)
    above[supply.order] = marks[place + supply.span[supply.order]] > marks[place]
    along = np.zeros(supply.graph.edges, bool)
    steps = supply.parent_edge[above]
    along[steps[steps >= 0]] = True
    return above, along


def way(supply: Supply, node: int) -> Int32s:
    """Edges of the shortest way from the source to one node, in the order water takes them; none without water."""
    steps: list[int] = []
    while supply.parent[node] >= 0:
        steps.append(int(supply.parent_edge[node]))
        node = int(supply.parent[node])
    return np.array(steps[::-1], dtype=np.int32)
