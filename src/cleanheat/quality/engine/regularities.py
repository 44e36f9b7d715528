"""What is usual for an object, as the engine asks for it and tells it what has come: the estimate is made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cleanheat.telemetry.frames import Frame

Floats = NDArray[np.float64]


class Regularities(Protocol):
    """Arrays over the positions of a kind in the archive; ``None`` where nothing has been estimated."""

    def usual(self, kind: str, signal: str, minute: int, outdoor_temp_c: float) -> tuple[Floats, Floats, Floats] | None:
        """Low, middle and high of what the object usually reads in this season, hour and cold."""
        ...

    def drift(self, kind: str, signal: str) -> Floats | None:
        """Estimated drift of each sensor, in the signal's unit."""
        ...

    def update(self, frames: Mapping[str, Frame], minute: int) -> None:
        """Take in the judged frames of the newest minute."""
        ...
