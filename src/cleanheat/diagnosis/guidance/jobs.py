"""Scheduled work of guidance: learn heat signatures, issue the day's advice, measure what was followed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cleanheat.assets import public as assets
from cleanheat.diagnosis.guidance import advice, learned
from cleanheat.diagnosis.guidance.plan import city_plan
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S, local, season_of
from cleanheat.telemetry.public import store

ISSUE_HOUR = 7


@job("diagnosis.learn_signatures", "负荷特性学习", lease_s=300, every_s=DAY_S, is_needed=lambda: bool(assets.version()))
def learn_signatures(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001
    """What every object gave in the past weeks against the cold; the file is replaced at once."""
    found = learned.learn(store(), assets.archive(), int(clock.now()), progress)
    learned.save(found, learned.folder_of(Path(settings.DATA_DIR)))
    return {kind: int((s.days >= 7).sum()) for kind, s in found.signatures.items()}


def _is_morning() -> bool:
    """In the season, from seven in the morning on."""
    now = clock.now()
    season = season_of(now)
    return season.start <= now < season.end and local(now).hour >= ISSUE_HOUR and bool(assets.version())


@job("diagnosis.issue_advice", "下达调控建议", lease_s=120, every_s=DAY_S, is_needed=_is_morning)
def issue_advice(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001
    """First what became of yesterday's, then today's; run again the same day it adds nothing."""
    plan = city_plan()
    measured = advice.measure(plan)
    progress(1, 2)
    return {"measured": measured, "issued": advice.issue(plan)}
