"""Who is affected?  Traces over pipes and over the archive, closed valves, burst pipes; cut to what one may see."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.calc.topology import cuts
from cleanheat.calc.topology.graph import Int32s
from cleanheat.calc.topology.supply import downstream, upstream
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy.classes import withheld
from cleanheat.kernel.errors import invalid, not_found
from cleanheat.twin import supplied, topology, varint
from cleanheat.twin.supplied import KINDS, Bools, Marks, Totals
from cleanheat.twin.topology import Network

Direction = Literal["down", "up"]
Basis = Literal["network", "archive"]

KIND_ZH: Final[Mapping[str, str]] = {
    "plant": "热电厂",
    "branch": "电厂支线",
    "boiler": "锅炉房",
    "substation": "换热站",
    "unit": "换热机组",
    "community": "小区",
    "building": "楼宇",
    "heat_user": "热用户",
    "pipe": "管段",
    "valve": "阀门",
}
_COMPARED: Final[Mapping[Direction, tuple[str, ...]]] = {
    "down": ("substation", "building"),
    "up": ("plant", "branch", "boiler", "substation"),
}
"""What pipes and archive must agree on.  A pipe has no place of its own in the archive's tree: it is not compared."""
_STANDS_AT: Final[Mapping[str, str]] = {"heat_user": "building"}


@dataclass(frozen=True)
class Group:
    """Objects of one kind: ``numbers`` are base64 of varints, zigzag deltas of ascending numbers."""

    kind: str
    zh: str
    count: int
    numbers: str


@dataclass(frozen=True)
class Disagreement:
    """Objects of one kind that only the pipes, or only the archive, name."""

    kind: str
    zh: str
    only_network: Group
    only_archive: Group


@dataclass(frozen=True)
class Trace:
    """What hangs on an object, or what it hangs on, within the viewer's scope.

    ``is_connected`` is false for an object that stands at no pipe; ``way_m`` is the length of the way from its source,
    null without one.
    """

    kind: str
    number: int
    direction: Direction
    by: Basis
    is_connected: bool
    way_m: float | None
    totals: Totals
    groups: list[Group]
    disagreements: list[Disagreement]


@dataclass(frozen=True)
class WhatIf:
    """What closing does: ``totals`` and ``groups`` of what loses supply; ``rerouted`` keeps it by another way."""

    totals: Totals
    groups: list[Group]
    rerouted: list[Group]


@dataclass(frozen=True)
class Isolation:
    """Which valves cut a pipe off: ``must_close`` hold back the source's water, ``may_close`` only what lies behind.

    ``hidden_valves`` are valves to close that belong to somebody else.  ``drained`` are the pipes between the valves.
    """

    pipe: int
    must_close: Group
    may_close: Group
    hidden_valves: int
    drained: Group
    totals: Totals
    groups: list[Group]


def trace(kind: str, number: int, scope: Scope, direction: Direction, by: Basis) -> Trace:
    """Everything behind an object, or on the way to it."""
    if kind not in KINDS:
        raise not_found("这类对象不能追溯", kind)
    assets.require(kind, number, scope)
    archive, network = assets.archive(), topology.current()
    nodes, edges = _start(network, archive, kind, number)
    by_pipes = _over_pipes(network, archive, (nodes, edges), direction)
    by_pipes[kind][number] = True
    told = supplied.below if direction == "down" else supplied.above
    by_archive = told(archive, kind, number)
    found = _seen(by_pipes if by == "network" else by_archive, scope)
    return Trace(
        kind,
        number,
        direction,
        by,
        is_connected=bool(nodes.size or edges.size),
        way_m=None if withheld("way_m", scope) else _way_m(network, nodes, edges),
        totals=supplied.totals(archive, found, _length_by_pipe(network)),
        groups=_groups(found),
        disagreements=[] if kind in ("pipe", "valve") else _compared(direction, by_pipes, by_archive, scope),
    )


def _way_m(network: Network, nodes: Int32s, edges: Int32s) -> float | None:
    at = np.concatenate([nodes, network.supply.upper[edges]])
    distance = network.supply.distance_m[at[at >= 0]]
    return round(float(distance.min()), 1) if distance.size and np.isfinite(distance.min()) else None


def _start(network: Network, archive: Archive, kind: str, number: int) -> tuple[Int32s, Int32s]:
    """Nodes and edges of the graph at which a trace of an object begins."""
    none = np.zeros(0, np.int32)
    if kind in ("pipe", "valve"):
        pipe = number if kind == "pipe" else int(archive["valve"].links["pipe"][number])
        edge = network.edge_of[pipe]
        return none, np.array([edge] if edge >= 0 else [], np.int32)
    if kind == "unit":
        own = np.flatnonzero(archive["pipe"].links["unit"][network.pipes] == number).astype(np.int32)
        station = network.node_of["substation"][archive["unit"].links["substation"][number]]
        return none, own[network.supply.upper[own] == station] if station >= 0 else none
    if kind == "community":
        nodes = network.node_of["building"][archive["building"].links["community"] == number]
    else:
        place = _STANDS_AT.get(kind, kind)
        nodes = network.node_of[place][[number if place == kind else archive[kind].links[place][number]]]
    return nodes[nodes >= 0], none


def _over_pipes(
    network: Network, archive: Archive, start: tuple[Int32s, Int32s], direction: Direction
) -> dict[str, Bools]:
    nodes, edges = start
    if direction == "down":
        reached, along = downstream(network.supply, nodes, edges)
    else:
        upper = network.supply.upper[edges]
        reached, along = upstream(network.supply, np.concatenate([nodes, upper[upper >= 0]]))
        along[edges] = True
    return _objects(network, archive, reached, along, is_whole=direction == "down")


def _objects(network: Network, archive: Archive, reached: Bools, along: Bools, *, is_whole: bool) -> dict[str, Bools]:
    """Objects at marked nodes and on marked edges.

    ``is_whole``: units count with their substation and communities and users with their buildings; on a way to the
    source only units whose pipes it runs through do.
    """
    marks = supplied.nothing(archive)
    for kind, node_of in network.node_of.items():
        marks[kind] = (node_of >= 0) & reached[node_of]
    marks["pipe"][network.pipes[along]] = True
    marks["valve"][network.valve_numbers[along[network.valves.edge]]] = True
    if is_whole:
        marks["unit"] = _linked(archive, "unit", "substation", marks)
        marks["heat_user"] = _linked(archive, "heat_user", "building", marks)
        communities = archive["building"].links["community"][marks["building"]]
        marks["community"][communities[communities > 0]] = True
    else:
        marks["boiler"] &= np.isin(network.node_of["boiler"], network.supply.sources)  # others only help on the way
        units = archive["pipe"].links["unit"][marks["pipe"]]
        marks["unit"][units[units > 0]] = True
    return marks


def _linked(archive: Archive, kind: str, above: str, marks: Marks) -> Bools:
    link = archive[kind].links[above]
    return np.asarray((link > 0) & marks[above][link])


def _seen(marks: Marks, scope: Scope) -> dict[str, Bools]:
    return {kind: mark & np.asarray(assets.visible(kind, scope), dtype=bool) for kind, mark in marks.items()}


def _groups(marks: Marks) -> list[Group]:
    return [group(kind, marks[kind]) for kind in KINDS if marks[kind].any()]


def group(kind: str, mark: Bools) -> Group:
    numbers = np.flatnonzero(mark)
    return Group(kind, KIND_ZH[kind], int(numbers.size), base64.b64encode(varint.encode_deltas(numbers)).decode())


def _length_by_pipe(network: Network) -> NDArray[np.float64]:
    length = np.zeros(len(network.edge_of))
    length[network.pipes] = network.length_m
    return length


def _compared(direction: Direction, pipes: Marks, archive: Marks, scope: Scope) -> list[Disagreement]:
    found = []
    for kind in _COMPARED[direction]:
        seen = np.asarray(assets.visible(kind, scope), dtype=bool)
        only_network, only_archive = pipes[kind] & ~archive[kind] & seen, archive[kind] & ~pipes[kind] & seen
        if only_network.any() or only_archive.any():
            found.append(Disagreement(kind, KIND_ZH[kind], group(kind, only_network), group(kind, only_archive)))
    return found


def what_if(pipes: Sequence[int], valves: Sequence[int], scope: Scope) -> WhatIf:
    """Close pipes and valves: who loses supply, and who keeps it by another way."""
    most = int(topology.LIMITS["most_closed"])
    if not pipes and not valves:
        raise invalid("pipes", "请至少选择一个管段或阀门")
    if len(pipes) + len(valves) > most:
        raise invalid("pipes", f"一次最多关闭{most}个管段或阀门")
    for kind, numbers in (("pipe", pipes), ("valve", valves)):
        for number in numbers:
            assets.require(kind, number, scope)
    archive, network = assets.archive(), topology.current()
    on_pipes = archive["valve"].links["pipe"][np.array(valves, dtype=np.int64)]
    edges = network.edge_of[np.concatenate([np.array(pipes, dtype=np.int64), on_pipes])]
    cut = cuts.close(network.supply, np.unique(edges[edges >= 0]))
    lost = _seen(_objects(network, archive, cut.lost, cut.dry, is_whole=True), scope)
    kept = _seen(_objects(network, archive, cut.rerouted, np.zeros_like(cut.dry), is_whole=True), scope)
    return WhatIf(supplied.totals(archive, lost, _length_by_pipe(network)), _groups(lost), _groups(kept))


def isolate(pipe: int, scope: Scope) -> Isolation:
    """The valves around a burst pipe, and who is without heat while they are closed."""
    assets.require("pipe", pipe, scope)
    archive, network = assets.archive(), topology.current()
    edge = int(network.edge_of[pipe])
    if edge < 0:
        raise not_found("该管段没有几何，无法推演关阀", str(pipe))
    found = cuts.isolate(network.supply, network.valves, network.segment, edge)
    lost = _seen(_objects(network, archive, found.cut.lost, found.cut.dry, is_whole=True), scope)
    seen_valves = np.asarray(assets.visible("valve", scope), dtype=bool)
    seen_pipes = np.asarray(assets.visible("pipe", scope), dtype=bool)
    must, may = (_mark(seen_valves, network.valve_numbers[v]) for v in (found.must_close, found.may_close))
    return Isolation(
        pipe,
        must_close=group("valve", must & seen_valves),
        may_close=group("valve", may & seen_valves),
        hidden_valves=int((must & ~seen_valves).sum()),
        drained=group("pipe", _mark(seen_pipes, network.pipes[found.drained]) & seen_pipes),
        totals=supplied.totals(archive, lost, _length_by_pipe(network)),
        groups=_groups(lost),
    )


def _mark(like: Bools, numbers: Int32s) -> Bools:
    mark = np.zeros_like(like)
    mark[numbers] = True
    return mark
