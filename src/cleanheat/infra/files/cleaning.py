"""Which files does nobody need?  Loose ones after a day, and bytes that no file names any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from cleanheat.infra import audit, clock
from cleanheat.infra.files.actions import LIMITS, free
from cleanheat.infra.files.models import StoredFile
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import HOUR_S

CHUNK = 200


@job("files.clean", "清理未使用的附件", every_s=HOUR_S)
def clean_files(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Remove loose files older than their hours, with their bytes where no other file is the same."""
    before = clock.now_utc() - timedelta(hours=LIMITS["unattached"]["kept_hours"])
    removed = freed = 0
    while loose := list(StoredFile.objects.filter(holder_kind="", uploaded_at__lt=before)[:CHUNK]):
        with transaction.atomic():
            StoredFile.objects.filter(pk__in=[f.pk for f in loose], holder_kind="").delete()
            audit.record(None, "files.clean", "file", "*", {"ids": [f.pk for f in loose]})
        removed += len(loose)
        freed += sum(free(sha256) for sha256 in {f.sha256 for f in loose})
        progress(removed)
    return {"removed": removed, "freed": freed}
