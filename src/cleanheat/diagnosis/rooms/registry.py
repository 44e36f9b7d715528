"""Which version of the room models is in force?  The same registry as every other kind's, one file a version.

``models/room-<n>.npz`` is a version; adopting one puts a copy in the place live judgement reads (``kept``).  Nightly
learning goes on with the version in force; after a roll-back it rests until a version is adopted, else the next night
would undo what people decided.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from cleanheat.assets import public as assets
from cleanheat.calc.rooms.horizons import HORIZONS_H
from cleanheat.diagnosis.models import ModelVersion
from cleanheat.diagnosis.rooms import kept
from cleanheat.diagnosis.rooms.kept import RoomModels
from cleanheat.diagnosis.rooms.learning import DAYS, learn
from cleanheat.diagnosis.words import TrainedHow, VersionState
from cleanheat.infra import audit, clock
from cleanheat.kernel.errors import Problem, not_found
from cleanheat.kernel.time import DAY_S
from cleanheat.telemetry.public import Store

KIND: Final = "room"
WEATHER: Final = "实测气象站中位数"
QUANTITIES: Final = {f"room_{h}h": f"{h} 小时后室温" for h in HORIZONS_H}
Progress = Callable[[int, int, str], object]


def train(
    store: Store, until: int, progress: Progress, how: TrainedHow, user: Any = None, note: str = ""
) -> ModelVersion:
    """A new version from the last weeks: in force at once if it is the first, else a draft that people adopt."""
    made = learn(store, assets.archive(), until, progress=progress)
    if not made.hours.any():
        raise Problem(409, "no-history", "没有可用于训练的室温历史")
    return _keep(made, how, user, note)


def _keep(made: RoomModels, how: TrainedHow, user: Any, note: str) -> ModelVersion:
    number = (ModelVersion.objects.filter(kind=KIND).aggregate(highest=Max("number"))["highest"] or 0) + 1
    made.save_as(path_of(number))
    return _record(made, number, how, _adopted(), user, note)


@transaction.atomic
def _record(
    made: RoomModels, number: int, how: TrainedHow, base: ModelVersion | None, user: Any, note: str
) -> ModelVersion:
    at = clock.now_utc()
    row = ModelVersion.objects.create(
        kind=KIND,
        number=number,
        state=VersionState.DRAFT if base else VersionState.ADOPTED,
        how=how,
        base=base,
        start_s=made.until - DAYS * DAY_S,
        end_s=made.until,
        weather_source=WEATHER,
        metrics=metrics(made),
        sources=sources(made),
        note=note[:200],
        author=user,
        at=at,
        adopted_at=None if base else at,
    )
    audit.record(user, "diagnosis.trained", "model_version", row.pk, {"kind": KIND, "number": number, "how": how})
    if base is None:
        transaction.on_commit(lambda: put_in_force(number))
    return row


def follow(store: Store, until: int, progress: Progress) -> RoomModels | None:
    """The newest weeks taken up by the version in force, or made the first; ``None`` where there is nothing to learn
    from, and where people have rolled back to it."""
    row = _adopted()
    if row is not None and _is_held(row):
        return None
    made = learn(store, assets.archive(), until, progress=progress)
    if not made.hours.any():
        return None
    if row is None:
        _keep(made, TrainedHow.FIRST, None, "首次训练")
        return made
    made.save_as(path_of(row.number))
    put_in_force(row.number)
    row.followed_until_s, row.metrics, row.sources = made.until, metrics(made), sources(made)
    row.save(update_fields=["followed_until_s", "metrics", "sources"])
    return made


def _is_held(row: ModelVersion) -> bool:
    return ModelVersion.objects.filter(kind=KIND, state=VersionState.ROLLED_BACK, number__gt=row.number).exists()


def require_file(number: int) -> None:
    """A ``Problem`` where a version's file is gone."""
    if not path_of(number).exists():
        raise not_found("模型文件不可读", f"{KIND} {number}")


def put_in_force(number: int) -> None:
    """From now on rooms are judged by this version."""
    place = Path(settings.DATA_DIR) / kept.FOLDER / kept.FILE
    draft = place.with_name(place.name + ".new")
    shutil.copyfile(path_of(number), draft)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(place)


def path_of(number: int) -> Path:
    return Path(settings.DATA_DIR) / kept.FOLDER / f"{KIND}-{number}.npz"


def metrics(made: RoomModels) -> dict[str, dict[str, float | int | None]]:
    """By horizon, over rooms whose models have earned trust: their number, median errors and those of persistence."""
    out: dict[str, dict[str, float | int | None]] = {}
    for i, name in enumerate(QUANTITIES):
        own = made.trust[:, i] > 0
        out[name] = {
            "objects": int(own.sum()),
            "mae": _median(made.error_k[own, i]),
            "mae_persistence": _median(made.persistence_k[own, i]),
        }
    return out


def sources(made: RoomModels) -> dict[str, int]:
    """Rooms by where their own way comes from."""
    own = int((made.hours > 0).sum())
    return {"none": max(assets.archive()[KIND].count - own, 0), "own": own}


def _median(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return round(float(np.median(known)), 3) if known.size else None


def _adopted() -> ModelVersion | None:
    return ModelVersion.objects.filter(kind=KIND, state=VersionState.ADOPTED).first()
