"""The handful of numbers above the map: the whole city's, or those of what one scope sees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel import parameters
from cleanheat.pipeline.live_state import NO_DATA, OUT_OF_SERVICE, STALE, STOPPED_STATES, Picture

ROOM_LIMIT_C = parameters.read("cleanheat.pipeline", "parameters.toml")["room"]["pass_temp_c"].value
"""Lowest room temperature that the heating rules allow."""


class Totals:
    """Counts from the last picture; nothing is computed before somebody asks."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._picture: Picture | None = None

    def follow(self, archive: Archive) -> None:
        """Count over a newer archive; its first picture comes with the next minute."""
        self._archive, self._picture = archive, None

    def update(self, picture: Picture) -> None:
        self._picture = picture

    def city(self) -> dict[str, Any]:
        return self.of(EVERYTHING)

    def of(self, scope: Scope) -> dict[str, Any]:
        """Totals of the substations and rooms within a scope, beside the city's outdoor temperature, which is for
        everybody; ``None`` where nothing is known.
        """
        stations, rooms = self._mask("substation", scope), self._mask("room", scope)
        area = np.nan_to_num(self._archive["substation"].values["heated_area_m2"])
        picture = self._picture
        if picture is None:
            return {
                "minute": None,
                "substations": int(stations.sum()),
                "heated_area_m2": float(area[stations].sum()),
                "outdoor_temp_c": None,
            }
        state = picture.operation["substation"][stations]
        stopped, known = np.isin(state, STOPPED_STATES), ~np.isin(state, (NO_DATA, STALE))
        temps = picture.room_temp_c[rooms]
        temps = temps[~np.isnan(temps)]
        return {
            "minute": picture.minute,
            "outdoor_temp_c": None if picture.outdoor_temp_c is None else round(picture.outdoor_temp_c, 1),
            "substations": int(state.size),
            "running": int((known & ~stopped & (state != OUT_OF_SERVICE)).sum()),
            "stopped": int(stopped.sum()),
            "silent": int((state == STALE).sum()),
            "heated_area_m2": float(area[stations].sum()),
            "mean_supply_temp_c": _weighted(picture.supply_temp_c["substation"][stations], area[stations]),
            "rooms_reporting": int(temps.size),
            "room_mean_temp_c": round(float(temps.mean()), 2) if temps.size else None,
            "room_pass_ratio": round(float((temps >= ROOM_LIMIT_C).mean()), 4) if temps.size else None,
            "reporting_ratio": round(float(known.mean()), 4) if state.size else None,
        }

    def _mask(self, kind: str, scope: Scope) -> NDArray[np.bool_]:
        return self._archive[kind].exists() if scope.sees_all else np.asarray(assets.visible(kind, scope))


def _weighted(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    known = ~np.isnan(values) & (weights > 0)
    return round(float(np.average(values[known], weights=weights[known])), 2) if known.any() else None
