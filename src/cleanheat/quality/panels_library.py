"""Panels of the rule library and of record checks: which family of which class has rules, which records break them."""

from __future__ import annotations

from typing import Final

from django.db.models import Count, F

from cleanheat.infra.panels.declare import PanelQuery, panel
from cleanheat.infra.panels.kinds import Column, Heatmap, Line, Ranking, RankingEntry, Series, Table
from cleanheat.quality.models import RuleVersion
from cleanheat.quality.records.queries import IssueFilter, summary
from cleanheat.quality.records.standing import ranking, start_of, trend
from cleanheat.quality.vocabulary import DataClass, Family, RuleState

_COMPANIES: Final = 20
_DAYS: Final = 30
_COLUMNS: Final = {
    "rule_name": "规则",
    "kind_name": "档案",
    "open_issues": "待处理",
    "accepted_issues": "已采纳",
    "dismissed_issues": "已忽略",
    "solved_issues": "已解决",
}


def _coverage(_: PanelQuery) -> Heatmap:
    """Published rules by class and family."""
    in_force = RuleVersion.objects.filter(rule__state=RuleState.PUBLISHED, version=F("rule__version"))
    counted = in_force.order_by().values_list("rule__data_class", "family").annotate(n=Count("pk"))
    found = {(data_class, family): n for data_class, family, n in counted}
    return Heatmap(
        unit="条",
        columns=[f.zh for f in Family],
        rows=[c.zh for c in DataClass],
        values=[[found.get((c.value, f.value), 0) for f in Family] for c in DataClass],
    )


def _issues(query: PanelQuery) -> Table:
    """Rules with open issues of the viewer's own records, most first."""
    rows = sorted((r for r in summary(query.scope) if r["open_issues"]), key=lambda r: -r["open_issues"])
    return Table(
        columns=[Column(key=key, label=label) for key, label in _COLUMNS.items()],
        rows=[[row[key] for key in _COLUMNS] for row in rows[:100]],
        total=len(rows),
    )


def _ranking(query: PanelQuery) -> Ranking:
    """Companies by open issues a thousand records."""
    rows = [row for row in ranking(query.scope) if row.open][:_COMPANIES]
    return Ranking(
        unit="条/千条",
        entries=[RankingEntry(name=row.name, value=row.per_thousand or 0.0, number=row.company) for row in rows],
    )


def _trend(query: PanelQuery) -> Series:
    days = trend(query.scope, IssueFilter(), _DAYS)
    lines = {"待处理": "open", "新发现": "found", "已了结": "closed"}
    return Series(
        times=[start_of(day.day) for day in days],
        lines=[Line(name=zh, unit="条", values=[float(getattr(d, name)) for d in days]) for zh, name in lines.items()],
    )


COVERAGE = panel(
    key="quality.rule_coverage",
    zh="规则覆盖",
    shows=Heatmap,
    load=_coverage,
    permission="quality.view",
    formula="已发布规则数：数据类别 × 规则类别",
    source="规则库",
    refresh_s=600,
)
ISSUES = panel(
    key="quality.record_issues",
    zh="档案核查问题",
    shows=Table,
    load=_issues,
    permission="quality.view",
    formula="本单位范围内尚未解决的档案与工单问题，按规则计",
    source="档案核查（每日）",
    refresh_s=600,
)
RANKING = panel(
    key="quality.record_ranking",
    zh="企业档案质量排名",
    shows=Ranking,
    load=_ranking,
    permission="quality.view",
    formula="每千条档案的待处理核查问题，由多到少，前20位",
    source="档案核查（每日）",
    drill="quality.record_issues",
    refresh_s=600,
)
TREND = panel(
    key="quality.record_trend",
    zh="档案核查逐日变化",
    shows=Series,
    load=_trend,
    permission="quality.view",
    formula="近30日：待处理=当日结束时未了结，新发现=当日首次发现，已了结=当日采纳、忽略或解决",
    source="档案核查（每日）",
    drill="quality.record_issues",
    refresh_s=600,
)
