"""Panels of evaluation: the city's score, companies beside it, where it goes, and what costs most."""

from __future__ import annotations

from typing import Annotated

from ninja import Schema
from pydantic import Field

from cleanheat.accounts import public as accounts
from cleanheat.evaluation import belonging
from cleanheat.evaluation.periods import Period, newest_complete, period_at, period_of
from cleanheat.evaluation.queries.drill import check_rows
from cleanheat.evaluation.queries.improvement import changes
from cleanheat.evaluation.queries.indicators import model_of, version_at
from cleanheat.evaluation.queries.reports import visible_to as visible_reports
from cleanheat.evaluation.queries.scores import ScoreRow, find_round, ranking, score_rows, trend_of
from cleanheat.evaluation.vocabulary import FeedbackState, ReportState, Span, SubjectKind
from cleanheat.infra import clock
from cleanheat.infra.panels import (
    Column,
    Cost,
    Gauge,
    Heatmap,
    Line,
    Measure,
    PanelQuery,
    Pie,
    Radar,
    Ranking,
    RankingEntry,
    Series,
    Share,
    Table,
    Timeline,
    TimelineEntry,
    Tone,
    panel,
)
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.time import epoch
from cleanheat.quality.vocabulary import DataClass, Dimension

RANKED = 20
WORST = 15
LISTED = 50
FORMULA = (
    "规则符合率 r = 1 − 不符合次数 ÷ 检查次数；维度得分 = Σ 规则权重 × r ÷ Σ 规则权重 × 100；"
    "得分 = Σ 维度权重 × 维度得分 ÷ Σ 维度权重"
)
SOURCE = "evaluation: 质量规则计数、数据报送、接入与抽样核查，按评价周期计算"
_TONES: tuple[Tone, ...] = ("good", "neutral", "warning", "critical")


class PeriodParams(Schema):
    """Which period: ``period`` by its key, else the newest one of the span that has scores."""

    span: Span = Span.MONTH
    period: Annotated[str, Field(max_length=10)] = ""
    data_set: Annotated[str, Field(max_length=16)] = ""
    scene: Annotated[str, Field(max_length=20)] = ""


class SubjectParams(PeriodParams):
    """Whose: a company by ``company_id``; without, the viewer's own company, else the city."""

    company_id: int | None = None


def _period(asked: PeriodParams) -> Period:
    if asked.period:
        return period_of(asked.span, asked.period)
    now = clock.now()
    current = period_at(asked.span, now)
    return current if find_round(current) else newest_complete(asked.span, now)


def _subject(scope: Scope, asked: SubjectParams) -> tuple[str, int]:
    own = accounts.find_organisation(scope.organisation_id)
    number = asked.company_id
    if number is None and own is not None and own.kind not in {"city", "district"}:
        number = next(iter(belonging.seen_companies(scope) or ()), None)
    if number is None:
        return SubjectKind.CITY.value, 0
    if not belonging.may_see(scope, SubjectKind.COMPANY, number):
        raise not_found("没有这个企业")
    return SubjectKind.COMPANY.value, number


def _one(scope: Scope, asked: PeriodParams, kind: str, number: int) -> ScoreRow | None:
    return next(iter(score_rows(scope, _period(asked), kind, number, asked.data_set, asked.scene)), None)


def _tone(grade: str) -> Tone:
    bands = [g.code for g in model_of(version_at(clock.now())).grades]
    return _TONES[min(bands.index(grade), len(_TONES) - 1)] if grade in bands else "neutral"


def _gauge(query: PanelQuery) -> Gauge:
    row = _one(query.scope, query.params, *_subject(query.scope, query.params))
    grades = model_of(version_at(clock.now())).grades
    return Gauge(
        measure=Measure(
            label=f"{row.name} {row.grade}级" if row else "尚无得分",
            value=row.total if row else None,
            unit="分",
            decimals=2,
            change=row.change if row else None,
            tone=_tone(row.grade) if row else "neutral",
        ),
        low=0,
        high=100,
        target=grades[0].low,
    )


panel(
    key="evaluation.score",
    zh="数据质量得分",
    shows=Gauge,
    load=_gauge,
    params=SubjectParams,
    permission="evaluation.view",
    formula=FORMULA + "；指针目标为最高等级的下限",
    source=SOURCE,
    drill="evaluation.worst_checks",
)


def _radar(query: PanelQuery) -> Radar:
    kind, number = _subject(query.scope, query.params)
    wanted = {(SubjectKind.CITY.value, 0), (kind, number)}
    rows = [r for s in sorted(wanted, reverse=True) if (r := _one(query.scope, query.params, *s))]
    return Radar(
        axes=[d.zh for d in Dimension],
        highs=[100.0] * len(Dimension),
        lines=[Line(name=r.name, unit="分", values=[r.points.get(d) for d in Dimension]) for r in rows],
    )


panel(
    key="evaluation.dimensions",
    zh="质量维度",
    shows=Radar,
    load=_radar,
    params=SubjectParams,
    permission="evaluation.view",
    formula=FORMULA + "；企业与全市对照，可访问性仅展示",
    source=SOURCE,
)


def _ranking(query: PanelQuery) -> Ranking:
    asked = query.params
    rows = ranking(query.scope, _period(asked), asked.data_set, asked.scene)
    entries = [
        RankingEntry(name=f"{r.place}. {r.name}（{r.grade}）", value=r.total, number=r.subject_id, tone=_tone(r.grade))
        for r in rows
        if r.place
    ]
    return Ranking(unit="分", decimals=2, entries=entries[:RANKED])


panel(
    key="evaluation.ranking",
    zh="企业数据质量排名",
    shows=Ranking,
    load=_ranking,
    params=PeriodParams,
    permission="evaluation.view",
    formula="按得分由高到低，同分同名次；评价发布前企业只见本企业名次",
    source=SOURCE,
)


def _trend(query: PanelQuery) -> Series:
    kind, number = _subject(query.scope, query.params)
    period = _period(query.params)
    wanted = sorted({(SubjectKind.CITY.value, 0), (kind, number)}, reverse=True)
    found = [trend_of(query.scope, period, *s, query.params.data_set, 12) for s in wanted]
    return Series(
        times=[p.start for p in found[0].periods],
        lines=[
            Line(name=belonging.subject_name(*s), unit="分", values=t.totals, dashed=s[0] != kind)
            for s, t in zip(wanted, found, strict=True)
        ],
    )


panel(
    key="evaluation.trend",
    zh="数据质量走势",
    shows=Series,
    load=_trend,
    params=SubjectParams,
    permission="evaluation.view",
    formula="最近 12 个周期的得分，时间为周期起始",
    source=SOURCE,
)


def _grades(query: PanelQuery) -> Pie:
    rows = score_rows(query.scope, _period(query.params), SubjectKind.COMPANY, None, query.params.data_set)
    bands = model_of(version_at(clock.now())).grades
    counts = {g.code: sum(r.grade == g.code for r in rows) for g in bands}
    return Pie(
        unit="家",
        shares=[Share(name=f"{g.code} {g.zh}", value=counts[g.code], tone=_tone(g.code)) for g in bands],
    )


panel(
    key="evaluation.grades",
    zh="企业等级分布",
    shows=Pie,
    load=_grades,
    params=PeriodParams,
    permission="evaluation.view",
    formula="按得分等级计企业数",
    source=SOURCE,
)


def _heatmap(query: PanelQuery) -> Heatmap:
    rows = score_rows(query.scope, _period(query.params), SubjectKind.COMPANY, None, query.params.data_set)
    return Heatmap(
        unit="分",
        sense="higher_is_better",
        high=100,
        columns=[*(d.zh for d in Dimension), "总分"],
        rows=[r.name for r in rows],
        values=[[*(r.points.get(d) for d in Dimension), r.total] for r in rows],
    )


panel(
    key="evaluation.company_dimensions",
    zh="企业 × 维度",
    shows=Heatmap,
    load=_heatmap,
    params=PeriodParams,
    permission="evaluation.view",
    formula=FORMULA,
    source=SOURCE,
)


def _worst(query: PanelQuery) -> Table:
    kind, number = _subject(query.scope, query.params)
    period = _period(query.params)
    rows = check_rows(period, kind, number, query.params.data_set) if find_round(period) else []
    failing = [r for r in rows if r.violations > 0]
    return Table(
        columns=[
            Column(key="zh", label="规则"),
            Column(key="data_set", label="数据集"),
            Column(key="dimension", label="维度"),
            Column(key="checks", label="检查", unit="次", decimals=0),
            Column(key="violations", label="不符合", unit="次", decimals=0),
            Column(key="ratio", label="符合率", unit="%", decimals=3),
            Column(key="loss", label="失分", unit="分", decimals=3),
        ],
        rows=[
            [
                r.zh,
                DataClass(r.data_set).zh,
                Dimension(r.dimension).zh,
                r.checks,
                r.violations,
                None if r.ratio is None else round(100 * r.ratio, 4),
                r.loss,
            ]
            for r in failing[:WORST]
        ],
        total=len(failing),
    )


panel(
    key="evaluation.worst_checks",
    zh="失分最多的规则",
    shows=Table,
    load=_worst,
    params=SubjectParams,
    permission="evaluation.view",
    formula="失分 = 该项检查全部符合时总分的增加值",
    source=SOURCE,
    refresh_s=300,
    cost=Cost.DEAR,
)


def _reports(query: PanelQuery) -> Table:
    rows = visible_reports(query.scope).select_related("round")
    return Table(
        columns=[
            Column(key="period", label="周期"),
            Column(key="name", label="对象"),
            Column(key="total", label="得分", unit="分", decimals=2),
            Column(key="grade", label="等级"),
            Column(key="state", label="状态"),
            Column(key="feedback", label="反馈"),
        ],
        rows=[
            [
                r.round.period,
                belonging.subject_name(r.subject_kind, r.subject_id),
                r.content.get("score", {}).get("total"),
                r.content.get("score", {}).get("grade", ""),
                ReportState(r.state).label,
                FeedbackState(r.feedback).label,
            ]
            for r in rows[:LISTED]
        ],
        total=rows.count(),
    )


panel(
    key="evaluation.reports",
    zh="数据质量报告",
    shows=Table,
    load=_reports,
    permission="evaluation.view",
    formula="最近生成的报告；企业只见已发布的本企业报告",
    source="evaluation: 报告",
)


def _changes(query: PanelQuery) -> Timeline:  # noqa: ARG001 - the same for everybody who may see it
    entries = []
    for row in changes(LISTED):
        city = row.effect.get("city") or {}
        effect = f"全市 {city['before']} → {city['after']}" if city.get("before") is not None else ""
        detail = "；".join(x for x in (row.reason, *row.differences[:5], effect, row.author) if x)
        entries.append(TimelineEntry(at=epoch(row.at), title=row.title, detail=detail))
    return Timeline(entries=entries)


panel(
    key="evaluation.changes",
    zh="评价体系变更",
    shows=Timeline,
    load=_changes,
    permission="evaluation.view",
    formula="每次变更以最近一个完整日的同一批计数重算，比较变更前后的全市得分",
    source="evaluation: 指标版本；quality: 规则变更",
)
