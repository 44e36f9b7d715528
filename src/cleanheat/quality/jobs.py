"""Which work quality does in the background."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import HOUR_S, MINUTE_S, floor_minute
from cleanheat.quality import refetch
from cleanheat.quality.gaps import fill_gaps
from cleanheat.quality.queries import active_specs
from cleanheat.quality.regularities import Regularities
from cleanheat.telemetry.public import store


@job("quality.fill_gaps", "补全数据缺口", lease_s=600, every_s=HOUR_S)
def fill_hourly(_payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Fills gaps of the last hours, where rules say so; a repetition finds nothing left to do."""
    archive = assets.archive()
    regularities = Regularities.load(archive, Path(settings.DATA_DIR))
    filled = fill_gaps(active_specs(), store(), archive, floor_minute(clock.now()), regularities)
    progress(filled, filled)
    return {"filled": filled}


@job("quality.refetch", "请企业补传", lease_s=600, every_s=15 * MINUTE_S)
def refetch_quarterly(_payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Asks senders again for what never came or cannot be believed, and closes what has been answered."""
    now = floor_minute(clock.now())
    closed = refetch.close(store(), now)
    asked = refetch.ask_again(active_specs(), store(), assets.archive(), now)
    progress(asked, asked)
    return {"asked": asked, "closed": closed}
