"""Which physical and design constants do the formulas use?  The list with units and sources is ``constants.toml``."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]
"""What the formulas return: float64, or float32 where every argument is a float32 array."""

_TABLE = tomllib.loads(files("cleanheat.calc.thermal").joinpath("constants.toml").read_text("utf-8"))

WATER_KWH_PER_T_K: Final[float] = _TABLE["water_kwh_per_t_k"]["value"]
DESIGN_OUTDOOR_TEMP_C: Final[float] = _TABLE["design_outdoor_temp_c"]["value"]
DESIGN_INDOOR_TEMP_C: Final[float] = _TABLE["design_indoor_temp_c"]["value"]
RADIATOR_EXPONENT: Final[float] = _TABLE["radiator_exponent"]["value"]
FLOOR_EXPONENT: Final[float] = _TABLE["floor_exponent"]["value"]
DEGREE_DAY_BASE_C: Final[float] = _TABLE["degree_day_base_c"]["value"]


def floats(values: ArrayLike) -> Floats:
    """Values as a float array; float32 stays float32, integers and lists become float64."""
    array = np.asarray(values)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)
