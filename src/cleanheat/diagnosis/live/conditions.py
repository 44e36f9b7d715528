"""What is a condition of a circuit: a look at the view, how long it must stand, and what is said of it.

The looks themselves are in ``looks_supply`` (what reaches the rooms), ``looks_water`` (the circuit and its devices),
``looks_wear`` (what wears slowly) and ``looks_source`` (boilers and peak boiler rooms); ``TABLE`` there says which kind
is looked at how.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.view import View
from cleanheat.diagnosis.vocabulary import State

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Look:
    """One condition at all objects: where it is bad, the value and the limit it was held against, in one unit.

    Nothing is known where ``value`` is NaN.  ``parts`` weigh which signal speaks for it (any scale, NaN = nothing);
    ``told``: further values that are said.
    """

    bad: Bools
    value: Floats
    limit: Floats | np.floating[Any] | float
    parts: Mapping[str, Floats] = field(default_factory=dict)
    told: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def known(self) -> Bools:
        return np.asarray(np.isfinite(self.value))


@dataclass(frozen=True)
class Condition:
    """``says`` is formatted with value, limit, supply, due (expected supply) and felt (outdoor); ``running``: judged
    only while the circuit runs.  ``quiets``: conditions that need not be said beside this one.  One whose state has no
    level is a state and no finding."""

    state: State
    look: Callable[[View], Look]
    signal: str
    unit: str
    says: str
    running: bool = True
    quiets: tuple[State, ...] = ()

    @property
    def is_finding(self) -> bool:
        return self.state.level is not None

    @property
    def onset_min(self) -> int:
        return int(number(self.state.value, "onset_min"))

    @property
    def release_min(self) -> int:
        return int(number(self.state.value, "release_min"))


def limit(state: State, name: str) -> np.float32:
    """A number of a condition, from its table in ``live.toml``."""
    return np.float32(number(state.value, name))
