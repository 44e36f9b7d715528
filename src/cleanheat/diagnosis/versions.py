"""How does a trained file become a version that people can see, compare and adopt?  Training and following, done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.diagnosis import queries
from cleanheat.diagnosis.events import ModelAdopted
from cleanheat.diagnosis.fleet import kept
from cleanheat.diagnosis.fleet.axis import Span
from cleanheat.diagnosis.fleet.following import Bias, drifting, follow
from cleanheat.diagnosis.fleet.kept import Trained
from cleanheat.diagnosis.fleet.numbers import count
from cleanheat.diagnosis.fleet.training import Progress, train
from cleanheat.diagnosis.history import History, Hours
from cleanheat.diagnosis.models import Drift, ModelVersion, Training
from cleanheat.diagnosis.parameters import Parameters, Source
from cleanheat.diagnosis.rooms import registry
from cleanheat.diagnosis.words import DriftState, TrainedHow, VersionState
from cleanheat.infra import audit, clock, events
from cleanheat.kernel.time import DAY_S, HOUR_S, utc

MEMORY_DAYS = 4
"""Days of weather before the first hour, so that the memories of the cold are known from the first on."""
WEEK_S = 7 * DAY_S


def run_training(training_id: int, store: Hours, until: int, progress: Progress) -> ModelVersion:
    """Do what a training asks; running it again after a crash makes the version that was missing, never a second."""
    training = Training.objects.select_related("version").get(pk=training_id)
    if training.version is None:
        training.version = _of_training(training, store, until, progress)
        training.save(update_fields=["version"])
    return training.version


def _of_training(training: Training, store: Any, until: int, progress: Progress) -> ModelVersion:
    how, by, note = TrainedHow.OBJECTS if training.numbers else TrainedHow.WHOLE, training.author, training.reason
    if training.kind == registry.KIND:
        return registry.train(store, until, progress, how, by, note)
    return _make(training.kind, store, until, progress, how, training.numbers, by, note)


def train_first(kinds: Sequence[str], store: Hours, until: int, progress: Progress) -> list[str]:
    """Versions in force at once for kinds that have none; kinds without history are left out."""
    made = []
    for done, kind in enumerate(kinds):
        progress(done, len(kinds), kind)
        if queries.adopted(kind) is None and _has_history(kind, store, until):
            _make(kind, store, until, lambda *_: None, TrainedHow.FIRST, [], None, "首次训练")
            made.append(kind)
    return made


def _has_history(kind: str, store: Hours, until: int) -> bool:
    history = History(store, assets.archive())
    return bool(history.archive[kind].count and history.spans(kind, until))


def _make(
    kind: str, store: Hours, until: int, progress: Progress, how: TrainedHow, numbers: list[int], user: Any, note: str
) -> ModelVersion:
    folder, base_row = kept.folder_of(settings.DATA_DIR), queries.adopted(kind)
    base = queries.trained(base_row) if base_row else None
    history = History(store, assets.archive(), queries.hours_under_finding)
    highest = ModelVersion.objects.filter(kind=kind).aggregate(highest=Max("number"))["highest"] or 0
    some = np.array(numbers, np.int32) if numbers else None
    made = train(history, kind, until, highest + 1, progress, base, some)
    kept.save(folder, made)
    return _recorded(made, how, base_row, numbers, user, note)


@transaction.atomic
def _recorded(
    made: Trained, how: TrainedHow, base: ModelVersion | None, numbers: list[int], user: Any, note: str
) -> ModelVersion:
    p, is_first = made.parameters, how == TrainedHow.FIRST
    at = utc(p.end) if is_first else clock.now_utc()  # a new city's clock begins where its past ends
    row = ModelVersion.objects.create(
        kind=p.kind,
        number=p.version,
        state=VersionState.ADOPTED if is_first else VersionState.DRAFT,
        how=how,
        base=base,
        numbers=numbers,
        start_s=p.start,
        end_s=p.end,
        weather_source=p.weather_source,
        metrics=queries.summary(p, np.array(numbers, np.int64) if numbers else None),
        sources=counted(p),
        note=note[:200],
        author=user,
        at=at,
        adopted_at=at if is_first else None,
    )
    audit.record(user, "diagnosis.trained", "model_version", row.pk, {"kind": p.kind, "number": p.version, "how": how})
    if is_first:
        events.publish(ModelAdopted(p.kind, row.pk, p.version, int(at.timestamp()), 0))
        folder = kept.folder_of(settings.DATA_DIR)
        transaction.on_commit(lambda: kept.put_in_force(folder, p.kind, p.version))
    return row


def counted(p: Parameters, numbers: NDArray[np.integer] | None = None) -> dict[str, int]:
    """How many of these objects (default: all of the archive) have parameters from where."""
    numbers = assets.archive()[p.kind].numbers if numbers is None else numbers
    of = np.bincount(p.source[numbers[numbers < p.size]], minlength=len(Source))
    return {source.name.lower(): int(n) for source, n in zip(Source, of, strict=True)}


# --- what the newest days add ----------------------------------------------------------------------------------------


def follow_on(kind: str, store: Hours, until: int) -> int:
    """Take up the whole hours since the version in force last learned; returns how many they were."""
    row = queries.adopted(kind)
    if row is None:
        return 0
    end = until - until % HOUR_S
    start = max(row.end_s, row.followed_until_s, end - count("nightly", "days") * DAY_S)
    if end - start < DAY_S:
        return 0
    span = (start, end)
    followed = _over(kind, store, span, queries.trained(row))
    folder = kept.folder_of(settings.DATA_DIR)
    kept.save(folder, followed, is_followed=True)
    ModelVersion.objects.filter(pk=row.pk).update(followed_until_s=end, sources=counted(followed.parameters))
    kept.put_in_force(folder, kind, row.number)
    return (end - start) // HOUR_S


def _over(kind: str, store: Hours, span: Span, base: Trained) -> Trained:
    history = History(store, assets.archive(), queries.hours_under_finding)
    axis = history.recent_axis(span, MEMORY_DAYS * DAY_S)
    return follow(base, axis, history.blocks(kind, axis, [span], history.archive[kind].numbers), span[1])


def watch_drift(kind: str, store: Hours, until: int) -> int:
    """Hold the last week against the version as trained: who is off is listed, who no longer is, is gone."""
    row = queries.adopted(kind)
    base = kept.load(kept.folder_of(settings.DATA_DIR), kind, row.number, as_trained=True) if row else None
    if base is None:
        return 0
    history = History(store, assets.archive(), queries.hours_under_finding)
    end = until - until % HOUR_S
    span = (end - WEEK_S, end)
    axis = history.recent_axis(span, MEMORY_DAYS * DAY_S)
    found = drifting(base.parameters, axis, history.blocks(kind, axis, [span], history.archive[kind].numbers))
    for bias in found:
        _note(kind, bias, span[0])
    return sum(bias.numbers.size for bias in found)


@transaction.atomic
def _note(kind: str, bias: Bias, week_s: int) -> None:
    still = Drift.objects.filter(kind=kind, quantity=bias.quantity, state=DriftState.OPEN)
    known = {d.number: d for d in still}
    rows = {n: i for i, n in enumerate(bias.numbers.tolist())}
    back = [d.pk for n, d in known.items() if n not in rows and n in set(bias.judged.tolist())]
    Drift.objects.filter(pk__in=back).update(state=DriftState.GONE, settled_at=clock.now_utc())

    def figures(i: int) -> dict[str, Any]:
        return {
            "bias": float(bias.bias[i]),
            "limit": float(bias.limit[i]),
            "hours": int(bias.hours[i]),
            "week_s": week_s,
        }

    for n, i in rows.items():
        if n in known:
            for name, value in figures(i).items():
                setattr(known[n], name, value)
    Drift.objects.bulk_update([known[n] for n in rows if n in known], ["bias", "limit", "hours", "week_s"], 500)
    new = [Drift(kind=kind, number=n, quantity=bias.quantity, **figures(i)) for n, i in rows.items() if n not in known]
    Drift.objects.bulk_create(new, batch_size=500)
