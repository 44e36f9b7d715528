"""Which work quality does in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import HOUR_S, floor_minute
from cleanheat.quality.gaps import fill_gaps
from cleanheat.quality.queries import active_specs
from cleanheat.telemetry.public import store


@job("quality.fill_gaps", "补全数据缺口", lease_s=600, every_s=HOUR_S)
def fill_hourly(_payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Bridges short gaps of the last hours, where rules say so; a repetition finds nothing left to do."""
    filled = fill_gaps(active_specs(), store(), assets.archive(), floor_minute(clock.now()))
    progress(filled, filled)
    return {"filled": filled}
