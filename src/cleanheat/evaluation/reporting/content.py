"""What does a report say?  Score, dimensions, problems and their state, comparison, rules, objects, curves."""

from __future__ import annotations

from typing import Any

from cleanheat.evaluation import belonging
from cleanheat.evaluation.models import Round, Score
from cleanheat.evaluation.periods import Period, last_periods, period_of
from cleanheat.evaluation.problems import problems_of
from cleanheat.evaluation.queries.drill import check_rows
from cleanheat.evaluation.queries.indicators import model_of
from cleanheat.evaluation.queries.objects import worst_objects
from cleanheat.evaluation.queries.scores import ScoreRow, score_rows, trend_of
from cleanheat.evaluation.tallies import DATA_SETS, DIMENSIONS
from cleanheat.evaluation.vocabulary import Span, SubjectKind
from cleanheat.infra import clock
from cleanheat.infra.scope import EVERYTHING
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.time import DAY_S, local
from cleanheat.quality.vocabulary import DataClass, Dimension

RULES = 30
OBJECTS = 20
PERIODS = 12


def content_of(row: Round, kind: str, number: int) -> dict[str, Any]:
    """Everything the printed report and the page show; numbers as they were when the report was made."""
    period = period_of(row.span, row.period)
    own = _one(period, kind, number)
    city = _one(period, SubjectKind.CITY, 0)
    before = next(iter(score_rows(EVERYTHING, period.previous(), kind, number)), None)
    model = model_of(row.indicators)
    checks = check_rows(period, kind, number)
    return {
        "subject": {"kind": kind, "id": number, "name": belonging.subject_name(kind, number)},
        "period": {"span": row.span, "key": row.period, "zh": period.zh, "span_zh": Span(row.span).label},
        "made_at": f"{local(clock.now()):%Y-%m-%d %H:%M}",
        "score": _score(own, city, {g.code: g.zh for g in model.grades}),
        "dimensions": [
            {
                "key": c.key,
                "zh": c.zh,
                "weight": c.weight,
                "points": own.points.get(c.key),
                "before": before.points.get(c.key) if before else None,
                "city": city.points.get(c.key),
            }
            for c in model.root.children
        ],
        "data_sets": _data_sets(period, kind, number),
        "problems": problems_of(period, kind, number),
        "rules": [_rule(c) for c in checks[:RULES]],
        "rules_total": len(checks),
        "objects": worst_objects(period, kind, number, OBJECTS),
        "trend": _trend(period, kind, number),
        "days": _days(period, kind, number),
        "grades": [{"code": g.code, "zh": g.zh, "low": g.low} for g in model.grades],
        "indicators_version": row.indicators.number,
        "rules_version": row.rules_version,
    }


def _one(period: Period, kind: str, number: int) -> ScoreRow:
    found = score_rows(EVERYTHING, period, kind, number)
    if not found:
        raise not_found("该对象在此周期没有得分")
    return found[0]


def _score(own: ScoreRow, city: ScoreRow, words: dict[str, str]) -> dict[str, Any]:
    return {
        "total": own.total,
        "grade": own.grade,
        "grade_zh": words.get(own.grade, ""),
        "place": own.place,
        "of": own.of,
        "change": own.change,
        "moved": own.moved,
        "city": city.total,
        "checks": own.checks,
        "violations": own.violations,
    }


def _data_sets(period: Period, kind: str, number: int) -> list[dict[str, Any]]:
    rows = [r for r in score_rows(EVERYTHING, period, kind, number, None) if r.data_set]
    order = {code: i for i, code in enumerate(DATA_SETS)}
    return [
        {
            "key": r.data_set,
            "zh": DataClass(r.data_set).zh,
            "total": r.total,
            "grade": r.grade,
            "change": r.change,
            "checks": r.checks,
            "violations": r.violations,
            "points": {d: r.points.get(d) for d in DIMENSIONS},
        }
        for r in sorted(rows, key=lambda r: order[r.data_set])
    ]


def _rule(check: Any) -> dict[str, Any]:
    return {
        "code": check.key,
        "zh": check.zh,
        "data_set": DataClass(check.data_set).zh,
        "dimension": Dimension(check.dimension).zh,
        "checks": check.checks,
        "violations": check.violations,
        "ratio": check.ratio,
        "loss": check.loss,
    }


def _trend(period: Period, kind: str, number: int) -> list[dict[str, Any]]:
    own = trend_of(EVERYTHING, period, kind, number, count=PERIODS)
    city = trend_of(EVERYTHING, period, SubjectKind.CITY, 0, count=PERIODS)
    return [
        {"period": p.key, "total": a, "city": b}
        for p, a, b in zip(own.periods, own.totals, city.totals, strict=True)
        if a is not None or b is not None
    ]


def _days(period: Period, kind: str, number: int) -> list[dict[str, Any]]:
    """The days of the period, as far as they were scored; of long periods the last 92."""
    last = period_of(Span.DAY, f"{local(min(period.end, clock.now()) - 1):%Y-%m-%d}")
    count = max(1, min(92, -(-(last.end - period.start) // DAY_S)))
    days = {d.key for d in last_periods(last, count)}
    rows = Score.objects.filter(
        subject_kind=kind, subject_id=number, data_set="", round__span=Span.DAY, round__period__in=days
    ).order_by("round__start_s")
    return [{"day": key, "total": total} for key, total in rows.values_list("round__period", "total")]
