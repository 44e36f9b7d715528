"""What do the engines throw away?  Events that were delivered and jobs that have ended, after some days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from cleanheat.infra import clock, events, jobs
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S


@job("infra.prune_finished", "清理已完成的事件与任务", every_s=DAY_S)
def prune_finished(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Rows older than ``FINISHED_KEPT_DAYS``, in platform time, as they were written."""
    before = clock.now_utc() - timedelta(days=settings.FINISHED_KEPT_DAYS)
    removed = {"deliveries": events.prune(before)}
    progress(1, 2)
    return {**removed, "jobs": jobs.prune(before)}
