"""Which work the regularities do in the background: learning from the last weeks, once a day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S
from cleanheat.quality.regularities.following import FOLDER
from cleanheat.quality.regularities.learning import DAYS, learn
from cleanheat.telemetry.public import store

LEARN_REGULARITIES = "quality.learn_regularities"


@job(LEARN_REGULARITIES, "学习供热系统规律", every_s=DAY_S, lease_s=1800)
def learn_regularities(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """``payload``: ``days`` of history (60 if not given).  The file is replaced whole: a kill leaves the old one."""
    archive = assets.archive()
    learned = learn(store(), archive, int(clock.now()), int(payload.get("days", DAYS)), progress)
    learned.save(Path(settings.DATA_DIR) / FOLDER, archive)
    return {"signals": len(learned.profiles), "objects": sum(p.hours.shape[0] for p in learned.profiles.values())}
