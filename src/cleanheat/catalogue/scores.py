"""How good are a resource's data?  The newest quality score that evaluation has of it, if it has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Final

from cleanheat.evaluation import public as evaluation
from cleanheat.infra.scope import Scope
from cleanheat.quality.vocabulary import DataClass

Scorer = Callable[[str, Scope], float | None]
_scorers: list[Scorer] = []


def register_scorer(scorer: Scorer) -> None:
    """``scorer(resource key, scope)`` answers 0–100 or ``None``."""
    _scorers.append(scorer)


def score_of(resource: str, scope: Scope) -> float | None:
    return next((found for scorer in _scorers if (found := scorer(resource, scope)) is not None), None)


SCORED_AS: Final[Mapping[str, tuple[DataClass, ...]]] = {
    "telemetry.device": (DataClass.RURAL,),
    "telemetry.plant": (DataClass.PLANT,),
    "telemetry.branch": (DataClass.BRANCH,),
    "telemetry.boiler": (DataClass.BOILER,),
    "telemetry.unit": (DataClass.SUBSTATION,),
    "telemetry.room": (DataClass.ROOM,),
    "telemetry.weather": (DataClass.WEATHER,),
    "complaints.ticket": (DataClass.HOTLINE_12319, DataClass.HOTLINE_12345),
    "assets.*": (DataClass.ARCHIVE,),
}
"""Which data sets of the evaluation a resource's records belong to."""


def evaluated(resource: str, scope: Scope) -> float | None:
    """The mean of the resource's data sets, as far as they have points."""
    sets = next((found for pattern, found in SCORED_AS.items() if fnmatchcase(resource, pattern)), ())
    points = [p for s in sets if (p := evaluation.data_set_score(s.value, scope)) is not None]
    return round(sum(points) / len(points), 2) if points else None
