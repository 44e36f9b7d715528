"""Panels of overviews: the city's development and comparisons, and of each kind who comes first and why."""

from __future__ import annotations

from typing import Final

import numpy as np

from cleanheat.assets import public as assets
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
    Table,
    Tone,
    panel,
)
from cleanheat.infra.scope import Scope
from cleanheat.kernel.time import DAY_S, local
from cleanheat.overview.development import Compared, Development, development, happenings
from cleanheat.overview.focus import COURSE_HOURS, MOST_OWNERS, Wanted, by_owner, by_reason, course, focus, grades
from cleanheat.overview.heat import heat_compared, heat_days
from cleanheat.overview.vocabulary import KINDS, number
from cleanheat.overview.weighing import formula

FIRST: Final = 20
COURSE_DAYS: Final = 30
YEAR_D: Final = 365
TONES: Final[tuple[Tone, ...]] = ("neutral", "critical", "serious", "warning", "notice")
_ARCHIVE: Final = "统一档案：建成年份"
_READS: Final = ("assets.building", "assets.substation", "assets.boiler", "assets.pipe")
_FOCUS_READS: Final = ("alerts.alert", "diagnosis.found", "complaints.ticket")


def _totals(query: PanelQuery) -> KpiRow:
    things = development(query.scope).things
    return KpiRow(
        measures=[
            Measure(label=t.zh, value=t.now, unit=t.unit, decimals=1 if t.key in {"area", "pipe"} else 0,
                    change=t.added[-1] if t.change is not None else None)
            for t in things
        ]
    )  # fmt: skip


def _growth(query: PanelQuery) -> Bars:
    found = development(query.scope)
    shown = {t.key: t for t in found.things}
    return Bars(
        categories=[str(y) for y in found.years],
        lines=[Line(name=f"新增{t.zh}", unit=t.unit, values=list(t.added)) for t in (shown["area"], shown["pipe"])],
    )


def _standing(query: PanelQuery) -> Bars:
    found = development(query.scope)
    area = next(t for t in found.things if t.key == "area")
    former = [None, *area.standing[:-1]]
    ratios = [
        round(100 * (now / before - 1), 2) if before else None
        for now, before in zip(area.standing, former, strict=True)
    ]
    return Bars(
        categories=[str(y) for y in found.years],
        lines=[
            Line(name=f"年末{area.zh}", unit=area.unit, values=list(area.standing)),
            Line(name="同比增长", unit="%", values=list(ratios)),
        ],
    )


def _ages(query: PanelQuery) -> Bars:
    ages = development(query.scope).ages
    return Bars(
        categories=[a.zh for a in ages],
        lines=[
            Line(name="管网长度", unit="km", values=[a.pipe_km for a in ages]),
            Line(name="供热面积", unit="万m²", values=[a.area_10k_m2 for a in ages]),
        ],
    )


def _classes(query: PanelQuery) -> Bars:
    found = development(query.scope)
    return Bars(
        categories=found.decades,
        lines=[Line(name=c.zh, unit="万m²", values=list(c.areas)) for c in found.classes],
        is_stacked=True,
    )


def _renewal(query: PanelQuery) -> KpiRow:
    found: Development = development(query.scope)
    shares = (
        (f"满 {number('development', 'old_pipe'):g} 年管网占比", found.old_pipe_share),
        ("非节能建筑面积占比", found.unsaving_share),
    )
    return KpiRow(
        measures=[
            Measure(
                label=zh, value=None if s is None else 100 * s, unit="%", decimals=1, tone="warning" if s else "good"
            )
            for zh, s in shares
        ]
    )


def spans_of(query: PanelQuery) -> tuple[tuple[int, int], ...]:
    """Whole local days up to the window's end, as many as it is long; the span before, and that of last year."""
    end = int(local(query.end).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    length = max(1, round((query.end - query.start) / DAY_S)) * DAY_S
    return (end - length, end), (end - 2 * length, end - length), (end - length - YEAR_D * DAY_S, end - YEAR_D * DAY_S)


def _table(rows: list[Compared]) -> Table:
    return Table(
        columns=[
            Column(key="zh", label="指标"),
            Column(key="unit", label="单位"),
            Column(key="now", label="本期", decimals=2),
            Column(key="before", label="上期", decimals=2),
            Column(key="period", label="环比", unit="%", decimals=1),
            Column(key="last_year", label="去年同期", decimals=2),
            Column(key="year", label="同比", unit="%", decimals=1),
        ],
        rows=[
            [r.zh, r.unit, r.now, r.before, _percent(r.period_change), r.last_year, _percent(r.year_change)]
            for r in rows
        ],
        total=len(rows),
    )


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else round(100 * ratio, 1)


def _compared(query: PanelQuery) -> Table:
    return _table(happenings(query.scope, spans_of(query)))


def _heat_compared(query: PanelQuery) -> Table:
    return _table(heat_compared(query.scope, spans_of(query)))


def _heat_course(query: PanelQuery) -> Series:
    (_, end), *_ = spans_of(query)
    found = heat_days(query.scope, end - COURSE_DAYS * DAY_S, end)
    return Series(
        times=found.days.tolist(),
        lines=[
            Line(name="度日耗热", unit="GJ/(℃·d·万m²)", values=_none(found.specific, 4)),
            Line(name="室外日均温", unit="℃", values=_none(found.outdoor_c, 1), dashed=True),
        ],
    )


def _none(values: np.ndarray, decimals: int) -> list[float | int | None]:
    return [round(float(v), decimals) if np.isfinite(v) else None for v in values]


_DEVELOPMENT = {
    "totals": ("供热规模", KpiRow, _totals, "范围内在册对象之和；变化为本年新增"),
    "growth": ("历年新增", Bars, _growth, "按建成年份：供热面积取楼宇，管网长度取管段"),
    "standing": ("供热面积与同比", Bars, _standing, "年末面积 = 此前建成楼宇供热面积之和；同比 = 年末 ÷ 上年末 − 1"),
    "ages": ("设施年限", Bars, _ages, "按建成年份至今的整年数"),
    "classes": ("建筑节能水平", Bars, _classes, "供热面积按建成年代与节能等级；非节能者为改造对象"),
    "renewal": ("更新改造需求", KpiRow, _renewal, "老旧管网长度、非节能建筑面积占全部的比例"),
}
for _key, (_zh, _shows, _load, _formula) in _DEVELOPMENT.items():
    panel(
        key=f"overview.{_key}",
        zh=_zh,
        shows=_shows,
        load=_load,
        permission="assets.view",
        formula=_formula,
        source=_ARCHIVE,
        refresh_s=600,
        cost=Cost.MEDIUM,
        reads=_READS,
    )
panel(
    key="overview.compared",
    zh="预警、工单与投诉对比",
    shows=Table,
    load=_compared,
    permission="alerts.view",
    formula="本期为所选时段截至昨日的整日；环比对上一个等长时段，同比对去年同日期",
    source="预警、工单、投诉记录",
    refresh_s=600,
    cost=Cost.MEDIUM,
    reads=("alerts.alert", "complaints.ticket"),
)
panel(
    key="overview.heat_compared",
    zh="供热量与度日数对比",
    shows=Table,
    load=_heat_compared,
    permission="screens.view",
    formula="供热量 = 有读数机组日均瞬时热量 × 24 × 机组数；度日数基准 18 ℃；度日耗热 = 供热量 ÷ 度日数 ÷ 供热面积；"
    "任一日缺数则该时段不比",
    source="telemetry: 机组与气象站小时汇总",
    refresh_s=3_600,
    cost=Cost.DEAR,
    reads=("telemetry.unit.heat_power_gj_h", "telemetry.weather.outdoor_temp_c", "assets.unit"),
)
panel(
    key="overview.heat_course",
    zh="度日耗热",
    shows=Series,
    load=_heat_course,
    permission="screens.view",
    formula=f"每日供热量 ÷ 度日数 ÷ 供热面积，最近 {COURSE_DAYS} 个整日；天冷天暖可比",
    source="telemetry: 机组与气象站小时汇总",
    refresh_s=3_600,
    cost=Cost.DEAR,
    reads=("telemetry.unit.heat_power_gj_h", "telemetry.weather.outdoor_temp_c", "assets.unit"),
)


# --- who of each kind comes first -------------------------------------------------------------------------------------


def _first(kind: str, scope: Scope) -> Ranking:
    found = focus(kind, scope, Wanted())
    page = found.numbers[:FIRST].tolist()
    names, level = assets.names(kind, page), grades(found.facts)
    points = found.parts.sum(axis=0)
    return Ranking(
        unit="分",
        entries=[
            RankingEntry(name=name, value=round(float(points[n]), 1), object_kind=kind, number=n, tone=TONES[level[n]])
            for n, name in zip(page, names, strict=True)
        ],
    )


def _declare(kind: str) -> None:
    """Ranking, reasons, owners and course of one kind."""
    zh = KINDS[kind].zh
    whole = Wanted()
    declared = (
        ("first", f"{zh}问题排行", Ranking, lambda q: _first(kind, q.scope), f"{formula()}；前 {FIRST} 位"),
        ("reasons", f"{zh}问题构成", Pie, lambda q: by_reason(focus(kind, q.scope, whole)), "有问题的对象按原因计数"),
        ("owners", f"{zh}问题分布", Bars, lambda q: by_owner(focus(kind, q.scope, whole)),
         f"有问题的对象按归属与最重级别计数，前 {MOST_OWNERS} 位"),
        ("course", f"{zh}预警走势", Series, lambda q: course(kind, q.scope, whole, q.end),
         f"最近 {COURSE_HOURS} 小时产生的预警，按小时与级别"),
    )  # fmt: skip
    for key, title, shows, load, explained in declared:
        panel(
            key=f"overview.{key}_{kind}",
            zh=title,
            shows=shows,
            load=load,
            permission="alerts.view",
            formula=explained,
            source="预警、诊断结论、读数判定、投诉与企业评价",
            cost=Cost.MEDIUM,
            reads=_FOCUS_READS,
        )


for _kind in KINDS:
    _declare(_kind)
