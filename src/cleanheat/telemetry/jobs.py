"""Which work telemetry does in the background."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.errors import Problem
from cleanheat.telemetry.importing import archive_objects, import_file
from cleanheat.telemetry.mapping import parse_map
from cleanheat.telemetry.store import store

IMPORT_HISTORY = "telemetry.import_history"


@job(IMPORT_HISTORY, "导入历史数据", lease_s=600)
def import_history(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``payload``: ``file`` (path), ``map`` (the mapping's text), ``object`` (number or code replacing the mapping's).

    Runs again after a kill and goes on where it was: the checkpoint lies beside the data.  A file or mapping that is
    wrong will be wrong again: that is the job's answer (``problem``), not a failure to retry.
    """
    try:
        mapping = parse_map(payload["map"], payload.get("object", ""))
        report = import_file(Path(payload["file"]), mapping, store(), archive_objects, imports_dir(), progress)
    except Problem as problem:
        return {"problem": problem.document()}
    return {"rows_in": report.rows_in, "stored": report.stored, "refused": report.refused_rows}


def imports_dir() -> Path:
    """Where checkpoints and reports of imports are kept."""
    return Path(settings.DATA_DIR) / "imports"
