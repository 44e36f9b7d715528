"""What would scores have been with other weights or rules?  The same counts, scored twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.evaluation import belonging
from cleanheat.evaluation.indicators import IndicatorSet
from cleanheat.evaluation.periods import Period
from cleanheat.evaluation.scoring import Scored, score
from cleanheat.evaluation.sources import gather
from cleanheat.evaluation.tallies import Tallies
from cleanheat.evaluation.vocabulary import SubjectKind

Effect = dict[str, Any]


def scored(tallies: Tallies, model: IndicatorSet) -> Scored:
    """All subjects by this model; its weights of built-in checks apply."""
    return score(tallies.weighing(model.checks), model, belonging.shares(tallies.companies))


def effect_of_model(period: Period, before: IndicatorSet, after: IndicatorSet) -> Effect:
    """Scores of one period under both models."""
    tallies = gather(period)
    return compared(period, scored(tallies, before), scored(tallies, after))


def effect_of_rules(
    period: Period, model: IndicatorSet, before: Mapping[str, float], after: Mapping[str, float]
) -> Effect:
    """Scores of one period under both weighings of rules (by code; a rule not in force weighs 0)."""
    tallies = gather(period)
    return compared(period, scored(tallies.weighing(before), model), scored(tallies.weighing(after), model))


def compared(period: Period, before: Scored, after: Scored) -> Effect:
    """The city's and the companies' totals, grades and places, before and after; companies that moved most first."""
    companies = [i for i in range(len(after)) if after.kinds[i] == SubjectKind.COMPANY and not after.data_sets[i]]
    rows = [_row(before, after, i) for i in companies]
    city = after.find(SubjectKind.CITY, 0)
    return {
        "span": period.span.value,
        "period": period.key,
        "period_zh": period.zh,
        "city": _row(before, after, city) if city >= 0 else None,
        "companies": sorted(rows, key=lambda r: (-abs(r["change"] or 0.0), r["id"])),
    }


def _row(before: Scored, after: Scored, i: int) -> dict[str, Any]:
    at = before.find(*after.subject(i))
    old = _total(before, at) if at >= 0 else None
    new = _total(after, i)
    return {
        "id": after.ids[i],
        "name": belonging.subject_name(after.kinds[i], after.ids[i]),
        "before": old,
        "after": new,
        "change": None if old is None or new is None else round(new - old, 2),
        "grade_before": before.grades[at] if at >= 0 else "",
        "grade_after": after.grades[i],
        "place_before": int(before.places[at]) if at >= 0 else 0,
        "place_after": int(after.places[i]),
    }


def _total(made: Scored, i: int) -> float | None:
    value = float(made.totals[i])
    return None if value != value else round(value, 2)  # NaN is no score
