"""Panels of the rule library and of record checks: which family of which class has rules, which records break them."""

from __future__ import annotations

from typing import Final

from django.db.models import Count, F

from cleanheat.infra.panels.declare import PanelQuery, panel
from cleanheat.infra.panels.kinds import Column, Heatmap, Table
from cleanheat.quality.models import RuleVersion
from cleanheat.quality.records.queries import summary
from cleanheat.quality.vocabulary import DataClass, Family, RuleState

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
