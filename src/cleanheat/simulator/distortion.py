"""What do sensors and controllers say when they are wrong?  Each data fault as a change of scaled values.

A reading that the width cannot hold stays at its end, as controllers do; a missing value stays missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.kernel.time import MINUTE_S
from cleanheat.simulator.families import ON_COLUMNS, PAIRS, Fault
from cleanheat.simulator.faults import Labels

Held = Callable[[int, int, int, int, bool], int]
"""(row, column, start, value seen, whether it starts here) → the scaled value at which a sensor got stuck."""
SPIKE_K = {"room": 7.0, "device": 7.0, "weather": 9.0}
SPIKE_OTHER_K, SPIKE_MPA, SPIKE_SHARE = 15.0, 0.3, 0.6
FLOW_DRIFT_SHARE = 0.03
"""A flow sensor drifts by this share of its reading where a temperature sensor drifts by one kelvin."""
_FAULTS = np.array([f for f in ON_COLUMNS if f != Fault.COUNTER_RESET])


def of_kind(labels: Labels, kind: str) -> Labels:
    """The labels of a kind whose faults change what is said."""
    found: Labels = labels[(labels["kind"] == kind) & np.isin(labels["fault"], _FAULTS)]
    return found


def distort(
    kind: str,
    columns: Sequence[NDArray[Any]],
    labels: Labels,
    rows: NDArray[np.int64],
    first: int,
    times: NDArray[np.int64],
    held: Held,
) -> None:
    """Let sensors be wrong, in place on scaled columns ``[n, T]`` whose first row is row ``first`` of the kind.

    ``labels`` are ``of_kind``, ``rows`` the row of each one's object.
    """
    n, step = columns[0].shape[0], int(times[1] - times[0]) if times.shape[0] > 1 else MINUTE_S
    begins, last = int(times[0]), int(times[-1])
    here = (labels["start"] <= last) & (labels["end"] > begins) & (rows >= first) & (rows < first + n)
    signals = KINDS[kind].signals
    for label, row in zip(labels[here].tolist(), rows[here].tolist(), strict=True):  # a few hundred in the city
        _, number, fault, start, end, amount, i = label
        when = slice(max(0, -(-(start - begins) // step)), max(0, -(-(end - begins) // step)))
        part = columns[i][row - first, when]
        if part.shape[0] == 0:
            continue
        if fault == Fault.SWAPPED:
            other = columns[PAIRS[kind][i]][row - first, when]
            part[:], other[:] = other.copy(), part.copy()
        elif fault == Fault.SENTINEL and i < 0:
            for signal, column in zip(signals, columns, strict=True):
                silent = column[row - first, when]
                silent[silent != signal.missing] = 0
        elif fault == Fault.STUCK:
            part[:] = held(row, i, start, int(part[0]), start >= begins or step > MINUTE_S)
        elif fault == Fault.CHANNEL_DEAD:
            part[:] = signals[i].missing
        else:
            since = (times[when] - start) / max(end - start, 1)
            said = _said(fault, kind, signals[i], part.astype(np.float64), amount, number % 2 == 1, since)
            most = -signals[i].missing - 1
            part[:] = np.where(part == signals[i].missing, part, np.clip(np.rint(said), -most, most))


def _said(
    fault: int, kind: str, signal: Signal, true: NDArray[np.float64], amount: float, is_up: bool, since: Any
) -> NDArray[np.float64]:
    """What is said in the place of true scaled values; ``since`` is the share of the fault's time that is over."""
    sign, scale = (1.0 if is_up else -1.0), float(signal.scale)
    is_temperature = signal.unit == "℃"
    if fault == Fault.DRIFT:
        return np.asarray(true + sign * amount * since * (scale if is_temperature else FLOW_DRIFT_SHARE * true))
    if fault == Fault.LIE:
        return true * (1 + amount)
    if fault == Fault.OUT_OF_RANGE:
        beyond = max(amount * (signal.high - signal.low), 1.0 / scale)
        return np.full(true.shape, (signal.high + beyond if is_up else signal.low - beyond) * scale)
    if fault == Fault.SPIKE:
        absolute = SPIKE_K.get(kind, SPIKE_OTHER_K) if is_temperature else SPIKE_MPA
        by = amount * (absolute * scale if is_temperature or signal.unit == "MPa" else SPIKE_SHARE * true)
        return np.asarray(true + (sign if is_temperature or signal.unit == "MPa" else 1.0) * by)
    if fault == Fault.SENTINEL:
        return np.full(true.shape, amount * scale)
    return true * (-1.0 if fault == Fault.SIGN else amount)  # a unit mistake's amount is its factor
