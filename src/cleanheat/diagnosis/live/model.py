"""What must a model be to be asked every minute?  The seam: declared once, built with the archive, its memory kept.

All models of a minute see the same :class:`Moment`: one archive version, one set of newest readings, one weather.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.weather_now import WeatherNow
from cleanheat.kernel.findings import Finding
from cleanheat.kernel.registry import Registry
from cleanheat.kernel.time import MINUTE_S
from cleanheat.telemetry.public import Latest, Store

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Moment:
    """What every model sees of one minute (epoch seconds).

    ``planned`` marks objects with an announced outage (``bool[size]`` by kind); ``outdoor_temp_c`` gives the
    temperature where each object of a kind stands (``float64[size]``, NaN where nobody knows); ``weather`` remembers
    the last ten days.
    """

    minute: int
    archive: Archive
    latest: Latest
    planned: Mapping[str, NDArray[np.bool_]]
    outdoor_temp_c: Callable[[str], NDArray[np.float64]]
    weather: WeatherNow = field(default_factory=WeatherNow)


class LiveModel(Protocol):
    """One model with its memory in arrays.  ``judge`` is called with ascending minutes, never twice with the same."""

    @property
    def sources(self) -> Sequence[str]:
        """Keys of the findings it can make (``diagnosis.…``): each is declared as an alert source."""
        ...

    def judge(self, moment: Moment) -> Sequence[Finding]:
        """Take in the minute and say what holds now."""
        ...

    def able(self, minute: int) -> bool:
        """Whether nothing found means that nothing is there; right after a start nobody may close an alert."""
        ...

    def snapshot(self) -> Arrays:
        """Its whole memory as named arrays; they are copied or written before the next minute."""
        ...

    def restore(self, kept: Arrays) -> None:
        """Take up a memory that ``snapshot`` gave for the same archive; ``ValueError`` if it does not fit."""
        ...

    def recover(self, store: Store, now: float) -> None:
        """Rebuild what a snapshot does not hold (all of it after a first start) from what is stored."""
        ...


@dataclass(frozen=True)
class LiveSpec:
    """A model's declaration.  ``order``: models with a smaller one run first; ``every_min`` > 1: judged that often,
    at a turn of its own, its findings standing in between."""

    key: str
    order: int
    build: Callable[[Archive], LiveModel]
    every_min: int = 1

    def is_due(self, minute: int) -> bool:
        """Turns are spread by the order, so that not all heavy models fall on the same minute."""
        return (minute // MINUTE_S + self.order) % self.every_min == 0


MODELS: Registry[LiveSpec] = Registry("live model")
"""Declared in each model's module; ``diagnosis.apps`` imports them at start-up."""
