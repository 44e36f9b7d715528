"""Does this home take heat at all?  One reading of its meter beside those of its building at the same time.

A single reading misleads: a flow near nothing may be a closed thermostat, a cold return a low flow.  Against the
building each of four signs has its own weight; they add up as log-odds, unknown ones saying nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MeterReading:
    """One moment of many homes ``[N]``, NaN unknown: flow t/h, heat W/m², return °C, room °C; ``building [N]``."""

    flow_t_h: Floats
    area_m2: Floats
    heat_w_m2: Floats
    return_c: Floats
    room_c: Floats
    building: NDArray[np.int64]


@dataclass(frozen=True)
class StopLimits:
    """Where a sign turns (share of the building's median, or K below it) and how much it weighs (log-odds)."""

    flow_share: float
    heat_share: float
    return_k: float
    room_k: float
    weight_flow: float
    weight_heat: float
    weight_return: float
    weight_room: float
    prior: float


def probability(reading: MeterReading, middle: dict[str, Floats], limits: StopLimits) -> Floats:
    """That each home is stopped ``[N]``; NaN where neither flow nor heat nor return is known.

    ``middle``: the building's medians beside each home: ``flow`` (t/h·m²), ``heat``, ``return``, ``room``.
    """
    share_flow = reading.flow_t_h / reading.area_m2 / _positive(middle["flow"])
    share_heat = reading.heat_w_m2 / _positive(middle["heat"])
    signs = (
        (limits.weight_flow, 1 - share_flow / limits.flow_share),
        (limits.weight_heat, 1 - share_heat / limits.heat_share),
        (limits.weight_return, (middle["return"] - reading.return_c) / limits.return_k - 1),
        (limits.weight_room, (middle["room"] - reading.room_c) / limits.room_k - 1),
    )
    odds = np.full(reading.flow_t_h.shape, limits.prior)
    for weight, sign in signs:
        odds += weight * np.clip(np.nan_to_num(sign), -1, 1)
    measured = ~(np.isnan(signs[0][1]) & np.isnan(signs[1][1]) & np.isnan(signs[2][1]))
    return np.where(measured, 1 / (1 + np.exp(-odds)), np.nan)


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)
