"""Shortest ways along the streets: from one place to many, from many places outwards, and the trees they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from cleanheat.simulator.city.buildings import Ints
from cleanheat.simulator.city.geography import Points
from cleanheat.simulator.city.streets import Graph


@dataclass(frozen=True)
class Forest:
    """Shortest ways from roots: at each node the edge towards its root (-1 at roots and where nothing leads)."""

    distance: NDArray[np.float64]
    via: Ints
    before: Ints
    root: Ints  # index of the root in the list asked for, -1 where none leads


class StreetMap:
    """The street graph, ready to be searched."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        n = len(graph.nodes)
        both = np.vstack([graph.ends, graph.ends[:, ::-1]])
        order = np.argsort(both[:, 0], kind="stable")
        starts = np.searchsorted(both[order, 0], np.arange(n + 1))
        to = both[order, 1].tolist()
        edge = (order % len(graph.ends)).tolist()
        cost = graph.length_m[edge].tolist()
        self._ways = [
            list(zip(to[a:b], edge[a:b], cost[a:b], strict=True))
            for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
        ]

    def nearest(self, points: Points, among: NDArray[np.generic] | None = None) -> Ints:
        """The crossing nearest to each point."""
        pool = np.arange(len(self.graph.nodes)) if among is None else np.asarray(among)
        at = self.graph.nodes[pool]
        return np.array([pool[int(np.argmin(np.hypot(*(at - p).T)))] for p in points], dtype=np.int64)

    def grow(self, roots: Iterable[int], until: Iterable[int] | None = None) -> Forest:
        """Ways from the nearest root to every node, or until all of ``until`` are reached."""
        n = len(self.graph.nodes)
        distance, via, before, root = [np.inf] * n, [-1] * n, [-1] * n, [-1] * n
        heap: list[tuple[float, int]] = []
        for index, node in enumerate(roots):
            if root[node] < 0:
                distance[node], root[node] = 0.0, index
                heappush(heap, (0.0, node))
        missing = set(until) if until is not None else None
        while heap:
            d, node = heappop(heap)
            if d > distance[node]:
                continue
            if missing is not None:
                missing.discard(node)
                if not missing:
                    break
            for other, edge, cost in self._ways[node]:
                if d + cost < distance[other]:
                    distance[other], via[other], before[other], root[other] = d + cost, edge, node, root[node]
                    heappush(heap, (d + cost, other))
        return Forest(np.array(distance), np.array(via), np.array(before), np.array(root))


def path(forest: Forest, node: int) -> list[int]:
    """Edges from the root to ``node``."""
    edges: list[int] = []
    while forest.via[node] >= 0:
        edges.append(int(forest.via[node]))
        node = int(forest.before[node])
    return edges[::-1]


def tree_loads(forest: Forest, nodes: Ints, loads: NDArray[np.float64]) -> dict[int, float]:
    """What flows through each node's edge towards its root when ``loads`` hang at ``nodes``; key = far node."""
    flow: dict[int, float] = {}
    for node, load in zip(nodes.tolist(), loads.tolist(), strict=True):
        at = node
        while forest.via[at] >= 0:
            flow[at] = flow.get(at, 0.0) + load
            at = int(forest.before[at])
    return flow
