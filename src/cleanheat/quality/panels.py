"""Panels of upload supervision: the calendar, the companies that upload worst, and what does not fit the archive."""

from __future__ import annotations

from typing import Final

import numpy as np

from cleanheat.infra.panels.declare import Cost, PanelQuery, panel
from cleanheat.infra.panels.kinds import Column, Heatmap, KpiRow, Measure, Table
from cleanheat.kernel.time import DAY_S, local
from cleanheat.quality import panels_library as _library  # noqa: F401 - its panels declare themselves
from cleanheat.quality import supervision

_SOURCE: Final = "实时上传的小时汇总、接入网关"
_READS: Final = ("telemetry.unit", "telemetry.device", "telemetry.room", "trace_arrivals")

WORST_SHOWN: Final = 50
"""Per cent; below it everything is equally bad: the colours are for telling 95 % from 100 %."""


def _calendar_of(query: PanelQuery, *, validity: bool) -> Heatmap:
    found = supervision.calendar(query.end - 29 * DAY_S, query.end, query.scope)
    shares = found.validity if validity else found.completeness
    return Heatmap(
        unit="%",
        sense="higher_is_better",
        low=WORST_SHOWN,
        high=100,
        columns=found.labels,
        rows=found.names,
        values=np.round(100 * shares, 1).tolist(),
    )


def _completeness(query: PanelQuery) -> Heatmap:
    return _calendar_of(query, validity=False)


def _validity(query: PanelQuery) -> Heatmap:
    return _calendar_of(query, validity=True)


def _worst(query: PanelQuery) -> Table:
    rows = supervision.ordered(supervision.uploads(query.end - DAY_S, query.end, query.scope), "completeness_ratio")
    columns = {
        "name": ("数据来源", "", None), "kind_zh": ("对象类型", "", None), "objects": ("应报对象", "个", 0),
        "completeness_ratio": ("完整率", "%", 1), "valid_ratio": ("有效率", "%", 1),
        "interruptions": ("中断", "次", 0), "longest_min": ("最长中断", "min", 0),
        "mean_lag_s": ("平均延迟", "s", 0), "silent_objects": ("静默对象", "个", 0),
        "unknown_codes": ("不符编码", "个", 0),
    }  # fmt: skip
    return Table(
        columns=[Column(key=k, label=label, unit=unit, decimals=d) for k, (label, unit, d) in columns.items()],
        rows=[[_shown(key, getattr(row, key)) for key in columns] for row in rows[:100]],
        total=len(rows),
    )


def _shown(key: str, value: float | str | None) -> float | int | str | None:
    return 100 * float(value) if key.endswith("_ratio") and value is not None else value


def _summary(query: PanelQuery) -> KpiRow:
    rows = supervision.uploads(query.end - DAY_S, query.end, query.scope)
    expected, received = sum(r.expected_rows for r in rows), sum(r.received_rows for r in rows)
    share = 100 * min(received / expected, 1.0) if expected else None
    return KpiRow(
        measures=[
            Measure(label="日完整率", value=share, unit="%", decimals=1),
            Measure(label="当前中断", value=len({r.sender for r in rows if r.current_min}), unit="家"),
            Measure(label="静默对象", value=sum(r.silent_objects for r in rows), unit="个"),
            Measure(label="未接入对象", value=sum(r.never_heard for r in rows), unit="个"),
            Measure(label="不符编码", value=sum(r.unknown_codes for r in rows), unit="个"),
        ]
    )


def _mismatches(query: PanelQuery) -> Table:
    found = sorted(supervision.mismatches(query.end - 30 * DAY_S, query.scope), key=lambda m: -m.rows)
    return Table(
        columns=[
            Column(key="name", label="数据来源"),
            Column(key="kind", label="对象类型"),
            Column(key="key", label="编码"),
            Column(key="reason", label="原因"),
            Column(key="rows", label="行数", unit="行", decimals=0),
            Column(key="last", label="最近"),
        ],
        rows=[
            [supervision.name_of(m.sender), m.kind, m.key, m.zh, m.rows, f"{local(m.last):%m-%d %H:%M}"]
            for m in found[:100]
        ],
        total=len(found),
    )


CALENDAR = panel(
    key="quality.upload_calendar",
    zh="上传完整率日历",
    shows=Heatmap,
    load=_completeness,
    permission="quality.view",
    formula="完整率=实到行数÷应到行数（应报对象×分钟数），逐日逐企业；接入前的历史导入不计，当日截至最近整点",
    source=_SOURCE,
    drill="quality.uploads",
    cost=Cost.DEAR,
    refresh_s=3_600,
    reads=_READS,
)
VALIDITY = panel(
    key="quality.validity_calendar",
    zh="数据有效率日历",
    shows=Heatmap,
    load=_validity,
    permission="quality.view",
    formula="有效率=可用值÷实到值（瞬时量），逐日逐企业；当日截至最近整点",
    source=_SOURCE,
    drill="quality.uploads",
    cost=Cost.DEAR,
    refresh_s=3_600,
    reads=_READS,
)
UPLOADS = panel(
    key="quality.uploads",
    zh="企业上传监管",
    shows=Table,
    load=_worst,
    permission="quality.view",
    formula="近一日：完整率=实到÷应到；有效率=可用值÷实到值；中断=超过 5 分钟（无到报记录时按整点）无任何数据",
    source=_SOURCE,
    cost=Cost.DEAR,
    refresh_s=600,
    reads=_READS,
)
SUMMARY = panel(
    key="quality.upload_summary",
    zh="上传概况",
    shows=KpiRow,
    load=_summary,
    permission="quality.view",
    formula="近一日；静默=24 小时无数据，未接入=30 天从未报送，不符编码=档案中不存在或属他人的编码",
    source=_SOURCE,
    drill="quality.uploads",
    cost=Cost.DEAR,
    refresh_s=600,
    reads=_READS,
)
MISMATCHES = panel(
    key="quality.mismatches",
    zh="档案与上传不匹配",
    shows=Table,
    load=_mismatches,
    permission="quality.view",
    formula="近 30 天接入网关拒收的对象编码，按行数由多到少",
    source="接入网关",
    refresh_s=600,
)
