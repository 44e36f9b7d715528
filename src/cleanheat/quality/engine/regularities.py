"""What is usual for an object, as rules ask for it: an estimate made elsewhere, read here."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Regularities(Protocol):
    """Arrays over the positions of a kind in the archive; ``None`` where nothing has been estimated."""

    def usual(self, kind: str, signal: str, minute: int, outdoor_temp_c: float) -> tuple[Floats, Floats, Floats] | None:
        """Low, middle and high of what the object usually reads in this season, hour and cold."""
        ...

    def drift(self, kind: str, signal: str) -> Floats | None:
        """Estimated drift of each sensor, in the signal's unit."""
        ...
