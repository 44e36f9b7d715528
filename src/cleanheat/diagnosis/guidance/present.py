"""What is run now, and how warm are rooms?  The newest trusted readings as rows of units and sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.guidance.network import Supplied
from cleanheat.diagnosis.guidance.numbers import number
from cleanheat.kernel.time import MINUTE_S
from cleanheat.telemetry.public import Latest

Floats = NDArray[np.float64]
UNIT_CHANNELS = (
    "supply_c", "return_c", "flow_t_h", "heat_kw", "primary_supply_c", "primary_return_c", "primary_flow_t_h",
    "pump_hz", "valve_pct",
)  # fmt: skip
SOURCE_CHANNELS = ("supply_c", "return_c", "flow_t_h", "heat_kw")
PLAUSIBLE_ROOM_C = (5.0, 35.0)


@dataclass(frozen=True)
class Present:
    """``units`` and ``sources``: channel → values by row, NaN where nothing fresh can be trusted.

    ``room_c [N]``: mean of each unit's rooms, of ``rooms [N]`` sensors; ``running [S]``: boilers that burn, −1 unknown.
    """

    minute: int
    units: dict[str, Floats]
    sources: dict[str, Floats]
    room_c: Floats
    rooms: NDArray[np.int64]
    running: NDArray[np.int64]


def present(latest: Latest, archive: Archive, network: Supplied, minute: int) -> Present:
    since = minute - int(number("unit", "fresh_min")) * MINUTE_S
    units = {c: _read(latest, "unit", c, since, network.units) for c in UNIT_CHANNELS}
    sources = {
        c: np.r_[
            _read(latest, "branch", c, since, network.branches), _read(latest, "boiler", c, since, network.boilers)
        ]
        for c in SOURCE_CHANNELS
    }
    burning = _read(latest, "boiler", "running_boilers", since, network.boilers)
    running = np.r_[np.full(network.branches.shape[0], -1.0), np.where(np.isnan(burning), -1.0, burning)]
    room_c, rooms = _rooms(latest, archive, network, since)
    return Present(minute, units, sources, room_c, rooms, running.astype(np.int64))


def _read(latest: Latest, kind: str, channel: str, since: int, numbers: NDArray[np.int32]) -> Floats:
    spec = CIRCUITS[kind].channels[channel]
    found: Floats = latest[kind].trusted(spec.signal, since)[numbers] * spec.factor
    return found


def _rooms(latest: Latest, archive: Archive, network: Supplied, since: int) -> tuple[Floats, NDArray[np.int64]]:
    table = archive["room"]
    read = latest["room"].trusted("room_temp_c", since)[table.numbers]
    unit = table.links["unit"][table.numbers]
    low, high = PLAUSIBLE_ROOM_C
    with np.errstate(invalid="ignore"):
        good = (read > low) & (read < high)
    size = archive["unit"].size
    count = np.bincount(unit[good], minlength=size)
    total = np.bincount(unit[good], read[good], minlength=size)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean[network.units], count[network.units].astype(np.int64)
