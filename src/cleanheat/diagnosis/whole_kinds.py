"""What do the models say of a whole kind now?  Findings and supply temperatures as arrays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.diagnosis.findings_queries import FoundFilter, select
from cleanheat.diagnosis.live.installed import running
from cleanheat.diagnosis.live.words import FoundState
from cleanheat.diagnosis.rooms.numbers import number
from cleanheat.diagnosis.rooms.places import placed
from cleanheat.infra.scope import Scope

COLD_ROOM_C: Final = number("comfort", "cold_c")
"""Below this a room is too cold, °C."""
GAP_HOURS: Final = 6
"""Over how many running hours a supply temperature is held against what is expected."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OpenFindings:
    """Open findings that nothing above explains, all columns of one length; ``confidences`` NaN where none is told."""

    ids: NDArray[np.int64]
    kinds: NDArray[Any]
    numbers: NDArray[np.int64]
    levels: NDArray[np.int64]
    confidences: Floats
    sources: NDArray[Any]


def open_findings(scope: Scope, kinds: Collection[str]) -> OpenFindings:
    """The scope's open findings at objects of these kinds, the gravest and surest first."""
    rows = select(scope, FoundFilter(is_open=True)).filter(object_kind__in=list(kinds))
    rows = rows.exclude(state=FoundState.EXPLAINED).order_by("level", "-confidence", "since_s")
    found = list(rows.values_list("id", "object_kind", "object_number", "level", "confidence", "source"))
    ids, words, numbers, levels, sure, sources = zip(*found, strict=True) if found else ((), (), (), (), (), ())
    return OpenFindings(
        np.array(ids, np.int64),
        np.array(words, np.str_),
        np.array(numbers, np.int64),
        np.array(levels, np.int64),
        np.array([np.nan if c is None else c for c in sure], np.float64),
        np.array(sources, np.str_),
    )


def finding_texts(ids: Collection[int], scope: Scope) -> dict[int, str]:
    """What is said of these findings, as far as the scope sees them."""
    return dict(select(scope, FoundFilter()).filter(pk__in=list(ids)).values_list("pk", "text"))


def supply_gaps_k(kind: str) -> Floats:
    """Supply temperature beyond what is expected, mean of the last running hours, by object number; NaN: not known.

    ``kind``: plant, branch, boiler or unit.
    """
    size, live = assets.archive()[kind].size, running()
    model = live.circuits(kind) if live else None
    if model is None or model.view is None or int(model.numbers.max(initial=0)) >= size:
        return np.full(size, np.nan)
    gaps: Floats = placed(size, model.numbers, model.view.mean_gap_k(GAP_HOURS).astype(np.float64))
    return gaps
