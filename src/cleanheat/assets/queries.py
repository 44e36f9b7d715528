"""What exists, who supplies whom, and what a scope may see of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from django.conf import settings
from django.db import models
from numpy.typing import NDArray

from cleanheat.assets import models as m
from cleanheat.assets import snapshot
from cleanheat.assets.archive import Archive
from cleanheat.infra import clock
from cleanheat.infra.scope import Ids, Scope
from cleanheat.infra.secrecy import classes as secrecy
from cleanheat.kernel.errors import not_found

KIND_MODELS: Mapping[str, type[models.Model]] = {
    "plant": m.Plant,
    "branch": m.Branch,
    "boiler": m.BoilerRoom,
    "substation": m.Substation,
    "unit": m.Unit,
    "community": m.Community,
    "building": m.Building,
    "heat_user": m.HeatUser,
    "room": m.RoomSensor,
    "device": m.RuralDevice,
    "weather": m.WeatherStation,
    "pipe": m.Pipe,
    "valve": m.Valve,
}
MODELS: Mapping[str, type[models.Model]] = {"area": m.Area, **KIND_MODELS}
"""Every table of the archive in the order in which rows may refer to each other."""

_MASKS_KEPT = 512
VERSION_KEPT_S = 1.0


@dataclass
class _Cache:
    """The archive in memory and the masks computed from it; both belong to one version."""

    lock: Lock = field(default_factory=Lock)
    archive: Archive | None = None
    version: str = ""
    asked_s: float = float("-inf")  # machine time at which the database last told the version
    masks: OrderedDict[tuple[str, str, str], NDArray[np.bool_]] = field(default_factory=OrderedDict)


_cache = _Cache()


def version() -> str:
    """Name of the archive's present version; empty before anything is loaded."""
    newest = m.ArchiveVersion.objects.order_by("-id").values_list("name", flat=True).first()
    return newest or ""


def archive() -> Archive:
    """All kinds as arrays; kept in memory, and beside the database so that a start does not read 400,000 rows."""
    present = _version_now()
    with _cache.lock:
        if _cache.archive is None or _cache.archive.version != present:
            _cache.archive = _read_archive(present)
            _cache.masks.clear()
        return _cache.archive


def _version_now() -> str:
    """The version, asked of the database once a second at most: every request needs it, it changes once a season."""
    at = clock.machine_now()
    if not 0 <= at - _cache.asked_s < VERSION_KEPT_S:
        _cache.version, _cache.asked_s = version(), at
    return _cache.version


def forget() -> None:
    """Drop what is kept in memory (tests that replace the database)."""
    with _cache.lock:
        _cache.archive, _cache.asked_s = None, float("-inf")
        _cache.masks.clear()


def _read_archive(name: str) -> Archive:
    path = _snapshot_path(name)
    if name and path.exists():
        return snapshot.read(name, path)
    built = snapshot.build(name, {kind: _columns(kind) for kind in KIND_MODELS})
    if name:
        for old in path.parent.glob("archive-*.npz"):
            old.unlink(missing_ok=True)
        snapshot.save(built, path)
    return built


def _snapshot_path(name: str) -> Path:
    database = Path(str(settings.DATABASES["default"].get("NAME", "")))
    folder = database.parent if database.is_absolute() and database.parent.is_dir() else Path(settings.DATA_DIR)
    return folder / f"archive-{len(KIND_MODELS)}-{name}.npz"  # a release with more kinds reads its rows anew


def _columns(kind: str) -> dict[str, NDArray[Any]]:
    names = snapshot.COLUMNS[kind]
    rows = KIND_MODELS[kind].objects.order_by("pk").values_list(*names)  # type: ignore[attr-defined]
    columns = list(zip(*rows.iterator(chunk_size=20_000), strict=True)) or [()] * len(names)
    return {name: _array(name, column) for name, column in zip(names, columns, strict=True)}


def _array(name: str, column: Sequence[Any]) -> NDArray[Any]:
    if name == "number" or name.endswith("_id"):
        return np.array([v or 0 for v in column], dtype=np.int32)
    return np.array(column)


def visible(kind: str, scope: Scope) -> NDArray[np.bool_]:
    """Which numbers of a kind the scope sees: ``bool[size]``, false in empty slots.  Weather is for everybody."""
    present = archive()
    key = (present.version, kind, "all" if scope.sees_all and not scope.view else scope.key)
    with _cache.lock:
        known = _cache.masks.get(key)
        if known is not None:
            _cache.masks.move_to_end(key)
            return known
    mask = _visible(present, kind, scope)
    mask.setflags(write=False)
    with _cache.lock:
        _cache.masks[key] = mask
        while len(_cache.masks) > _MASKS_KEPT:
            _cache.masks.popitem(last=False)
    return mask


def _visible(present: Archive, kind: str, scope: Scope) -> NDArray[np.bool_]:
    table = present[kind]
    if secrecy.hides(kind, scope):
        return np.zeros(table.size, dtype=bool)
    if scope.sees_all or kind == "weather":
        return table.exists()
    mask = np.zeros(table.size, dtype=bool)
    dimensions: Mapping[str, Ids | None] = {
        "company": scope.company_ids,
        "office": scope.office_ids,
        "district": scope.district_ids,
        "sender": scope.sender_ids,
    }
    for link, ids in dimensions.items():
        if ids and link in table.links:
            mask |= np.isin(table.links[link], np.fromiter(ids, dtype=np.int32))
    mask[0] = False
    return mask & table.exists()


def district_ids(codes: frozenset[str]) -> Ids:
    """Area ids of district codes, for scopes."""
    return frozenset(m.Area.objects.filter(level="district", code__in=codes).values_list("id", flat=True))


def exists(kind: str, number: int, scope: Scope) -> bool:
    """Is there such an object within the scope?"""
    mask = visible(kind, scope)
    return 0 < number < mask.shape[0] and bool(mask[number])


def require(kind: str, number: int, scope: Scope) -> None:
    """Refuse what does not exist and what the scope may not see alike: the answer must not tell them apart."""
    if kind not in KIND_MODELS or not exists(kind, number, scope):
        raise not_found("没有这个对象", f"{kind} {number}")
