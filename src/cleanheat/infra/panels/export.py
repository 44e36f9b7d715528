"""Any panel's answer as a table: header and rows, for CSV and XLSX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any, Final

from ninja import Schema

from cleanheat.infra.panels import kinds
from cleanheat.kernel.time import local

Sheet = tuple[Sequence[str], Iterable[Sequence[Any]]]


def sheet_of(answer: Schema) -> Sheet:
    return _SHEETS[type(answer)](answer)


def _time(epoch_s: int) -> str:
    return f"{local(epoch_s):%Y-%m-%d %H:%M:%S}"


def _titled(lines: Iterable[kinds.Line]) -> list[str]:
    return [f"{line.name} ({line.unit})" if line.unit else line.name for line in lines]


def _measures(measures: Iterable[kinds.Measure]) -> Sheet:
    return ("名称", "数值", "单位", "变化"), [(m.label, m.value, m.unit, m.change) for m in measures]


def _series(a: kinds.Series) -> Sheet:
    columns = [line.values for line in a.lines]
    return ["时间", *_titled(a.lines)], zip_longest(map(_time, a.times), *columns)


def _bars(a: kinds.Bars) -> Sheet:
    return ["类别", *_titled(a.lines)], zip_longest(a.categories, *(line.values for line in a.lines))


def _radar(a: kinds.Radar) -> Sheet:
    return ["指标", "满分", *_titled(a.lines)], zip_longest(a.axes, a.highs, *(line.values for line in a.lines))


def _ranking(a: kinds.Ranking) -> Sheet:
    return ("名次", "名称", f"数值 ({a.unit})"), [(i, e.name, e.value) for i, e in enumerate(a.entries, 1)]


def _pie(a: kinds.Pie) -> Sheet:
    return ("名称", f"数值 ({a.unit})"), [(s.name, s.value) for s in a.shares]


def _heatmap(a: kinds.Heatmap) -> Sheet:
    return [f"({a.unit})", *a.columns], [(row, *values) for row, values in zip(a.rows, a.values, strict=True)]


def _treemap(a: kinds.Treemap) -> Sheet:
    return ("上级", "名称", f"数值 ({a.unit})"), [(e.parent, e.name, e.value) for e in a.entries]


def _table(a: kinds.Table) -> Sheet:
    return [f"{c.label} ({c.unit})" if c.unit else c.label for c in a.columns], a.rows


def _timeline(a: kinds.Timeline) -> Sheet:
    return ("时间", "事项", "说明"), [(_time(e.at), e.title, e.detail) for e in a.entries]


def _status(a: kinds.StatusBoard) -> Sheet:
    return ("名称", "状态", "自"), [(e.name, e.text, _time(e.since) if e.since else "") for e in a.entries]


_SHEETS: Final[dict[type[Schema], Callable[[Any], Sheet]]] = {
    kinds.Kpi: lambda a: _measures([a.measure]),
    kinds.KpiRow: lambda a: _measures(a.measures),
    kinds.Gauge: lambda a: _measures([a.measure]),
    kinds.Series: _series,
    kinds.Bars: _bars,
    kinds.Radar: _radar,
    kinds.Ranking: _ranking,
    kinds.Pie: _pie,
    kinds.Heatmap: _heatmap,
    kinds.Treemap: _treemap,
    kinds.Table: _table,
    kinds.Timeline: _timeline,
    kinds.StatusBoard: _status,
    kinds.Note: lambda a: (("说明",), [(a.text,)]),
    kinds.MapPanel: lambda a: (("图层",), [(layer,) for layer in a.layers]),
}
