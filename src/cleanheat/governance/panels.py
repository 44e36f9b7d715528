"""Panels of governance: its warnings and orders, compared by company, rule and period; what is late; what is new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ninja import Field, Schema

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
from cleanheat.governance.orders import ORDER, ORDER_FLOW
from cleanheat.infra.flow.versions import definition_of
from cleanheat.infra.panels import (
    Bars,
    Column,
    Cost,
    KpiRow,
    Line,
    Measure,
    PanelQuery,
    Pie,
    Ranking,
    RankingEntry,
    Series,
    Share,
    Table,
    Timeline,
    TimelineEntry,
    panel,
)
from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, local
from cleanheat.orders import public as orders
from cleanheat.orders.public import OrderFilter, Sums
from cleanheat.quality import public as quality

QUALITY: Final = "quality."
WORST: Final = 20
RULES_BESIDE_EACH_OTHER: Final = 10
LISTED: Final = 50
_OWN: Final = (ORDER,)


class Span(Schema):
    """``days`` before the window's end; the period before it is as long."""

    days: int = Field(30, ge=1, le=400)


def _span(query: PanelQuery) -> tuple[int, int]:
    return query.end - query.params.days * DAY_S, query.end


def _before(query: PanelQuery) -> tuple[int, int]:
    start, _ = _span(query)
    return start - query.params.days * DAY_S, start


def _company(number: int) -> str:
    return accounts.short_name(number) or "—"


def _rule(source: str) -> str:
    """Rules of several kinds share a name: the kind is said with it."""
    spec = quality.alarm_source(source)
    kind = KINDS.get(spec.kind) if spec else None
    return f"{alerts.source_name(source)}（{kind.zh}）" if kind else alerts.source_name(source)


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else round(100 * ratio, 1)


def _change(now: float | None, was: float | None) -> float | None:
    return None if now is None or was is None else round(now - was, 1)


_COMPARED: Final[tuple[tuple[str, str, int, Callable[[Sums], float | None]], ...]] = (
    ("工单", "件", 0, lambda s: s.orders),
    ("已办结", "件", 0, lambda s: s.closed),
    ("办结率", "%", 1, lambda s: _percent(s.closing_ratio)),
    ("按时率", "%", 1, lambda s: _percent(s.on_time_ratio)),
    ("平均处置", "h", 1, lambda s: s.mean_hours),
    ("一次通过率", "%", 1, lambda s: _percent(s.first_pass_ratio)),
)


def _summary(query: PanelQuery) -> KpiRow:
    """This period against the one before."""
    now, was = orders.total(query.scope, _OWN, *_span(query)), orders.total(query.scope, _OWN, *_before(query))
    return KpiRow(
        measures=[
            Measure(label=label, value=of(now), unit=unit, decimals=decimals, change=_change(of(now), of(was)))
            for label, unit, decimals, of in _COMPARED
        ]
    )


def _standing(query: PanelQuery) -> KpiRow:
    told = orders.counts(query.scope, query.scope.organisation_id, _OWN)
    return KpiRow(
        measures=[
            Measure(label="未办结", value=told["open"], unit="件"),
            Measure(label="待本单位办理", value=told["mine"], unit="件", tone="notice" if told["mine"] else "neutral"),
            Measure(label="已超时", value=told["overdue"], unit="件", tone="serious" if told["overdue"] else "neutral"),
            Measure(
                label="已上报", value=told["escalated"], unit="件", tone="critical" if told["escalated"] else "neutral"
            ),
        ]
    )


def _by_company(query: PanelQuery) -> Bars:
    found = list(orders.grouped(query.scope, _OWN, *_span(query), "company").items())[:WORST]
    return Bars(
        categories=[_company(number) for number, _ in found],
        lines=[
            Line(name="办理中", unit="件", values=[s.open - s.overdue for _, s in found]),
            Line(name="超时", unit="件", values=[s.overdue for _, s in found]),
            Line(name="已办结", unit="件", values=[s.closed for _, s in found]),
        ],
        is_stacked=True,
    )


def _by_rule(query: PanelQuery) -> Ranking:
    found = list(orders.grouped(query.scope, _OWN, *_span(query), "rule").items())[:WORST]
    return Ranking(
        unit="件",
        decimals=0,
        entries=[RankingEntry(name=_rule(source), value=s.orders) for source, s in found],
    )


def _states(query: PanelQuery) -> Pie:
    found, states = orders.by_state(query.scope, _OWN, *_span(query)), ORDER_FLOW.definition().state
    return Pie(
        unit="件",
        shares=[Share(name=s.zh, value=found[s.key], tone=s.tone) for s in states.values() if found.get(s.key)],
    )


def _trend(query: PanelQuery) -> Series:
    days = orders.trend(query.scope, _OWN, *_span(query))
    return Series(
        times=list(days),
        lines=[
            Line(name="新增", unit="件", values=[opened for opened, _ in days.values()]),
            Line(name="办结", unit="件", values=[closed for _, closed in days.values()]),
        ],
    )


def _compared(query: PanelQuery) -> Bars:
    """Companies: this period's alerts and orders against the period before."""
    now, was = (orders.grouped(query.scope, _OWN, *span, "company") for span in (_span(query), _before(query)))
    numbers = sorted({*now, *was}, key=lambda n: -(now[n].orders if n in now else 0))[:WORST]

    def numbers_of(of: Mapping[Any, Sums]) -> list[float | int | None]:
        return [of[n].orders if n in of else 0 for n in numbers]

    return Bars(
        categories=[_company(n) for n in numbers],
        lines=[
            Line(name="本期", unit="件", values=numbers_of(now)),
            Line(name="上期", unit="件", values=numbers_of(was), dashed=True),
        ],
    )


def _late(query: PanelQuery) -> Table:
    rows = orders.select(query.scope, OrderFilter(business=_OWN, is_overdue=True, is_open=True), "due")
    return Table(
        columns=[
            Column(key="number", label="工单号"),
            Column(key="title", label="内容"),
            Column(key="holder", label="承办单位"),
            Column(key="state", label="状态"),
            Column(key="due", label="时限"),
            Column(key="escalation", label="上报次数"),
        ],
        rows=[
            [
                o.number,
                o.item.title,
                _company(o.item.holder_id),
                definition_of(o.item.version).state[o.item.state].zh,
                f"{local(o.item.due_at.timestamp()):%m-%d %H:%M}" if o.item.due_at else "",
                o.item.escalation,
            ]
            for o in rows[:LISTED]
        ],
        total=rows.count(),
    )


def _newest(query: PanelQuery) -> Timeline:
    rows = orders.select(query.scope, OrderFilter(business=_OWN))[:LISTED]
    return Timeline(
        entries=[
            TimelineEntry(
                at=int(o.item.opened_at.timestamp()),
                title=f"{Level(o.item.level).roman}级 {o.item.title}",
                detail=f"{definition_of(o.item.version).state[o.item.state].zh} · {_company(o.item.holder_id)}",
                tone=definition_of(o.item.version).state[o.item.state].tone,
                object_kind="" if o.object_kind in {"sender", "area"} else o.object_kind,
                number=o.object_number,
            )
            for o in rows
        ]
    )


def _alarms_by_rule(query: PanelQuery) -> Bars:
    """Quality alarms of the period by rule and level."""
    found = alerts.tally(query.scope, QUALITY, *_span(query), by=("source", "level"))
    sums: dict[str, int] = {}
    for (source, _), n in found.items():
        sums[str(source)] = sums.get(str(source), 0) + n
    sources = sorted(sums, key=lambda s: -sums[s])[:RULES_BESIDE_EACH_OTHER]
    return Bars(
        categories=[_rule(s) for s in sources],
        lines=[
            Line(name=f"{g.roman}级", unit="条", values=[found.get((s, int(g)), 0) for s in sources]) for g in Level
        ],
        is_stacked=True,
    )


def _alarms_trend(query: PanelQuery) -> Series:
    start, end = _span(query)
    found = alerts.tally(query.scope, QUALITY, start, end, by=("day", "level"))
    days = sorted({int(day) for day, _ in found})
    return Series(
        times=days,
        lines=[Line(name=f"{g.roman}级", unit="条", values=[found.get((d, int(g)), 0) for d in days]) for g in Level],
    )


_VIEW: Final[dict[str, Any]] = {"permission": "governance.view", "refresh_s": 60}
_ORDERS: Final = "治理工单"
_NONE: Final = "期内没有治理工单：质量报警达到生成条件或人工下发后才有工单"
_NO_ALARMS: Final = "期内没有数据质量报警"
panel(
    key="governance.summary", zh="治理情况", shows=KpiRow, load=_summary, params=Span, source=_ORDERS, cost=Cost.MEDIUM,
    formula="期内生成的工单；办结率＝已办结÷（工单−作废）；按时率＝未曾超时÷工单；平均处置＝生成至办结；"
    "一次通过率＝首次核验通过÷已核验；变化为与上一等长周期之差", drill="governance.companies_compared", **_VIEW,
)  # fmt: skip
panel(
    key="governance.standing", zh="待办与超时", shows=KpiRow, load=_standing, source=_ORDERS,
    formula="未办结工单；待本单位办理为本单位待接收与处置中的工单", drill="governance.overdue", **_VIEW,
)  # fmt: skip
panel(
    key="governance.by_company", zh="企业治理工单", shows=Bars, load=_by_company, params=Span, source=_ORDERS,
    formula=f"期内工单按企业与办理情况计数，取最多的 {WORST} 家", cost=Cost.MEDIUM, empty=_NONE, **_VIEW,
)  # fmt: skip
panel(
    key="governance.by_rule", zh="问题规则排名", shows=Ranking, load=_by_rule, params=Span, source=_ORDERS,
    formula=f"期内工单按规则计数，取最多的 {WORST} 条", cost=Cost.MEDIUM, empty=_NONE, **_VIEW,
)  # fmt: skip
panel(
    key="governance.states", zh="工单状态", shows=Pie, load=_states, params=Span, source=_ORDERS,
    formula="期内工单按当前状态计数", empty=_NONE, **_VIEW,
)  # fmt: skip
panel(
    key="governance.trend", zh="工单趋势", shows=Series, load=_trend, params=Span, source=_ORDERS,
    formula="每日新增与办结的工单", cost=Cost.MEDIUM, empty=_NONE, **_VIEW,
)  # fmt: skip
panel(
    key="governance.companies_compared", zh="企业环比", shows=Bars, load=_compared, params=Span, source=_ORDERS,
    formula="本期与上一等长周期的工单数，按企业", cost=Cost.MEDIUM, empty=_NONE, **_VIEW,
)  # fmt: skip
panel(
    key="governance.overdue", zh="超时工单", shows=Table, load=_late, source=_ORDERS,
    formula=f"已超时且未办结的工单，按时限先后，前 {LISTED} 件", empty="没有超时的工单", **_VIEW,
)  # fmt: skip
panel(
    key="governance.newest", zh="工单动态", shows=Timeline, load=_newest, source=_ORDERS,
    formula=f"最新 {LISTED} 件工单", empty=_NONE, **_VIEW,
)  # fmt: skip
panel(
    key="governance.alarms_by_rule", zh="质量报警构成", shows=Bars, load=_alarms_by_rule, params=Span,
    source="报警记录",
    formula=f"期内数据质量报警按规则与级别计数，取最多的 {RULES_BESIDE_EACH_OTHER} 条规则", cost=Cost.MEDIUM,
    empty=_NO_ALARMS, **_VIEW,
)  # fmt: skip
panel(
    key="governance.alarms_trend", zh="质量报警趋势", shows=Series, load=_alarms_trend, params=Span, source="报警记录",
    formula="每日新产生的数据质量报警按级别计数", cost=Cost.MEDIUM, empty=_NO_ALARMS, **_VIEW,
)  # fmt: skip
