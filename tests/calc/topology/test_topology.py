"""Traces, cuts and isolation agree with networkx on hundreds of random networks, meshed and with several sources."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from cleanheat.calc.topology import connectivity, cuts
from cleanheat.calc.topology.graph import Graph
from cleanheat.calc.topology.snapping import snap
from cleanheat.calc.topology.supply import downstream, orient, upstream, way

CASES = range(240)


def _random(seed: int):
    """A graph of 2–60 nodes: a tree, a forest or meshed; with loops, parallel edges, closed edges; 1–4 sources."""
    rng = np.random.default_rng([20_261_122, seed])
    n = int(rng.integers(2, 60))
    tree = np.stack([np.array([rng.integers(0, i) for i in range(1, n)]), np.arange(1, n)], axis=1)
    tree = tree[rng.random(len(tree)) < rng.choice([0.85, 1.0])]
    more = rng.integers(0, n, (int(rng.integers(0, n)) if seed % 3 else 0, 2))
    ends = np.vstack([tree, more]).astype(np.int32)
    ends = ends[rng.permutation(len(ends))]
    ends = np.where((rng.random(len(ends)) < 0.5)[:, None], ends, ends[:, ::-1])
    graph = Graph(ends[:, 0].copy(), ends[:, 1].copy(), n)
    length = np.round(rng.uniform(0.5, 300, graph.edges), 3) + np.arange(graph.edges) * 1e-4
    sources = rng.choice(n, min(n, int(rng.integers(1, 5))), replace=False).astype(np.int32)
    is_open = rng.random(graph.edges) < (0.9 if seed % 2 else 1.0)
    return rng, graph, length, sources, is_open


def _peer(graph: Graph, edges: np.ndarray) -> nx.MultiGraph:
    peer = nx.MultiGraph()
    peer.add_nodes_from(range(graph.nodes))
    peer.add_edges_from((int(graph.tail[e]), int(graph.head[e]), int(e)) for e in edges)
    return peer


def _marked(mark: np.ndarray) -> set[int]:
    return set(np.flatnonzero(mark).tolist())


@pytest.mark.feature("C13-3")
@pytest.mark.parametrize("seed", CASES)
def test_downstream_and_upstream_agree_with_networkx(seed: int) -> None:
    rng, graph, length, sources, is_open = _random(seed)
    supply = orient(graph, length, sources, is_open)
    peer = _peer(graph, np.flatnonzero(is_open))
    for *_, e, data in peer.edges(keys=True, data=True):
        data["weight"] = float(length[e])
    distance, ways = nx.multi_source_dijkstra(peer, set(sources.tolist()))
    assert _marked(supply.reached()) == set(distance)
    np.testing.assert_allclose([supply.distance_m[n] for n in distance], list(distance.values()), atol=1e-6)
    assert all(supply.sources[supply.source[n]] == ways[n][0] for n in distance)

    directed = nx.DiGraph()
    directed.add_nodes_from(distance)
    for u, v in zip(graph.tail[is_open].tolist(), graph.head[is_open].tolist(), strict=True):
        if u in distance and u != v:
            a, b = sorted((u, v), key=lambda node: (supply.distance_m[node], node))
            directed.add_edge(a, b)
    assert nx.is_directed_acyclic_graph(directed)
    for node in rng.integers(0, graph.nodes, 8).tolist():
        nodes, edges = downstream(supply, np.array([node], np.int32))
        expected = {node} | nx.descendants(directed, node) if node in distance else set()
        assert _marked(nodes) == expected
        assert _marked(edges) == {e for e in range(graph.edges) if supply.upper[e] in expected}
        above, along = upstream(supply, np.array([node], np.int32))
        assert _marked(above) == set(ways.get(node, []))
        steps = way(supply, node).tolist()
        assert _marked(along) == set(steps)
        assert len(steps) == len(ways.get(node, [node])) - 1


@pytest.mark.feature("C13-3", "E2-6")
@pytest.mark.parametrize("seed", CASES)
def test_closing_agrees_with_networkx(seed: int) -> None:
    rng, graph, length, sources, is_open = _random(seed)
    if not graph.edges:
        return
    supply = orient(graph, length, sources, is_open)
    closed = rng.choice(graph.edges, min(graph.edges, int(rng.integers(1, 5))), replace=False).astype(np.int32)
    cut = cuts.close(supply, closed)
    left = set(np.flatnonzero(is_open).tolist()) - set(closed.tolist())
    before, after = (_fed(graph, edges, sources) for edges in (np.flatnonzero(is_open), np.array(sorted(left), int)))
    assert _marked(cut.lost) == before - after
    behind, _ = downstream(supply, np.zeros(0, np.int32), closed)
    assert _marked(cut.rerouted) == _marked(behind) & after
    wet = {e for e in np.flatnonzero(is_open).tolist() if int(graph.tail[e]) in before}
    assert _marked(cut.dry) == wet - {e for e in left if int(graph.tail[e]) in after}


def _fed(graph: Graph, edges: np.ndarray, sources: np.ndarray, without: frozenset[int] = frozenset()) -> set[int]:
    peer = _peer(graph, edges)
    peer.remove_nodes_from(without)
    return set().union(*(nx.node_connected_component(peer, s) for s in sources.tolist() if s not in without), set())


@pytest.mark.feature("E2-6")
@pytest.mark.parametrize("seed", CASES)
def test_isolation_agrees_with_networkx(seed: int) -> None:
    """Drained is what the burst reaches without passing a valve; the valves found, and no others, bound it."""
    rng, graph, length, sources, is_open = _random(seed)
    if not graph.edges:
        return
    supply = orient(graph, length, sources, is_open)
    places = np.flatnonzero(rng.random(2 * graph.edges) < 0.35)
    edge, side = (places % graph.edges).astype(np.int32), (places // graph.edges).astype(np.int32)
    valves = cuts.Valves(edge, side, np.ones(len(places), bool))
    burst = int(rng.integers(0, graph.edges))
    found = cuts.isolate(supply, valves, cuts.segments(graph, valves), burst)

    guarded = set(zip(edge.tolist(), side.tolist(), strict=True))
    halves = nx.Graph()
    halves.add_nodes_from([*(("n", n) for n in range(graph.nodes)), *(("e", e) for e in range(graph.edges))])
    for s, ends in enumerate((graph.tail, graph.head)):
        halves.add_edges_from((("n", int(n)), ("e", e)) for e, n in enumerate(ends) if (e, s) not in guarded)
    piece = nx.node_connected_component(halves, ("e", burst))
    nodes, edges = ({number for kind, number in piece if kind == which} for which in ("n", "e"))
    assert _marked(found.drained) == edges
    bounds = {
        i
        for i, (e, s) in enumerate(zip(edge.tolist(), side.tolist(), strict=True))
        if (e in edges) != (int((graph.tail, graph.head)[s][e]) in nodes)
    }
    must, may = set(found.must_close.tolist()), set(found.may_close.tolist())
    assert must | may == bounds
    assert not must & may
    kept = [
        e
        for e in np.flatnonzero(is_open).tolist()
        if e not in edges and not {int(graph.tail[e]), int(graph.head[e])} & nodes
    ]
    after = _fed(graph, np.array(kept, int), sources, frozenset(nodes))
    before = _fed(graph, np.flatnonzero(is_open), sources)
    assert _marked(found.cut.lost) == before - after
    for i in must:
        e, s = int(edge[i]), int(side[i])
        beyond = (graph.tail, graph.head)[s if e in edges else 1 - s][e]
        assert int(beyond) in after


def test_components_and_rows_agree_with_networkx() -> None:
    for seed in range(60):
        _, graph, _, _, is_open = _random(seed)
        label = graph.components(is_open)
        ours = {frozenset(np.flatnonzero(label == k).tolist()) for k in np.unique(label)}
        assert ours == {frozenset(c) for c in nx.connected_components(_peer(graph, np.flatnonzero(is_open)))}
        for node in range(graph.nodes):
            ends = [e for side in (graph.tail, graph.head) for e in np.flatnonzero(side == node).tolist()]
            assert sorted(graph.at(node).tolist()) == sorted(ends)


@pytest.mark.parametrize("seed", range(40))
def test_snapping_joins_what_lies_within_the_tolerance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = np.round(rng.uniform(0, 12, (int(rng.integers(1, 80)), 2)), 3)
    node, places = snap(points, 0.5)
    peer = nx.Graph()
    peer.add_nodes_from(range(len(points)))
    gaps = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    peer.add_edges_from(np.argwhere(gaps <= 0.5).tolist())
    ours = {frozenset(np.flatnonzero(node == k).tolist()) for k in range(len(places))}
    assert ours == {frozenset(c) for c in nx.connected_components(peer)}
    assert node.max() == len(places) - 1


@pytest.mark.feature("G2-6")
def test_faults_of_a_network_are_named() -> None:
    #  0 ──a── 1 ──b── 2 (building)      5 ──e── 6 (building nobody reaches)
    #          ╞══c,d══ 3 ──f── 4 (second source);  1 ──g── 7 leads nowhere;  h lies at 2 and has no length
    ends = np.array([(0, 1), (1, 2), (1, 3), (1, 3), (5, 6), (3, 4), (1, 7), (2, 2)], np.int32)
    graph = Graph(ends[:, 0].copy(), ends[:, 1].copy(), 8)
    length = np.array([100, 50, 40, 40.2, 30, 60, 10, 0.0])
    used = np.zeros(8, bool)
    used[[0, 2, 4, 6, 5]] = True
    consumers = np.array([2, 6, -1], np.int32)
    found = connectivity.faults(graph, length, np.array([0, 4], np.int32), consumers, used)
    assert found.dangling.tolist() == [6]
    assert found.unreached.tolist() == [1, 2]
    assert found.twice_fed.tolist() == [0]
    assert found.duplicate.tolist() == [3]
    assert found.no_length.tolist() == [7]
    shut = np.ones(8, bool)
    shut[5] = False
    assert not connectivity.faults(graph, length, np.array([0, 4], np.int32), consumers, used, shut).twice_fed.size


def test_a_mesh_keeps_its_consumers_when_one_way_closes() -> None:
    ends = np.array([(0, 1), (1, 2), (2, 3), (3, 0)], np.int32)  # a ring
    supply = orient(Graph(ends[:, 0].copy(), ends[:, 1].copy(), 4), np.full(4, 10.0), np.array([0], np.int32))
    cut = cuts.close(supply, np.array([0], np.int32))
    assert not cut.lost.any()
    assert cut.rerouted[1]
    assert cuts.close(supply, np.array([0, 2], np.int32)).lost.tolist() == [False, True, True, False]


def test_bad_input_is_refused() -> None:
    one = np.array([0], np.int32)
    with pytest.raises(ValueError, match="not there"):
        Graph(one, np.array([5], np.int32), 2)
    with pytest.raises(ValueError, match="two ends"):
        Graph(one, np.zeros(0, np.int32), 2)
    graph = Graph(one, np.array([1], np.int32), 2)
    with pytest.raises(ValueError, match="source"):
        orient(graph, np.ones(1), np.zeros(0, np.int32))
    with pytest.raises(ValueError, match="lengths"):
        orient(graph, np.array([np.nan]), one)
    with pytest.raises(ValueError, match="finite"):
        snap(np.array([[np.nan, 0.0]]), 0.5)
    with pytest.raises(ValueError, match="tolerance"):
        snap(np.zeros((1, 2)), -1.0)
    supply = orient(graph, np.ones(1), one)
    none = cuts.Valves(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, bool))
    with pytest.raises(ValueError, match="edge"):
        cuts.isolate(supply, none, cuts.segments(graph, none), 7)
