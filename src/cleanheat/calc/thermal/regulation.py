"""Which supply and return temperatures suit a load?  The regulation curves of water heating.

All loads are relative (Q̄, see :func:`cleanheat.calc.thermal.heat_loss.relative_load`) and must not be negative; NaN
in gives NaN out; shapes broadcast.  Source of every formula: heating textbooks (供热工程), operation regulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cleanheat.calc.thermal.constants import DESIGN_INDOOR_TEMP_C, FLOOR_EXPONENT, RADIATOR_EXPONENT, Floats, floats
from cleanheat.calc.thermal.exchanger import log_mean_k


@dataclass(frozen=True)
class Circuit:
    """A heating circuit at design load: temperatures °C (numbers or arrays) and the terminals' exponent b."""

    supply_temp_c: ArrayLike
    return_temp_c: ArrayLike
    exponent: ArrayLike = RADIATOR_EXPONENT
    indoor_temp_c: float = DESIGN_INDOOR_TEMP_C

    @property
    def excess_k(self) -> Floats:
        """Mean water temperature above the room at design load."""
        return (floats(self.supply_temp_c) + floats(self.return_temp_c)) / 2 - self.indoor_temp_c

    @property
    def difference_k(self) -> Floats:
        return floats(self.supply_temp_c) - floats(self.return_temp_c)


RADIATORS_75_50 = Circuit(75.0, 50.0)
FLOOR_45_35 = Circuit(45.0, 35.0, FLOOR_EXPONENT)


def staged_flow(load: ArrayLike, flow_ratio: ArrayLike, circuit: Circuit) -> tuple[Floats, Floats]:
    """分阶段改变流量: supply and return temperature when the flow is φ = G/G′ of design.

    Args: load Q̄ ≥ 0 and flow_ratio φ > 0, shapes that broadcast.
    Returns: (supply °C, return °C), the broadcast shape.

    >>> supply, back = staged_flow([18 / 39.1, 28 / 39.1], [0.6, 0.75], RADIATORS_75_50)   # at 0 and at -10 °C
    >>> [(round(float(s), 1), round(float(r), 1)) for s, r in zip(supply, back)]
    [(52.1, 32.9), (64.4, 40.5)]
    """
    load = floats(load)
    middle = circuit.indoor_temp_c + circuit.excess_k * load ** (1.0 / (1.0 + floats(circuit.exponent)))
    half = circuit.difference_k * load / (2.0 * floats(flow_ratio))
    return middle + half, middle - half


def quality(load: ArrayLike, circuit: Circuit) -> tuple[Floats, Floats]:
    """质调节: supply and return temperature at constant flow.

    Args: load Q̄ ≥ 0, any shape.
    Returns: (supply °C, return °C), same shape.

    >>> from cleanheat.calc.thermal.heat_loss import relative_load
    >>> loads = relative_load([5, 0, -5, -10, -15, -20, -21.1])
    >>> [(round(float(s), 1), round(float(r), 1)) for s, r in zip(*quality(loads, RADIATORS_75_50))]
    [(41.2, 32.9), (48.3, 36.7), (54.9, 40.2), (61.4, 43.5), (67.6, 46.5), (73.7, 49.4), (75.0, 50.0)]
    >>> [(round(float(s), 1), round(float(r), 1)) for s, r in zip(*quality(loads, FLOOR_45_35))]
    [(27.7, 24.4), (31.2, 26.6), (34.5, 28.6), (37.8, 30.7), (41.1, 32.6), (44.3, 34.6), (45.0, 35.0)]
    """
    return staged_flow(load, 1.0, circuit)


def quantity(load: ArrayLike, circuit: Circuit) -> tuple[Floats, Floats]:
    """量调节: return temperature and relative flow when the supply temperature stays at its design value.

    Args: load Q̄ ≥ 0, any shape.
    Returns: (return °C, Ḡ), same shape.

    >>> tuple(round(float(x), 2) for x in quantity(1.0, RADIATORS_75_50))
    (50.0, 1.0)
    """
    load = floats(load)
    middle = circuit.indoor_temp_c + circuit.excess_k * load ** (1.0 / (1.0 + floats(circuit.exponent)))
    return_temp_c = 2.0 * middle - floats(circuit.supply_temp_c)
    return return_temp_c, circuit.difference_k * load / (floats(circuit.supply_temp_c) - return_temp_c)


def primary_constant_flows(load: ArrayLike, primary: Circuit, secondary: Circuit) -> tuple[Floats, Floats]:
    """Primary supply and return temperature when the flows of both networks are constant.

    Args: load Q̄ ≥ 0, any shape; ``primary`` τ1′/τ2′, ``secondary`` t_g′/t_h′.
    Returns: (τ1 °C, τ2 °C), same shape.

    >>> from cleanheat.calc.thermal.heat_loss import relative_load
    >>> loads = relative_load([5, 0, -5, -10, -15, -20, -21.1])
    >>> curve = primary_constant_flows(loads, Circuit(120.0, 60.0), RADIATORS_75_50)
    >>> [(round(float(s), 1), round(float(r), 1)) for s, r in zip(*curve)]
    [(56.2, 36.2), (69.0, 41.4), (81.4, 46.1), (93.6, 50.6), (105.6, 54.9), (117.4, 59.1), (120.0, 60.0)]
    """
    load = floats(load)
    supply, back = quality(load, secondary)
    mean_k = log_mean_k(
        floats(primary.supply_temp_c) - floats(secondary.supply_temp_c),
        floats(primary.return_temp_c) - floats(secondary.return_temp_c),
    )
    growth = np.exp((primary.difference_k - secondary.difference_k) / mean_k)
    spread = load * primary.difference_k
    return_temp_c = (spread - supply + growth * back) / (growth - 1.0)
    return return_temp_c + spread, return_temp_c
