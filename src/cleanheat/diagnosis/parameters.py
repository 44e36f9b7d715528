"""What is expected of each object: the personal parameters of one kind, as arrays over object numbers.

This is the seam between training and everything that judges or advises: whoever reads parameters reads this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cleanheat.diagnosis.network.weights import Network

Floats = NDArray[np.floating]
Float32s = NDArray[np.float32]


class Source(IntEnum):
    """Where an object's parameters come from; the greater, the more personal."""

    NONE = 0
    GROUP = 1
    OWN = 2
    NETWORK = 3
    OVERRIDDEN = 4

    @property
    def zh(self) -> str:
        return ("无参数", "同类对象", "自身历史", "自身历史+共享网络", "人工设定")[self]


class Reason(IntEnum):
    """Why an object has no parameters of its own, or not all of them."""

    NONE = 0
    NO_READINGS = 1
    FEW_HOURS = 2
    NO_WEATHER = 3
    CONSTANT = 4
    DEAD_CHANNEL = 5
    NEW_OBJECT = 6

    @property
    def zh(self) -> str:
        return (
            "",
            "训练期内无可信读数",
            "可信读数不足，暂用同类对象参数",
            "训练期内无室外温度",
            "读数长期不变，疑似卡死",
            "部分测点无可信读数，相应参数取自同类对象",
            "训练之后新增，暂用同类对象参数",
        )[self]


@dataclass(frozen=True)
class Quantity:
    """One quantity of all objects, in the circuit's own unit: ``supply``, ``return``, ``heat``, ``flow``, ``room`` as
    weather and hour make them, ``return_given_supply`` as the water sent makes it.

    ``theta [size, J, K]`` weighs the ``features`` (names of ``calc.models.design``) with one set for each local hour
    (J = 24) or for all (J = 1); ``sigma [size]`` is the usual deviation of an hour, ``low``/``high [size]`` the 0.5 %
    and 99.5 % limits of the deviation on the object's own latest validation block.  NaN where nothing is known.
    ``source [size]`` and ``hours [size]`` (learned from).
    """

    features: tuple[str, ...]
    theta: Float32s
    sigma: Float32s
    low: Float32s
    high: Float32s
    source: NDArray[np.uint8]
    hours: NDArray[np.int32]


@dataclass(frozen=True)
class Parameters:
    """One kind's parameters as they are in force: a version as trained, people's overrides and feedback applied.

    All arrays have ``size`` slots, index = object number.  ``curve_in_force`` (identified from operation) and
    ``curve_recommended`` (from need) are ``[size, B, 2]`` breakpoints (outdoor °C ascending, supply °C), NaN where
    unknown.  ``coefficients`` hold what people and feedback set (``coefficients.toml``), one value an object.
    ``network`` adds to the expected values where it was found better (``network.in_force.corrections``).
    ``metrics`` are measured by rolling origin, e.g. ``supply_mae``, ``supply_mae_persistence``, ``supply_mae_line``.
    """

    kind: str
    version: int
    start: int
    end: int
    weather_source: str
    quantities: Mapping[str, Quantity]
    source: NDArray[np.uint8]
    reason: NDArray[np.uint8]
    trained_hours: NDArray[np.int32]
    curve_in_force: Float32s
    curve_slope: Float32s
    curve_r2: Float32s
    curve_recommended: Float32s
    curve_basis: NDArray[np.uint8]
    metrics: Mapping[str, Float32s] = field(default_factory=dict)
    coefficients: Mapping[str, Float32s] = field(default_factory=dict)
    network: Network | None = None

    @property
    def size(self) -> int:
        return int(self.source.shape[0])

    def expected(self, quantity: str, features: Floats, local_hour: int) -> Float32s:
        """Expected value ``float32[size]`` for the features of each object ``[size, K]`` or of all alike ``[1, K]``."""
        theta = self.quantities[quantity].theta
        theta = theta[:, local_hour % theta.shape[1]]
        if features.ndim == 1 or features.shape[0] == 1:
            return np.asarray(theta @ features.reshape(-1).astype(np.float32), np.float32)
        return np.asarray((theta * features.astype(np.float32)).sum(axis=1), np.float32)

    def limits(self, quantity: str) -> tuple[Float32s, Float32s]:
        """Lowest and highest usual deviation ``float32[size]``, widened or narrowed as people and feedback said."""
        found, factor = self.quantities[quantity], self.coefficients.get("limit_factor", np.float32(1))
        return found.low * factor, found.high * factor

    def is_known(self, quantity: str) -> NDArray[np.bool_]:
        return self.quantities[quantity].source > Source.NONE


def curve_at(curve: Floats, outdoor_c: Floats | float) -> Float32s:
    """Supply °C of each object's curve ``[S, B, 2]`` at its outdoor temperature (``[S]`` or one for all).

    Between breakpoints straight, beyond them level; NaN where the curve or the temperature is unknown.  Breakpoints of
    a shorter curve may repeat its last point.
    """
    x, y = curve[..., 0], curve[..., 1]
    at = np.broadcast_to(np.asarray(outdoor_c, np.float32), x.shape[:1])
    out: Floats = y[:, 0]
    for b in range(x.shape[1] - 1):
        span = x[:, b + 1] - x[:, b]
        share = np.clip((at - x[:, b]) / np.where(span > 0, span, 1), 0, 1)
        out = out + np.where(span > 0, share, 0) * (y[:, b + 1] - y[:, b])
    return np.where(np.isnan(at), np.float32(np.nan), out).astype(np.float32)
