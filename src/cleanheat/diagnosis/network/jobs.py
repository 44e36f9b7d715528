"""When is a kind's network trained?  Every week in the night, and when somebody asks for it.

A version adopted in between takes the earlier network along, judged anew beside it.

Training takes minutes of the machine whatever the platform's clock does: on a clock that runs faster than the machine's
(demonstrations) it is trained only when asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from cleanheat.assets import public as assets
from cleanheat.diagnosis import queries
from cleanheat.diagnosis.fleet import kept
from cleanheat.diagnosis.history import History
from cleanheat.diagnosis.models import ModelVersion
from cleanheat.diagnosis.network import in_force, learning
from cleanheat.diagnosis.network.settings import Settings, night
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import DAY_S, HOUR_S, local
from cleanheat.telemetry.public import store

KINDS: Final = ("unit", "boiler", "branch", "plant")
"""Circuits: rural devices are too different from each other, and their parameters look back too short a time."""
TRAIN: Final = "diagnosis.train_network"
MEMORY_DAYS: Final = 4
"""Days of weather before the first hour, so that the memories of the cold are known from the first on."""


def _is_due() -> bool:
    at, when = local(clock.now()), night()
    return clock.current().speed <= 1 and at.weekday() == when["weekday"] and at.hour == when["local_hour"]


@job("diagnosis.train_networks", "每周训练共享网络", lease_s=900, every_s=HOUR_S, is_needed=_is_due, is_long=True)
def train_weekly(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:  # noqa: ARG001
    """Every kind with a version in force; a kind whose history is too short says so and stays as it is."""
    return {kind: _train(kind, progress) for kind in KINDS}


@job(TRAIN, "训练共享网络", lease_s=900, is_long=True)
def train_one(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``payload["kind"]``."""
    return {payload["kind"]: _train(payload["kind"], progress)}


def _train(kind: str, progress: Progress) -> dict[str, Any]:
    """How many objects each quantity's correction is served for, or why there is none."""
    row, until = queries.adopted(kind), int(clock.now())
    if row is None:
        return {"problem": "尚无使用中的模型"}
    history = History(store(), assets.archive(), queries.hours_under_finding)
    spans = history.spans(kind, until)
    if not spans:
        return {"problem": "没有可用于训练的历史数据"}
    axis = history.axis(spans)
    blocks = history.blocks(kind, axis, spans, history.archive[kind].numbers)
    folder = kept.folder_of(settings.DATA_DIR)
    try:
        network = learning.deepen(axis, blocks, queries.trained(row).parameters, folder, progress)
    except Problem as problem:
        return {"problem": str(problem)}
    return {name: int(served.sum()) for name, served in zip(network.quantities, network.served, strict=True)}


# --- versions adopted since ------------------------------------------------------------------------------------------


def lacking() -> dict[str, tuple[int, int]]:
    """Kinds whose version in force has no network while an earlier one has: that version, and the newest such."""
    folder, found = kept.folder_of(settings.DATA_DIR), {}
    for kind, version in kept.versions_in_force(folder).items():
        if kind in KINDS and not in_force.path(folder, kind, version).exists():
            earlier = [v for v in range(1, version) if in_force.path(folder, kind, v).exists()]
            if earlier:
                found[kind] = version, earlier[-1]
    return found


@job(
    "diagnosis.carry_networks",
    "新版本沿用共享网络",
    lease_s=900,
    every_s=HOUR_S,
    is_needed=lambda: bool(lacking()),
    is_long=True,
)
def carry_networks(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001
    """Judge the earlier network beside the version in force; answers for how many objects it is served."""
    found = lacking()
    done = {}
    for i, (kind, (version, earlier)) in enumerate(found.items()):
        progress(i, len(found), kind)
        row = queries.adopted(kind)
        if row is not None and row.number == version:
            done[kind] = _carry(kind, row, earlier)
    return done


def _carry(kind: str, row: ModelVersion, earlier: int) -> int:
    numbers, until = Settings.read(), int(clock.now())
    end = until - until % HOUR_S
    span = end - (numbers.block_h + numbers.reach_h) * HOUR_S - MEMORY_DAYS * DAY_S, end
    history = History(store(), assets.archive(), queries.hours_under_finding)
    axis = history.recent_axis(span, MEMORY_DAYS * DAY_S)
    blocks = history.blocks(kind, axis, [span], history.archive[kind].numbers)
    p = queries.trained(row).parameters
    network = learning.carry_over(axis, blocks, p, kept.folder_of(settings.DATA_DIR), earlier, numbers)
    return int(network.served.any(axis=0).sum())
