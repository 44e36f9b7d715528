"""Which work on files for the archive is done in the background?  Dry runs and confirmed imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.accounts.models import User
from cleanheat.assets.importing import actions
from cleanheat.assets.models_importing import ArchiveImport
from cleanheat.infra.jobs import Progress, job


@job(actions.REHEARSE, "试导入档案", lease_s=300, is_long=True)
def rehearse(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``payload``: ``import`` (id)."""
    return actions.run_rehearsal(ArchiveImport.objects.get(pk=payload["import"]), progress)


@job(actions.APPLY, "导入档案", lease_s=600, is_long=True)
def apply(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``payload``: ``import`` (id), ``by`` (the user who confirmed)."""
    row = ArchiveImport.objects.get(pk=payload["import"])
    return actions.run_import(row, User.objects.get(pk=payload["by"]), progress)
