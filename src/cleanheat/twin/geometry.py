"""Where things are: footprints, pipe lines and base-map features, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Shapes:
    """``n`` shapes as one run of vertices; shape i is ``lonlat[offsets[i]:offsets[i + 1]]`` (WGS-84 degrees).

    A ring is open (the first vertex is not repeated) and counter-clockwise.
    """

    numbers: NDArray[np.int32]
    offsets: NDArray[np.uint32]
    lonlat: NDArray[np.float64]


@dataclass(frozen=True)
class CityGeometry:
    """All geometry of one archive version.

    ``base`` holds GeoJSON features by layer: ``roads`` (name, class major|mid|minor), ``water``, ``green``,
    ``districts`` (name, code), ``places`` (points: name, rank) — public, the same for everyone.
    ``coverage`` holds supply areas by kind (``company``, ``branch``, ``boiler``): pairs of owner's number and GeoJSON
    geometry — shown within the viewer's scope only.
    """

    buildings: Shapes
    building_height_m: NDArray[np.float32]
    pipes: Shapes
    base: Mapping[str, Sequence[Mapping[str, Any]]]
    coverage: Mapping[str, Sequence[tuple[int, Mapping[str, Any]]]]
