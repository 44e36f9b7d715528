"""Where is supply interrupted on purpose?  Announced outages as masks, so that no model takes them for a fault."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.assets.models import PlannedOutage
from cleanheat.kernel.time import utc

Bools = NDArray[np.bool_]
_ABOVE: dict[str, tuple[str, ...]] = {
    "plant": (),
    "branch": ("plant",),
    "boiler": ("plant", "branch"),
    "unit": ("plant", "branch", "boiler", "substation"),
}
"""Circuits that stand still with what supplies them; a peak boiler room helps its branch, so it rests with it."""


def planned_outages(archive: Archive, minute: int) -> Mapping[str, Bools]:
    """Which circuits are announced to be out in the minute: ``bool[size]`` by kind of circuit, none if nothing is.

    One query a minute; what an outage spreads to follows from the archive's links at once.
    """
    at = utc(minute)
    rows = list(
        PlannedOutage.objects.filter(start_at__lte=at, end_at__gt=at).values_list("object_kind", "object_number")
    )
    if not rows:
        return {}
    out = {kind: _marked(archive, kind, [n for k, n in rows if k == kind]) for kind in {kind for kind, _ in rows}}
    for kind, above in _ABOVE.items():  # from the sources downwards
        out[kind] = _with(out, archive, kind, above)
    return {kind: out[kind] for kind in _ABOVE}


def _marked(archive: Archive, kind: str, numbers: list[int]) -> Bools:
    mask = np.zeros(archive[kind].size, dtype=bool)
    mask[[n for n in numbers if n < mask.shape[0]]] = True
    return mask


def _with(out: Mapping[str, Bools], archive: Archive, kind: str, above: tuple[str, ...]) -> Bools:
    """The kind's own outages and those of whatever it hangs on."""
    table = archive[kind]
    mask = out.get(kind, np.zeros(table.size, dtype=bool)).copy()
    for upper in above:
        if upper in out and upper in table.links:
            mask |= out[upper][table.links[upper]]
    return mask
