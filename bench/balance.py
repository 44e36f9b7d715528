"""Which readings of the benchmarks' city follow from others?  Heat balances, order of temperatures, sums over children.

A city whose readings contradict each other breaks every rule that compares them, and a benchmark would then measure
nothing but the writing of hits.  What follows is worked out of the slow processes, before noise and quantisation: every
sensor keeps its own noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS

Values = dict[str, NDArray[np.float32]]
WATER_GJ_T_K, WATER_MWH_T_K = 0.0041868, 0.001163
YIELD = 0.985
"""Share of a unit's heat that reaches the secondary side."""
SOURCE_MAKEUP, MIN_LIFT_K, RETURN_LIFT_K = 0.002, 3.0, 2.0
PEAK_FLOW_SHARE = 0.1
"""Of what a boiler room that supplies no unit of its own sends through the network."""
COUNTED: Final[Mapping[str, Mapping[str, tuple[str, float]]]] = {
    "unit": {"heat_total_gj": ("heat_power_gj_h", 1.0), "makeup_total_t": ("makeup_flow_t_h", 1.0)},
    **{
        kind: {"heat_total_gj": ("heat_power_mw", 3.6), "makeup_total_t": ("makeup_flow_t_h", 1.0)}
        for kind in ("plant", "branch", "boiler")
    },
}
"""Counters and what they count: signal, and its amount an hour in the counter's unit."""


class Balance:
    """Works out dependent readings of one archive's objects, in the order of the archive."""

    def __init__(self, archive: Archive) -> None:
        self._is_peak = archive["boiler"].values["is_peak"][archive["boiler"].numbers] > 0
        self._boiler_of = _places(archive, "unit", "boiler")
        self._branch_of = _places(archive, "unit", "branch")
        self._plant_of = _places(archive, "branch", "plant")

    def settle(self, city: Mapping[str, Values]) -> None:
        """Replace what follows from the rest, units first and plants last."""
        unit, boiler, branch, plant = (city[kind] for kind in ("unit", "boiler", "branch", "plant"))
        _settle_units(unit)
        _settle_devices(city["device"])
        supplied = np.where(self._is_peak, 0, _sums(unit["primary_flow_t_h"], self._boiler_of, self._is_peak.size))
        boiler["flow_t_h"] = np.where(supplied > 0, supplied, PEAK_FLOW_SHARE * boiler["flow_t_h"])
        branch["flow_t_h"] = _sums(unit["primary_flow_t_h"], self._branch_of, branch["flow_t_h"].size)
        plant["flow_t_h"] = _sums(branch["flow_t_h"], self._plant_of, plant["flow_t_h"].size)
        for source in (boiler, branch, plant):
            difference = source["supply_temp_c"] - source["return_temp_c"]
            source["heat_power_mw"] = WATER_MWH_T_K * source["flow_t_h"] * difference
            source["makeup_flow_t_h"] = SOURCE_MAKEUP * source["flow_t_h"]
        plant["heat_power_mw"] = _sums(branch["heat_power_mw"], self._plant_of, plant["flow_t_h"].size)
        difference = plant["supply_temp_c"] - plant["return_temp_c"]
        plant["return_temp_c"] += difference - plant["heat_power_mw"] / (WATER_MWH_T_K * plant["flow_t_h"])


def _settle_units(unit: Values) -> None:
    heat = unit["heat_power_gj_h"]
    gone = YIELD * heat / (WATER_GJ_T_K * unit["secondary_flow_t_h"])
    unit["secondary_return_temp_c"] = unit["secondary_supply_temp_c"] - gone
    warm = unit["secondary_return_temp_c"] + RETURN_LIFT_K
    unit["primary_return_temp_c"] = np.maximum(unit["primary_return_temp_c"], warm)
    hot = np.maximum(unit["primary_supply_temp_c"], unit["secondary_supply_temp_c"] + RETURN_LIFT_K)
    unit["primary_supply_temp_c"] = hot
    unit["primary_flow_t_h"] = heat / (WATER_GJ_T_K * (hot - unit["primary_return_temp_c"]))
    setpoint = unit["valve_setpoint_pct"]
    unit["valve_opening_pct"] = setpoint + 0.1 * (unit["valve_opening_pct"] - setpoint)


def _settle_devices(device: Values) -> None:
    device["supply_temp_c"] = np.maximum(device["supply_temp_c"], device["return_temp_c"] + MIN_LIFT_K)


def _places(archive: Archive, child: str, parent: str) -> NDArray[np.intp]:
    """Position of each child's parent; one past the last for none."""
    numbers = archive[parent].numbers
    of = archive[child].links[parent][archive[child].numbers]
    return np.where(of > 0, np.searchsorted(numbers, of), numbers.size)


def _sums(values: NDArray[np.float32], places: NDArray[np.intp], size: int) -> NDArray[np.float32]:
    return np.bincount(places, weights=values, minlength=size + 1)[:size].astype(np.float32)


def named(kind: str, columns: Iterable[NDArray[Any]]) -> Values:
    return dict(zip(KINDS[kind].index, columns, strict=True))
