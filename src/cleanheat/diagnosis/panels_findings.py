"""Panels of findings: how many of which state, who is worst, what has happened, what contradicts itself."""

from __future__ import annotations

from collections import Counter, defaultdict

from cleanheat.diagnosis.findings_queries import FoundFilter, contradictions_of, counts, select, worst_of
from cleanheat.diagnosis.live.words import ContradictionKind, FoundState
from cleanheat.diagnosis.vocabulary import State
from cleanheat.diagnosis.words import KINDS_ZH
from cleanheat.infra.panels.declare import PanelQuery, panel
from cleanheat.infra.panels.kinds import Bars, Column, KpiRow, Line, Measure, Table, Timeline, TimelineEntry, Tone
from cleanheat.infra.scope import Scope
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import local

NEWEST = 50
WORST = 50
TONES: dict[Level, Tone] = {Level.I: "critical", Level.II: "serious", Level.III: "warning", Level.IV: "notice"}
_SOURCE = "诊断模型实时结论"
_READS = ("diagnosis.found",)


def _by_level(query: PanelQuery) -> KpiRow:
    total: Counter[Level] = Counter()
    for by in counts(query.scope).values():
        total.update(by)
    return KpiRow(
        measures=[
            Measure(label=f"{g.roman}级 {g.zh}", value=total[g], unit="条", tone=TONES[g] if total[g] else "neutral")
            for g in Level
        ]
    )


def _by_state(query: PanelQuery) -> Bars:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (kind, state), by in counts(query.scope).items():
        found[kind][state] += sum(by.values())
    states = sorted({s for by in found.values() for s in by}, key=lambda s: State(s).code)
    return Bars(
        categories=[State(s).zh for s in states],
        lines=[
            Line(name=KINDS_ZH.get(kind, kind), unit="条", values=[by[s] for s in states]) for kind, by in found.items()
        ],
        is_stacked=True,
    )


def _worst(scope: Scope, kind: str) -> Table:
    rows = worst_of(scope, kind, WORST)
    return Table(
        columns=[
            Column(key="level", label="级别"),
            Column(key="name", label="对象"),
            Column(key="state", label="状态"),
            Column(key="text", label="说明"),
            Column(key="confidence", label="可信度", unit="%", decimals=0),
            Column(key="since", label="开始时间"),
        ],
        rows=[
            [
                Level(f.level).roman,
                f.object_name,
                State(f.state_key).zh,
                f.text,
                None if f.confidence is None else 100 * f.confidence,
                local(f.since_s).strftime("%m-%d %H:%M"),
            ]
            for f in rows
        ],
        total=select(scope, FoundFilter(is_open=True, kind=kind)).count(),
    )


def _timeline(query: PanelQuery) -> Timeline:
    rows = select(query.scope, FoundFilter()).exclude(state=FoundState.EXPLAINED)[:NEWEST]
    return Timeline(
        entries=[
            TimelineEntry(
                at=f.found_s,
                title=f"{Level(f.level).roman}级 {f.object_name} {State(f.state_key).zh}",
                detail=f.text,
                tone=TONES[Level(f.level)],
                object_kind="" if f.object_kind in {"sender", "area"} else f.object_kind,
                number=f.object_number,
            )
            for f in rows
        ]
    )


def _contradictions(query: PanelQuery) -> Table:
    rows = contradictions_of(query.scope, True)
    return Table(
        columns=[
            Column(key="kind", label="矛盾"),
            Column(key="name", label="对象"),
            Column(key="first", label="结论一"),
            Column(key="second", label="结论二"),
            Column(key="since", label="发现时间"),
        ],
        rows=[
            [
                ContradictionKind(c.kind).label,
                c.object_name,
                str(c.first.get("text", "")),
                str(c.second.get("text", "")),
                local(c.opened_s).strftime("%m-%d %H:%M"),
            ]
            for c in rows[:NEWEST]
        ],
        total=rows.count(),
    )


BY_LEVEL = panel(
    key="diagnosis.by_level",
    zh="诊断结论",
    shows=KpiRow,
    load=_by_level,
    permission="diagnosis.view",
    formula="持续中的诊断结论按级别计数，由上级结论解释的不计",
    source=_SOURCE,
    drill="diagnosis.timeline",
    reads=_READS,
)
BY_STATE = panel(
    key="diagnosis.by_state",
    zh="各类运行状态",
    shows=Bars,
    load=_by_state,
    permission="diagnosis.view",
    formula="持续中的诊断结论按状态与对象类别计数",
    source=_SOURCE,
    reads=_READS,
)
TIMELINE = panel(
    key="diagnosis.timeline",
    zh="诊断动态",
    shows=Timeline,
    load=_timeline,
    permission="diagnosis.view",
    formula=f"诊断结论按发现时间，最新 {NEWEST} 条",
    source=_SOURCE,
    reads=_READS,
)
CONTRADICTIONS = panel(
    key="diagnosis.contradictions",
    zh="模型矛盾结论",
    shows=Table,
    load=_contradictions,
    permission="diagnosis.view",
    formula="同一对象上两个模型结论相互矛盾且未核定的",
    source=_SOURCE,
    reads=("diagnosis.contradiction",),
)


def _declare_worst(kind: str) -> None:
    panel(
        key=f"diagnosis.worst_{kind}",
        zh=f"{KINDS_ZH[kind]}诊断排行",
        shows=Table,
        load=lambda query: _worst(query.scope, kind),
        permission="diagnosis.view",
        formula=f"持续中的结论，按级别与可信度，前 {WORST} 条",
        source=_SOURCE,
        reads=_READS,
    )


for _kind in ("plant", "branch", "boiler", "substation", "unit"):
    _declare_worst(_kind)
