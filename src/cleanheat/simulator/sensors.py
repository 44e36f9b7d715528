"""What do the sensors say of it?  Rounding to resolution and missing values; what they say wrongly is ``distortion``.

Also which objects cannot be heard at all: a lost gateway takes a substation's channels, or a whole sender's, together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.simulator import chance
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import Labels

MISSING_SHARE = 0.005
LACK_SHARE = 0.08
"""Share of senders that do not have a given one of the signals that can be lacking."""
CAN_LACK = {
    "unit": ("valve_setpoint_pct", "circulation_pump_a", "makeup_pump_hz", "electricity_total_kwh"),
    "boiler": ("dust_mg_m3", "so2_mg_m3", "nox_mg_m3", "pump_hz"),
}
DEAD_SHARE = {"room": 0.010, "device": 0.018}
"""Share of single meters that are silent on a day."""


def quantise(signal: Signal, values: NDArray[Any]) -> NDArray[Any]:
    """Scaled integers of float values; NaN and what the width cannot hold become the missing mark."""
    if values.dtype == np.bool_ or signal.bits == 8:
        return np.asarray(values.astype(signal.dtype))
    if signal.is_counter:
        return np.asarray(np.floor(values * signal.scale).astype(signal.dtype))
    scaled = values * np.float32(signal.scale)
    np.rint(scaled, out=scaled)
    with np.errstate(invalid="ignore"):
        stored = scaled.astype(signal.dtype)
    first = scaled[..., 0]  # NaN comes by whole rows: a device that has no such sensor
    if np.isnan(first).any():
        stored[np.isnan(first)] = signal.missing
    return stored


def drop_out(kind: str, columns: Sequence[NDArray[Any]], generator: np.random.Generator) -> None:
    """Mark half a per cent of all values as missing, in place."""
    for signal, column in zip(KINDS[kind].signals, columns, strict=True):
        n = generator.poisson(column.size * MISSING_SHARE)
        column.reshape(-1)[generator.integers(0, column.size, n)] = signal.missing


def generator(seed: int, kind: str, *keys: int) -> np.random.Generator:
    """Random numbers of one block: the same block always meets the same ones."""
    word = chance.uniform(seed, f"sensor/{kind}", *keys)[0]
    return np.random.default_rng(int(word * 2**53))


def lacking(seed: int, kind: str, sender: NDArray[np.int32]) -> dict[int, NDArray[np.bool_]]:
    """Column → mask of the rows whose sender does not have that signal."""
    index = KINDS[kind].index
    return {
        index[code]: chance.uniform(seed, f"lack/{kind}/{code}", sender) < LACK_SHARE for code in CAN_LACK.get(kind, ())
    }


def silent(labels: Labels, fault: Fault, slot: NDArray[np.int32], times: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """``[rows, T]``: where a row's gateway (``slot``: substation or organisation) is lost; None if nowhere."""
    lost = labels[(labels["fault"] == fault) & (labels["start"] <= times[-1]) & (labels["end"] > times[0])]
    if lost.shape[0] == 0 or not np.isin(slot, lost["number"]).any():
        return None
    mask = np.zeros((slot.shape[0], times.shape[0]), bool)
    for label in lost:  # a handful at a time
        concerned = np.flatnonzero(slot == label["number"])
        mask[np.ix_(concerned, (times >= label["start"]) & (times < label["end"]))] = True
    return mask


def dead(seed: int, kind: str, numbers: NDArray[np.int32], day: int) -> NDArray[np.bool_]:
    """Which single meters are silent on a UTC day; most of the silent ones stay so for a week."""
    share = DEAD_SHARE.get(kind, 0.0)
    return np.asarray(
        (chance.uniform(seed, f"dead/{kind}", numbers, day // 7) < 0.7 * share)
        | (chance.uniform(seed, f"dead/day/{kind}", numbers, day) < 0.3 * share)
    )
