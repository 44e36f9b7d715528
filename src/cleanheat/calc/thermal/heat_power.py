"""How much heat does a flow of water carry?"""

from __future__ import annotations

from numpy.typing import ArrayLike

from cleanheat.calc.thermal.constants import WATER_KWH_PER_T_K, Floats, floats

GJ_PER_KWH = 0.0036


def heat_power_kw(flow_t_h: ArrayLike, supply_temp_c: ArrayLike, return_temp_c: ArrayLike) -> Floats:
    """Heat carried from supply to return, Q = 1.163·G·(t_g − t_h); positive when heat is delivered.

    Args: flow t/h, temperatures °C, shapes that broadcast.
    Returns: kW, the broadcast shape; NaN if any input is NaN.
    Source: first law, constant specific heat of water.

    >>> round(float(heat_power_kw(100.0, 60.0, 50.0)), 1)
    1163.0
    """
    return WATER_KWH_PER_T_K * floats(flow_t_h) * (floats(supply_temp_c) - floats(return_temp_c))


def heat_power_gj_h(flow_t_h: ArrayLike, supply_temp_c: ArrayLike, return_temp_c: ArrayLike) -> Floats:
    """The same heat in GJ/h, the unit of heat meters: 4.1868·10⁻³·G·Δt.

    Args: flow t/h, temperatures °C, shapes that broadcast.
    Returns: GJ/h, the broadcast shape; NaN if any input is NaN.
    Source: as :func:`heat_power_kw`.

    >>> round(float(heat_power_gj_h(100.0, 60.0, 50.0)), 4)
    4.1868
    """
    return heat_power_kw(flow_t_h, supply_temp_c, return_temp_c) * GJ_PER_KWH


def flow_for_t_h(power_kw: ArrayLike, difference_k: ArrayLike) -> Floats:
    """Flow that carries a power at a temperature difference; the inverse of :func:`heat_power_kw`.

    Args: power kW, difference K (not zero), shapes that broadcast.
    Returns: t/h, the broadcast shape; NaN if any input is NaN.

    >>> round(float(flow_for_t_h(1163.0, 10.0)), 6)
    100.0
    """
    return floats(power_kw) / (WATER_KWH_PER_T_K * floats(difference_k))
