"""How much heat does a building need?  Relative load, design load and heat loss."""

from __future__ import annotations

from numpy.typing import ArrayLike

from cleanheat.calc.thermal.constants import DESIGN_INDOOR_TEMP_C, DESIGN_OUTDOOR_TEMP_C, Floats, floats


def relative_load(
    outdoor_temp_c: ArrayLike,
    indoor_temp_c: float = DESIGN_INDOOR_TEMP_C,
    design_outdoor_temp_c: float = DESIGN_OUTDOOR_TEMP_C,
) -> Floats:
    """Share of the design load needed at an outdoor temperature, Q̄ = (t_n − t_w)/(t_n − t_w′).

    Args: outdoor_temp_c: °C, any shape.
    Returns: ratio, same shape, negative where it is warmer outside than in; NaN where the input is NaN.
    Source: heating textbooks (供热工程), regulation of heating load.

    >>> [round(float(q), 3) for q in relative_load([5, 0, -5, -10, -15, -20, -21.1])]
    [0.332, 0.46, 0.588, 0.716, 0.844, 0.972, 1.0]
    """
    return (indoor_temp_c - floats(outdoor_temp_c)) / (indoor_temp_c - design_outdoor_temp_c)


def design_load_kw(heat_index_w_m2: ArrayLike, area_m2: ArrayLike) -> Floats:
    """Heat needed at the design outdoor temperature, Q′ = q_f · A.

    Args: heat index W/m² and heated area m², shapes that broadcast.
    Returns: kW, the broadcast shape; NaN if either is NaN.
    Source: CJJ/T 34-2022.

    >>> float(design_load_kw(40.0, 20_000.0))
    800.0
    """
    return floats(heat_index_w_m2) * floats(area_m2) / 1000.0


def heat_loss_kw(loss_kw_per_k: ArrayLike, room_temp_c: ArrayLike, outdoor_temp_c: ArrayLike) -> Floats:
    """Heat a building loses, UA·(t_r − t_w); positive when heat leaves it.

    Args: loss coefficient kW/K, temperatures °C, shapes that broadcast.
    Returns: kW, the broadcast shape; NaN if any input is NaN.
    Source: first law, steady state.

    >>> round(float(heat_loss_kw(20.0, 20.0, -10.0)), 1)
    600.0
    """
    return floats(loss_kw_per_k) * (floats(room_temp_c) - floats(outdoor_temp_c))


def season_heat_gj(days: float, load_kw: ArrayLike, mean_outdoor_temp_c: float) -> Floats:
    """Heat of a season, Q_a = 0.0864·N·Q′·Q̄(t_pj).

    Args: days N; design load kW, any shape; mean outdoor temperature of the season °C.
    Returns: GJ, shape of ``load_kw``; NaN where it is NaN.
    Source: CJJ/T 34-2022, yearly heat.

    >>> round(float(season_heat_gj(169, 1.0 * 40 / 1000, -6.0)), 3)   # one m² at 40 W/m²
    0.359
    """
    return 0.0864 * days * floats(load_kw) * relative_load(mean_outdoor_temp_c)
