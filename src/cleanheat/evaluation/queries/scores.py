"""Scores as people may see them: of whom, how they moved, who stands where, where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet

from cleanheat.calc.scoring.grades import grades
from cleanheat.calc.scoring.means import weighted_mean
from cleanheat.calc.scoring.ranking import places, trend
from cleanheat.evaluation import belonging
from cleanheat.evaluation.indicators import IndicatorSet
from cleanheat.evaluation.models import Round, Score
from cleanheat.evaluation.periods import Period, last_periods, newest_complete, period_at
from cleanheat.evaluation.queries.indicators import model_of
from cleanheat.evaluation.vocabulary import RoundState, SubjectKind
from cleanheat.infra.scope import EVERYTHING, Scope


@dataclass(frozen=True)
class ScoreRow:
    """One subject's score; ``change`` and ``moved`` are against the former period (points; places, + is up).

    ``of`` is how many stand in the same ranking.
    """

    subject_kind: str
    subject_id: int
    name: str
    data_set: str
    total: float | None
    grade: str
    points: Mapping[str, float | None]
    checks: float
    violations: float
    place: int
    of: int
    change: float | None
    moved: int


def find_round(period: Period) -> Round | None:
    return Round.objects.filter(span=period.span, period=period.key).select_related("indicators").first()


def newest_scored(span: str, now: float) -> Period:
    """The last period that is over and has scores; before there is one, the running one."""
    over = newest_complete(span, now)
    return over if Score.objects.filter(round=find_round(over)).exists() else period_at(span, now)


def visible_to(scope: Scope) -> QuerySet[Score]:
    """City and districts for everybody, companies by scope."""
    seen = belonging.seen_companies(scope)
    if seen is None:
        return Score.objects.all()
    return Score.objects.filter(~Q(subject_kind=SubjectKind.COMPANY) | Q(subject_id__in=seen))


def score_rows(
    scope: Scope, period: Period, kind: str = "", number: int | None = None, data_set: str | None = "", scene: str = ""
) -> list[ScoreRow]:
    """The scope's scores of a period, best first.  ``data_set``: "" whole subjects, None all their data sets too."""
    asked = {"subject_kind": kind or None, "subject_id": number, "data_set": data_set}
    wanted = visible_to(scope).filter(**{k: v for k, v in asked.items() if v is not None})
    found = _of_round(find_round(period), wanted, scene)
    before = {_key(s): (s, t) for s, t, _ in _of_round(find_round(period.previous()), wanted, scene)}
    standing = _standing(period, kind, data_set)
    rows = [
        _row(score, total, grade, before.get(_key(score)), standing.get((score.subject_kind, score.data_set), 0))
        for score, total, grade in found
    ]
    return sorted(rows, key=lambda r: (r.subject_kind, r.data_set, r.place or 10**9, r.subject_id))


def _of_round(found: Round | None, wanted: QuerySet[Score], scene: str) -> list[tuple[Score, float | None, str]]:
    """Scores with total and grade, weighed as the scene weighs."""
    if found is None:
        return []
    scores = list(wanted.filter(round=found))
    if not scene:
        return [(s, s.total, s.grade) for s in scores]
    totals = scene_totals([s.points for s in scores], model_of(found.indicators).in_scene(scene))
    marks = grades(totals, model_of(found.indicators).bands) if scores else []
    shown = [None if np.isnan(t) else round(float(t), 2) for t in totals]
    placed = _placed(scores, shown)
    for score, place in zip(scores, placed, strict=True):
        score.place = place
    return list(zip(scores, shown, marks, strict=True))


def scene_totals(points: Sequence[Mapping[str, float | None]], model: IndicatorSet) -> Any:
    """Totals of known points of the top indicators under a model's weights."""
    top = model.root.children
    table = [[np.nan if (p := row.get(c.key)) is None else p for c in top] for row in points]
    return weighted_mean(np.array(table, dtype=np.float64).reshape(-1, len(top)), [c.weight for c in top])


def _placed(scores: Sequence[Score], totals: Sequence[float | None]) -> list[int]:
    out = [0] * len(scores)
    groups: dict[tuple[str, str], list[int]] = {}
    for i, s in enumerate(scores):
        groups.setdefault((s.subject_kind, s.data_set), []).append(i)
    for members in groups.values():
        found = places(np.array([totals[i] for i in members], dtype=np.float64))
        for i, place in zip(members, found.tolist(), strict=True):
            out[i] = place
    return out


def _standing(period: Period, kind: str, data_set: str | None) -> dict[tuple[str, str], int]:
    rows = Score.objects.filter(round__span=period.span, round__period=period.key, place__gt=0)
    rows = rows.filter(subject_kind=kind) if kind else rows
    rows = rows if data_set is None else rows.filter(data_set=data_set)
    found: dict[tuple[str, str], int] = {}
    for key in rows.values_list("subject_kind", "data_set"):
        found[key] = found.get(key, 0) + 1
    return found


def _key(score: Score) -> tuple[str, int, str]:
    return score.subject_kind, score.subject_id, score.data_set


def _row(score: Score, total: float | None, grade: str, before: tuple[Score, float | None] | None, of: int) -> ScoreRow:
    old = before[1] if before else None
    moved = before[0].place - score.place if before and before[0].place and score.place else 0
    return ScoreRow(
        score.subject_kind,
        score.subject_id,
        belonging.subject_name(score.subject_kind, score.subject_id),
        score.data_set,
        total,
        grade,
        score.points,
        score.checks,
        score.violations,
        score.place,
        of,
        None if total is None or old is None else round(total - old, 2),
        moved,
    )


def ranking(scope: Scope, period: Period, data_set: str = "", scene: str = "") -> list[ScoreRow]:
    """Companies, best first.  Who sees only some gets only those (each with its place), until the round is published:
    then everybody's name, place, total and grade are public, but no dimension of others.
    """
    own = score_rows(scope, period, SubjectKind.COMPANY, None, data_set, scene)
    found = find_round(period)
    if belonging.seen_companies(scope) is None or found is None or found.state != RoundState.PUBLISHED:
        return own
    everyone = score_rows(EVERYTHING, period, SubjectKind.COMPANY, None, data_set, scene)
    mine = {r.subject_id for r in own}
    return [r if r.subject_id in mine else _without_details(r) for r in everyone]


def _without_details(row: ScoreRow) -> ScoreRow:
    named = {name: getattr(row, name) for name in ScoreRow.__dataclass_fields__}
    return ScoreRow(**{**named, "points": {}, "checks": 0.0, "violations": 0.0})


@dataclass(frozen=True)
class Trend:
    """Totals of successive periods, oldest first; ``slope`` is points a period, None with fewer than two scores."""

    periods: list[Period]
    totals: list[float | None]
    grades: list[str]
    points: dict[str, list[float | None]]
    slope: float | None


def trend_of(scope: Scope, period: Period, kind: str, number: int, data_set: str = "", count: int = 12) -> Trend:
    periods = last_periods(period, count)
    rows = visible_to(scope).filter(
        subject_kind=kind, subject_id=number, data_set=data_set, round__span=period.span,
        round__period__in=[p.key for p in periods],
    )  # fmt: skip
    by_key = {s.round.period: s for s in rows.select_related("round")}
    found = [by_key.get(p.key) for p in periods]
    totals = [s.total if s else None for s in found]
    slope = trend([np.nan if t is None else t for t in totals])
    names = sorted({key for s in found if s for key in s.points})
    return Trend(
        periods,
        totals,
        [s.grade if s else "" for s in found],
        {key: [s.points.get(key) if s else None for s in found] for key in names},
        None if np.isnan(slope) else round(slope, 3),
    )
