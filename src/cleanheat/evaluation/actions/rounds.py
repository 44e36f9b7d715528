"""Compute a period's scores, publish them, take them back."""

from __future__ import annotations

import math
from typing import Any

from django.db import transaction

from cleanheat.evaluation import rulebook
from cleanheat.evaluation.events import RoundPublished
from cleanheat.evaluation.models import IndicatorVersion, Round, Score
from cleanheat.evaluation.periods import Period, last_periods, newest_complete, period_at
from cleanheat.evaluation.queries.indicators import model_of, version_at
from cleanheat.evaluation.scoring import Scored
from cleanheat.evaluation.sources import gather
from cleanheat.evaluation.vocabulary import RoundState, Span
from cleanheat.evaluation.whatif import scored
from cleanheat.infra import audit, clock, events, jobs
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found
from cleanheat.kernel.time import local

CAUGHT_UP = 3
"""How many periods back a platform that was off looks for rounds it has missed."""
_ROWS_A_STATEMENT = 500


def compute(period: Period) -> Round:
    """Score the period from the counts there are; a published round stays as it is.

    The indicator version is the one in force when the period ends (or now, while it runs).
    """
    now = clock.now()
    version = version_at(min(now, period.end - 1))
    rules_version = rulebook.remember()
    made = scored(gather(period), model_of(version))
    return _save(period, version, rules_version, made)


@transaction.atomic
def _save(period: Period, version: IndicatorVersion, rules_version: int, made: Scored) -> Round:
    row = Round.objects.select_for_update().filter(span=period.span, period=period.key).first()
    if row is not None and row.state == RoundState.PUBLISHED:
        return row
    row = row or Round(span=period.span, period=period.key, start_s=period.start, end_s=period.end)
    row.state = RoundState.COMPUTED if period.is_over(clock.now()) else RoundState.RUNNING
    row.indicators, row.rules_version, row.computed_at = version, rules_version, clock.now_utc()
    row.save()
    Score.objects.filter(round=row).delete()
    Score.objects.bulk_create(_rows(row, made), batch_size=_ROWS_A_STATEMENT)
    return row


def _rows(row: Round, made: Scored) -> list[Score]:
    return [
        Score(
            round=row,
            subject_kind=made.kinds[i],
            subject_id=made.ids[i],
            data_set=made.data_sets[i],
            total=_shown(made.totals[i]),
            grade=made.grades[i],
            points={key: _shown(values[i]) for key, values in made.points.items()},
            checks=float(made.checks[i]),
            violations=round(float(made.violations[i]), 2),
            place=int(made.places[i]),
        )
        for i in range(len(made))
    ]


def _shown(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 2)


@transaction.atomic
def recompute(user: Any, period: Period) -> int:
    """Have a period scored again because somebody asks: data came late, a sample was verified.  Returns the job."""
    require(user, "evaluation.edit")
    if period.start > clock.now():
        raise invalid("period", "周期尚未开始")
    found = Round.objects.filter(span=period.span, period=period.key).first()
    if found is not None and found.state == RoundState.PUBLISHED:
        raise Problem(409, "published", "已发布的评价不能重算", "请先撤回发布", "period")
    place = {"span": period.span.value, "period": period.key}
    audit.record(user, "evaluation.compute", "evaluation_round", f"{period.span.value}/{period.key}", place)
    return jobs.enqueue("evaluation.score_period", place, user)


@transaction.atomic
def publish(user: Any, period: Period, note: str = "") -> Round:
    """Computed → published: frozen, and companies may see the names in the ranking."""
    row = _locked(user, period)
    if row.state == RoundState.PUBLISHED:
        return row
    if row.state != RoundState.COMPUTED:
        raise Problem(409, "wrong-state", "周期结束并计算后才能发布", field="period")
    row.state, row.published_at, row.published_by, row.note = RoundState.PUBLISHED, clock.now_utc(), user, note
    row.save(update_fields=["state", "published_at", "published_by", "note"])
    audit.record(user, "evaluation.publish", "evaluation_round", row.pk, {"period": row.period, "note": note})
    events.publish(RoundPublished(round_id=row.pk, span=row.span, period=row.period, at=int(clock.now())))
    return row


@transaction.atomic
def withdraw(user: Any, period: Period, note: str) -> Round:
    """Published → computed, with the reason; afterwards it may be computed again."""
    row = _locked(user, period)
    if not note.strip():
        raise invalid("note", "请填写撤回原因")
    if row.state == RoundState.PUBLISHED:
        row.state, row.published_at, row.published_by, row.note = RoundState.COMPUTED, None, None, note
        row.save(update_fields=["state", "published_at", "published_by", "note"])
        audit.record(user, "evaluation.withdraw", "evaluation_round", row.pk, {"period": row.period, "note": note})
    return row


def _locked(user: Any, period: Period) -> Round:
    require(user, "evaluation.edit")
    if not scope_of(user).sees_all:
        raise forbidden("只有市级可以发布评价")
    row = Round.objects.select_for_update().filter(span=period.span, period=period.key).first()
    if row is None:
        raise not_found("该周期尚未评价")
    return row


def due(span: Span, now: float) -> list[Period]:
    """Periods to score now: those over without a final round, the oldest first, and the running one.

    Long periods change little within a day and cost more: while they run they are scored once a day.
    """
    final = set(Round.objects.filter(span=span).exclude(state=RoundState.RUNNING).values_list("period", flat=True))
    found = [p for p in last_periods(newest_complete(span, now), CAUGHT_UP) if p.key not in final]
    current = period_at(span, now)
    if not current.is_over(now) and not (span not in {Span.DAY, Span.MONTH} and _scored_today(current, now)):
        found.append(current)
    return found


def _scored_today(period: Period, now: float) -> bool:
    row = Round.objects.filter(span=period.span, period=period.key).first()
    return row is not None and local(row.computed_at.timestamp()).date() == local(now).date()
