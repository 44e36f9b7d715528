"""Panels of the line: how well every sender sends, and how many rows arrive."""

from __future__ import annotations

from cleanheat.accounts import public as accounts
from cleanheat.infra.panels.declare import PanelQuery, panel
from cleanheat.infra.panels.kinds import Column, KpiRow, Measure, Table
from cleanheat.infra.scope import Scope
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S
from cleanheat.pipeline.public import line


def senders_of(scope: Scope) -> frozenset[int] | None:
    """Companies and other senders wholly within the scope; ``None`` = all."""
    if scope.sees_all:
        return None
    return (scope.company_ids or frozenset()) | (scope.sender_ids or frozenset())


def _sending(query: PanelQuery) -> Table:
    tallies = line().pipeline.monitor.by_sender(senders_of(query.scope), query.end - MINUTE_S)
    worst_first = sorted(tallies.items(), key=lambda item: item[1].completeness_ratio or 0.0)
    cards = {sender: accounts.find_organisation(sender) for sender in tallies}
    return Table(
        columns=[
            Column(key="name", label="数据来源"),
            Column(key="completeness", label="完整率", unit="%", decimals=1),
            Column(key="timeliness", label="及时率", unit="%", decimals=1),
            Column(key="validity", label="有效率", unit="%", decimals=1),
            Column(key="bad", label="错误值", unit="个", decimals=0),
            Column(key="missing", label="缺失值", unit="个", decimals=0),
        ],
        rows=[
            [
                card.short_name if (card := cards[sender]) else "",
                _percent(t.completeness_ratio),
                _percent(t.timeliness_ratio),
                _percent(t.valid_ratio),
                t.bad,
                t.missing,
            ]
            for sender, t in worst_first
        ],
        total=len(tallies),
    )


def _rates(query: PanelQuery) -> KpiRow:
    tally = line().pipeline.monitor.summary(senders_of(query.scope), query.end - MINUTE_S)
    rates = {"完整率": tally.completeness_ratio, "及时率": tally.timeliness_ratio, "有效率": tally.valid_ratio}
    return KpiRow(
        measures=[Measure(label=name, value=_percent(rate), unit="%", decimals=1) for name, rate in rates.items()]
    )


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else 100 * ratio


_FORMULA = "近一小时：完整率=收到行数÷应到行数；及时率=5 分钟内到达行数÷收到行数；有效率=可信值÷收到值"

SENDING = panel(
    key="pipeline.sending",
    zh="数据报送质量",
    shows=Table,
    load=_sending,
    permission="telemetry.view",
    formula=_FORMULA,
    source="数据质量规则（实时监测）",
    reads=(
        *(f"telemetry.{kind}" for kind in KINDS),
        "accounts.organisation",
    ),
)
RATES = panel(
    key="pipeline.rates",
    zh="数据质量总览",
    shows=KpiRow,
    load=_rates,
    permission="telemetry.view",
    formula=_FORMULA,
    source="数据质量规则（实时监测）",
    drill="pipeline.sending",
    reads=tuple(f"telemetry.{kind}" for kind in KINDS),
)
