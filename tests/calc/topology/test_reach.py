"""Distances along pipes against networkx, and how much of each pipe lies within them."""

import networkx as nx
import numpy as np
import pytest

from cleanheat.calc.topology.graph import Graph
from cleanheat.calc.topology.reach import reach


@pytest.mark.feature("E2-6")
@pytest.mark.parametrize("seed", range(12))
def test_as_networkx_measures(seed):
    rng = np.random.default_rng(seed)
    nodes, edges = 60, 110
    tail, head = rng.integers(0, nodes, (2, edges)).astype(np.int32)
    length = rng.uniform(0, 100, edges)
    is_open = rng.random(edges) > 0.1
    starts = rng.integers(0, nodes, 3).astype(np.int32)
    oracle = nx.MultiGraph()
    oracle.add_nodes_from(range(nodes))
    oracle.add_weighted_edges_from(
        (int(a), int(b), float(w)) for a, b, w, o in zip(tail, head, length, is_open, strict=True) if o
    )
    limit = 150.0
    far = nx.multi_source_dijkstra_path_length(oracle, set(starts.tolist()), cutoff=limit)
    found = reach(Graph(tail, head, nodes), length, starts, limit, is_open)
    assert {n: d for n, d in enumerate(found.distance_m) if np.isfinite(d)} == pytest.approx(far, abs=1e-3)
    assert (found.from_tail_m + found.from_head_m <= length + 1e-9).all()
    assert not found.from_tail_m[~is_open].any()


def test_pipes_are_cut_where_the_limit_lies():
    graph = Graph(np.array([0, 1, 3], np.int32), np.array([1, 2, 2], np.int32), 5)
    found = reach(graph, np.array([10.0, 10.0, 10.0]), np.array([0], np.int32), 25.0, np.ones(3, bool))
    assert found.distance_m.tolist() == [0, 10, 20, np.inf, np.inf]
    assert found.from_tail_m.tolist() == [10, 10, 0]
    assert found.from_head_m.tolist() == [0, 0, 5]


def test_from_nowhere_nothing_is_reached():
    graph = Graph(np.array([0], np.int32), np.array([1], np.int32), 2)
    found = reach(graph, np.array([10.0]), np.zeros(0, np.int32), 25.0, np.ones(1, bool))
    assert not np.isfinite(found.distance_m).any()
    assert found.from_tail_m.tolist() == [0]
