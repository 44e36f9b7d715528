"""Does what a model found still hold?  Minutes with readings since, and those of them in which the finding stood."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.models import Found
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S
from cleanheat.telemetry.public import store

MEASURED_BY = {"substation": "unit"}
"""Kinds without readings of their own: who carries them."""


@dataclass(frozen=True)
class Recheck:
    """Minutes of objects with readings, and minutes in which the model's finding stood at one of them."""

    judged: int
    standing: int


def recheck(source: str, places: Collection[tuple[str, int]], start: int, end: int) -> Recheck | None:
    """What the model behind an alert source said of these objects over ``[start, end)``.

    Returns: ``None`` for objects that carry no readings: nobody can tell whether they were judged.
    """
    archive = assets.archive()
    judged = [_minutes(archive, kind, [n for k, n in places if k == kind], start, end) for kind in _kinds(places)]
    if any(n is None for n in judged):
        return None
    standing = sum(_standing(source, kind, number, start, end) for kind, number in places)
    return Recheck(sum(n or 0 for n in judged), standing)


def _kinds(places: Collection[tuple[str, int]]) -> list[str]:
    return sorted({kind for kind, _ in places})


def _minutes(archive: Archive, kind: str, numbers: list[int], start: int, end: int) -> int | None:
    """Rows that came in of these objects, as many as minutes of each."""
    carrier = MEASURED_BY.get(kind, kind)
    if carrier not in KINDS or carrier not in archive.kinds:
        return None
    ids = np.array(numbers, np.uint32)
    if carrier != kind:
        ids = _below(archive, carrier, kind, ids)
    if not ids.size:
        return 0
    rows = sum(len(frame) for frame in store().stream(carrier, start, end, ids=ids))
    return rows * len(numbers) // ids.size


def _below(archive: Archive, carrier: str, kind: str, ids: NDArray[np.uint32]) -> NDArray[np.uint32]:
    table = archive[carrier]
    return table.numbers[np.isin(table.links[kind][table.numbers], ids)].astype(np.uint32)


def _standing(source: str, kind: str, number: int, start: int, end: int) -> int:
    """Minutes of the span in which the finding stood at one object."""
    found = Found.objects.filter(source=source, object_kind=kind, object_number=number, found_s__lt=end)
    spans = found.filter(Q(ended_s=None) | Q(ended_s__gt=start)).values_list("found_s", "ended_s")
    seconds = sum(min(ended or end, end) - max(since, start) for since, ended in spans)
    return int(seconds // MINUTE_S)
