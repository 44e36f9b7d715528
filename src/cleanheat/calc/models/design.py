"""Of what are the expected values made?  Named feature sets, and how their columns come out of weather and readings.

A feature is a text: ``one``; ``outdoor``, ``felt_24h`` (its exponential memory); ``colder_5`` and ``warmer_5``
(kelvins of the 12-hour memory below or above 5 °C: where a curve may bend); ``weekend``; a channel of the object
itself, now (``supply_c``) or hours ago (``supply_c@1``).  Sets without the object's own past readings can serve as
"what would be usual": a fault does not become its own expectation.  Sets with it forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models.weather_memory import TIME_CONSTANTS_H, memories

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOURS = 24
DAY_S = 24 * 3600
_BEND_MEMORY = TIME_CONSTANTS_H.index(12.0)
_THURSDAY = 3
"""Weekday of the epoch's first day, Monday being 0."""


@dataclass(frozen=True)
class Inputs:
    """What features are computed from: ``outdoor_c [T]`` for all objects or ``[S, T]``, local time, own channels.

    ``local_s``: epoch seconds plus the zone's offset, ``int64[T]``; ``own``: channels ``[S, T]``.
    """

    outdoor_c: Floats
    local_s: Ints
    own: Mapping[str, Floats] = field(default_factory=dict)
    memory: Floats = field(default_factory=lambda: np.empty(0))

    @classmethod
    def of(cls, outdoor_c: Floats, local_s: Ints, own: Mapping[str, Floats] | None = None) -> Inputs:
        """With the memories of the outdoor temperature worked out."""
        outdoor = np.asarray(outdoor_c, np.float64)
        return cls(outdoor, local_s, own or {}, memories(outdoor))

    @property
    def hour(self) -> Ints:
        """Local hour of the day ``int64[T]``: the stratum of sets that have one for each hour."""
        return self.local_s // 3600 % HOURS

    @property
    def weekend(self) -> Floats:
        return ((self.local_s // DAY_S + _THURSDAY) % 7 >= 5).astype(np.float64)


@dataclass(frozen=True)
class FeatureSet:
    """Features of one quantity; ``strata`` 24: coefficients of each local hour, drawn to those of the whole day.

    ``prior``: how many squared units each feature's centre (the group) counts; ``stratum_prior``: as many for each
    hour towards the whole day.
    """

    quantity: str
    names: tuple[str, ...]
    strata: int = HOURS
    prior: float = 20.0
    stratum_prior: float = 60.0

    @property
    def size(self) -> int:
        return len(self.names)

    @property
    def priors(self) -> Floats:
        """``[K]``: the constant is drawn far less than the slopes."""
        return np.array([0.05 if name == "one" else self.prior for name in self.names])

    @property
    def stratum_priors(self) -> Floats:
        return np.array([0.5 if name == "one" else self.stratum_prior for name in self.names])

    def build(self, inputs: Inputs) -> Floats:
        """Columns ``[T, K]``, or ``[S, T, K]`` where a feature is the object's own; NaN where something is unknown."""
        columns = [column(name, inputs) for name in self.names]
        return np.stack(np.broadcast_arrays(*columns), axis=-1)

    def stratum(self, inputs: Inputs) -> Ints | None:
        """``int64[T]``, or None where one set of coefficients serves every hour."""
        return inputs.hour if self.strata == HOURS else None


def column(name: str, inputs: Inputs) -> Floats:
    """One feature ``[T]`` or ``[S, T]``.

    >>> at = Inputs.of(np.array([-3.0, -4.0]), np.array([0, 3600]), {"supply_c": np.array([[50.0, 51.0]])})
    >>> column("outdoor", at).tolist(), column("supply_c@1", at).tolist(), column("colder_5", at).tolist()[0]
    ([-3.0, -4.0], [[nan, 50.0]], 8.0)
    """
    head, _, back = name.partition("@")
    if head in inputs.own:
        return shifted(inputs.own[head], int(back or 0))
    if head == "outdoor":
        return shifted(inputs.outdoor_c, int(back or 0))
    kind, _, number = head.partition("_")
    bend = inputs.memory[..., _BEND_MEMORY]
    if kind == "felt":
        return np.asarray(inputs.memory[..., TIME_CONSTANTS_H.index(float(number.removesuffix("h")))])
    if kind == "colder":
        return np.maximum(float(number) - bend, 0.0)
    if kind == "warmer":
        return np.maximum(bend - float(number), 0.0)
    if head == "one":
        return np.ones_like(inputs.outdoor_c)
    if head == "weekend":
        return np.broadcast_to(inputs.weekend, inputs.outdoor_c.shape)
    raise KeyError(name)


def shifted(values: Floats, hours: int) -> Floats:
    """Values of so many hours ago, NaN before there were any."""
    if not hours:
        return values
    out = np.full_like(values, np.nan)
    out[..., hours:] = values[..., : max(values.shape[-1] - hours, 0)]
    return out


WEATHER = ("one", "outdoor", "felt_3h", "felt_12h", "felt_24h", "felt_72h", "colder_0", "warmer_8", "weekend")
SUPPLY = FeatureSet("supply_c", WEATHER)
RETURN = FeatureSet("return_c", WEATHER)
HEAT = FeatureSet("heat_kw", WEATHER)
FLOW = FeatureSet("flow_t_h", WEATHER)
PRIMARY_RETURN = FeatureSet("primary_return_c", WEATHER)
RETURN_GIVEN_SUPPLY = FeatureSet("return_c", ("one", "supply_c", "supply_c@1", "supply_c@2", "outdoor", "felt_24h"))
"""What comes back for the water that was sent: a loss of the building or the flow, whatever was supplied."""

USUAL = {s.quantity: s for s in (SUPPLY, RETURN, HEAT, FLOW, PRIMARY_RETURN)}
"""Sets of weather and hour alone, by quantity."""
