"""What do boiler rooms show that cycle or burn badly?  Changes of their columns from the labels of a span.

A short-cycling boiler fires for half of every twenty to forty minutes: flame, flue gas and fuel come and go, and the
water swings by the label's kelvin.  One that loses efficiency needs the label's share more fuel, ever hotter flue gas;
one that is given too much air has the label's percentage points more oxygen, and needs the fuel to heat it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S, MINUTE_S
from cleanheat.simulator import chance
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import Labels

Columns = list[NDArray[Any]]
_AT = KINDS["boiler"].index
CYCLE_MIN, FIRED_SHARE = (20.0, 40.0), 0.5
OFF_FLUE_C, OFF_OXYGEN_PCT, FRESH_FLUE_K = 48.0, 20.9, 12.0
WORSENS_H, FLUE_K_PER_SHARE = 60.0, 350.0
"""Efficiency is lost over some days; flue gas 20 K hotter for each 6 % of fuel (heat lost up the stack)."""
AIR_DRIFTS_H, FUEL_PER_OXYGEN, MOST_OXYGEN_PCT = 24.0, 0.004, 16.0
"""Dampers drift within a day or two; each point of oxygen costs 0.4 % more fuel."""


def idle(labels: Labels, numbers: NDArray[np.int32], times: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """``[boilers, T]``: peak boiler rooms that do not fire though they should; None where there is none."""
    found = labels[labels["fault"] == Fault.PEAK_IDLE]
    if found.shape[0] == 0:
        return None
    mask = np.zeros((numbers.shape[0], times.shape[0]), bool)
    for label, row in zip(found, np.searchsorted(numbers, found["number"]).tolist(), strict=True):  # a handful
        mask[row] |= (times >= label["start"]) & (times < label["end"])
    return mask


def disturb(columns: Columns, labels: Labels, numbers: NDArray[np.int32], times: NDArray[np.int64], seed: int) -> None:
    """Change the columns ``[boilers, T]`` of boiler rooms in place."""
    found = labels[np.isin(labels["fault"], (Fault.SHORT_CYCLING, Fault.EFFICIENCY_LOSS, Fault.EXCESS_AIR))]
    rows = np.searchsorted(numbers, found["number"])
    for label, row in zip(found, rows.tolist(), strict=True):  # a handful at a time
        when = np.flatnonzero((times >= label["start"]) & (times < label["end"]))
        when = when[columns[_AT["running_boilers"]][row, when] > 0]
        if when.shape[0] and label["fault"] == Fault.SHORT_CYCLING:
            _cycle(columns, row, when, times[when], float(label["amount"]), seed)
        elif when.shape[0] and label["fault"] == Fault.EXCESS_AIR:
            held = -np.expm1(-(times[when] - label["start"]) / (AIR_DRIFTS_H * HOUR_S))
            _dilute(columns, row, when, float(label["amount"]) * held)
        elif when.shape[0]:
            held = -np.expm1(-(times[when] - label["start"]) / (WORSENS_H * HOUR_S))
            _worsen(columns, row, when, float(label["amount"]) * held)


def _cycle(
    columns: Columns, row: int, when: NDArray[np.intp], times: NDArray[np.int64], by_k: float, seed: int
) -> None:
    low, high = CYCLE_MIN
    period_s = MINUTE_S * (low + (high - low) * float(chance.uniform(seed, "boiler/cycle", row)[0]))
    phase = times / period_s % 1.0
    fires = phase < FIRED_SHARE
    wave = np.where(fires, 4 * phase - 1, 3 - 4 * phase)  # rises while it fires, falls while it does not
    supply, back, flow = (columns[_AT[c]][row, when] for c in ("supply_temp_c", "return_temp_c", "flow_t_h"))
    supply = supply + by_k * wave
    columns[_AT["supply_temp_c"]][row, when] = supply
    power_mw = np.maximum(WATER_KWH_PER_T_K * flow * (supply - back) / 1000.0, 0.0)
    columns[_AT["heat_power_mw"]][row, when] = power_mw
    columns[_AT["heat_total_gj"]][row, when] = 3.6 * power_mw
    for code in ("fuel_rate_t_h", "fuel_total_t"):
        columns[_AT[code]][row, when] *= fires / FIRED_SHARE
    flue = columns[_AT["flue_temp_c"]][row, when]
    columns[_AT["flue_temp_c"]][row, when] = np.where(fires, flue + FRESH_FLUE_K, np.minimum(flue, OFF_FLUE_C))
    for code in ("dust_mg_m3", "so2_mg_m3", "nox_mg_m3", "running_boilers"):
        columns[_AT[code]][row, when] *= fires
    oxygen = columns[_AT["oxygen_pct"]]
    oxygen[row, when] = np.where(fires, oxygen[row, when], OFF_OXYGEN_PCT)


def _worsen(columns: Columns, row: int, when: NDArray[np.intp], share: NDArray[np.float64]) -> None:
    for code in ("fuel_rate_t_h", "fuel_total_t"):
        columns[_AT[code]][row, when] /= 1.0 - share
    burns = columns[_AT["fuel_rate_t_h"]][row, when] > 0
    columns[_AT["flue_temp_c"]][row, when] += FLUE_K_PER_SHARE * share * burns


def _dilute(columns: Columns, row: int, when: NDArray[np.intp], points: NDArray[np.float64]) -> None:
    """More air than the fuel needs, where it burns."""
    points = points * (columns[_AT["fuel_rate_t_h"]][row, when] > 0)
    oxygen = columns[_AT["oxygen_pct"]]
    oxygen[row, when] = np.maximum(oxygen[row, when], np.minimum(oxygen[row, when] + points, MOST_OXYGEN_PCT))
    for code in ("fuel_rate_t_h", "fuel_total_t"):
        columns[_AT[code]][row, when] *= 1.0 + FUEL_PER_OXYGEN * points
