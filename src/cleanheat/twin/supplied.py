"""Who hangs on whom by the archive's own relations, and what the objects of a trace amount to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive

Bools = NDArray[np.bool_]
Marks = Mapping[str, Bools]
"""Slot masks by kind."""

KINDS: Final = (
    "plant",
    "branch",
    "boiler",
    "substation",
    "unit",
    "community",
    "building",
    "heat_user",
    "pipe",
    "valve",
)
"""What a trace tells of, from the source to the flat, then what lies between."""
BELOW: Final[Mapping[str, tuple[str, ...]]] = {
    "branch": ("plant",),
    "boiler": ("branch",),
    "substation": ("branch", "boiler"),
    "unit": ("substation",),
    "community": ("substation",),
    "building": ("unit", "community"),
    "heat_user": ("building",),
    "pipe": ("branch", "boiler", "unit"),
    "valve": ("pipe",),
}
"""By which links a kind hangs on the kinds above it."""


@dataclass(frozen=True)
class Totals:
    """What marked objects amount to: objects, people and square metres."""

    substations: int
    communities: int
    buildings: int
    households: int
    users: int
    heated_area_m2: float
    pipe_km: float


def nothing(archive: Archive) -> dict[str, Bools]:
    return {kind: np.zeros(archive[kind].size, dtype=bool) for kind in KINDS}


def below(archive: Archive, kind: str, number: int) -> dict[str, Bools]:
    """The object and all that the archive hangs on it; of a pipe or valve, whatever its circuit supplies."""
    marks = nothing(archive)
    marks[kind][number] = True
    if kind in ("pipe", "valve"):
        kind, number = _circuit(archive, kind, number)
        if not number:
            return marks
        marks[kind][number] = True
    for lower, links in BELOW.items():
        table = archive[lower]
        for upper in links:
            if upper in table.links and not (lower == "unit" and kind == "community"):
                marks[lower] |= _supplied(marks, table.links[upper], upper, kind, lower)
    return marks


def _supplied(marks: Marks, link: NDArray[np.int32], upper: str, start: str, lower: str) -> Bools:
    """Objects whose link points to a marked one.  Communities overlap units: only a trace from one follows them."""
    if lower == "building" and upper == "community" and start != "community":
        return np.zeros(len(link), dtype=bool)
    return np.asarray(marks[upper][link] & (link > 0))


def _circuit(archive: Archive, kind: str, number: int) -> tuple[str, int]:
    """The unit, boiler room or branch whose water a pipe or valve carries."""
    links = archive[kind].links
    for above in ("unit", "boiler", "branch"):
        if links[above][number]:
            return above, int(links[above][number])
    return "branch", 0


def above(archive: Archive, kind: str, number: int) -> dict[str, Bools]:
    """The object and everything the archive names on the way from its source."""
    marks = nothing(archive)
    marks[kind][number] = True
    for lower in ("valve", "pipe", "heat_user", "building", "community", "unit", "substation", "boiler", "branch"):
        table = archive[lower]
        for upper in BELOW[lower]:
            if upper in table.links and not (lower == "building" and upper == "community"):
                found = table.links[upper][marks[lower]]
                marks[upper][found[found > 0]] = True
    return marks


def totals(archive: Archive, marks: Marks, length_m: NDArray[np.float64]) -> Totals:
    """Sums over marked objects; ``length_m`` by pipe number."""
    buildings = archive["building"].values
    of = marks["building"]
    return Totals(
        substations=int(marks["substation"].sum()),
        communities=int(marks["community"].sum()),
        buildings=int(of.sum()),
        households=int(np.nansum(buildings["households"][of])),
        users=int(marks["heat_user"].sum()),
        heated_area_m2=round(float(np.nansum(buildings["heated_area_m2"][of])), 1),
        pipe_km=round(float(length_m[marks["pipe"]].sum()) / 1_000, 3),
    )
