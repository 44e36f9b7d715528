"""How large is the network, how long is it trained, and when is its correction served?  Numbers: ``network.toml``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

from cleanheat.kernel import parameters

_COUNTS = {"channels", "embedding", "layers", "steps", "passes", "objects", "window_h", "seed", "block_h", "origins"}


def night() -> dict[str, float]:
    """When the week's training begins, local time: ``weekday`` (0 = Monday), ``local_hour``."""
    return parameters.values(parameters.read(__package__, "network.toml")["night"])


class Goal(NamedTuple):
    """What the loss depends on; quantiles ``levels`` ascending."""

    layers: int
    levels: tuple[float, float, float]
    residual_limit: float
    own_penalty: float


@dataclass(frozen=True)
class Settings:
    """All numbers of ``network.toml``; ``read`` takes changes by name (tests and benchmarks train smaller ones)."""

    channels: int
    embedding: int
    layers: int
    steps: int
    passes: int
    objects: int
    window_h: int
    learning_rate: float
    own_penalty: float
    residual_limit: float
    seed: int
    low: float
    middle: float
    high: float
    block_h: int
    origins: int
    least_hours: float
    least_gain: float

    @classmethod
    def read(cls, **changes: float) -> Self:
        given: dict[str, Any] = {}
        for table in parameters.read(__package__, "network.toml").values():
            given |= parameters.values(table)
        given |= changes
        return cls(**{f.name: int(given[f.name]) if f.name in _COUNTS else given[f.name] for f in fields(cls)})

    @property
    def reach_h(self) -> int:
        """Hours that one answer sees, the present one included."""
        return int(2**self.layers)

    @property
    def goal(self) -> Goal:
        return Goal(self.layers, (self.low, self.middle, self.high), self.residual_limit, self.own_penalty)

    def steps_for(self, objects: int) -> int:
        """Updates in which every object is drawn often enough, whatever their number."""
        return max(self.steps, -(-objects * self.passes // self.objects))
