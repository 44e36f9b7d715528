"""How fast is "who is affected?" answered, and how fast is the map that shows it?

The largest source of the whole city is traced over 133,000 pipes, beside other libraries; the map is measured in a
browser by :mod:`bench.twin_browser`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench import twin_browser
from bench.harness import Figure, median, spent

SEED = 20_261_015
REPEATS = 21


def run(long: bool) -> list[Figure]:
    here = Path(tempfile.mkdtemp(prefix="cleanheat-bench-"))
    os.environ["CLEANHEAT_DATA_DIR"] = str(here)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
    try:
        traced = _measured()
    finally:
        shutil.rmtree(here, ignore_errors=True)
    return [*traced, *twin_browser.run()]


def _measured() -> list[Figure]:
    import django

    django.setup()
    from cleanheat.assets import public as assets
    from cleanheat.calc.topology import cuts
    from cleanheat.calc.topology.supply import downstream
    from cleanheat.infra.scope import EVERYTHING
    from cleanheat.simulator.city.generate import make_city
    from cleanheat.twin import topology, tracing

    city = make_city("city", SEED)
    archive = city.archive()
    built = spent(lambda: topology.build(city.geometry, archive))
    network = topology.build(city.geometry, archive)
    masks = {kind: archive[kind].exists() for kind in tracing.KINDS}
    topology.current = lambda: network
    assets.archive = lambda: archive  # type: ignore[assignment]
    assets.visible = lambda kind, _scope: masks[kind]  # type: ignore[assignment]
    assets.require = lambda *_: None  # type: ignore[assignment]

    supply = network.supply
    start = supply.sources[[int(np.argmax(supply.span[supply.sources]))]]
    plant = int(np.flatnonzero(network.node_of["plant"] == start[0])[0])
    nodes, edges = downstream(supply, start)
    ours = median(lambda: downstream(supply, start), REPEATS)
    whole = median(lambda: tracing.trace("plant", plant, EVERYTHING, "down", "network"), REPEATS)
    closing = median(lambda: cuts.close(supply, np.flatnonzero(edges)[:1].astype(np.int32)), REPEATS)
    copied = median(lambda: (nodes.copy(), edges.copy()), REPEATS)
    scipy_s, networkx_s = _peers(supply, int(start[0]), nodes)
    return [
        Figure("twin.trace_ms", ours.wall_s * 1e3, "ms wall", 20, copied.wall_s * 1e3, f"SciPy {scipy_s * 1e3:.1f} ms"),
        Figure(
            "twin.trace_vs_networkx_ratio", networkx_s / ours.wall_s, "×", peer=f"networkx {networkx_s * 1e3:.0f} ms"
        ),
        Figure("twin.trace_answer_ms", whole.wall_s * 1e3, "ms wall", floor=ours.wall_s * 1e3),
        Figure("twin.what_if_ms", closing.wall_s * 1e3, "ms wall", floor=copied.wall_s * 1e3),
        Figure("twin.topology_build_s", built.wall_s, "s wall"),
    ]


def _peers(supply: Any, start: int, found: Any) -> tuple[float, float]:
    """The same trace by a breadth-first search of SciPy and of networkx over the same directed pipes."""
    import networkx as nx
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    wet = supply.upper >= 0
    upper, lower, n = supply.upper[wet], supply.lower[wet], supply.graph.nodes
    links = coo_array((np.ones(len(upper), np.int8), (upper, lower)), shape=(n, n)).tocsr()
    search = median(lambda: breadth_first_order(links, start, return_predecessors=False), REPEATS)
    order = breadth_first_order(links, start, return_predecessors=False)
    graph = nx.DiGraph(zip(upper.tolist(), lower.tolist(), strict=True))
    walk = median(lambda: nx.descendants(graph, start), 3)
    for name, other in (("scipy", set(order.tolist())), ("networkx", nx.descendants(graph, start) | {start})):
        if other != set(np.flatnonzero(found).tolist()):
            raise AssertionError(f"{name} finds another part of the network")
    return search.wall_s, walk.wall_s
