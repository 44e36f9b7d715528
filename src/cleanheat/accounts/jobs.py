"""Housekeeping of accounts.  The golden example of a job: idempotent, reporting, periodic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.models import Session

from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S, utc

CHUNK = 500


@job("accounts.clear_sessions", "清理过期会话", every_s=DAY_S)
def clear_sessions(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Remove sessions that have expired, a chunk at a time, so that the table is never locked for long."""
    expired = Session.objects.filter(expire_date__lt=utc(clock.machine_now()))  # browsers live in the machine's time
    cleared, total = 0, expired.count()
    while keys := list(expired.values_list("pk", flat=True)[:CHUNK]):
        cleared += Session.objects.filter(pk__in=keys).delete()[0]
        progress(cleared, total, "清理过期会话")
    return {"cleared": cleared}
