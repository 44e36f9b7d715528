"""Does a source say otherwise than those it feeds?  Fine while most of its units lack heat, or short while none does.

Either the source's own readings or expectations are wrong, or heat is lost on the way: a person has to find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.contradicting import Place, Side
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.saying import source_key
from cleanheat.diagnosis.live.words import ContradictionKind
from cleanheat.diagnosis.vocabulary import State

Bools = NDArray[np.bool_]
Floats = NDArray[np.floating[Any]]
SHORT = (State.UNDER_SUPPLY, State.CAPACITY_SHORTAGE)


@dataclass(frozen=True)
class Supplied:
    """What one kind's model says of supply, by row: its ``numbers``, who is short of heat, and the day's heat of what
    was due (``ratio``, NaN: not judged)."""

    kind: str
    numbers: NDArray[np.int32]
    short: Bools
    ratio: Floats

    @classmethod
    def of(cls, model: CircuitsNow) -> Supplied | None:
        """``None`` before the first minute.  Only what runs now is judged."""
        if model.view is None:
            return None
        short = np.zeros(model.numbers.size, bool)
        for k, condition in enumerate(model.conditions):
            if condition.state in SHORT:
                short |= model.standing.active[k]
        judged = model.alive & model.running.settled
        return cls(model.kind, model.numbers, short, np.where(judged, model.view.heat_ratio, np.nan))


def source_contradictions(
    source: Supplied, units: Supplied, fed_by: NDArray[np.integer[Any]], area_m2: Floats
) -> dict[Place, tuple[Side, Side]]:
    """By place, at sources of which enough units are judged.

    Args: ``fed_by`` and ``area_m2`` of each row of ``units``: its source's number (0 none) and heated area.
    """
    size = int(max(source.numbers.max(initial=0), fed_by.max(initial=0))) + 1
    judged = np.isfinite(units.ratio)
    weight = np.where(judged, np.nan_to_num(area_m2), 0.0)
    count, area = np.bincount(fed_by, judged, size), np.bincount(fed_by, weight, size)
    known = np.where(area > 0, area, 1.0)
    share = (np.bincount(fed_by, weight * units.short, size) / known)[source.numbers]
    mean = (np.bincount(fed_by, weight * np.nan_to_num(units.ratio), size) / known)[source.numbers]
    enough = (count[source.numbers] >= number("source_fault", "least_objects")) & np.isfinite(source.ratio)
    fine = number("contradiction", "fine_ratio")
    most = ~source.short & (source.ratio >= fine) & (share >= number("source_fault", "share"))
    alone = source.short & (share <= number("contradiction", "few_share")) & (mean >= fine)
    return {
        (ContradictionKind.SOURCE_AGAINST_UNITS.value, source.kind, int(source.numbers[i])): (
            _of_source(float(source.ratio[i]), bool(source.short[i])),
            _of_units(float(share[i]), float(mean[i]), int(count[source.numbers[i]])),
        )
        for i in np.flatnonzero(enough & (most | alone)).tolist()
    }


def _of_source(ratio: float, is_short: bool) -> Side:
    said = "判为欠供" if is_short else "判为正常"
    return Side(source_key(State.UNDER_SUPPLY), f"热源近 24 小时供热量为应供的 {ratio:.0%}，{said}", ratio, "")


def _of_units(share: float, mean: float, count: int) -> Side:
    text = f"所供 {count} 个机组中欠供面积占 {share:.0%}，供热量平均为应供的 {mean:.0%}"
    return Side("units", text, share, "")
