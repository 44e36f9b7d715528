"""When is a kind's network trained?  Every week in the night, and when somebody asks for it.

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
from cleanheat.diagnosis.network import learning
from cleanheat.diagnosis.network.settings import night
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import HOUR_S, local
from cleanheat.telemetry.public import store

KINDS: Final = ("unit", "boiler", "branch", "plant")
"""Circuits: rural devices are too different from each other, and their parameters look back too short a time."""
TRAIN: Final = "diagnosis.train_network"


def _is_due() -> bool:
    at, when = local(clock.now()), night()
    return clock.current().speed <= 1 and at.weekday() == when["weekday"] and at.hour == when["local_hour"]


@job("diagnosis.train_networks", "每周训练共享网络", lease_s=900, every_s=HOUR_S, is_needed=_is_due)
def train_weekly(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:  # noqa: ARG001
    """Every kind with a version in force; a kind whose history is too short says so and stays as it is."""
    return {kind: _train(kind, progress) for kind in KINDS}


@job(TRAIN, "训练共享网络", lease_s=900)
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
