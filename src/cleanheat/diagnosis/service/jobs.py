"""Which work service quality does in the background: measuring the days that are over, portraits once a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cleanheat.assets import public as assets
from cleanheat.diagnosis.service import days
from cleanheat.diagnosis.service.sorts import sort_homes
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.telemetry.public import Store, store

MEASURE, SORT = "diagnosis.measure_service", "diagnosis.sort_homes"
BACK_DAYS, AGAIN_DAYS = 40, 2
"""How far back days that were never measured are looked for, and how many are measured again for late readings."""
FIRST_DAYS = 2
"""Of a new city that are measured before it opens: as many as a past of minutes holds of its rooms."""


@job(MEASURE, "统计供热服务质量", every_s=6 * HOUR_S, lease_s=900)
def measure_service(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """``payload``: ``days`` back (40 if not given).  Today is measured as far as it has come."""
    back = int(payload.get("days", BACK_DAYS))
    return {"days": measured(store(), clock.now(), back, progress)}


def measured(past: Store, now: float, back: int, progress: Callable[[int, int, str], object]) -> int:
    """Measure what was not yet measured of the days up to now; how many of them had readings of rooms."""
    archive, folder, today = assets.archive(), Path(settings.DATA_DIR), days.day_start(now)
    starts = [today - i * DAY_S for i in range(back, -1, -1)]
    todo = [s for s in starts if s > today - AGAIN_DAYS * DAY_S or not days.path_of(folder, s).exists()]
    found = 0
    for done, start in enumerate(todo):
        progress(done, len(todo), "服务质量")
        day = days.measure(past, archive, start)
        if day.hours.any():
            days.save(day, folder)
            found += 1
    return found


@job(SORT, "热用户画像分群", every_s=DAY_S, lease_s=900)
def sort_all_homes(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:  # noqa: ARG001
    """Sorts of homes from what is known of them now."""
    progress(0, 1, "热用户画像")
    return sort_homes(assets.archive(), int(clock.now()), Path(settings.DATA_DIR))
