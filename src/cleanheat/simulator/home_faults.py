"""What do rooms and rural devices show whose people are away, whose sensor hangs badly, whose heating fails?

All of it acts on hourly knots of a window, from its labels; only the quick cycles of a device act on its readings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.time import HOUR_S
from cleanheat.simulator import devices
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import Labels
from cleanheat.simulator.grid import Grid, Knots

Floats = NDArray[Any]
COOLING_H, WARMING_H = 20.0, 2.5
COLDEST_VACANT_C = 8.0
DEVICE_COOLING_H, CYCLE_SHARE, WEAK_DUTY = 14.0, 0.22, 1.5
"""A device that cycles too quickly needs this share of its usual period."""


def _held(labels: Labels, first_hour: int, n_hours: int, attack_h: float, release_h: float) -> Floats:
    """``[labels, hours]``: how far each fault has taken hold, 0–1."""
    hour = (first_hour + np.arange(n_hours))[None, :]
    since, after = hour - labels["start"][:, None] / HOUR_S, hour - labels["end"][:, None] / HOUR_S
    held = -np.expm1(-np.clip(since - np.maximum(after, 0.0), 0.0, None) / attack_h)
    return np.asarray(held * np.exp(-np.maximum(after, 0.0) / release_h), np.float32)


def uneven(
    labels: Labels, unit_row: NDArray[np.int64], row_of_unit: NDArray[np.int64], tilt: Floats, first_hour: int, n: int
) -> tuple[NDArray[np.int64], Floats]:
    """Rows of buildings behind badly balanced units, and the factor ``[rows, hours]`` on the heat each gets.

    ``tilt`` −1…1 tells for every building how far from the substation it lies: the far ones lack what the near get.
    """
    found = labels[labels["fault"] == Fault.IMBALANCE]
    behind = [np.flatnonzero(unit_row == row) for row in row_of_unit[found["number"]].tolist()]
    rows = np.concatenate([np.zeros(0, np.int64), *behind])
    if rows.shape[0] == 0:
        return rows, np.ones((0, n), np.float32)
    each = np.repeat(np.arange(len(behind)), [b.shape[0] for b in behind])
    held = _held(found, first_hour, n, 3.0, 3.0)[each] * found["amount"][each, None]
    mean = np.array([tilt[b].mean() if b.shape[0] else 0.0 for b in behind])[each]
    return rows, np.asarray(1.0 + held * (tilt[rows] - mean)[:, None], np.float32)


def disturb_rooms(
    warm: Floats,
    labels: Labels,
    numbers: NDArray[np.int32],
    first_hour: int,
    outdoor_c: Floats,
    supply_c: Mapping[int, Floats],
) -> None:
    """Change hourly room temperatures ``[rooms, hours]`` in place; ``supply_c[row]``: what feeds the concerned ones."""
    vacant = labels[labels["fault"] == Fault.ROOM_VACANT]
    row = np.searchsorted(numbers, vacant["number"])
    fall = vacant["amount"][:, None] * _held(vacant, first_hour, warm.shape[1], COOLING_H, WARMING_H)
    for r, by in zip(row.tolist(), fall, strict=True):  # a few hundred in the city
        warm[r] = np.maximum(warm[r] - by, np.minimum(warm[r], COLDEST_VACANT_C))
    wrong = labels[labels["fault"] == Fault.ROOM_MISPLACED]
    row = np.searchsorted(numbers, wrong["number"])
    share = np.abs(wrong["amount"])[:, None] * _held(wrong, first_hour, warm.shape[1], 0.1, 0.1)
    for r, by, is_hot in zip(row.tolist(), share, (wrong["amount"] > 0).tolist(), strict=True):
        warm[r] += by * ((supply_c[r] if is_hot else outdoor_c) - warm[r])


def disturb_devices(knots: Knots, labels: Labels, numbers: NDArray[np.int32], felt_c: NDArray[np.float64]) -> None:
    """Change hourly duty and room temperature of failing devices in place."""
    duty, room = knots.values["duty"], knots.values["room"]
    hours = duty.shape[1]
    for fault, attack_h in ((Fault.DEVICE_STOPPED, DEVICE_COOLING_H), (Fault.DEVICE_WEAK, COOLING_H)):
        found = labels[labels["fault"] == fault]
        rows = np.searchsorted(numbers, found["number"])
        held = _held(found, knots.first_hour, hours, attack_h, WARMING_H)
        at_once = _held(found, knots.first_hour, hours, 0.05, 0.05)
        cold = (4.0 + 0.35 * felt_c).astype(np.float32)
        for r, h, now, amount in zip(rows.tolist(), held, at_once, found["amount"].tolist(), strict=True):
            if fault == Fault.DEVICE_STOPPED:
                duty[r] *= 1.0 - now
                room[r] += h * (cold - room[r])
            else:
                duty[r] = np.where(now > 0.5, np.minimum(WEAK_DUTY * duty[r], 0.97), duty[r])
                room[r] = np.maximum(room[r] - amount * h, np.minimum(room[r], cold))


def cycle_devices(
    columns: list[Floats],
    table: devices.DeviceTable,
    rows: slice,
    grid: Grid,
    knots: Knots,
    labels: Labels,
    seed: int,
) -> None:
    """Let devices with a cycling fault go on and off several times as often, in place on ``[rows, T]``."""
    found = labels[labels["fault"] == Fault.DEVICE_CYCLING]
    first, last, _ = rows.indices(table.count)
    at = np.searchsorted(table.numbers, found["number"])
    here = (at >= first) & (at < last) & (found["start"] <= grid.times[-1]) & (found["end"] > grid.times[0])
    found, at = found[here], at[here]
    if at.shape[0] == 0:
        return
    few = devices.DeviceTable(**{f.name: getattr(table, f.name)[at] for f in fields(table)})
    few = replace(few, period_min=few.period_min * CYCLE_SHARE)
    own = Knots(knots.first_hour, {name: v[at] for name, v in knots.values.items()})
    quick = devices.evaluate(few, slice(0, at.shape[0]), grid, own, seed)
    inside = (grid.times >= found["start"][:, None]) & (grid.times < found["end"][:, None])
    for column, changed in zip(columns, quick, strict=True):
        column[at - first] = np.where(inside, changed, column[at - first])
