"""Writes of forecasts: an issue is taken in once; sent again it changes nothing unless it says something else."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cleanheat.diagnosis.forecast.models import Forecast
from cleanheat.diagnosis.forecast.reading import Issue
from cleanheat.infra import audit, clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import forbidden
from cleanheat.kernel.time import utc

TUNE = "diagnosis.tune"


def take_in(user: Any, issue: Issue) -> Forecast:
    """What a person or a feed acting for one hands in."""
    require(user, TUNE)
    if not scope_of(user).sees_all:
        raise forbidden(detail=TUNE)
    return keep(issue, user)


@transaction.atomic
def keep(issue: Issue, user: Any = None, received: int | None = None) -> Forecast:
    """Store one issue; the platform's own feed has no user.  ``received``: when it came, by default now."""
    values: dict[str, Any] = {
        "first_at": utc(issue.first),
        "outdoor_temp_c": list(issue.outdoor_c),
        "wind_m_s": list(issue.wind_m_s),
    }
    place: dict[str, Any] = {"source": issue.source, "issued_at": utc(issue.issued)}
    known = Forecast.objects.select_for_update().filter(**place).first()
    if known is not None and all(getattr(known, name) == value for name, value in values.items()):
        return known
    row, is_new = Forecast.objects.update_or_create(
        **place,
        defaults=values
        | {"received_at": clock.now_utc() if received is None else utc(received), "user_id": getattr(user, "pk", None)},
    )
    about = {"source": issue.source, "issued": issue.issued, "hours": len(issue.outdoor_c), "new": is_new}
    audit.record(user, "diagnosis.forecast", "diagnosis.forecast", row.pk, about)
    return row
