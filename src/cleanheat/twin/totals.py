"""The handful of numbers above the map, for a viewer who sees only part of the city.

The pipeline computes the city's totals from readings and hands them to ``publish``.  For everybody else they are
counted here from the states of what he sees: another company's figures cannot be derived from them.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from cleanheat.assets.archive import Archive
from cleanheat.infra.scope import Scope
from cleanheat.twin.live_state import LiveState
from cleanheat.twin.maplayers import OPERATION, ROOM_TEMP, SUPPLY_TEMP

NO_DATA: Final = 0
STALE: Final = 6
OUT_OF_SERVICE: Final = 7
STOPPED: Final = 5
ROOM_LIMIT_C: Final = 18.0
"""Lowest room temperature Changchun's heating rules allow."""


def of_scope(live: LiveState, archive: Archive, scope: Scope) -> dict[str, Any]:
    """Totals of the substations and buildings within the scope; ``None`` where nothing is known."""
    operation = live.states(OPERATION.key, "substations", scope)
    table = archive["substation"]
    seen = np.zeros(table.size, bool)
    seen[table.numbers] = True
    state = operation[: table.size] if len(operation) else np.zeros(table.size, np.uint8)
    known = ~np.isin(state, (NO_DATA, STALE, OUT_OF_SERVICE))
    stopped = state == STOPPED
    mine = seen[: len(state)] & (state != NO_DATA)
    heated = np.nan_to_num(table.values["heated_area_m2"][: len(state)])
    warm = ROOM_TEMP.ramp.decode(live.states(ROOM_TEMP.key, "buildings", scope))
    return {
        "substations": int(mine.sum()),
        "running": int((known & ~stopped).sum()),
        "stopped": int(stopped.sum()),
        "silent": int((state == STALE).sum()),
        "heated_area_m2": float(heated[mine].sum()),
        "mean_supply_temp_c": _mean(SUPPLY_TEMP.ramp.decode(live.states(SUPPLY_TEMP.key, "substations", scope))),
        "room_pass_ratio": _mean(np.where(np.isnan(warm), np.nan, (warm >= ROOM_LIMIT_C).astype(np.float64))),
        "reporting_ratio": float(known.sum() / mine.sum()) if mine.any() else None,
    }


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else None
