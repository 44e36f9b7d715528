"""Panels of complaints: how many, about what, when, whose, and how many of them hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cleanheat.complaints.queries import counts_by, counts_by_day, tickets
from cleanheat.complaints.statistics import validity_statistics
from cleanheat.complaints.vocabulary import Category, Channel, TicketState, Validity
from cleanheat.infra.panels import (
    Bars,
    Column,
    Cost,
    KpiRow,
    Line,
    Measure,
    PanelQuery,
    Pie,
    Series,
    Share,
    Table,
    panel,
)
from cleanheat.kernel.time import epoch, local

VIEW = "complaints.view"
READS = ("complaints.ticket",)
WITH_READINGS = ("complaints.ticket", "telemetry.room.room_temp_c", "telemetry.unit.secondary_supply_temp_c")
NEWEST, WORST = 50, 20
LONGEST_DAYS: Final = 400
TONES: Final = {Validity.VALID: "serious", Validity.DOUBTFUL: "notice", Validity.INVALID: "neutral"}


def _totals(query: PanelQuery) -> KpiRow:
    rows = tickets(query.scope, query.start, query.end)
    by_state = counts_by(rows, "state")
    total = sum(by_state.values())
    closed = by_state.get((TicketState.CLOSED.value,), 0)
    valid = rows.filter(validity=Validity.VALID).count()
    satisfied, asked = (rows.filter(satisfaction__in=which).count() for which in (_CONTENT, _ASKED))
    return KpiRow(
        measures=[
            Measure(label="投诉量", value=total, unit="件"),
            Measure(label="办结率", value=_percent(closed, total), unit="%", decimals=1),
            Measure(label="满意率", value=_percent(satisfied, asked), unit="%", decimals=1),
            Measure(label="核验有效", value=valid, unit="件"),
        ]
    )


_CONTENT = ("satisfied", "fair")
_ASKED = ("satisfied", "fair", "dissatisfied")


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _by_category(query: PanelQuery) -> Pie:
    counts = counts_by(tickets(query.scope, query.start, query.end), "category")
    shares = [Share(name=c.label, value=counts[c.value,]) for c in Category if counts.get((c.value,))]
    return Pie(unit="件", shares=shares)


def _by_day(query: PanelQuery) -> Series:
    counts = counts_by_day(tickets(query.scope, query.start, query.end), "channel")
    first, last = local(query.start).replace(hour=0, minute=0, second=0, microsecond=0), local(query.end - 1)
    days = [first + timedelta(days=i) for i in range(min((last - first).days + 1, LONGEST_DAYS))]
    lines = [
        Line(name=channel.label, unit="件", values=[counts.get((day.date(), channel.value), 0) for day in days])
        for channel in Channel
    ]
    return Series(times=[epoch(day) for day in days], lines=lines)


def _by_company(query: PanelQuery) -> Bars:
    rows = validity_statistics(query.scope, query.start, query.end)["by_company"][:WORST]
    lines = [
        Line(name=v.label, unit="件", values=[row[v.value or "unjudged"] for row in rows])
        for v in (Validity.VALID, Validity.DOUBTFUL, Validity.INVALID, Validity.UNJUDGED)
    ]
    return Bars(categories=[row["company"] for row in rows], lines=lines, is_stacked=True)


def _validity(query: PanelQuery) -> Pie:
    counts = counts_by(tickets(query.scope, query.start, query.end), "validity")
    shares = [
        Share(name=v.label, value=counts[v.value,], tone=TONES.get(v, "neutral"))  # type: ignore[arg-type]
        for v in Validity
        if counts.get((v.value,))
    ]
    return Pie(unit="件", shares=shares)


def _reasons(query: PanelQuery) -> Bars:
    rows = validity_statistics(query.scope, query.start, query.end)["by_reason"]
    return Bars(
        categories=[r["zh"] for r in rows], lines=[Line(name="件数", unit="件", values=[r["count"] for r in rows])]
    )


def _newest(query: PanelQuery) -> Table:
    chosen = tickets(query.scope, query.start, query.end)
    fields = (
        "received_at",
        "channel",
        "category",
        "caller_name",
        "address",
        "company__short_name",
        "state",
        "validity",
    )
    rows = [list(row) for row in chosen.order_by("-received_at", "-id").values_list(*fields)[:NEWEST]]
    for row in rows:
        row[0] = f"{local(epoch(row[0])):%Y-%m-%d %H:%M}"
        row[2], row[6], row[7] = Category(row[2]).label, TicketState(row[6]).label, Validity(row[7]).label
    columns = [
        Column(key="at", label="受理时间"),
        Column(key="channel", label="渠道"),
        Column(key="category", label="投诉类型"),
        Column(key="caller", label="来电人", sensitivity="person_name"),
        Column(key="address", label="地址", sensitivity="address"),
        Column(key="company", label="供热企业"),
        Column(key="state", label="状态"),
        Column(key="validity", label="有效性"),
    ]
    return Table(columns=columns, rows=rows, total=chosen.count())


panel(
    key="complaints.totals",
    zh="投诉概况",
    shows=KpiRow,
    load=_totals,
    permission=VIEW,
    formula="办结率 = 已办结 / 受理；满意率 = （满意 + 基本满意）/ 已回访；核验有效：与室温、机组读数和档案核对后成立",
    source="12345、12319 投诉记录",
    reads=READS,
    cost=Cost.MEDIUM,
)
panel(
    key="complaints.by_category",
    zh="投诉类型",
    shows=Pie,
    load=_by_category,
    permission=VIEW,
    formula="时段内受理的投诉按类型计数",
    source="12345、12319 投诉记录",
    drill="complaints.newest",
    reads=READS,
    cost=Cost.MEDIUM,
)
panel(
    key="complaints.by_day",
    zh="每日投诉量",
    shows=Series,
    load=_by_day,
    permission=VIEW,
    formula="每日受理件数，按渠道",
    source="12345、12319 投诉记录",
    drill="complaints.newest",
    reads=READS,
    cost=Cost.MEDIUM,
)
panel(
    key="complaints.by_company",
    zh="各企业投诉有效性",
    shows=Bars,
    load=_by_company,
    permission=VIEW,
    formula="按企业统计有效、存疑、无效件数；地址未匹配到档案的记为“未匹配”",
    source="投诉记录、室温测点、换热机组、热用户档案",
    drill="complaints.newest",
    reads=WITH_READINGS,
    cost=Cost.DEAR,
)
panel(
    key="complaints.validity",
    zh="投诉有效性",
    shows=Pie,
    load=_validity,
    permission=VIEW,
    formula="实测或同楼平均室温低于 18 ℃、机组停供为有效；报停、室温达 20 ℃ 为存疑；非采暖期、重复投诉为无效",
    source="投诉记录、室温测点、换热机组、热用户档案",
    reads=WITH_READINGS,
    cost=Cost.MEDIUM,
)
panel(
    key="complaints.reasons",
    zh="有效性判定依据",
    shows=Bars,
    load=_reasons,
    permission=VIEW,
    formula="各判定依据出现的件数，一件投诉可有多个依据",
    source="投诉记录、室温测点、换热机组、热用户档案",
    reads=WITH_READINGS,
    cost=Cost.DEAR,
)
panel(
    key="complaints.newest",
    zh="最新投诉",
    shows=Table,
    load=_newest,
    permission=VIEW,
    formula="时段内最新受理的投诉，个人信息已脱敏",
    source="12345、12319 投诉记录",
    reads=READS,
    cost=Cost.MEDIUM,
)
