"""Panels of governance: those of its orders, and the quality alarms they begin from."""

from __future__ import annotations

from typing import Any, Final

from cleanheat.alerts import public as alerts
from cleanheat.governance.orders import BUSINESS
from cleanheat.infra.panels import Bars, Cost, Line, PanelQuery, Series, panel
from cleanheat.kernel.findings import Level
from cleanheat.orders.public import Span, declare_panels, rule_name, span_of

QUALITY: Final = "quality."
RULES_BESIDE_EACH_OTHER: Final = 10


def _alarms_by_rule(query: PanelQuery) -> Bars:
    """Quality alarms of the period by rule and level."""
    found = alerts.tally(query.scope, QUALITY, *span_of(query), by=("source", "level"))
    sums: dict[str, int] = {}
    for (source, _), n in found.items():
        sums[str(source)] = sums.get(str(source), 0) + n
    sources = sorted(sums, key=lambda s: -sums[s])[:RULES_BESIDE_EACH_OTHER]
    return Bars(
        categories=[rule_name(s) for s in sources],
        lines=[
            Line(name=f"{g.roman}级", unit="条", values=[found.get((s, int(g)), 0) for s in sources]) for g in Level
        ],
        is_stacked=True,
    )


def _alarms_trend(query: PanelQuery) -> Series:
    start, end = span_of(query)
    found = alerts.tally(query.scope, QUALITY, start, end, by=("day", "level"))
    days = sorted({int(day) for day, _ in found})
    return Series(
        times=days,
        lines=[Line(name=f"{g.roman}级", unit="条", values=[found.get((d, int(g)), 0) for d in days]) for g in Level],
    )


_VIEW: Final[dict[str, Any]] = {
    "permission": "governance.view",
    "refresh_s": 60,
    "source": "报警记录",
    "cost": Cost.MEDIUM,
    "empty": "期内没有数据质量报警",
    "params": Span,
}
declare_panels(BUSINESS, "治理工单", "质量报警达到生成条件或人工下发后才有工单")
panel(
    key="governance.alarms_by_rule", zh="质量报警构成", shows=Bars, load=_alarms_by_rule,
    formula=f"期内数据质量报警按规则与级别计数，取最多的 {RULES_BESIDE_EACH_OTHER} 条规则", **_VIEW,
)  # fmt: skip
panel(
    key="governance.alarms_trend", zh="质量报警趋势", shows=Series, load=_alarms_trend,
    formula="每日新产生的数据质量报警按级别计数", **_VIEW,
)  # fmt: skip
