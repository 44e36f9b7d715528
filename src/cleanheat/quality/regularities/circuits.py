"""Which readings belong together?  Heat circuits of each kind, and who can be compared with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS


@dataclass(frozen=True)
class CircuitSignals:
    """The four readings of one circuit, in the order of ``calc.anomaly.sensor_drift``: hot, cold, flow, heat."""

    name: str
    signals: tuple[str, str, str, str]


_SOURCE = (CircuitSignals("network", ("supply_temp_c", "return_temp_c", "flow_t_h", "heat_power_mw")),)
CIRCUITS: dict[str, tuple[CircuitSignals, ...]] = {
    "plant": _SOURCE,
    "branch": _SOURCE,
    "boiler": _SOURCE,
    "unit": (
        CircuitSignals(
            "primary", ("primary_supply_temp_c", "primary_return_temp_c", "primary_flow_t_h", "heat_power_gj_h")
        ),
        CircuitSignals(
            "secondary", ("secondary_supply_temp_c", "secondary_return_temp_c", "secondary_flow_t_h", "heat_power_gj_h")
        ),
    ),
}
COMPARED = {"room": "room_temp_c", "device": "room_temp_c", "weather": "outdoor_temp_c"}
"""Kinds without a circuit: a sensor is compared with its own usual and with what its neighbours depart from theirs."""

_OTHERS = {code: (signal,) for code, signal in COMPARED.items()}
LEARNED: dict[str, tuple[str, ...]] = {
    code: _OTHERS.get(
        code, tuple(s.code for s in spec.signals if not s.is_counter and s.bits > 8 and "makeup" not in s.code)
    )
    for code, spec in KINDS.items()
}
"""Signals whose usual values are learned."""


SHARED = {"unit": ("branch", "boiler"), "room": ("unit",), "device": ("village", "district")}
"""Who shares weather and source: units of a source, rooms of a unit, devices of a village."""
MATES = {"room": ("building",)}
"""Who shares even more: what these depart alike, no sensor of them is blamed for."""


def groups(archive: Archive, kind: str, by: Sequence[str] | None = None) -> tuple[NDArray[np.int64], int]:
    """Each one's group by position of the kind, by what it shares (default ``SHARED``), and how many there are."""
    table = archive[kind]
    names = SHARED.get(kind, ()) if by is None else by
    key = np.zeros(table.count, np.int64)
    for name in names:
        if name in table.links:
            key = key * (1 << 31) + table.links[name][table.numbers]
    found, group = np.unique(key, return_inverse=True)
    return group.astype(np.int64), int(found.shape[0])
