"""Where do data come from, and what is made of them?  A graph from registries and declarations.

source → batch → table → element → resource → interface, share, panel; rules look at elements and write traces.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from cleanheat.catalogue.elements import elements, resource_of_table, signal_key
from cleanheat.catalogue.models import Agreement
from cleanheat.catalogue.queries import data_resources
from cleanheat.catalogue.subjects import subjects
from cleanheat.catalogue.vocabulary import ElementKind, NodeKind
from cleanheat.infra import clock
from cleanheat.infra.panels import PANELS
from cleanheat.infra.resources import RESOURCES
from cleanheat.infra.tsdb import schema
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.quantities import KINDS
from cleanheat.quality import public as quality
from cleanheat.quality.specs import RuleSpec

Direction = Literal["up", "down", "both"]
MOST_NODES = 2_000


@dataclass(frozen=True)
class Node:
    id: str
    kind: str
    zh: str


@dataclass
class Graph:
    """Nodes by id and edges both ways."""

    nodes: dict[str, Node] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    above: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def node(self, kind: NodeKind, key: str, zh: str) -> str:
        made = f"{kind.value}:{key}"
        self.nodes.setdefault(made, Node(made, kind.value, zh))
        return made

    def edge(self, source: str, target: str) -> None:
        if target not in self.below[source]:
            self.below[source].append(target)
            self.above[target].append(source)

    def chain(self, *ids: str) -> None:
        for source, target in pairwise(ids):
            self.edge(source, target)


def graph() -> Graph:
    """The whole graph; some thousand nodes, a few milliseconds to build."""
    g = Graph()
    for key, resource in data_resources().items():
        g.node(NodeKind.RESOURCE, key, resource.zh)
    for key, element in elements().items():
        if element.kind in {ElementKind.SIGNAL, ElementKind.FIELD}:
            g.node(NodeKind.ELEMENT, key, element.zh)
    _measured(g)
    _recorded(g)
    for spec in quality.active_specs():
        _rule(g, spec)
    _shown(g)
    _shared(g)
    return g


def _measured(g: Graph) -> None:
    arrivals = g.node(NodeKind.TABLE, schema.ARRIVALS.name, "批次到达记录")
    for kind in KINDS.values():
        source = g.node(NodeKind.SOURCE, subjects().senders[kind.code], subjects().sender_zh(kind.code))
        batch = g.node(NodeKind.BATCH, kind.code, f"{kind.zh}分钟批次（加密）")
        minutes = g.node(NodeKind.TABLE, schema.minutes(kind).name, f"{kind.zh}分钟表")
        hours = g.node(NodeKind.TABLE, schema.hours(kind).name, f"{kind.zh}小时汇总")
        resource = f"{NodeKind.RESOURCE.value}:telemetry.{kind.code}"
        curve = g.node(NodeKind.API, f"/objects/{kind.code}/{{number}}/series", f"{kind.zh}曲线接口")
        g.chain(source, batch, minutes)
        g.edge(batch, arrivals)
        g.chain(hours, resource, curve)
        for signal in kind.signals:
            element = f"{NodeKind.ELEMENT.value}:{signal_key(kind.code, signal.code)}"
            g.chain(minutes, element, hours)
            g.edge(element, resource)


def _recorded(g: Graph) -> None:
    people = g.node(NodeKind.SOURCE, "people", "档案与业务录入")
    hotline = g.node(NodeKind.SOURCE, "hotline", "12345、12319 热线")
    for key, element in elements().items():
        if element.kind != ElementKind.FIELD:
            continue
        table = g.node(NodeKind.TABLE, element.resource, f"{element.resource} 数据表")
        g.edge(hotline if element.resource.startswith("complaints.") else people, table)
        g.chain(table, f"{NodeKind.ELEMENT.value}:{key}", f"{NodeKind.RESOURCE.value}:{element.resource}")
    for resource in RESOURCES:
        api = g.node(NodeKind.API, f"/resources/{resource.key}", f"{resource.zh}接口")
        g.edge(f"{NodeKind.RESOURCE.value}:{resource.key}", api)


def _rule(g: Graph, spec: RuleSpec) -> None:
    rule = g.node(NodeKind.RULE, spec.code, spec.zh)
    for signal in KINDS[spec.kind].signals if spec.kind in KINDS else ():
        named = {*spec.each, *spec.marks}
        words = rf"(?<![\w.])(?:{re.escape(signal.code)}|{re.escape(signal.zh)})(?![\w.])"
        if signal.code in named or re.search(words, f"{spec.expression} {spec.when}"):
            g.edge(f"{NodeKind.ELEMENT.value}:{signal_key(spec.kind, signal.code)}", rule)
    for table, zh in ((schema.VALUES, "规则命中与清洗值"), (schema.COUNTS, "核查计数")):
        written = g.node(NodeKind.TABLE, table.name, zh)
        g.chain(rule, written, f"{NodeKind.RESOURCE.value}:{resource_of_table(table.name)}")


def _shown(g: Graph) -> None:
    for p in PANELS:
        panel = g.node(NodeKind.PANEL, p.key, p.zh)
        for read in p.reads:
            g.edge(node_of_read(g, read), panel)


def node_of_read(g: Graph, read: str) -> str:
    """The node that ``Panel.reads`` names: an element, a resource or a stored table."""
    for kind in (NodeKind.ELEMENT, NodeKind.RESOURCE, NodeKind.TABLE):
        if f"{kind.value}:{read}" in g.nodes:
            return f"{kind.value}:{read}"
    raise KeyError(f"no element, resource or table {read!r}")


def _shared(g: Graph) -> None:
    for a in Agreement.objects.filter(revoked_at=None, valid_until__gt=clock.now_utc()):
        share = g.node(NodeKind.SHARE, a.code, f"{a.client}：{a.purpose}")
        for name in a.fields:
            element = f"{NodeKind.ELEMENT.value}:{a.resource}.{name}"
            if element in g.nodes:
                g.edge(element, share)


def lineage(focus: str, direction: Direction = "both", depth: int = 8) -> dict[str, object]:
    """What lies upstream and downstream of a node, as nodes (with their distance, negative upstream) and edges."""
    g = graph()
    start = focus if focus in g.nodes else f"{NodeKind.ELEMENT.value}:{focus}"
    if start not in g.nodes:
        start = f"{NodeKind.RESOURCE.value}:{focus}"
    if start not in g.nodes:
        raise not_found("没有这个节点", focus)
    steps = {start: 0}
    if direction != "down":
        steps |= {k: -n for k, n in _reached(start, g.above, depth).items()}
    if direction != "up":
        steps |= {k: n for k, n in _reached(start, g.below, depth).items() if k not in steps or k == start}
    shown = sorted(steps, key=lambda k: (steps[k], k))[:MOST_NODES]
    kept = set(shown)
    edges = [(a, b) for a in shown for b in g.below[a] if b in kept and steps[a] < steps[b]]
    return {
        "focus": start,
        "nodes": [{"id": k, "kind": g.nodes[k].kind, "zh": g.nodes[k].zh, "step": steps[k]} for k in shown],
        "edges": [{"source": a, "target": b} for a, b in edges],
        "is_cut": len(steps) > MOST_NODES,
    }


def _reached(start: str, along: dict[str, list[str]], depth: int) -> dict[str, int]:
    """Distance of everything within ``depth`` steps."""
    found, waiting = {start: 0}, deque([start])
    while waiting:
        at = waiting.popleft()
        if found[at] == depth:
            continue
        for other in _unseen(along[at], found):
            found[other] = found[at] + 1
            waiting.append(other)
    return found


def _unseen(nodes: Iterable[str], found: dict[str, int]) -> list[str]:
    return [node for node in nodes if node not in found]
