"""Panels of orders, the same for every business: compared by company, rule and period; what is late; what is new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ninja import Field, Schema

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
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
from cleanheat.orders import statistics
from cleanheat.orders.businesses import Business
from cleanheat.orders.queries import OrderFilter, counts, select
from cleanheat.orders.statistics import Sums
from cleanheat.orders.supervision import BUSINESS
from cleanheat.quality import public as quality

WORST: Final = 20
LISTED: Final = 50


class Span(Schema):
    """``days`` before the window's end; the period before it is as long."""

    days: int = Field(30, ge=1, le=400)


def span_of(query: PanelQuery) -> tuple[int, int]:
    return query.end - query.params.days * DAY_S, query.end


def _before(query: PanelQuery) -> tuple[int, int]:
    start, _ = span_of(query)
    return start - query.params.days * DAY_S, start


def company_name(number: int) -> str:
    return accounts.short_name(number) or "—"


def rule_name(source: str) -> str:
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


@dataclass(frozen=True)
class OrderPanels:
    """What the panels of one business show."""

    business: Business

    @property
    def own(self) -> tuple[str, ...]:
        return (self.business.key,)

    def summary(self, query: PanelQuery) -> KpiRow:
        """This period against the one before."""
        now, was = (
            statistics.total(query.scope, self.own, *span_of(query)),
            statistics.total(query.scope, self.own, *_before(query)),
        )
        return KpiRow(
            measures=[
                Measure(label=label, value=of(now), unit=unit, decimals=decimals, change=_change(of(now), of(was)))
                for label, unit, decimals, of in _COMPARED
            ]
        )

    def standing(self, query: PanelQuery) -> KpiRow:
        told = counts(query.scope, query.scope.organisation_id, self.own)
        return KpiRow(
            measures=[
                Measure(label="未办结", value=told["open"], unit="件"),
                Measure(
                    label="待本单位办理", value=told["mine"], unit="件", tone="notice" if told["mine"] else "neutral"
                ),
                Measure(
                    label="已超时", value=told["overdue"], unit="件", tone="serious" if told["overdue"] else "neutral"
                ),
                Measure(
                    label="已上报",
                    value=told["escalated"],
                    unit="件",
                    tone="critical" if told["escalated"] else "neutral",
                ),
            ]
        )

    def by_company(self, query: PanelQuery) -> Bars:
        found = list(statistics.grouped(query.scope, self.own, *span_of(query), "company").items())[:WORST]
        return Bars(
            categories=[company_name(number) for number, _ in found],
            lines=[
                Line(name="办理中", unit="件", values=[s.open - s.overdue for _, s in found]),
                Line(name="超时", unit="件", values=[s.overdue for _, s in found]),
                Line(name="已办结", unit="件", values=[s.closed for _, s in found]),
            ],
            is_stacked=True,
        )

    def by_rule(self, query: PanelQuery) -> Ranking:
        found = list(statistics.grouped(query.scope, self.own, *span_of(query), "rule").items())[:WORST]
        return Ranking(
            unit="件",
            decimals=0,
            entries=[RankingEntry(name=rule_name(source), value=s.orders) for source, s in found],
        )

    def states(self, query: PanelQuery) -> Pie:
        found, states = (
            statistics.by_state(query.scope, self.own, *span_of(query)),
            self.business.flow.definition().state,
        )
        return Pie(
            unit="件",
            shares=[Share(name=s.zh, value=found[s.key], tone=s.tone) for s in states.values() if found.get(s.key)],
        )

    def trend(self, query: PanelQuery) -> Series:
        days = statistics.trend(query.scope, self.own, *span_of(query))
        return Series(
            times=list(days),
            lines=[
                Line(name="新增", unit="件", values=[opened for opened, _ in days.values()]),
                Line(name="办结", unit="件", values=[closed for _, closed in days.values()]),
            ],
        )

    def companies_compared(self, query: PanelQuery) -> Bars:
        """Companies: this period's alerts and orders against the period before."""
        now, was = (
            statistics.grouped(query.scope, self.own, *span, "company") for span in (span_of(query), _before(query))
        )
        numbers = sorted({*now, *was}, key=lambda n: -(now[n].orders if n in now else 0))[:WORST]

        def numbers_of(of: Mapping[Any, Sums]) -> list[float | int | None]:
            return [of[n].orders if n in of else 0 for n in numbers]

        return Bars(
            categories=[company_name(n) for n in numbers],
            lines=[
                Line(name="本期", unit="件", values=numbers_of(now)),
                Line(name="上期", unit="件", values=numbers_of(was), dashed=True),
            ],
        )

    def overdue(self, query: PanelQuery) -> Table:
        rows = select(query.scope, OrderFilter(business=self.own, is_overdue=True, is_open=True), "due")
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
                    company_name(o.item.holder_id),
                    definition_of(o.item.version).state[o.item.state].zh,
                    f"{local(o.item.due_at.timestamp()):%m-%d %H:%M}" if o.item.due_at else "",
                    o.item.escalation,
                ]
                for o in rows[:LISTED]
            ],
            total=rows.count(),
        )

    def newest(self, query: PanelQuery) -> Timeline:
        rows = select(query.scope, OrderFilter(business=self.own))[:LISTED]
        return Timeline(
            entries=[
                TimelineEntry(
                    at=int(o.item.opened_at.timestamp()),
                    title=f"{Level(o.item.level).roman}级 {o.item.title}",
                    detail=f"{definition_of(o.item.version).state[o.item.state].zh} · {company_name(o.item.holder_id)}",
                    tone=definition_of(o.item.version).state[o.item.state].tone,
                    object_kind="" if o.object_kind in {"sender", "area"} else o.object_kind,
                    number=o.object_number,
                )
                for o in rows
            ]
        )


def declare_panels(business: Business, noun: str, begins: str) -> None:
    """The panels of one business, ``{rights}.summary`` and the others.

    Args: noun: what people call its orders; begins: when there are any, for the empty panel.
    """
    of = OrderPanels(business)
    view: dict[str, Any] = {"permission": business.right("view"), "refresh_s": 60, "source": noun}
    none = f"期内没有{noun}：{begins}"
    most = f"取最多的 {WORST} "

    def one(name: str, zh: str, shows: Any, **more: Any) -> None:
        panel(key=f"{business.rights}.{name}", zh=zh, shows=shows, load=getattr(of, name), **view, **more)

    one(
        "summary", f"{noun}情况", KpiRow, params=Span, cost=Cost.MEDIUM, drill=f"{business.rights}.companies_compared",
        formula="期内生成的工单；办结率＝已办结÷（工单−作废）；按时率＝未曾超时÷工单；平均处置＝生成至办结；"
        "一次通过率＝首次核验通过÷已核验；变化为与上一等长周期之差",
    )  # fmt: skip
    one(
        "standing", "待办与超时", KpiRow, drill=f"{business.rights}.overdue",
        formula="未办结工单；待本单位办理为本单位待接收与处置中的工单",
    )  # fmt: skip
    one(
        "by_company", f"企业{noun}", Bars, params=Span, cost=Cost.MEDIUM, empty=none,
        formula=f"期内工单按企业与办理情况计数，{most}家",
    )  # fmt: skip
    one(
        "by_rule", "问题排名", Ranking, params=Span, cost=Cost.MEDIUM, empty=none,
        formula=f"期内工单按规则或模型计数，{most}项",
    )  # fmt: skip
    one("states", "工单状态", Pie, params=Span, empty=none, formula="期内工单按当前状态计数")
    one("trend", "工单趋势", Series, params=Span, cost=Cost.MEDIUM, empty=none, formula="每日新增与办结的工单")
    one(
        "companies_compared", "企业环比", Bars, params=Span, cost=Cost.MEDIUM, empty=none,
        formula="本期与上一等长周期的工单数，按企业",
    )  # fmt: skip
    one(
        "overdue", "超时工单", Table, empty="没有超时的工单",
        formula=f"已超时且未办结的工单，按时限先后，前 {LISTED} 件",
    )  # fmt: skip
    one("newest", "工单动态", Timeline, empty=none, formula=f"最新 {LISTED} 件工单")


declare_panels(BUSINESS, "督办单", "预警达到生成条件或人工下发后才有督办单")
