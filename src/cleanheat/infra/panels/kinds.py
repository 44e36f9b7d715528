"""What a panel can show: one schema per kind, each with its units; the front end has one component for each.

Sent as a union tagged by ``kind``.  Times are epoch seconds, ``None`` is "no value", a unit is text ready for display.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from ninja import Schema
from pydantic import BeforeValidator, Field


def _plain(value: Any) -> Any:
    """Lists and numbers of numpy's, so that a loader may hand over arrays as they are; NaN goes out as null."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


Number = Annotated[float | int | None, BeforeValidator(_plain)]
Numbers = Annotated[list[Number], BeforeValidator(_plain)]
Tone = Literal["neutral", "good", "notice", "warning", "serious", "critical"]
"""How a value should be coloured: the theme decides the colour."""


class Measure(Schema):
    """One number with its label; ``change`` is against the period before, in the same unit."""

    label: str
    value: Number
    unit: str
    decimals: int = 0
    change: Number = None
    tone: Tone = "neutral"


class Line(Schema):
    """One row of values: ``values[i]`` belongs to the i-th time or category of its panel."""

    name: str
    unit: str
    values: Numbers
    dashed: bool = False


class Share(Schema):
    """One part of a whole."""

    name: str
    value: Number
    tone: Tone = "neutral"


class Column(Schema):
    """One column of a table; ``object_kind`` says that its cells are object numbers to link to.

    ``sensitivity`` names a class of ``infra.masking``: its cells leave masked.
    """

    key: str
    label: str
    unit: str = ""
    decimals: int | None = None
    object_kind: str = ""
    sensitivity: str = ""


class Kpi(Schema):
    kind: Literal["kpi"] = "kpi"
    measure: Measure
    trend: Numbers = Field(default_factory=list)


class KpiRow(Schema):
    kind: Literal["kpi_row"] = "kpi_row"
    measures: list[Measure]


class Series(Schema):
    """Lines over time."""

    kind: Literal["series"] = "series"
    times: Annotated[list[int], BeforeValidator(_plain)]
    lines: list[Line]


class Bars(Schema):
    """Bars over categories, side by side, or ``is_stacked``."""

    kind: Literal["bars"] = "bars"
    categories: list[str]
    lines: list[Line]
    is_stacked: bool = False


class RankingEntry(Schema):
    name: str
    value: Number
    object_kind: str = ""
    number: int = 0
    tone: Tone = "neutral"


class Ranking(Schema):
    """Best or worst first, already sorted."""

    kind: Literal["ranking"] = "ranking"
    unit: str
    decimals: int = 1
    entries: list[RankingEntry]


class Pie(Schema):
    kind: Literal["pie"] = "pie"
    unit: str
    shares: list[Share]


class Gauge(Schema):
    """One number on its range; ``target`` is marked."""

    kind: Literal["gauge"] = "gauge"
    measure: Measure
    low: float
    high: float
    target: Number = None


Sense = Literal["neutral", "higher_is_better", "higher_is_worse"]
"""What a high value means: whether colours run from bad to good, from good to bad, or say only how much."""


class Heatmap(Schema):
    """``values[y][x]``, one row per entry of ``rows``; ``low`` and ``high`` end the colours (else values do)."""

    kind: Literal["heatmap"] = "heatmap"
    unit: str
    sense: Sense = "neutral"
    low: Number = None
    high: Number = None
    columns: list[str]
    rows: list[str]
    values: Annotated[list[list[Number]], BeforeValidator(_plain)]


class Radar(Schema):
    """Scores of a few things along common axes; ``highs[i]`` is the full score of axis i."""

    kind: Literal["radar"] = "radar"
    axes: list[str]
    highs: list[float]
    lines: list[Line]


class TreemapEntry(Schema):
    name: str
    value: float
    parent: str = ""
    tone: Tone = "neutral"


class Treemap(Schema):
    """Areas proportional to values, two levels: ``parent`` names another entry."""

    kind: Literal["treemap"] = "treemap"
    unit: str
    entries: list[TreemapEntry]


class Table(Schema):
    """``rows`` hold one cell per column, in their order; ``total`` counts the rows there would be without a limit."""

    kind: Literal["table"] = "table"
    columns: list[Column]
    rows: list[list[str | float | int | bool | None]]
    total: int


class TimelineEntry(Schema):
    at: int
    title: str
    detail: str = ""
    tone: Tone = "neutral"
    object_kind: str = ""
    number: int = 0


class Timeline(Schema):
    """What happened, newest first."""

    kind: Literal["timeline"] = "timeline"
    entries: list[TimelineEntry]


class Status(Schema):
    name: str
    tone: Tone
    text: str
    since: int | None = None


class StatusBoard(Schema):
    kind: Literal["status_board"] = "status_board"
    entries: list[Status]


class Note(Schema):
    """A few paragraphs of plain text."""

    kind: Literal["note"] = "note"
    text: str


class MapPanel(Schema):
    """The city map with these layers in this theme, looking at ``centre`` (longitude, latitude)."""

    kind: Literal["map"] = "map"
    theme: str
    layers: list[str]
    centre: tuple[float, float]
    zoom: float


PanelResult = Annotated[
    Kpi
    | KpiRow
    | Series
    | Bars
    | Ranking
    | Pie
    | Gauge
    | Heatmap
    | Radar
    | Treemap
    | Table
    | Timeline
    | StatusBoard
    | Note
    | MapPanel,
    Field(discriminator="kind"),
]

KINDS: tuple[type[Schema], ...] = (
    Kpi, KpiRow, Series, Bars, Ranking, Pie, Gauge, Heatmap, Radar, Treemap, Table, Timeline, StatusBoard, Note,
    MapPanel,
)  # fmt: skip
