"""Change weights and grades: a new version of the indicator set, with its reason and what it does to scores."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from cleanheat.evaluation.indicators import IndicatorSet, read_set
from cleanheat.evaluation.models import IndicatorVersion
from cleanheat.evaluation.periods import Period, newest_complete
from cleanheat.evaluation.queries.indicators import DATA_QUALITY, model_of, version_at, version_on
from cleanheat.evaluation.vocabulary import Span
from cleanheat.evaluation.whatif import Effect, effect_of_model
from cleanheat.infra import audit, clock
from cleanheat.infra.scope import require
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import local


def preview(user: Any, document: object, period: Period) -> Effect:
    """What a changed model would do to the scores of a period; nothing is stored."""
    require(user, "evaluation.edit")
    return effect_of_model(period, model_of(version_at(clock.now())), read_set(document))


def change(user: Any, document: object, valid_from: date | None, reason: str) -> IndicatorVersion:
    """Store a new version of the data quality model, with what it does to the scores of the last whole day.

    The same model again is no change: the version in force is returned.
    """
    require(user, "evaluation.edit")
    model = read_set(document)
    today = local(clock.now()).date()
    if not reason.strip():
        raise invalid("reason", "请填写修改原因")
    if valid_from is not None and valid_from < today:
        raise invalid("valid_from", "生效日期不能早于今天")
    before = version_on(valid_from or today)
    if model_of(before) == model:
        return before
    effect = effect_of_model(newest_complete(Span.DAY, clock.now()), model_of(before), model)
    return _store(user, model, valid_from or today, reason.strip(), effect)


@transaction.atomic
def _store(user: Any, model: IndicatorSet, valid_from: date, reason: str, effect: Effect) -> IndicatorVersion:
    rows = IndicatorVersion.objects.select_for_update().filter(set_key=DATA_QUALITY)
    number = (rows.aggregate(top=Max("number"))["top"] or 0) + 1
    made = IndicatorVersion.objects.create(
        set_key=DATA_QUALITY,
        number=number,
        document=model.model_dump(mode="json"),
        valid_from=valid_from,
        reason=reason,
        author=user,
        at=clock.now_utc(),
        effect=effect,
    )
    detail = {"version": number, "valid_from": valid_from.isoformat(), "reason": reason}
    audit.record(user, "evaluation.change_weights", "indicator_version", made.pk, detail)
    return made
