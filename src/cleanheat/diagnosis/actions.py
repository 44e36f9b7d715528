"""Writes about models: train, adopt, roll back, set and end overrides, learn from handled alerts, settle drifts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from cleanheat.assets import public as assets
from cleanheat.diagnosis import queries
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.coefficients import checked
from cleanheat.diagnosis.events import ModelAdopted, ParametersSteered
from cleanheat.diagnosis.fleet import kept
from cleanheat.diagnosis.fleet.steering import next_factor, steered
from cleanheat.diagnosis.models import Drift, ModelVersion, Outcome, Override, Training
from cleanheat.diagnosis.rooms import registry
from cleanheat.diagnosis.words import DriftState, OutcomeKind, VersionState
from cleanheat.infra import audit, clock, events, jobs
from cleanheat.infra.models import Job, JobState
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, invalid, not_found

TUNE, SETTLE = "diagnosis.tune", "diagnosis.settle"
TRAIN = "diagnosis.train_models"
MOST_OBJECTS = 500


# --- training --------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_training(user: Any, kind: str, numbers: Sequence[int] = (), reason: str = "") -> Training:
    """Have a kind learned anew, or only these objects of it.  The same wish while it is under way changes nothing."""
    require(user, TUNE)
    queries.require_trained_kind(kind)
    wanted = sorted(set(numbers))
    if wanted and kind == queries.ROOM:
        raise invalid("numbers", "室温模型整类训练")
    if len(wanted) > MOST_OBJECTS:
        raise invalid("numbers", f"一次最多单独训练 {MOST_OBJECTS} 个对象")
    for number in wanted:
        assets.require(kind, number, scope_of(user))
    if wanted and queries.adopted(kind) is None:
        raise Problem(409, "no-version", "尚无使用中的模型，请先整类训练", kind)
    under_way = Job.objects.filter(state__in=(JobState.QUEUED, JobState.RUNNING)).values("pk")
    present = Training.objects.filter(kind=kind, job_id__in=under_way, version=None)
    same = next((t for t in present if t.numbers == wanted), None)
    if same is not None:
        return same
    made = Training.objects.create(kind=kind, numbers=wanted, reason=reason, author=user, at=clock.now_utc())
    made.job_id = jobs.enqueue(TRAIN, {"training": made.pk}, owner=user)
    made.save(update_fields=["job_id"])
    audit.record(user, "diagnosis.train", kind, made.pk, {"numbers": wanted, "reason": reason})
    return made


# --- which version holds -------------------------------------------------------------------------------------------


@transaction.atomic
def adopt(user: Any, version_id: int) -> ModelVersion:
    """From now on this version judges and advises; the one before is retired.  Adopting it again changes nothing."""
    require(user, TUNE)
    return _put_in_force(_locked(version_id), user, VersionState.RETIRED, "diagnosis.adopt")


@transaction.atomic
def roll_back(user: Any, version_id: int, reason: str) -> ModelVersion:
    """Take the version in force back; the one that was in force before it holds again."""
    require(user, TUNE)
    if not reason.strip():
        raise invalid("reason", "请填写回退原因")
    version = _locked(version_id)
    if version.state == VersionState.ROLLED_BACK:
        return version
    if version.state != VersionState.ADOPTED:
        raise Problem(409, "not-in-force", "只能回退使用中的版本")
    earlier = ModelVersion.objects.filter(kind=version.kind, state=VersionState.RETIRED).order_by("-adopted_at").first()
    if earlier is None:
        raise Problem(409, "nothing-before", "没有可以回退到的版本")
    _put_in_force(earlier, user, VersionState.ROLLED_BACK, "diagnosis.roll_back", reason)
    version.refresh_from_db()
    return version


def _locked(version_id: int) -> ModelVersion:
    found = ModelVersion.objects.select_for_update().filter(pk=version_id).first()
    if found is None:
        raise not_found("没有这个模型版本", str(version_id))
    return found


def _put_in_force(
    version: ModelVersion, user: Any, predecessor: VersionState, verb: str, reason: str = ""
) -> ModelVersion:
    if version.state == VersionState.ADOPTED:
        return version
    _require_file(version)
    at = clock.now_utc()
    ModelVersion.objects.filter(kind=version.kind, state=VersionState.ADOPTED).update(state=predecessor)
    version.state, version.adopted_at, version.adopted_by = VersionState.ADOPTED, at, user
    version.save(update_fields=["state", "adopted_at", "adopted_by"])
    audit.record(
        user, verb, "model_version", version.pk, {"kind": version.kind, "number": version.number} | _why(reason)
    )
    by_user = getattr(user, "pk", 0) or 0
    events.publish(ModelAdopted(version.kind, version.pk, version.number, int(at.timestamp()), by_user))
    transaction.on_commit(lambda: _serve(version))
    return version


def _require_file(version: ModelVersion) -> None:
    """A version whose file is gone cannot be adopted."""
    if version.kind == queries.ROOM:
        registry.require_file(version.number)
    else:
        queries.trained(version)


def _serve(version: ModelVersion) -> None:
    if version.kind == queries.ROOM:
        registry.put_in_force(version.number)
    else:
        kept.put_in_force(kept.folder_of(settings.DATA_DIR), version.kind, version.number)


def _why(reason: str) -> dict[str, str]:
    return {"reason": reason} if reason else {}


# --- what people set -------------------------------------------------------------------------------------------------


@transaction.atomic
def set_override(
    user: Any,
    kind: str,
    coefficient: str,
    value: float,
    reason: str,
    *,
    number: int = 0,
    company_id: int = 0,
    district_id: int = 0,
    until: datetime | None = None,
) -> Override:
    """Set a coefficient for one object, or for a company's, a district's or all objects of a kind.

    What was set before for the same target ends; setting the same again changes nothing.
    """
    require(user, TUNE)
    queries.require_kind(kind)
    checked(coefficient, value)
    if not reason.strip():
        raise invalid("reason", "请填写调整原因")
    if until is not None and until <= clock.now_utc():
        raise invalid("until", "有效期须晚于当前时间")
    if number:
        assets.require(kind, number, scope_of(user))
        company_id = district_id = 0
    target = {"kind": kind, "number": number, "company_id": company_id, "district_id": district_id}
    present = Override.objects.filter(**target, coefficient=coefficient, ended_at=None).first()
    if present is not None and (present.value, present.until) == (value, until):
        return present
    if present is not None:
        _end(present, user)
    made = Override.objects.create(
        **target, coefficient=coefficient, value=value, reason=reason, until=until, author=user, at=clock.now_utc()
    )
    detail = target | {"coefficient": coefficient, "value": value, "reason": reason, "until": until}
    audit.record(user, "diagnosis.override", kind, made.pk, detail)
    _steer(kind, number, coefficient, user)
    return made


@transaction.atomic
def end_override(user: Any, override_id: int) -> Override:
    """What was set no longer holds; ending it again changes nothing."""
    require(user, TUNE)
    found = Override.objects.select_for_update().filter(pk=override_id).first()
    if found is None:
        raise not_found("没有这项人工设定", str(override_id))
    if found.ended_at is None:
        _end(found, user)
        audit.record(user, "diagnosis.end_override", found.kind, found.pk, {"coefficient": found.coefficient})
        _steer(found.kind, found.number, found.coefficient, user)
    return found


def _end(row: Override, user: Any) -> None:
    row.ended_at, row.ended_by = clock.now_utc(), user
    row.save(update_fields=["ended_at", "ended_by"])


@transaction.atomic
def end_expired() -> int:
    """Overrides whose validity is over end; returns how many did."""
    expired = list(Override.objects.filter(ended_at=None, until__lte=clock.now_utc()))
    for row in expired:
        _end(row, None)
        audit.record(
            None, "diagnosis.end_override", row.kind, row.pk, {"coefficient": row.coefficient, "expired": True}
        )
        _steer(row.kind, row.number, row.coefficient, None)
    return len(expired)


def _steer(kind: str, number: int, coefficient: str, user: Any) -> None:
    at = int(clock.now())
    events.publish(ParametersSteered(kind, number, coefficient, at, getattr(user, "pk", 0) or 0))
    transaction.on_commit(lambda: write_steered(kind))


def write_steered(kind: str) -> None:
    """What is set now, as the file that serving reads."""
    arrays = steered(assets.archive()[kind], queries.settings_in_force(kind), queries.limit_factors(kind))
    kept.save_steered(kept.folder_of(settings.DATA_DIR), kind, arrays)


# --- what handling teaches -------------------------------------------------------------------------------------------


@transaction.atomic
def learn_outcome(reference: str, kind: str, number: int, source: str, outcome: str, user: Any = None) -> list[Outcome]:
    """An alert or order was handled: the object's limits move one bounded step.  The same reference counts once.

    ``kind`` may be a substation: then each of its units learns.  Objects without personal parameters learn nothing.
    """
    if outcome not in OutcomeKind.values:
        raise invalid("outcome", "处理结果须为属实或误报", outcome)
    made = [
        row
        for each, n in _learners(kind, number)
        if (row := _learn_one(f"{reference}/{each}-{n}", each, n, source, OutcomeKind(outcome), user)) is not None
    ]
    for learner in {row.kind for row in made}:
        _steer(learner, made[0].number if len(made) == 1 else 0, "limit_factor", user)
    return made


def _learners(kind: str, number: int) -> list[tuple[str, int]]:
    if kind == "substation":
        units = assets.archive()["unit"]
        of_station = units.numbers[units.links["substation"][units.numbers] == number]
        return [("unit", n) for n in of_station.tolist()]
    return [(kind, number)] if kind in CIRCUITS else []


def _learn_one(reference: str, kind: str, number: int, source: str, outcome: OutcomeKind, user: Any) -> Outcome | None:
    if Outcome.objects.filter(reference=reference).exists():
        return None
    last = Outcome.objects.filter(kind=kind, number=number).order_by("-id").first()
    before = last.factor_after if last else 1.0
    after = next_factor(before, is_false_alarm=outcome == OutcomeKind.FALSE_ALARM)
    made = Outcome.objects.create(
        reference=reference,
        kind=kind,
        number=number,
        source=source,
        outcome=outcome,
        factor_before=before,
        factor_after=after,
        author=user,
        at=clock.now_utc(),
    )
    audit.record(user, "diagnosis.learn_outcome", kind, number, {"outcome": outcome, "before": before, "after": after})
    return made


# --- drift -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def refit_drift(user: Any, drift_id: int) -> Drift:
    """Learn a drifted object anew; asking again changes nothing."""
    found = _drift(user, drift_id, TUNE)
    if found.state == DriftState.OPEN:
        training = request_training(user, found.kind, [found.number], f"漂移：{found.quantity}")
        same = Drift.objects.filter(kind=found.kind, number=found.number, state=DriftState.OPEN)
        same.update(state=DriftState.REFITTED, training=training, settled_at=clock.now_utc(), settled_by=user)
        found.refresh_from_db()
    return found


@transaction.atomic
def dismiss_drift(user: Any, drift_id: int, note: str) -> Drift:
    """No reason to learn anew; asking again changes nothing."""
    found = _drift(user, drift_id, SETTLE)
    if not note.strip():
        raise invalid("note", "请填写忽略原因")
    if found.state == DriftState.OPEN:
        found.state, found.note = DriftState.DISMISSED, note
        found.settled_at, found.settled_by = clock.now_utc(), user
        found.save(update_fields=["state", "note", "settled_at", "settled_by"])
        audit.record(user, "diagnosis.dismiss_drift", found.kind, found.number, {"note": note})
    return found


def _drift(user: Any, drift_id: int, permission: str) -> Drift:
    require(user, permission)
    found = Drift.objects.select_for_update().filter(pk=drift_id).first()
    if found is None or not assets.exists(found.kind, found.number, scope_of(user)):
        raise not_found("没有这条漂移记录", str(drift_id))
    return found
