"""What a quality rule is: one declaration in ``rules.py``, found everywhere by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel import parameters
from cleanheat.kernel.findings import Level
from cleanheat.kernel.parameters import Parameters
from cleanheat.kernel.registry import Registry
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.vocabulary import Dimension, Family
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest

Hits = Iterator[tuple[int, NDArray[np.bool_]]]
"""Column number and which of its values are hit, ``bool[n]``; columns without a hit need not be named."""


@dataclass(frozen=True)
class Context:
    """What a check may look at beside the frame: the newest readings *before* it, and the rule's own numbers."""

    latest: Latest
    parameters: Parameters

    def __getitem__(self, name: str) -> float:
        return self.parameters[name].value


@dataclass(frozen=True)
class QualityRule:
    """One rule: ``check`` says which values of a frame are hit, ``verdict`` what is then said of them.

    ``kinds`` are the measured kinds it applies to; its numbers are the table of the same name in ``parameters.toml``.
    Of several verdicts on one value the gravest stays (missing > bad > suspicious > good).
    """

    key: str
    zh: str
    family: Family
    dimension: Dimension
    kinds: frozenset[str]
    level: Level
    verdict: Verdict
    check: Callable[[Frame, Context], Hits]

    @property
    def parameters(self) -> Parameters:
        return _tables().get(self.key.removeprefix("quality."), MappingProxyType({}))


@cache
def _tables() -> Mapping[str, Parameters]:
    return parameters.read("cleanheat.quality", "parameters.toml")


def parameters_of(name: str) -> Parameters:
    """The parameter table of a rule or watch, by the key's last part."""
    return _tables()[name]


RULES: Registry[QualityRule] = Registry("quality rule")
"""Every declared rule, in the order in which they are applied."""


def rule(**declaration: Any) -> QualityRule:
    """Declare a rule: ``rule(key="quality.range", …)`` with the fields of :class:`QualityRule`."""
    return RULES.add(QualityRule(**declaration))
