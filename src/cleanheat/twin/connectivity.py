"""Is the network whole?  What a person should look at: loose ends, consumers without a pipe or with two sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cleanheat.assets import public as assets
from cleanheat.calc.topology.connectivity import faults
from cleanheat.infra.scope import Scope
from cleanheat.twin import topology, tracing
from cleanheat.twin.tracing import Group

_CONSUMERS: Final = ("substation", "building")


@dataclass(frozen=True)
class Finding:
    """One sort of fault and the objects that have it, within the viewer's scope."""

    key: str
    zh: str
    objects: Group


@dataclass(frozen=True)
class Connectivity:
    """The network as counted over the whole city, and what is wrong within the viewer's scope."""

    nodes: int
    pipes: int
    sources: int
    components: int
    findings: list[Finding]


def found_in_city() -> tuple[topology.Network, list[tuple[str, str, str, np.ndarray]]]:
    """The network and every sort of fault in it: key, Chinese name, kind, ascending numbers; whoever may see them."""
    archive, network = assets.archive(), topology.current()
    numbers = {kind: archive[kind].numbers for kind in _CONSUMERS}
    consumers = np.concatenate([network.node_of[kind][numbers[kind]] for kind in _CONSUMERS])
    used = np.zeros(network.graph.nodes, bool)
    for standing in network.node_of.values():
        used[standing[standing >= 0]] = True
    supply = network.supply
    found = faults(
        network.graph, network.length_m, supply.sources, consumers, used, supply.is_open, topology.LIMITS["tolerance_m"]
    )
    first = len(numbers["substation"])
    part = network.graph.components(supply.is_open)
    fed = np.isin(part[network.graph.tail], part[supply.sources])

    def consumer(key: str, zh: str, kind: str, at: np.ndarray) -> tuple[str, str, str, np.ndarray]:
        mine = at[at < first] if kind == "substation" else at[at >= first] - first
        return key, zh, kind, numbers[kind][mine]

    return network, [
        ("unfed", "无热源可达的管段", "pipe", np.sort(network.pipes[~fed])),
        ("dangling", "悬空管端", "pipe", network.pipes[found.dangling]),
        consumer("unreached_substation", "无热源可达的换热站", "substation", found.unreached),
        consumer("unreached_building", "无热源可达的楼宇", "building", found.unreached),
        consumer("twice_fed_substation", "两个热源同时可达的换热站", "substation", found.twice_fed),
        consumer("twice_fed_building", "两个热源同时可达的楼宇", "building", found.twice_fed),
        ("duplicate", "重复管段", "pipe", network.pipes[found.duplicate]),
        ("no_length", "零长度管段", "pipe", network.pipes[found.no_length]),
    ]


def report(scope: Scope) -> Connectivity:
    """Dangling pipes, unreached and twice-fed consumers, pipes drawn twice or without length."""
    network, found = found_in_city()
    supply = network.supply
    return Connectivity(
        network.graph.nodes,
        network.graph.edges,
        len(supply.sources),
        int(network.graph.components(supply.is_open).max(initial=-1)) + 1,
        [_finding(key, zh, kind, numbers, scope) for key, zh, kind, numbers in found],
    )


def _finding(key: str, zh: str, kind: str, numbers: np.ndarray, scope: Scope) -> Finding:
    mark = np.zeros(assets.archive()[kind].size, bool)
    mark[numbers] = True
    return Finding(key, zh, tracing.group(kind, mark & np.asarray(assets.visible(kind, scope), dtype=bool)))
