"""Panels of alerts: how many of which level, at whom, and the newest."""

from __future__ import annotations

from cleanheat.accounts import public as accounts
from cleanheat.alerts.queries import AlertFilter, open_by, open_by_level, select
from cleanheat.alerts.sources import SOURCES
from cleanheat.alerts.vocabulary import TONES, AlertState
from cleanheat.infra.panels.declare import PanelQuery, panel
from cleanheat.infra.panels.kinds import Bars, Column, KpiRow, Line, Measure, Table, Timeline, TimelineEntry
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import epoch, local

NEWEST = 50
WORST_COMPANIES = 20


def _by_level(query: PanelQuery) -> KpiRow:
    return KpiRow(
        measures=[
            Measure(label=f"{level.roman}级 {level.zh}", value=n, unit="条", tone=TONES[level] if n else "neutral")
            for level, n in open_by_level(query.scope).items()
        ]
    )


def _by_company(query: PanelQuery) -> Bars:
    counts = sorted(open_by(query.scope, "company").items(), key=lambda item: -sum(item[1].values()))[:WORST_COMPANIES]
    cards = [accounts.find_organisation(company) for company, _ in counts]
    return Bars(
        categories=[card.short_name if card else "" for card in cards],
        lines=[Line(name=f"{g.roman}级", unit="条", values=[by.get(g, 0) for _, by in counts]) for g in Level],
        is_stacked=True,
    )


def _newest(query: PanelQuery) -> Table:
    rows = select(query.scope, AlertFilter(is_open=True))
    return Table(
        columns=[
            Column(key="level", label="级别"),
            Column(key="name", label="对象"),
            Column(key="text", label="内容"),
            Column(key="since", label="开始时间"),
            Column(key="state", label="状态"),
        ],
        rows=[
            [
                Level(a.level).roman,
                a.object_name,
                a.text,
                local(a.since_at.timestamp()).strftime("%m-%d %H:%M"),
                AlertState(a.state).label,
            ]
            for a in rows[:NEWEST]
        ],
        total=rows.count(),
    )


def _timeline(query: PanelQuery) -> Timeline:
    rows = select(query.scope, AlertFilter())
    return Timeline(
        entries=[
            TimelineEntry(
                at=epoch(a.first_at),
                title=f"{Level(a.level).roman}级 {a.object_name}",
                detail=a.text,
                tone=TONES[Level(a.level)],
                object_kind="" if a.object_kind in {"sender", "area"} else a.object_kind,
                number=a.object_number,
            )
            for a in rows[:NEWEST]
        ]
    )


BY_LEVEL = panel(
    key="alerts.by_level",
    zh="未处理预警",
    shows=KpiRow,
    load=_by_level,
    permission="alerts.view",
    formula="状态为新产生、已确认、处置中、待核实的预警按级别计数",
    source="预警记录",
    drill="alerts.newest",
    reads=("alerts.alert",),
)
BY_COMPANY = panel(
    key="alerts.by_company",
    zh="企业预警数量",
    shows=Bars,
    load=_by_company,
    permission="alerts.view",
    formula=f"未处理预警按企业与级别计数，取最多的 {WORST_COMPANIES} 家",
    source="预警记录",
    reads=("alerts.alert",),
)
NEWEST_OPEN = panel(
    key="alerts.newest",
    zh="最新预警",
    shows=Table,
    load=_newest,
    permission="alerts.view",
    formula=f"未处理预警，最新 {NEWEST} 条；来源：{'、'.join(s.zh for s in SOURCES)}、数据质量规则",
    source="预警记录",
    reads=("alerts.alert",),
)
TIMELINE = panel(
    key="alerts.timeline",
    zh="预警动态",
    shows=Timeline,
    load=_timeline,
    permission="alerts.view",
    formula=f"全部预警按产生时间，最新 {NEWEST} 条",
    source="预警记录",
    reads=("alerts.alert",),
)
