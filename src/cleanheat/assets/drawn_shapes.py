"""Which shape was an object given by an import?  Footprints and pipe lines, kept beside the record, newest last.

The map's geometry is the twin's; what stands here is what imports say of it since.  A row without a shape means that
the object is again as the map had it before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import Max

from cleanheat.assets.events import ShapesDrawn
from cleanheat.assets.models_importing import ArchiveShape
from cleanheat.infra import clock, events

KINDS: Final = ("building", "pipe")
"""Kinds whose shapes the map draws: everything else is a point on it."""
_BATCH: Final = 1_000


def keep(kind: str, shapes: Mapping[int, bytes | None], import_id: int) -> None:
    """Keep the shapes of objects (WKB in WGS-84 degrees; None: as the map had it), within the writer's transaction."""
    if not shapes:
        return
    at = clock.now_utc()
    ArchiveShape.objects.bulk_create(
        (ArchiveShape(kind=kind, number=n, wkb=wkb, import_id=import_id, at=at) for n, wkb in sorted(shapes.items())),
        batch_size=_BATCH,
    )
    events.publish(ShapesDrawn(kind, len(shapes)))


def newest(kind: str) -> dict[int, bytes | None]:
    """The shape that counts of every object that was ever given one."""
    rows = ArchiveShape.objects.filter(kind=kind).order_by("pk").values_list("number", "wkb")
    return {n: None if wkb is None else bytes(wkb) for n, wkb in rows.iterator(chunk_size=20_000)}  # the last one stays


def _newest_ids(kind: str) -> list[int]:
    grouped = ArchiveShape.objects.filter(kind=kind).order_by().values("number").annotate(last=Max("pk"))
    return [row["last"] for row in grouped]


def undo(kind: str, import_id: int) -> None:
    """Give the objects of one import the shapes they had before it; what was drawn again since stays."""
    drawn = {row.number: row.pk for row in ArchiveShape.objects.filter(kind=kind, import_id=import_id)}
    last = set(_newest_ids(kind))
    mine = {number: pk for number, pk in drawn.items() if pk in last}
    if not mine:
        return
    before: dict[int, bytes | None] = dict.fromkeys(mine)
    for row in ArchiveShape.objects.filter(kind=kind, number__in=list(mine)).order_by("pk").iterator():
        if row.pk < mine[row.number]:
            before[row.number] = None if row.wkb is None else bytes(row.wkb)
    keep(kind, before, 0)
