"""Which work complaints does in the background: files of history, and judging them every night."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cleanheat.complaints.importing import import_tickets
from cleanheat.complaints.judging import judge_tickets
from cleanheat.complaints.models import TicketImport
from cleanheat.complaints.queries import tickets
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.infra.scope import EVERYTHING
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import DAY_S
from cleanheat.telemetry.public import store

IMPORT = "complaints.import_tickets"
JUDGE = "complaints.judge_tickets"
RECENT_DAYS = 3


def uploads() -> Path:
    """Where handed-in files are kept until they are worked off."""
    return Path(settings.DATA_DIR) / "imports" / "complaints"


@job(IMPORT, "导入投诉记录", lease_s=300)
def import_file(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``payload``: ``import`` (id).  A file that is wrong will be wrong again: that is the answer, not a failure."""
    source = TicketImport.objects.get(pk=payload["import"])
    try:
        import_tickets(source, uploads() / source.digest, progress)
    except Problem as problem:
        source.problem, source.finished_at = problem.title[:200], clock.now_utc()
        source.save(update_fields=["problem", "finished_at"])
        return {"import": source.pk, "problem": problem.document()}
    (uploads() / source.digest).unlink(missing_ok=True)
    counts = {n: getattr(source, n) for n in ("rows_in", "created", "changed", "unchanged", "refused", "corrected")}
    return {"import": source.pk, **counts}


@job(JUDGE, "投诉有效性核验", lease_s=300, every_s=DAY_S)
def judge_recent(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """``payload``: ``start`` and ``end`` (epoch seconds); empty: the last days, as late readings may have come."""
    now = int(clock.now())
    start, end = int(payload.get("start", now - RECENT_DAYS * DAY_S)), int(payload.get("end", now))
    return judge_tickets(store(), start, end, progress) if tickets(EVERYTHING, start, end).exists() else {}
