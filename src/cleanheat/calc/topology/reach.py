"""How far does one get along the pipes?  Distances from given nodes, and which part of each pipe lies within them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cleanheat.calc.topology.graph import Graph, Int32s

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """Metres from the nearest start to every node (``inf`` beyond the limit), and metres of every edge within reach,
    counted from its tail and from its head; together at most the edge's length.
    """

    distance_m: Floats
    from_tail_m: Floats
    from_head_m: Floats


def reach(graph: Graph, length_m: Floats, starts: Int32s, limit_m: float, open_edges: NDArray[np.bool_]) -> Reach:
    """What lies within ``limit_m`` of walking along open edges from the nearest of ``starts`` (may be empty)."""
    far = np.full(graph.nodes, np.inf)
    if starts.size:
        a, b, length = graph.tail[open_edges], graph.head[open_edges], length_m[open_edges]
        far = _distances(np.minimum(a, b), np.maximum(a, b), length, graph.nodes, starts, limit_m)
    left = np.where(open_edges, 1.0, 0.0)
    tail = np.clip(limit_m - far[graph.tail], 0, length_m) * left
    head = np.clip(limit_m - far[graph.head], 0, length_m) * left
    return Reach(far, tail, np.minimum(head, length_m - tail))


def _distances(low: Int32s, high: Int32s, length: Floats, nodes: int, starts: Int32s, limit_m: float) -> Floats:
    """Dijkstra; of parallel pipes the shortest counts, and a length of nought is kept an edge."""
    order = np.lexsort((length, high, low))
    low, high, length = low[order], high[order], np.maximum(length[order], 1e-6)
    first = np.ones(len(low), bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    weights = csr_array((length[first], (low[first], high[first])), shape=(nodes, nodes))
    found = dijkstra(weights, directed=False, indices=np.unique(starts), limit=limit_m, min_only=True)
    return np.asarray(found, dtype=np.float64)
