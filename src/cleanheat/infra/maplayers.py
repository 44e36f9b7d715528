"""Which layers the map can draw and by which themes they may be coloured: declared once, found by key.

A layer's state is one byte per object (index = object number); a theme says what the byte means.  Contexts declare in
their ``maplayers.py``; the front end reads the declarations from the map's manifest and knows none of them by heart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.registry import Registry

Drawing = Literal["extrusion", "line", "disc"]

NO_STATE: Final = 0
"""The byte of an object nothing is known of, and of every object outside the viewer's scope."""
RAMP_STATES: Final = 250
"""A ramp's states run from 1 (low end) to this (high end)."""

_COLOUR = re.compile(r"^#[0-9a-f]{6}$")


@dataclass(frozen=True)
class LegendClass:
    """One state that has a name of its own.  ``attention`` grows with urgency: > 0 pulses, higher is drawn on top."""

    state: int
    zh: str
    colour: str
    attention: int = 0


@dataclass(frozen=True)
class Classes:
    """A legend of named states."""

    classes: tuple[LegendClass, ...]

    def document(self) -> dict[str, Any]:
        return {
            "type": "classes",
            "classes": [
                {"state": c.state, "zh": c.zh, "colour": c.colour, "attention": c.attention} for c in self.classes
            ],
        }

    def problems(self) -> list[str]:
        states = [c.state for c in self.classes]
        faults = [] if len(set(states)) == len(states) else ["a state is named twice"]
        faults += [f"state {s} is not a byte" for s in states if not 0 <= s <= 255]
        return faults + [f"{c.colour!r} is not #rrggbb" for c in self.classes if not _COLOUR.match(c.colour)]


@dataclass(frozen=True)
class Ramp:
    """A legend of a measured quantity: states 1..250 run linearly from ``low`` to ``high`` through ``colours``.

    ``marks`` are values worth a tick, for instance a statutory limit.
    """

    low: float
    high: float
    unit: str
    colours: tuple[str, ...]
    marks: tuple[float, ...] = ()

    def encode(self, values: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
        """State bytes of physical values; beyond the ends is clamped, NaN is "no state".

        >>> Ramp(0.0, 100.0, "℃", ("#000000", "#ffffff")).encode(np.array([np.nan, -5.0, 0.0, 100.0]))
        array([  0,   1,   1, 250], dtype=uint8)
        """
        share = (np.asarray(values, dtype=np.float64) - self.low) / (self.high - self.low)
        states = np.rint(1 + np.clip(share, 0.0, 1.0) * (RAMP_STATES - 1))
        return np.where(np.isnan(share), NO_STATE, states).astype(np.uint8)

    def decode(self, states: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Physical values of state bytes, to within half a step; NaN where no state."""
        values = self.low + (states.astype(np.float64) - 1) / (RAMP_STATES - 1) * (self.high - self.low)
        return np.where((states == NO_STATE) | (states > RAMP_STATES), np.nan, values)

    def document(self) -> dict[str, Any]:
        return {
            "type": "ramp",
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "colours": list(self.colours),
            "marks": list(self.marks),
        }

    def problems(self) -> list[str]:
        faults = [] if self.low < self.high else ["low must be below high"]
        faults += [] if len(self.colours) >= 2 else ["a ramp needs two colours or more"]
        return faults + [f"{c!r} is not #rrggbb" for c in self.colours if not _COLOUR.match(c)]


@dataclass(frozen=True)
class MapLayer:
    """One kind of object on the map.

    ``code`` is the layer's byte on the wire and never changes.  ``kind`` is the archive kind whose numbers index the
    state.  ``card`` is the kind of the detail card a click opens ("" = nothing to open).  ``unit`` counts its objects.
    """

    key: str
    code: int
    zh: str
    kind: str
    drawing: Drawing
    colour: str
    min_zoom: float = 0.0
    size_px: float = 0.0
    card: str = ""
    shown: bool = True
    unit: str = "个"

    def document(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Theme:
    """One way to colour the map: which layers carry it and what their state bytes mean.

    ``history_s``: how often its states are kept for replay, 0 = never (what does not change within days).  ``counted``:
    the layer its legend counts first ("" = the first one).  ``shows``: hidden layers that it turns on.
    """

    key: str
    code: int
    zh: str
    layers: tuple[str, ...]
    legend: Classes | Ramp
    history_s: int = 0
    counted: str = ""
    shows: tuple[str, ...] = ()

    @cached_property
    def ramp(self) -> Ramp:
        """The legend of a measured quantity; ``TypeError`` for a theme of named states."""
        if not isinstance(self.legend, Ramp):
            raise TypeError(f"theme {self.key} has named states, not a ramp")
        return self.legend

    def document(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "code": self.code,
            "zh": self.zh,
            "layers": list(self.layers),
            "legend": self.legend.document(),
            "history_s": self.history_s,
            "counted": self.counted or self.layers[0],
            "shows": list(self.shows),
        }


layers: Registry[MapLayer] = Registry("map layer")
themes: Registry[Theme] = Registry("map theme")


def check() -> list[str]:
    """What is wrong with the declarations as a whole; empty when all fits together."""
    faults = [f"{t.key}: {fault}" for t in themes for fault in t.legend.problems()]
    faults += [f"{t.key}: no layer {key!r}" for t in themes for key in t.layers if key not in layers]
    faults += [
        f"{t.key}: does not colour {k!r}" for t in themes for k in (t.counted, *t.shows) if k and k not in t.layers
    ]
    for noun, codes in (("layers", [x.code for x in layers]), ("themes", [x.code for x in themes])):
        if len(set(codes)) != len(codes):
            faults.append(f"two {noun} share a code")
    return faults
