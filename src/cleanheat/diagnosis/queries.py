"""Which versions are there, what holds over them, who drifts, and what does a scope see of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.fleet import kept
from cleanheat.diagnosis.fleet.axis import Axis
from cleanheat.diagnosis.fleet.kept import Trained
from cleanheat.diagnosis.fleet.steering import Setting
from cleanheat.diagnosis.live.models import Found
from cleanheat.diagnosis.models import Drift, ModelVersion, Outcome, Override, Training
from cleanheat.diagnosis.words import VersionState
from cleanheat.infra import clock
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid, not_found
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S

ROOM = "room"


def require_kind(kind: str) -> str:
    """The kind if it has personal parameters."""
    if kind not in CIRCUITS:
        raise invalid("kind", "这一类对象没有个体参数", kind)
    return kind


def require_trained_kind(kind: str) -> str:
    """The kind if its models are trained as versions: circuits, and rooms."""
    return kind if kind == ROOM else require_kind(kind)


def versions(kind: str | None = None) -> QuerySet[ModelVersion]:
    rows = ModelVersion.objects.select_related("author", "adopted_by", "base")
    return rows.filter(kind=kind) if kind else rows


def find_version(version_id: int) -> ModelVersion:
    found = versions().filter(pk=version_id).first()
    if found is None:
        raise not_found("没有这个模型版本", str(version_id))
    return found


def adopted(kind: str) -> ModelVersion | None:
    return ModelVersion.objects.filter(kind=kind, state=VersionState.ADOPTED).first()


def trained(version: ModelVersion) -> Trained:
    """What lies in the version's file.

    Raises ``Problem`` where the file is gone.
    """
    found = kept.load(kept.folder_of(settings.DATA_DIR), version.kind, version.number)
    if found is None:
        raise not_found("模型文件不可读", f"{version.kind} {version.number}")
    return found


def numbers_of(kind: str, scope: Scope) -> NDArray[np.int64]:
    """Objects of a kind that the scope sees."""
    return np.flatnonzero(assets.visible(require_kind(kind), scope))


# --- what is set over versions -------------------------------------------------------------------------------------


def overrides(kind: str | None = None, *, with_ended: bool = False) -> QuerySet[Override]:
    rows = Override.objects.select_related("author", "ended_by")
    rows = rows.filter(kind=kind) if kind else rows
    return rows if with_ended else rows.filter(ended_at=None)


def settings_in_force(kind: str) -> list[Setting]:
    """Overrides that hold now."""
    valid = overrides(kind).filter(Q(until=None) | Q(until__gt=clock.now_utc()))
    return [Setting(o.coefficient, o.value, o.number, o.company_id, o.district_id) for o in valid.order_by("id")]


def visible_overrides(scope: Scope, kind: str | None, *, with_ended: bool) -> list[Override]:
    """Overrides that concern an object the scope sees; those for a class concern everybody in it."""
    found = list(overrides(kind, with_ended=with_ended))
    if scope.sees_all:
        return found
    return [o for o in found if _concerns(o, scope)]


def _concerns(row: Override, scope: Scope) -> bool:
    mask = assets.visible(row.kind, scope)
    setting = Setting(row.coefficient, row.value, row.number, row.company_id, row.district_id)
    meant = setting.meets(assets.archive()[row.kind])
    n = min(mask.shape[0], meant.shape[0])
    return bool((mask[:n] & meant[:n]).any())


def limit_factors(kind: str) -> dict[int, float]:
    """What handled alerts have made of each object's limits: the newest step of each."""
    rows = Outcome.objects.filter(kind=kind).order_by("id").values_list("number", "factor_after")
    return dict(rows)


def outcomes(kind: str | None = None) -> QuerySet[Outcome]:
    """What handling taught, newest first."""
    rows = Outcome.objects.select_related("author")
    return rows.filter(kind=kind) if kind else rows


def drifts(kind: str | None, state: str | None) -> QuerySet[Drift]:
    rows = Drift.objects.select_related("training", "settled_by")
    given = {name: value for name, value in (("kind", kind), ("state", state)) if value}
    return rows.filter(**given)


def trainings(kind: str | None = None) -> QuerySet[Training]:
    rows = Training.objects.select_related("version", "author")
    return rows.filter(kind=kind) if kind else rows


def seen(kind: str, numbers: Sequence[int], scope: Scope) -> bool:
    """Whether the scope sees all of the objects; of a whole kind (no numbers), whether it sees the city."""
    if scope.sees_all:
        return True
    mask = assets.visible(kind, scope)
    return bool(numbers) and all(0 < n < mask.shape[0] and mask[n] for n in numbers)


# --- what is not to be learned from --------------------------------------------------------------------------------


def hours_under_finding(kind: str, numbers: NDArray[np.int32], axis: Axis) -> NDArray[np.bool_] | None:
    """Hours ``bool[S, T]`` in which a finding stood on the object, or on its substation; None: none did."""
    start, end = int(axis.stamps[0]), int(axis.stamps[-1]) + HOUR_S
    standing = Found.objects.filter(since_s__lt=end).filter(Q(ended_s=None) | Q(ended_s__gt=start))
    kinds = (kind, "substation") if kind == "unit" else (kind,)
    rows = standing.filter(object_kind__in=kinds).values_list("object_kind", "object_number", "since_s", "ended_s")
    places = _places(kind, numbers)
    mask = np.zeros((numbers.shape[0], axis.hours), bool)
    for of, number, since, ended in rows:
        first = int(np.searchsorted(axis.stamps, since - since % HOUR_S))
        last = axis.hours if ended is None else int(np.searchsorted(axis.stamps, ended))
        mask[places.get((of, number), []), first:last] = True
    return mask if mask.any() else None


def _places(kind: str, numbers: NDArray[np.int32]) -> Mapping[tuple[str, int], list[int]]:
    places: dict[tuple[str, int], list[int]] = {(kind, n): [i] for i, n in enumerate(numbers.tolist())}
    if kind == "unit":
        for i, station in enumerate(assets.archive()["unit"].links["substation"][numbers].tolist()):
            places.setdefault(("substation", station), []).append(i)
    return places


def quantity_unit(kind: str, quantity: str) -> str:
    """The unit in which people read a quantity's figures."""
    channel = CIRCUITS[kind].channel_of("return" if quantity == "return_given_supply" else quantity)
    unit = KINDS[kind][channel.signal].unit
    return {"GJ/h": "kW", "MW": "kW", "W": "kW"}.get(unit, unit)


def summary(p: Any, numbers: NDArray[np.int64] | None = None) -> dict[str, dict[str, float | int | None]]:
    """By quantity: objects with own parameters and median errors, by whom they were expected; null where unknown."""
    out: dict[str, dict[str, float | int | None]] = {}
    rows = slice(None) if numbers is None else numbers[numbers < p.size]
    for name, q in p.quantities.items():
        figures: dict[str, float | int | None] = {"objects": int((q.source[rows] >= 2).sum())}
        for whose in ("", "_line", "_persistence", "_before"):
            values = p.metrics.get(f"{name}_mae{whose}")
            known = values[rows][np.isfinite(values[rows])] if values is not None else np.zeros(0)
            figures[f"mae{whose}"] = round(float(np.median(known)), 3) if known.size else None
        out[name] = figures
    return out
