"""Panels of rooms, service quality and heat users: states, distribution, comparison, trend, tags, special flats."""

from __future__ import annotations

from typing import Final, Literal

from ninja import Schema

from cleanheat.diagnosis.rooms import queries as rooms
from cleanheat.diagnosis.rooms.queries import Wanted
from cleanheat.diagnosis.service import quality, queries
from cleanheat.diagnosis.service.levels import LEVELS
from cleanheat.diagnosis.service.numbers import number, weights
from cleanheat.diagnosis.service.quality import Quality
from cleanheat.infra.panels.declare import Cost, PanelQuery, panel
from cleanheat.infra.panels.kinds import (
    Bars,
    Column,
    KpiRow,
    Line,
    Measure,
    Pie,
    Radar,
    Ranking,
    RankingEntry,
    Series,
    Share,
    Table,
    Tone,
)
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import DAY_S

_SOURCE: Final = "室温测点小时汇总、热用户档案、投诉记录、热费缴纳"
_READS: Final = ("telemetry.room", "telemetry.unit", "complaints.ticket")
_OBJECTS: Final = ("building", "community", "substation", "branch", "boiler", "plant")
_STATE_TONE: Final[dict[str, Tone]] = {
    "normal": "good", "room_cold": "critical", "room_hot": "warning", "window_open": "notice",
    "behaviour_changed": "notice", "frozen_sensor": "serious", "misplaced_sensor": "serious",
}  # fmt: skip
_EMPTY: Final = "尚无已统计的室温；服务质量按日统计，最迟六小时更新"
WEEK: Final = 7 * DAY_S
WORST: Final = 20


class LevelParams(Schema):
    """Whose quality is compared."""

    level: Literal["building", "community", "substation", "branch", "boiler", "plant", "company", "district"] = (
        "company"
    )


class RoomParams(Schema):
    """Rooms of one building or community only."""

    building: int | None = None
    community: int | None = None


def _wanted(query: PanelQuery) -> Wanted:
    return Wanted(building=query.params.building, community=query.params.community)


def _states(query: PanelQuery) -> Pie:
    found = rooms.counts(query.scope, _wanted(query))
    shares = [
        Share(name=s["zh"], value=s["count"], tone=_STATE_TONE.get(s["state"], "neutral")) for s in found["states"]
    ]
    return Pie(unit="户", shares=shares)


def _bands(query: PanelQuery) -> Bars:
    found = rooms.counts(query.scope, _wanted(query))["bands"]
    return Bars(
        categories=[b["zh"] for b in found], lines=[Line(name="测点", unit="户", values=[b["count"] for b in found])]
    )


def _reach(query: PanelQuery) -> Bars:
    found = rooms.counts(query.scope, _wanted(query))["reach"]
    return Bars(
        categories=[r["zh"] for r in found],
        lines=[Line(name="偏离测点", unit="户", values=[r["count"] for r in found])],
    )


def _rows(query: PanelQuery, level: str) -> list[Quality]:
    return quality.quality(level, query.end - WEEK, query.end, query.scope)


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 2)


def _summary(query: PanelQuery) -> KpiRow:
    found = _rows(query, "city")
    row = found[0] if found else None
    target = number("reference", "target")
    is_good = row is not None and row.qualified is not None and row.qualified >= target
    interval = "—" if row is None or row.low is None else f"{row.low:.1%}–{row.high:.1%}"
    return KpiRow(
        measures=[
            Measure(
                label=f"室温合格率（95% 区间 {interval}）", value=_percent(row.qualified if row else None), unit="%",
                decimals=1, tone="good" if is_good else "warning" if row else "neutral",
            ),
            Measure(label="服务得分", value=row.score if row else None, unit="分", decimals=1),
            Measure(label="平均室温", value=row.mean_c if row else None, unit="℃", decimals=1),
            Measure(label="有效测点", value=row.rooms if row else 0, unit="户"),
            Measure(label="测点覆盖率", value=_percent(row.coverage if row else None), unit="%", decimals=1),
            Measure(label="投诉", value=row.complaints if row else 0, unit="件"),
        ]
    )  # fmt: skip


def _ranking(query: PanelQuery) -> Ranking:
    level = query.params.level
    rows = queries.ordered(_rows(query, level), "score")[:WORST]
    return Ranking(
        unit="分",
        entries=[
            RankingEntry(
                name=f"{r.name}（{r.rooms} 户）", value=r.score, tone="neutral" if r.few else _tone(r),
                object_kind=level if level in _OBJECTS else "", number=r.number if level in _OBJECTS else 0,
            )
            for r in rows if r.score is not None
        ],
    )  # fmt: skip


def _tone(row: Quality) -> Tone:
    if row.high is not None and row.high < number("reference", "target"):
        return "serious"  # below the target beyond what chance can do
    return "good" if row.qualified is not None and row.qualified >= number("reference", "target") else "warning"


def _compare(query: PanelQuery) -> Bars:
    rows = queries.ordered(_rows(query, query.params.level), "like_for_like")[:WORST]
    columns = {"实际合格率": "qualified", "同等建筑与天气下": "like_for_like", "全市同类预期": "expected"}
    return Bars(
        categories=[r.name for r in rows],
        lines=[
            Line(name=zh, unit="%", values=[_percent(getattr(r, name)) for r in rows]) for zh, name in columns.items()
        ],
    )


def _trend(query: PanelQuery) -> Series:
    try:
        found = quality.trend("city", 1, query.end - 30 * DAY_S, query.end, "day", query.scope)
    except Problem:
        return Series(times=[], lines=[])
    return Series(
        times=found.times,
        lines=[
            Line(name="合格率", unit="%", values=[_percent(v) for v in found.qualified]),
            Line(name="区间下限", unit="%", values=[_percent(v) for v in found.low], dashed=True),
            Line(name="区间上限", unit="%", values=[_percent(v) for v in found.high], dashed=True),
            Line(name="平均室温", unit="℃", values=found.mean_c),
            Line(name="室外温度", unit="℃", values=found.outdoor_c),
        ],
    )


def _parts(query: PanelQuery) -> Radar:
    words = {
        "qualified": "合格率",
        "shortfall": "低温程度",
        "steadiness": "稳定性",
        "continuity": "连续性",
        "handling": "投诉处理",
    }
    rows = [r for r in queries.ordered(_rows(query, query.params.level), "score") if r.score is not None][:5]
    return Radar(
        axes=[f"{zh}（权重 {weights()[key]:.0%}）" for key, zh in words.items()],
        highs=[100.0] * len(words),
        lines=[Line(name=r.name, unit="分", values=[_percent(r.parts[key]) for key in words]) for r in rows],
    )


def _table(query: PanelQuery) -> Table:
    level = query.params.level
    rows = queries.ordered(_rows(query, level), "score")
    columns = {
        "name": (LEVELS[level], "", None), "score": ("得分", "分", 1), "qualified": ("合格率", "%", 1),
        "low": ("区间下限", "%", 1), "high": ("区间上限", "%", 1), "like_for_like": ("同等条件合格率", "%", 1),
        "mean_c": ("平均室温", "℃", 1), "rooms": ("有效测点", "户", 0), "coverage": ("覆盖率", "%", 2),
        "complaints": ("投诉", "件", 0),
    }  # fmt: skip
    shares = {"qualified", "low", "high", "like_for_like", "coverage"}
    return Table(
        columns=[Column(key=k, label=zh, unit=unit, decimals=d) for k, (zh, unit, d) in columns.items()],
        rows=[[_percent(getattr(r, k)) if k in shares else getattr(r, k) for k in columns] for r in rows[:100]],
        total=len(rows),
    )


def _special(query: PanelQuery) -> Bars:
    rows = queries.special_rows(query.scope)
    return Bars(
        categories=[f"{r['zh']}（{r['read']} 户）" for r in rows],
        lines=[
            Line(name="室温中位数", unit="℃", values=[r["mean_c"] for r in rows]),
            Line(name="与中间户之差", unit="K", values=[r["against_middle_k"] for r in rows]),
            Line(name="低于 18 ℃ 占比", unit="%", values=[_percent(r["cold_share"]) for r in rows]),
            Line(name="百户投诉", unit="件", values=[r["calls_a_hundred"] for r in rows]),
        ],
    )


def _tags(query: PanelQuery) -> Bars:
    found = [t for t in queries.tag_counts(query.scope)["tags"] if t["count"]]
    return Bars(
        categories=[f"{t['zh']}（潜在）" if t["is_latent"] else t["zh"] for t in found],
        lines=[Line(name="热用户", unit="户", values=[t["count"] for t in found])],
    )


def _sorts(query: PanelQuery) -> Pie:
    found = queries.tag_counts(query.scope)["sorts"]
    return Pie(unit="户", shares=[Share(name=s["name"], value=s["count"]) for s in found])


STATES = panel(
    key="diagnosis.room_states", zh="室温诊断", shows=Pie, load=_states, params=RoomParams, permission="diagnosis.view",
    formula="每户每 15 分钟判定：近 6 h 均值低于 18 ℃ 偏低、高于 24 ℃ 偏高；开窗为 30 min 降 1 K 且回升；"
    "卡死、位置不当、空置、自身规律改变见算法说明；无可信读数不作判断",
    source=_SOURCE, refresh_s=300, cost=Cost.MEDIUM, reads=_READS, drill="diagnosis.room_bands",
)  # fmt: skip
BANDS = panel(
    key="diagnosis.room_bands", zh="室温分布", shows=Bars, load=_bands, params=RoomParams, permission="diagnosis.view",
    formula="各测点近 24 h 均值按室温分档计数；可指定楼宇或小区", source=_SOURCE, refresh_s=300, cost=Cost.MEDIUM,
    reads=_READS,
)  # fmt: skip
REACH = panel(
    key="diagnosis.room_reach", zh="室温偏离范围", shows=Bars, load=_reach, params=RoomParams,
    permission="diagnosis.view",
    formula="偏离自身规律 1 K 以上的测点；楼、机组、热源的中位数同向偏离达本户 60 % 时归为共性",
    source=_SOURCE, refresh_s=300, cost=Cost.MEDIUM, reads=_READS,
)  # fmt: skip
SUMMARY = panel(
    key="diagnosis.service_summary", zh="供热服务质量", shows=KpiRow, load=_summary, permission="diagnosis.view",
    formula="近七日：合格率=室温不低于 18 ℃ 的小时÷有效小时；区间为按测点数的 95 % Wilson 区间；覆盖率=有效测点÷总户数",
    source=_SOURCE, refresh_s=900, cost=Cost.DEAR, reads=_READS, empty=_EMPTY,
)  # fmt: skip
RANKING = panel(
    key="diagnosis.service_ranking", zh="服务质量排名", shows=Ranking, load=_ranking, params=LevelParams,
    permission="diagnosis.view",
    formula="近七日得分由低到高：100×Σ权重×分项÷可判分项权重和；权重公开；测点少于 30 户仅供参考",
    source=_SOURCE, refresh_s=900, cost=Cost.DEAR, reads=_READS, empty=_EMPTY, drill="diagnosis.service_table",
)  # fmt: skip
COMPARE = panel(
    key="diagnosis.service_compare", zh="同等条件下的合格率", shows=Bars, load=_compare, params=LevelParams,
    permission="diagnosis.view",
    formula="间接标准化：实际合格率÷全市同节能等级、同末端、同天气档的预期×全市合格率", source=_SOURCE, refresh_s=900,
    cost=Cost.DEAR, reads=_READS, empty=_EMPTY,
)  # fmt: skip
TREND = panel(
    key="diagnosis.service_trend", zh="服务质量趋势", shows=Series, load=_trend, permission="diagnosis.view",
    formula="近 30 日逐日合格率及其 95 % 区间、平均室温与室外温度；未统计的日期留空", source=_SOURCE, refresh_s=900,
    cost=Cost.DEAR, reads=_READS, empty=_EMPTY,
)  # fmt: skip
PARTS = panel(
    key="diagnosis.service_parts", zh="服务质量分项", shows=Radar, load=_parts, params=LevelParams,
    permission="diagnosis.view", formula="得分最低五家的分项得分；无投诉时投诉处理不计", source=_SOURCE, refresh_s=900,
    cost=Cost.DEAR, reads=_READS, empty=_EMPTY,
)  # fmt: skip
TABLE = panel(
    key="diagnosis.service_table", zh="服务质量对比", shows=Table, load=_table, params=LevelParams,
    permission="diagnosis.view", formula="近七日，由差到好；同等条件合格率见“同等条件下的合格率”", source=_SOURCE,
    refresh_s=900, cost=Cost.DEAR, reads=_READS, empty=_EMPTY,
)  # fmt: skip
SPECIAL = panel(
    key="diagnosis.special_users", zh="边顶角与底层户", shows=Bars, load=_special, permission="diagnosis.view",
    formula="各位置住户的日均室温中位数、与中间户之差、低于 18 ℃ 占比、本季百户投诉", source=_SOURCE, refresh_s=900,
    cost=Cost.DEAR, reads=_READS,
)  # fmt: skip
TAGS = panel(
    key="diagnosis.user_tags", zh="热用户标签", shows=Bars, load=_tags, permission="diagnosis.view",
    formula="各标签的户数；潜在=尚无投诉的服务问题；限值见服务质量参数", source=_SOURCE, refresh_s=900, cost=Cost.DEAR,
    reads=(*_READS, "assets.heat_fee"), empty="尚无符合任何标签的热用户",
)  # fmt: skip
SORTS = panel(
    key="diagnosis.user_sorts", zh="热用户分群", shows=Pie, load=_sorts, permission="diagnosis.view",
    formula="稳健 k-medoids：按中位数与四分位距标准化，±3 截断；每群以一户真实住户为代表", source=_SOURCE,
    refresh_s=3_600, cost=Cost.DEAR, reads=(*_READS, "assets.heat_fee"), empty="分群每日计算一次，尚未计算",
)  # fmt: skip
