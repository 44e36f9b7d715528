"""Which work the room model does in the background: learning from the last weeks, once a day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cleanheat.assets import public as assets
from cleanheat.diagnosis.rooms.learning import DAYS, learn
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S
from cleanheat.telemetry.public import store

LEARN_ROOMS = "diagnosis.learn_rooms"


@job(LEARN_ROOMS, "学习室温规律", every_s=DAY_S, lease_s=1800)
def learn_rooms(payload: Mapping[str, Any], progress: Progress) -> dict[str, float | int | None]:
    """``payload``: ``days`` of history (six weeks if not given).  The file is replaced whole."""
    made = learn(store(), assets.archive(), int(clock.now()), int(payload.get("days", DAYS)), progress)
    made.save(Path(settings.DATA_DIR))
    return {"rooms": int((made.hours > 0).sum()), "trusted": int((made.trust > 0).any(axis=1).sum())}
