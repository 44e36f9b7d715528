"""Which files does nobody need?  Loose ones after a day, and bytes that no file names any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from cleanheat.infra import audit, clock
from cleanheat.infra.files import storing
from cleanheat.infra.files.actions import LIMITS
from cleanheat.infra.files.models import StoredFile
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import HOUR_S

CHUNK = 200


@job("files.clean", "清理未使用的附件", every_s=HOUR_S)
def clean_files(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001 - it needs nothing told
    """Remove loose files older than their hours; bytes of one that was taken back go when it would have aged."""
    before = clock.now_utc() - timedelta(hours=LIMITS["unattached"]["kept_hours"])
    removed = freed = 0
    while loose := list(StoredFile.objects.filter(holder_kind="", uploaded_at__lt=before)[:CHUNK]):
        with transaction.atomic():
            StoredFile.objects.filter(pk__in=[f.pk for f in loose], holder_kind="").delete()
            audit.record(None, "files.clean", "file", "*", {"ids": [f.pk for f in loose]})
        removed += len(loose)
        freed += sum(_free(sha256) for sha256 in {f.sha256 for f in loose})
        progress(removed)
    return {"removed": removed, "freed": freed}


@transaction.atomic
def _free(sha256: str) -> bool:
    """Within a transaction, so that an upload of the same content is either seen or sees its bytes gone."""
    is_free = not StoredFile.objects.select_for_update().filter(sha256=sha256).exists()
    if is_free:
        storing.remove(sha256)
    return is_free
