"""Which signals exist, in which unit, at which resolution, and which kind of object carries them.

The list itself is ``signals.toml``; tables, wire format, range rules, axis labels and docs are derived from it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Aggregation = Literal["mean", "counter"]

_DTYPES: dict[int, np.dtype[Any]] = {8: np.dtype("<i1"), 16: np.dtype("<i2"), 32: np.dtype("<i4")}
VERDICT_BITS = 3


@dataclass(frozen=True)
class Signal:
    """One measured quantity as one kind of object carries it.

    ``scale`` and ``bits`` fix the stored integer: ``stored = round(value * scale)``; ``missing`` (the type's
    minimum) stands for "no value".  ``low``/``high`` are hard plausibility bounds in ``unit``.
    """

    code: str
    zh: str
    short: str
    unit: str
    scale: int
    bits: int
    aggregation: Aggregation
    low: float
    high: float

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        return _DTYPES[self.bits]

    @cached_property
    def missing(self) -> int:
        return -(1 << (self.bits - 1))

    @property
    def is_counter(self) -> bool:
        return self.aggregation == "counter"

    @property
    def decimals(self) -> int:
        return len(str(self.scale)) - 1

    @property
    def low_scaled(self) -> int:
        return round(self.low * self.scale)

    @property
    def high_scaled(self) -> int:
        return round(self.high * self.scale)

    def encode(self, values: NDArray[np.floating[Any]]) -> NDArray[Any]:
        """Scaled integers of physical values; NaN and what the width cannot hold become ``missing``."""
        scaled = np.rint(np.asarray(values, dtype=np.float64) * self.scale)
        fits = np.abs(scaled) < -float(self.missing)
        return np.where(fits, scaled, self.missing).astype(self.dtype)

    def decode(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        """Physical values of scaled integers; ``missing`` becomes NaN."""
        return np.where(stored == self.missing, np.nan, stored / self.scale)


@dataclass(frozen=True)
class Kind:
    """One kind of measured object: its signals in column order and its reporting cadence in seconds."""

    code: str
    zh: str
    cadence_s: int
    signals: tuple[Signal, ...]

    def __post_init__(self) -> None:
        if len(self.signals) * VERDICT_BITS > 64:
            raise ValueError(f"kind {self.code}: {len(self.signals)} signals do not fit the verdict word")

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Column number of each signal code."""
        return MappingProxyType({s.code: i for i, s in enumerate(self.signals)})

    def __getitem__(self, signal_code: str) -> Signal:
        return self.signals[self.index[signal_code]]

    @property
    def table(self) -> str:
        return f"tele_{self.code}"


def _load() -> Mapping[str, Kind]:
    doc = tomllib.loads(files("cleanheat.kernel").joinpath("signals.toml").read_text("utf-8"))

    def signal(code: str, override: Mapping[str, Any]) -> Signal:
        spec = {**doc["signal"][code], **override}
        low, high = spec.pop("bounds")
        return Signal(code=code, low=float(low), high=float(high), **spec)

    return MappingProxyType(
        {
            code: Kind(
                code=code,
                zh=spec["zh"],
                cadence_s=spec["cadence_s"],
                signals=tuple(signal(s, spec.get("overrides", {}).get(s, {})) for s in spec["signals"]),
            )
            for code, spec in doc["kind"].items()
        }
    )


KINDS: Mapping[str, Kind] = _load()
"""Every telemetry kind by its code, in the order of the catalogue."""
