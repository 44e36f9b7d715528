"""Panels: declare with :func:`panel`, answer with a kind; ``panels.serve`` and ``panels.export`` do the rest."""

from cleanheat.infra.panels.declare import PANELS, Cost, NoParams, Panel, PanelQuery, Resolution, panel
from cleanheat.infra.panels.kinds import (
    Bars,
    Column,
    Gauge,
    Heatmap,
    Kpi,
    KpiRow,
    Line,
    MapPanel,
    Measure,
    Note,
    PanelResult,
    Pie,
    Radar,
    Ranking,
    RankingEntry,
    Series,
    Share,
    Status,
    StatusBoard,
    Table,
    Timeline,
    TimelineEntry,
    Tone,
    Treemap,
    TreemapEntry,
)

__all__ = [
    "PANELS", "Bars", "Column", "Cost", "Gauge", "Heatmap", "Kpi", "KpiRow", "Line", "MapPanel", "Measure", "NoParams",
    "Note", "Panel", "PanelQuery", "PanelResult", "Pie", "Radar", "Ranking", "RankingEntry", "Resolution", "Series",
    "Share", "Status", "StatusBoard", "Table", "Timeline", "TimelineEntry", "Tone", "Treemap", "TreemapEntry", "panel",
]  # fmt: skip
