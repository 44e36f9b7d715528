"""In which hours did the meter see heat go through this circuit?  Heat and flow, where they are measured.

In a mild autumn water of 24 °C is heat and water of 30 °C may be what a trial has left: temperatures alone cannot tell
them apart, a meter can.  What counts is its excess over what it reads unheated (hot tap water, a stuck channel), as a
share of what it reads on this record's warm days.  A meter that is dead says nothing, and never that there is no heat.

Shapes: S circuits, T = 24·D hours beginning at a local midnight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS, by_day, quantile_by

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
KW_H_PER_T_K = 1.163
"""Heat of water, kWh per tonne and kelvin."""


def measured_heat(heat_kw: Floats, flow_t_h: Floats, supply_c: Floats, return_c: Floats) -> Floats:
    """Heat in kW: of the meter, else flow times the fall of temperature; none where the water is known to stand.

    >>> measured_heat(*np.array([[[9.0, np.nan, 9.0]], [[np.nan, 1.0, 0.0]], [[40.0] * 3], [[30.0] * 3]])).tolist()
    [[9.0, 11.63, 0.0]]
    """
    of_flow = np.round(KW_H_PER_T_K * flow_t_h * (supply_c - return_c), 6)
    stands = flow_t_h <= _STANDS * quantile_by(flow_t_h, 0.9)[:, None]
    return np.where(stands, 0.0, np.where(np.isnan(heat_kw), of_flow, heat_kw))


_STANDS = 0.05


def metered(heat_kw: Floats, usual_quantile: float, least_share: float) -> Bools:
    """``bool[S, T]``: hours in which heat clearly flowed, and still did in one of the two hours that follow.

    Args:
        heat_kw: ``[S, T]``, NaN = unknown.
        usual_quantile: of the record's hours, whose heat is the usual one.
        least_share: of the usual excess over the unheated level that is clearly heat.
    """
    excess = heat_kw - np.repeat(unheated_kw(heat_kw), HOURS, axis=1)
    usual = quantile_by(excess, usual_quantile)[:, None]
    with np.errstate(invalid="ignore"):
        flows = (excess >= least_share * usual) & (usual > 0)
    later = np.pad(flows, ((0, 0), (0, 2)))
    return np.asarray(flows & (later[:, 1:-1] | later[:, 2:]))


def unheated_kw(heat_kw: Floats) -> Floats:
    """What the meter reads without heating, ``[S, D]``: the lowest daily median so far, 0 in the first days.

    >>> unheated_kw(np.repeat([[5.0, 5.0, 5.0, 5.0, 90.0, 90.0]], 24, axis=1)).tolist()
    [[0.0, 0.0, 0.0, 5.0, 5.0, 5.0]]
    """
    daily = quantile_by(by_day(heat_kw), 0.5)
    seen = np.cumsum(np.isfinite(daily), axis=1)
    lowest = np.fmin.accumulate(daily, axis=1)
    before = np.pad(lowest, ((0, 0), (1, 0)), constant_values=np.nan)[:, :-1]
    enough = np.pad(seen, ((0, 0), (1, 0)))[:, :-1] >= _LEAST_DAYS
    return np.where(enough, np.maximum(np.nan_to_num(before), 0.0), 0.0)


_LEAST_DAYS = 3
