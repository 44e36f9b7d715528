"""Which work the room model does in the background: learning from the last weeks, once a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.diagnosis.rooms import registry
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S
from cleanheat.telemetry.public import store

LEARN_ROOMS = "diagnosis.learn_rooms"


@job(LEARN_ROOMS, "学习室温规律", every_s=DAY_S, lease_s=1800)
def learn_rooms(payload: Mapping[str, Any], progress: Progress) -> dict[str, float | int | None]:  # noqa: ARG001
    """The version in force goes on with the last six weeks; after a roll-back it stays as it is."""
    made = registry.follow(store(), int(clock.now()), progress)
    if made is None:
        return {"rooms": 0, "trusted": 0}
    return {"rooms": int((made.hours > 0).sum()), "trusted": int((made.trust > 0).any(axis=1).sum())}
