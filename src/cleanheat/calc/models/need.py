"""Which supply temperature does a building need?  The curve recommended, from need and not from today's operator.

Two bases.  *Rooms*: where rooms are measured, the mean water temperature above the room is proportional to the heat
that the rooms lose, ((t_g + t_h)/2 − T_room) = a · (T_room − T_o)^(1/(1+b)); with *a* from the building's own mild
and cold days the same relation gives what the wanted room temperature takes.  *Design*: without rooms, the regulation
curve through the design temperatures of the circuit; without these, through what the archive's kind of terminal has.
The curve falls with the outdoor temperature and stays within limits by construction.
Source: quality regulation of radiator heating (供热工程), EN 442 exponent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.thermal.constants import DESIGN_INDOOR_TEMP_C, DESIGN_OUTDOOR_TEMP_C, RADIATOR_EXPONENT
from cleanheat.calc.thermal.heat_loss import relative_load
from cleanheat.calc.thermal.regulation import Circuit, quality

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
LEAST_DAYS = 10


@dataclass(frozen=True)
class Wanted:
    """What is wanted: room °C, limits of the supply °C, and the terminals' exponent b."""

    room_c: float = DESIGN_INDOOR_TEMP_C
    lowest_c: float = 25.0
    highest_c: float = 85.0
    exponent: float = RADIATOR_EXPONENT
    design_outdoor_c: float = DESIGN_OUTDOOR_TEMP_C


@dataclass(frozen=True)
class Need:
    """``breakpoints [B, 2]`` (outdoor °C, supply °C), on what they rest, the share of design heat needed at each."""

    breakpoints: Floats
    basis: str
    load: Floats


def by_design(outdoor_c: Floats, circuit: Circuit, wanted: Wanted) -> Need:
    """The regulation curve of the design temperatures at ``outdoor_c [B]`` ascending.

    >>> from cleanheat.calc.thermal.regulation import RADIATORS_75_50
    >>> by_design(np.array([-21.1, 0.0]), RADIATORS_75_50, Wanted()).breakpoints.round(1).tolist()
    [[-21.1, 75.0], [0.0, 48.3]]
    """
    load = np.maximum(relative_load(outdoor_c, wanted.room_c, wanted.design_outdoor_c), 0.0)
    supply, _ = quality(load, circuit)
    return Need(_limited(outdoor_c, np.asarray(supply, np.float64), wanted), "design", np.asarray(load))


def by_rooms(
    outdoor_c: Floats,
    day_outdoor_c: Floats,
    day_supply_c: Floats,
    day_return_c: Floats,
    day_room_c: Floats,
    wanted: Wanted,
) -> Need | None:
    """From daily means ``[D]`` of heating days (NaN where unknown); None where there are too few.

    Water and rooms are daily means: what is recommended is what the same hours of running a day would take.
    """
    middle = (day_supply_c + day_return_c) / 2 - day_room_c
    loss = day_room_c - day_outdoor_c
    use = np.isfinite(middle) & np.isfinite(loss) & (middle > 1) & (loss > 3)
    if use.sum() < LEAST_DAYS:
        return None
    power = 1.0 / (1.0 + wanted.exponent)
    gain = float(np.median(middle[use] / loss[use] ** power))
    drop = float(np.median((day_supply_c - day_return_c)[use] / loss[use]))
    lost = np.maximum(wanted.room_c - outdoor_c, 0.0)
    supply = wanted.room_c + gain * lost**power + drop * lost / 2
    load = lost / (wanted.room_c - wanted.design_outdoor_c)
    return Need(_limited(outdoor_c, supply, wanted), "rooms", load)


def _limited(outdoor_c: Floats, supply_c: Floats, wanted: Wanted) -> Floats:
    clipped = np.clip(supply_c, wanted.lowest_c, wanted.highest_c)
    return np.stack([outdoor_c, np.minimum.accumulate(clipped)], axis=-1)
