"""Strata of an archive: period × district × scene, how many of each are looked at, and which.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import KindTable
from cleanheat.calc.scoring.sampling import allocate, draw
from cleanheat.evaluation.periods import Period, period_at
from cleanheat.evaluation.vocabulary import Span

Ints = NDArray[np.int64]
SCENES: Final[Mapping[str, str]] = {
    "substation": "system",
    "boiler": "fuel",
    "unit": "zone",
    "building": "energy_class",
    "heat_user": "position",
    "device": "device_type",
    "pipe": "medium",
}
"""Which coded attribute tells a kind's scenes apart; kinds not named here are one scene."""


@dataclass(frozen=True)
class Stratum:
    """Records of one district and scene as they are looked at in one month.

    ``records``: how many of the archive this stratum stands for, its part of the district's and scene's records.
    """

    month: str
    district_id: int
    scene: int
    records: float
    weight: float
    members: Ints

    def document(self, sampled: int) -> dict[str, Any]:
        plain = asdict(self)
        del plain["members"]
        return plain | {"sampled": sampled}


def months_of(period: Period) -> list[str]:
    """Keys of the months that the period touches, at most twelve."""
    found = [period_at(Span.MONTH, period.start)]
    while found[-1].end < period.end:
        found.append(period_at(Span.MONTH, found[-1].end))
    return [p.key for p in found]


def strata_of(table: KindTable, months: list[str], weights: Mapping[str, float]) -> list[Stratum]:
    """Every district and scene that has records, in every month.  ``weights``: importance by district id, default 1."""
    numbers = table.numbers.astype(np.int64)
    district = table.links["district"][numbers] if "district" in table.links else np.zeros(numbers.size, np.int32)
    coded = table.values.get(SCENES.get(table.kind, ""))
    scene = np.nan_to_num(coded[numbers], nan=-1).astype(np.int64) if coded is not None else np.zeros_like(numbers)
    order = np.lexsort((numbers, scene, district))
    keys = np.stack([district[order], scene[order]], axis=1)
    cuts = [0, *(np.flatnonzero((np.diff(keys, axis=0) != 0).any(axis=1)) + 1).tolist(), numbers.size]
    groups = [(keys[a], numbers[order][a:b]) for a, b in pairwise(cuts) if b > a]
    return [
        Stratum(month, int(d), int(s), members.size / len(months), weights.get(str(int(d)), 1.0), members)
        for (d, s), members in groups
        for month in months
    ]


def drawn(strata: list[Stratum], size: int, seed: int) -> list[Ints]:
    """Records of each stratum; no record twice, though the months of one district and scene share theirs."""
    months = len({s.month for s in strata})
    groups = [strata[i : i + months] for i in range(0, len(strata), months)]
    wanted = allocate([g[0].members.size for g in groups], size, [g[0].weight for g in groups])
    chosen: list[Ints] = []
    for i, (group, n) in enumerate(zip(groups, wanted.tolist(), strict=True)):
        own = draw(group[0].members, n, seed + i)
        dealt = np.random.default_rng([seed, i]).permutation(own)
        chosen += [np.sort(part) for part in np.array_split(dealt, months)]
    return chosen
