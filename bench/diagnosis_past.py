"""Three seasons of very many substation circuits as a fit is given them: blocks of arrays, faults included."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.diagnosis_seasons import City, winters
from cleanheat.diagnosis.fleet.axis import Axis, axis_of
from cleanheat.diagnosis.fleet.blocks import Block
from cleanheat.diagnosis.fleet.designs import channels
from cleanheat.diagnosis.fleet.grouping import group_keys, scales
from cleanheat.diagnosis.fleet.numbers import count
from cleanheat.kernel.time import season_of
from cleanheat.simulator.city import make_city
from cleanheat.simulator.city.sizes import SIZES

SEED = 11
UNITS_A_SUBSTATION = 1.5


@dataclass(frozen=True)
class Past:
    """``blocks``: similar circuits side by side, as the store's history gives them; ``size`` slots."""

    city: City
    axis: Axis
    blocks: list[Block]
    size: int

    @property
    def series(self) -> int:
        return sum(b.numbers.size for b in self.blocks)

    @property
    def object_hours(self) -> int:
        return self.series * self.axis.hours


def past(series: int, seed: int = SEED) -> Past:
    """At least so many circuits of one simulated city, from each season's first day to its last."""
    city = _city(int(np.ceil(1.02 * series / UNITS_A_SUBSTATION)), seed)
    outdoor, readings = [], []
    for winter in winters(city, kinds=("unit",)):
        begin = int(np.searchsorted(winter.times, season_of(int(winter.times[-1])).start))
        outdoor.append((int(winter.times[begin]), winter.outdoor_c[begin:].astype(np.float64)))
        readings.append({name: winter.values["unit"][name][:series, begin:] for name in channels("unit")})
    numbers = city.archive["unit"].numbers[:series]
    key, scale = group_keys(city.archive, "unit"), scales(city.archive, "unit")
    order, at_once = np.lexsort((numbers, key[numbers])), count("training", "block_objects")
    blocks = []
    for first in range(0, order.size, at_once):
        rows = np.sort(order[first : first + at_once])
        values = {name: np.concatenate([r[name][rows] for r in readings], axis=1) for name in readings[0]}
        some = numbers[rows]
        blocks.append(Block(some, key[some], values, {q: s[some] for q, s in scale.items()}))
    return Past(city, axis_of(outdoor), blocks, city.archive["unit"].size)


def _city(substations: int, seed: int) -> City:
    """The sources of the full city, so many substations, and few of what is not looked at."""
    few = {"communities": 2 * substations, "buildings": 12 * substations, "rooms": 2_000, "devices": 600}
    return City(make_city(replace(SIZES["city"], key="bench", substations=substations, **few), seed).archive(), seed)


def stacked(made: Past, series: int) -> tuple[NDArray[np.float32], list[str]]:
    """``float32[series, C, T]`` of the first block's first circuits and the city's temperature, and their names."""
    block = made.blocks[0]
    outdoor = np.broadcast_to(made.axis.inputs.outdoor_c.astype(np.float32), (series, made.axis.hours))
    return np.stack([*(v[:series] for v in block.values.values()), outdoor], axis=1), [*block.values, "outdoor_c"]
