"""Scheduled and long work of the models: train what was asked, follow each night, watch for drift, end what expired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.assets import public as assets
from cleanheat.diagnosis import actions, versions
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.fleet.numbers import count
from cleanheat.diagnosis.guidance import jobs as guidance_jobs  # noqa: F401 - declared there
from cleanheat.diagnosis.models import Drift, ModelVersion, Override
from cleanheat.diagnosis.network import jobs as _network  # noqa: F401
from cleanheat.diagnosis.rooms import jobs as _rooms  # noqa: F401 - their jobs declare themselves
from cleanheat.diagnosis.service import jobs as _service  # noqa: F401
from cleanheat.diagnosis.words import VersionState
from cleanheat.infra import clock
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S, HOUR_S, local
from cleanheat.telemetry.public import store


@job(actions.TRAIN, "训练诊断模型", lease_s=900)
def train_models(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """One training: ``payload["training"]``."""
    made = versions.run_training(int(payload["training"]), store(), int(clock.now()), progress)
    return {"version": made.pk, "number": made.number}


def _lacks_models() -> bool:
    """Whether the archive has objects of a kind for which nothing was ever adopted."""
    known = set(ModelVersion.objects.values_list("kind", flat=True).distinct())
    return bool(set(CIRCUITS) - known) and bool(assets.version())


@job("diagnosis.first_training", "首次训练诊断模型", lease_s=900, every_s=DAY_S, is_needed=_lacks_models)
def first_training(payload: Mapping[str, Any], progress: Progress) -> dict[str, list[str]]:  # noqa: ARG001
    """Kinds without any version, as soon as there is history to learn from."""
    return {"kinds": versions.train_first(tuple(CIRCUITS), store(), int(clock.now()), progress)}


def _has_models() -> bool:
    return ModelVersion.objects.filter(state=VersionState.ADOPTED).exists()


def _is_night() -> bool:
    return local(clock.now()).hour == count("nightly", "local_hour") and _has_models()


@job("diagnosis.follow_nightly", "夜间更新诊断模型", lease_s=900, every_s=DAY_S, is_needed=_is_night)
def follow_nightly(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001
    """The last day added to every version in force; hours under a finding teach nothing.  Again: nothing is left."""
    learned = {}
    for done, kind in enumerate(CIRCUITS):
        progress(done, len(CIRCUITS), kind)
        learned[kind] = versions.follow_on(kind, store(), int(clock.now()))
    return learned


@job("diagnosis.watch_drift", "检查模型漂移", lease_s=900, every_s=DAY_S, is_needed=_has_models)
def watch_drift(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001
    """The last week against the versions in force as they were trained."""
    found = {}
    for done, kind in enumerate(CIRCUITS):
        progress(done, len(CIRCUITS), kind)
        found[kind] = versions.watch_drift(kind, store(), int(clock.now()))
    return found | {"open": Drift.objects.filter(state="open").count()}


def _has_expired() -> bool:
    return Override.objects.filter(ended_at=None, until__lte=clock.now_utc()).exists()


@job("diagnosis.end_overrides", "到期的人工设定失效", every_s=HOUR_S, is_needed=_has_expired)
def end_overrides(payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:  # noqa: ARG001
    """Overrides beyond their validity."""
    return {"ended": actions.end_expired()}
