"""How hard does water find its way, and what does a pump take for it?  Coefficients that do not depend on the flow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def resistance(difference_mpa: Floats, flow_ratio: Floats) -> Floats:
    """S = Δp ÷ G², MPa at design flow: it rises when a strainer clogs or valves are closed.

    Args: pressure difference MPa, flow ÷ design flow, shapes that broadcast.  NaN where an input is, or where there is
    no difference or no flow.
    Source: Δp = S·G² of turbulent flow, heating textbooks.

    >>> resistance(np.array([0.16, 0.04, 0.0, 0.1]), np.array([1.0, 0.5, 1.0, 0.0])).tolist()
    [0.16, 0.16, nan, nan]
    """
    known = (difference_mpa > 0) & (flow_ratio > 0)
    return np.asarray(np.where(known, difference_mpa, np.nan) / np.where(known, flow_ratio, 1.0) ** 2)


def pump_effort(drawn: Floats, flow_ratio: Floats) -> Floats:
    """P ÷ G³: what a pump draws for design flow; it rises with worn impellers, leaking gaps and clogged ways.

    Args: power kW or current A (any measure that goes with it), flow ÷ design flow, shapes that broadcast.  NaN where
    an input is, or where nothing is drawn or nothing flows.
    Source: affinity laws of centrifugal pumps, P ∝ n³ and G ∝ n.

    >>> pump_effort(np.array([10.0, 1.25, 10.0]), np.array([1.0, 0.5, 0.0])).tolist()
    [10.0, 10.0, nan]
    """
    known = (drawn > 0) & (flow_ratio > 0)
    return np.asarray(np.where(known, drawn, np.nan) / np.where(known, flow_ratio, 1.0) ** 3)
