"""How well are those rated who run what is on the map?  Points of data quality of each object's company, as a theme."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.evaluation.belonging import owner_link
from cleanheat.evaluation.models import Score
from cleanheat.evaluation.vocabulary import Span, SubjectKind
from cleanheat.infra.map_sources import Headline, ThemeSource, sources
from cleanheat.infra.maplayers import Ramp, Theme, themes
from cleanheat.kernel.time import HOUR_S

KINDS: Final = {
    "building": "buildings",
    "pipe": "pipes",
    "plant": "plants",
    "branch": "branches",
    "boiler": "boilers",
    "substation": "substations",
    "device": "devices",
}

EVALUATION = themes.add(
    Theme(
        key="evaluation",
        code=5,
        zh="质量评价",
        layers=tuple(KINDS.values()),
        legend=Ramp(
            low=60.0,
            high=100.0,
            unit="分",
            colours=("#ff4d5e", "#ff9a3c", "#ffd84a", "#5fe07f", "#26d0c9"),
            marks=(70.0, 80.0, 90.0),
        ),
        counted="substations",
    )
)


def _points() -> NDArray[np.float64]:
    """Points by organisation, the newest month that has any; NaN where nobody was rated."""
    rows = Score.objects.filter(
        subject_kind=SubjectKind.COMPANY, data_set="", round__span=Span.MONTH, total__isnull=False
    )
    found = dict(rows.order_by("round__start_s").values_list("subject_id", "total"))
    points = np.full(max(found, default=0) + 2, np.nan)
    points[list(found)] = list(found.values())
    return points


def _of_owner(kind: str, points: NDArray[np.float64]) -> NDArray[np.float64]:
    table = assets.archive()[kind]
    owner = owner_link(table)
    if owner is None:
        return np.full(table.size, np.nan)
    rated: NDArray[np.float64] = points[np.minimum(owner, len(points) - 1)]  # the last slot is nobody's
    return rated


def _states(_minute: int) -> dict[str, NDArray[np.uint8]]:
    points = _points()
    return {layer: EVALUATION.ramp.encode(_of_owner(kind, points)) for kind, layer in KINDS.items()}


def _headline(kind: str, number: int, _minute: int) -> Headline:
    value = float(_of_owner(kind, _points())[number]) if kind in KINDS else float("nan")
    return Headline("所属企业数据质量得分", None if np.isnan(value) else value, "分", 1)


sources.add(ThemeSource("evaluation", HOUR_S, _states, _headline))
