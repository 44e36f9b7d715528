"""How are nodes and edges held?  Compressed rows: from a node to its edges and neighbours without a search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Bools = NDArray[np.bool_]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """An undirected multigraph: edge e joins ``tail[e]`` and ``head[e]``; loops and parallel edges are allowed.

    ``tail`` and ``head`` are int32[edges] with values in ``[0, nodes)``.
    """

    tail: Int32s
    head: Int32s
    nodes: int

    def __post_init__(self) -> None:
        if self.tail.shape != self.head.shape:
            raise ValueError("every edge needs two ends")
        if self.tail.size and (min(self.tail.min(), self.head.min()) < 0 or self._largest() >= self.nodes):
            raise ValueError("an edge ends at a node that is not there")

    def _largest(self) -> int:
        return int(max(self.tail.max(), self.head.max()))

    @property
    def edges(self) -> int:
        return int(self.tail.shape[0])

    @cached_property
    def degree(self) -> Int64s:
        """Edge ends at each node, int64[nodes]; a loop counts twice."""
        both = np.concatenate([self.tail, self.head])
        return np.bincount(both, minlength=self.nodes)

    @cached_property
    def rows(self) -> tuple[Int64s, Int32s]:
        """``(starts, edges)``: the edges at node n are ``edges[starts[n]:starts[n + 1]]``."""
        order = np.argsort(np.concatenate([self.tail, self.head]), kind="stable")
        starts = np.concatenate([[0], np.cumsum(self.degree)])
        return starts, (order % max(1, self.edges)).astype(np.int32)

    def at(self, node: int) -> Int32s:
        """Edges that end at a node."""
        starts, edges = self.rows
        return edges[starts[node] : starts[node + 1]]

    def components(self, is_open: Bools | None = None) -> Int32s:
        """The connected component of each node, int32[nodes], over the edges marked in ``is_open`` (default: all)."""
        tail, head = (self.tail, self.head) if is_open is None else (self.tail[is_open], self.head[is_open])
        links = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(self.nodes, self.nodes))
        return np.asarray(connected_components(links, directed=False)[1], dtype=np.int32)

    def fed(self, sources: Int32s, is_open: Bools | None = None) -> Bools:
        """Which nodes a source reaches over the open edges, bool[nodes]."""
        label = self.components(is_open)
        live = np.zeros(self.nodes, dtype=bool)
        live[label[sources]] = True
        return live[label]
