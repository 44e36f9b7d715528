"""What do people's overrides and handled alerts make of each object's coefficients?  Arrays over object numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import KindTable
from cleanheat.diagnosis.coefficients import coefficients
from cleanheat.diagnosis.fleet.numbers import number

Float32s = NDArray[np.float32]


@dataclass(frozen=True)
class Setting:
    """One coefficient as people set it: for one object, else for a company's or district's, else for all."""

    coefficient: str
    value: float
    number: int = 0
    company: int = 0
    district: int = 0

    @property
    def rank(self) -> int:
        """The narrower the target, the more it counts."""
        return 4 * (self.number > 0) + 2 * (self.company > 0) + (self.district > 0)

    def meets(self, table: KindTable) -> NDArray[np.bool_]:
        """Which slots it is meant for."""
        mask = table.exists()
        if self.number:
            mask &= np.arange(table.size) == self.number
        for link, wanted in (("company", self.company), ("district", self.district)):
            if wanted:
                mask &= table.links[link] == wanted if link in table.links else False
        return mask


def steered(
    table: KindTable, settings: Iterable[Setting], limit_factors: Mapping[int, float]
) -> dict[str, NDArray[np.float32]]:
    """Coefficients that somebody or feedback set, ``float32[size]`` with NaN where nobody did, and ``by_people``.

    ``limit_factors``: by object number, what handled alerts taught; people's own setting stands above it.
    """
    out: dict[str, Float32s] = {}
    by_people = np.zeros(table.size, np.float32)
    known = [(n, factor) for n, factor in limit_factors.items() if 0 < n < table.size]
    if known:
        numbers, factors = zip(*known, strict=True)
        out["limit_factor"] = np.full(table.size, np.nan, np.float32)
        out["limit_factor"][list(numbers)] = factors
    for setting in sorted(settings, key=lambda s: s.rank):
        if setting.coefficient in coefficients():
            mask = setting.meets(table)
            out.setdefault(setting.coefficient, np.full(table.size, np.nan, np.float32))[mask] = setting.value
            by_people[mask] = 1
    return out | {"by_people": by_people}


def next_factor(factor: float, *, is_false_alarm: bool) -> float:
    """One step wider for a false alarm, a smaller one narrower for a confirmed one, within bounds.

    >>> next_factor(1.0, is_false_alarm=True)
    1.15
    """
    step = number("feedback", "false_alarm_factor" if is_false_alarm else "confirmed_factor")
    return round(float(np.clip(factor * step, number("feedback", "lowest"), number("feedback", "highest"))), 4)
