"""What is expected of each kind, of which features is it made, and in which channel is it measured?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cleanheat.calc.models.design import FLOW, HEAT, RETURN, RETURN_GIVEN_SUPPLY, SUPPLY, WEATHER, FeatureSet
from cleanheat.diagnosis.circuits import CIRCUITS


@dataclass(frozen=True)
class Design:
    """One quantity: its features, and whether they are each object's own (then nothing is shared between objects)."""

    quantity: str
    channel: str
    features: FeatureSet
    is_own: bool = False

    @property
    def is_temperature(self) -> bool:
        return self.channel.endswith("_c")


_USUAL = {"supply": SUPPLY, "return": RETURN, "heat": HEAT, "flow": FLOW, "room": FeatureSet("room_c", WEATHER)}
_GIVEN = Design("return_given_supply", "return_c", replace(RETURN_GIVEN_SUPPLY, strata=1), is_own=True)


def _designs(kind: str) -> tuple[Design, ...]:
    quantities = CIRCUITS[kind].quantities
    usual = [Design(q, channel, _USUAL[q]) for q, channel in quantities.items()]
    if kind == "device":  # so many that one set of coefficients serves all hours
        return tuple(replace(d, features=replace(d.features, strata=1)) for d in usual)
    return (*usual, _GIVEN)


DESIGNS: Final[Mapping[str, tuple[Design, ...]]] = {kind: _designs(kind) for kind in CIRCUITS}
"""Quantities of each kind in the order in which they are fitted."""


def channels(kind: str) -> tuple[str, ...]:
    """Channels that training a kind reads."""
    own = [name.partition("@")[0] for d in DESIGNS[kind] if d.is_own for name in d.features.names]
    wanted = {d.channel for d in DESIGNS[kind]} | {name for name in own if name in CIRCUITS[kind].channels}
    return tuple(name for name in CIRCUITS[kind].channels if name in wanted)
