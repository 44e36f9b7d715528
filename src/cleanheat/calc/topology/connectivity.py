"""Is the network whole?  Loose ends, consumers nobody reaches or two sources reach, pipes drawn twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleanheat.calc.topology.graph import Bools, Graph, Int32s
from cleanheat.calc.topology.supply import Floats


@dataclass(frozen=True)
class Faults:
    """What is wrong, as ascending indices.

    ``dangling`` edges have an end where nothing is; ``unreached`` and ``twice_fed`` index the consumers given;
    ``duplicate`` edges run between the same two nodes over the same length as one before them; ``no_length`` edges
    begin and end at one node.
    """

    dangling: Int32s
    unreached: Int32s
    twice_fed: Int32s
    duplicate: Int32s
    no_length: Int32s


def faults(
    graph: Graph,
    length_m: Floats,
    sources: Int32s,
    consumers: Int32s,
    used: Bools,
    is_open: Bools | None = None,
    tolerance_m: float = 0.5,
) -> Faults:
    """Everything wrong with a network.

    Args:
        length_m: float64[edges].
        sources: int32[s], one node each source.
        consumers: int32[c], the node of each consumer, -1 for one without any.
        used: bool[nodes], where an end of a pipe belongs: a source, a substation, a building.
        is_open: bool[edges], edges water may pass.
        tolerance_m: pipes between the same nodes are one pipe drawn twice when their lengths differ by no more.
    """
    loop = graph.tail == graph.head
    loose = (graph.degree == 1) & ~used
    label = graph.components(is_open)
    fed_by = np.bincount(label[sources], minlength=int(label.max(initial=-1)) + 1)
    placed = consumers >= 0
    ways = np.zeros(len(consumers), np.int64)
    ways[placed] = fed_by[label[consumers[placed]]]
    return Faults(
        dangling=_where(loose[graph.tail] | loose[graph.head]),
        unreached=_where(ways == 0),
        twice_fed=_where(ways > 1),
        duplicate=_duplicates(graph, length_m, tolerance_m),
        no_length=_where(loop & (length_m <= tolerance_m)),
    )


def _duplicates(graph: Graph, length_m: Floats, tolerance_m: float) -> Int32s:
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    order = np.lexsort((np.arange(graph.edges), length_m, high, low))
    a, b = order[:-1], order[1:]
    same = (low[a] == low[b]) & (high[a] == high[b]) & (length_m[b] - length_m[a] <= tolerance_m) & (low[a] != high[a])
    return np.sort(np.maximum(a[same], b[same])).astype(np.int32)


def _where(mark: Bools) -> Int32s:
    return np.flatnonzero(mark).astype(np.int32)
