"""Panels of guidance: weather to come, who would not keep rooms warm, advice and its fate, capacity, systems, peaks."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from ninja import Schema

from cleanheat.assets import public as assets
from cleanheat.diagnosis.guidance import advice, answers, assessment, peaking, systems
from cleanheat.diagnosis.guidance.plan import city_plan
from cleanheat.diagnosis.guidance.queries import advice_counts, advice_page
from cleanheat.diagnosis.guidance.words import AdviceState
from cleanheat.infra.panels import (
    Bars,
    Column,
    Cost,
    Kpi,
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
    panel,
)  # fmt: skip

VIEW = "diagnosis.view"
SOURCE = "调控指导模型（docs/algorithms）"
READS = ("telemetry.unit", "telemetry.branch", "telemetry.boiler", "telemetry.weather", "assets.substation")
NO_WEATHER = "尚无天气预报与实测气温，无法给出建议"
ROWS = 20
ADVICE_DAYS = 7


class KindParams(Schema):
    """Whose: branches, boiler rooms or substations."""

    kind: Literal["branch", "boiler", "substation"] = "substation"


class ObjectParams(Schema):
    """One object; without a number the city's own outlook is shown."""

    kind: Literal["plant", "branch", "boiler", "substation", "unit"] = "substation"
    number: int = 0


def _weather(_query: PanelQuery) -> Series:
    sky = city_plan().outlook
    return Series(
        times=sky.times.tolist(),
        lines=[
            Line(name="室外温度", unit="℃", values=answers.listed(sky.outdoor_c)),
            Line(name="下限（80%）", unit="℃", values=answers.listed(sky.low_c), dashed=True),
            Line(name="上限（80%）", unit="℃", values=answers.listed(sky.high_c), dashed=True),
            Line(name="建筑感受温度", unit="℃", values=answers.listed(sky.felt_c)),
        ],
    )


panel(
    key="diagnosis.outlook",
    zh="未来三天室外温度",
    shows=Series,
    load=_weather,
    permission=VIEW,
    formula="最近一次预报按实况订正；无有效预报时按前几日的日变化外推，区间放宽",
    source="天气预报、气象站实测",
    reads=("telemetry.weather.outdoor_temp_c",),
    refresh_s=600,
    cost=Cost.MEDIUM,
    empty=NO_WEATHER,
)


def _compliance(query: PanelQuery) -> KpiRow:
    measures = []
    for kind, zh in (("branch", "电厂支线"), ("boiler", "锅炉房"), ("substation", "换热站")):
        found = answers.not_compliant(kind, query.scope)
        tone: Any = "good" if not found["failing"] else "warning"
        measures.append(Measure(label=f"{zh}不满足", value=found["failing"], unit=f"/{found['judged']}", tone=tone))
    return KpiRow(measures=measures)


panel(
    key="diagnosis.compliance",
    zh="严寒及快速降温下不满足的对象",
    shows=KpiRow,
    load=_compliance,
    permission=VIEW,
    formula="按现行曲线推演预报、−21.1 ℃ 严寒、24 h 降 10 K 三种天气，室温或参数不足即为不满足",
    source=SOURCE,
    reads=READS,
    refresh_s=600,
    drill="diagnosis.not_compliant",
    cost=Cost.MEDIUM,
)


def _not_compliant(query: PanelQuery) -> Table:
    kind = query.params.kind
    found = answers.not_compliant(kind, query.scope)
    rows = [
        [
            row["number"], row["name"], "、".join(r["zh"] for r in row["reasons"]), row["lowest_room_c"],
            row["below_h"], row["heat_missing_gj_day"], row["users_below"],
        ]
        for row in found["items"][:ROWS]
    ]  # fmt: skip
    columns = [
        Column(key="number", label="编号", object_kind=kind),
        Column(key="name", label="名称"),
        Column(key="reasons", label="原因"),
        Column(key="room", label="最低预计室温", unit="℃", decimals=1),
        Column(key="below", label="低于 18 ℃ 前", unit="h", decimals=0),
        Column(key="heat", label="日缺热量", unit="GJ", decimals=1),
        Column(key="users", label="影响户数", unit="户", decimals=0),
    ]
    return Table(columns=columns, rows=rows, total=found["failing"])


panel(
    key="diagnosis.not_compliant",
    zh="参数不满足供热需求的对象",
    shows=Table,
    load=_not_compliant,
    params=KindParams,
    permission=VIEW,
    formula="三种天气推演的最不利结果，最低室温升序",
    source=SOURCE,
    reads=READS,
    refresh_s=600,
    cost=Cost.MEDIUM,
    empty="当前参数均满足，或缺少可信读数",
)


def _guidance(query: PanelQuery) -> Series:
    asked = query.params
    if not asked.number:
        return Series(times=[], lines=[])
    told = answers.answer(asked.kind, asked.number, query.scope)
    return Series(
        times=told["times"],
        lines=[
            Line(name="建议供温", unit="℃", values=told["recommended"]["supply_c"]),
            Line(name="现行供温", unit="℃", values=told["as_is"]["supply_c"], dashed=True),
            Line(name="建议回温", unit="℃", values=told["recommended"]["return_c"]),
            Line(name="预计室温", unit="℃", values=told["room"]["expected_c"]),
            Line(name="现行下室温", unit="℃", values=told["as_is"]["room_c"], dashed=True),
        ],
    )


panel(
    key="diagnosis.guidance",
    zh="未来三天运行参数建议",
    shows=Series,
    load=_guidance,
    params=ObjectParams,
    permission=VIEW,
    formula="需求曲线按感受温度取值，提前升温，限制升降速度与设备上下限",
    source=SOURCE,
    reads=READS,
    refresh_s=600,
    cost=Cost.MEDIUM,
    empty="选择一个对象",
)


def _advice(query: PanelQuery) -> Table:
    total, rows = advice_page(query.scope, "", "", ADVICE_DAYS, 1, ROWS)
    columns = [
        Column(key="day", label="日期"),
        Column(key="name", label="对象"),
        Column(key="text", label="建议"),
        Column(key="state", label="状态"),
        Column(key="followed", label="执行比例", decimals=2),
    ]
    shown = [
        [r.day.isoformat(), r.name, r.text, AdviceState(r.state).label, r.outcome.get("followed_share")] for r in rows
    ]
    return Table(columns=columns, rows=shown, total=total)


panel(
    key="diagnosis.advice",
    zh="调控建议",
    shows=Table,
    load=_advice,
    permission=VIEW,
    formula="每日七时按当日天气下达，次日核验执行比例",
    source=SOURCE,
    reads=("diagnosis.advice",),
    cost=Cost.MEDIUM,
    empty="近七日没有建议",
)


def _adoption(query: PanelQuery) -> Pie:
    counts = advice.adoption(advice_counts(query.scope, "", ADVICE_DAYS))
    tones: dict[str, Any] = {"followed": "good", "adopted": "good", "ignored": "warning", "handed_over": "serious"}
    shares = [
        Share(name=AdviceState(key).label, value=n, tone=tones.get(key, "neutral")) for key, n in counts.items() if n
    ]
    return Pie(unit="条", shares=shares)


panel(
    key="diagnosis.advice_adoption",
    zh="建议采纳情况",
    shows=Pie,
    load=_adoption,
    permission=VIEW,
    formula="近七日建议按状态计数",
    source=SOURCE,
    reads=("diagnosis.advice",),
    cost=Cost.MEDIUM,
    empty="近七日没有建议",
)


def _capacity(query: PanelQuery) -> Ranking:
    kind = query.params.kind
    rows = assessment.assess(city_plan(), kind, query.scope)[:ROWS]
    tones: dict[str, Any] = {"short": "serious", "tight": "warning", "fit": "good", "idle": "notice"}
    entries = [
        RankingEntry(
            name=f"{r['name']}（{r['class_zh']}）", value=r["load_ratio"], object_kind=kind, number=r["number"],
            tone=tones.get(r["class"], "neutral"),
        )
        for r in rows
    ]  # fmt: skip
    return Ranking(unit="", decimals=2, entries=entries)


panel(
    key="diagnosis.capacity",
    zh="供热能力负荷比",
    shows=Ranking,
    load=_capacity,
    params=KindParams,
    permission=VIEW,
    formula="−21.1 ℃ 需热量（历史负荷特性外推，缺时按室温校正的设计值）÷ 可供能力",
    source=SOURCE,
    reads=READS,
    refresh_s=600,
    cost=Cost.MEDIUM,
)


def _systems(query: PanelQuery) -> Bars:
    rows = systems.by_system(city_plan(), query.scope)
    named = (("mark", "综合评分", "分"), ("heat_w_m2", "供热强度", "W/m²"), ("spread_k", "站内偏差", "K"))
    return Bars(
        categories=[r["zh"] for r in rows],
        lines=[Line(name=zh, unit=unit, values=[r[key] for r in rows]) for key, zh, unit in named],
    )


panel(
    key="diagnosis.systems",
    zh="单、双、多系统指标",
    shows=Bars,
    load=_systems,
    permission=VIEW,
    formula="机组分别评价后按面积加权；站内偏差为各机组供温与需求之差的极差",
    source=SOURCE,
    reads=READS,
    refresh_s=600,
    cost=Cost.MEDIUM,
)


def _peaks(query: PanelQuery) -> Table:
    rows = peaking.analyse(city_plan(), query.scope)
    columns = [
        Column(key="number", label="编号", object_kind="boiler"),
        Column(key="name", label="调峰锅炉房"),
        Column(key="branch", label="所属支线"),
        Column(key="state", label="实时状态"),
        Column(key="verdict", label="判断"),
        Column(key="heat", label="当前热功率", unit="MW", decimals=1),
        Column(key="starts", label="启动次数", unit="次", decimals=0),
        Column(key="hours", label="运行小时", unit="h", decimals=0),
        Column(key="below", label="启动温度", unit="℃", decimals=1),
    ]
    shown = [
        [r["number"], r["name"], r["branch"], r["state_zh"], r["verdict_zh"], r["heat_mw"], r["starts"], r["hours_on"],
         r["starts_below_c"]]
        for r in rows
    ]  # fmt: skip
    return Table(columns=columns, rows=shown, total=len(rows))


panel(
    key="diagnosis.peak_boilers",
    zh="调峰锅炉启停分析",
    shows=Table,
    load=_peaks,
    permission=VIEW,
    formula="支线需热量超过主热源能力 95% 应启动，低于 88% 可停运；近 30 日逐时判定启停",
    source=SOURCE,
    reads=("telemetry.boiler.heat_power_mw", "telemetry.branch"),
    refresh_s=600,
    cost=Cost.MEDIUM,
    empty="范围内没有调峰锅炉房",
)


def _saving(query: PanelQuery) -> Kpi:
    plan = city_plan()
    mine = assets.visible("unit", query.scope)[plan.network.units]
    known = mine & ~np.isnan(plan.present.units["supply_c"])
    heat = answers.energy(plan.units.heat_kw[known].sum(axis=0), plan.units.as_is_heat_kw[known].sum(axis=0))
    value = heat["saved_gj_day"]
    tone: Any = "neutral" if value is None else ("good" if value >= 0 else "notice")
    label = "按建议运行每日可节约" if value is None or value >= 0 else "按建议运行每日需增加"
    return Kpi(measure=Measure(label=label, value=None if value is None else abs(value), unit="GJ", tone=tone))


panel(
    key="diagnosis.saving",
    zh="建议的节能量",
    shows=Kpi,
    load=_saving,
    permission=VIEW,
    formula="未来 24 h 现行曲线与建议曲线的散热量之差",
    source=SOURCE,
    reads=READS,
    refresh_s=600,
    cost=Cost.MEDIUM,
)
