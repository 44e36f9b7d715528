"""Checks of records in the background: every night of the platform's calendar, and whenever somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S
from cleanheat.quality.records.running import run

CHECK = "quality.check_records"


@job(CHECK, "档案与工单核查", lease_s=300.0, every_s=DAY_S)
def check_records(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """All tables, or those of the payload's ``tables``."""
    check = run(progress, payload.get("user"), payload.get("tables", ()))
    found = sum(violations for _, violations, _ in check.counts.values())
    return {"run": check.pk, "records": check.records, "violations": found}
