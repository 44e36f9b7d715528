"""Has an object stopped supplying heat?  (停供)

Stopped: temperature difference of supply and return below 1 K, or flow below 5 % of design, for 15 minutes, while it is
cold outside.  What is not known is not a stop: an untrusted or absent reading holds the counter, and a long uncertainty
clears it.  A heat meter that still shows heat contradicts the sensor and makes the minute uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNKNOWN, RUNNING, STOPPED, BETWEEN = np.uint8(0), np.uint8(1), np.uint8(2), np.uint8(3)


@dataclass(frozen=True)
class Limits:
    """The model's numbers: ``_on`` enters the condition, ``_off`` leaves it, ``_min`` are minutes."""

    delta_temp_on_k: float
    delta_temp_off_k: float
    delta_temp_doubt_k: float
    flow_on_ratio: float
    flow_off_ratio: float
    heat_contradicts_ratio: float
    outdoor_below_c: float
    onset_min: float
    clear_min: float
    hold_min: float


@dataclass
class Watch:
    """What is remembered of ``n`` objects between minutes.

    ``since`` is the onset of a suspected or confirmed stop in epoch seconds, 0 = none; ``active`` are the confirmed.
    """

    stopped_min: Floats
    running_min: Floats
    unsure_min: Floats
    active: Bools
    since: NDArray[np.int64]

    @classmethod
    def of(cls, n: int) -> Watch:
        return cls(np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n, bool), np.zeros(n, np.int64))


def look(delta_temp_k: Floats, flow_ratio: Floats, heat_ratio: Floats, limits: Limits) -> NDArray[np.uint8]:
    """What one minute's readings show, each ``float64[n]`` with NaN = no trusted value.

    Args:
        delta_temp_k: supply minus return, K.
        flow_ratio: flow ÷ design flow.
        heat_ratio: metered heat ÷ design heat.
    Returns: ``uint8[n]`` of UNKNOWN, RUNNING, STOPPED or BETWEEN (inside the hysteresis band).
    Source: platform proposal for 停供; off-limits and contradiction by the heat meter are this model's own.

    >>> limits = Limits(1, 2, -3, 0.05, 0.1, 0.1, 5, 15, 5, 30)
    >>> delta, flow = np.array([0.4, 9, 9, 0.4, np.nan]), np.array([1, 0.02, 1, 1, 1])
    >>> look(delta, flow, np.array([0, 0, 1, 0.8, 0]), limits).tolist()
    [2, 2, 1, 0, 0]
    """
    low_delta = (delta_temp_k < limits.delta_temp_on_k) & (delta_temp_k > limits.delta_temp_doubt_k)
    low_flow = flow_ratio < limits.flow_on_ratio
    doubtful = (low_delta | low_flow) & (heat_ratio > limits.heat_contradicts_ratio)
    doubtful |= ~low_flow & ~(delta_temp_k > limits.delta_temp_doubt_k)  # swapped or absent temperatures, flow normal
    warm = delta_temp_k >= limits.delta_temp_off_k
    flowing = (flow_ratio >= limits.flow_off_ratio) | np.isnan(flow_ratio)
    sight = np.full(delta_temp_k.shape, BETWEEN, dtype=np.uint8)
    sight[warm & flowing] = RUNNING
    sight[low_delta | low_flow] = STOPPED
    sight[doubtful] = UNKNOWN
    return sight


def advance(
    watch: Watch, sight: NDArray[np.uint8], armed: Bools, minute: int, limits: Limits, elapsed_min: float = 1
) -> None:
    """Carry the watch over one more look, ``elapsed_min`` after the one before.

    ``armed`` (``bool[n]``): cold outside, in season, no planned outage; where it is False nothing is counted.
    """
    stopped, running, unsure = sight == STOPPED, sight == RUNNING, sight == UNKNOWN
    begins = stopped & armed & (watch.since == 0)
    watch.since[begins] = minute
    watch.stopped_min[stopped & ~begins] += elapsed_min
    watch.running_min[running] += elapsed_min
    watch.running_min[stopped | (sight == BETWEEN)] = 0
    watch.unsure_min = np.where(unsure, watch.unsure_min + elapsed_min, 0.0)

    over = ~armed | (watch.unsure_min > limits.hold_min) | (watch.active & (watch.running_min >= limits.clear_min))
    watch.active |= watch.stopped_min >= limits.onset_min
    watch.active &= ~over
    idle = over | ~(
        watch.active | stopped | unsure
    )  # an uncertain minute holds a suspicion, any other certain one ends it
    watch.stopped_min[idle] = 0
    watch.since[idle] = 0


@dataclass(frozen=True)
class Stop:
    """One stop of one series: confirmed at ``confirmed``, over at ``end`` (the last minute looked at if still on)."""

    series: int
    since: int
    confirmed: int
    end: int


def over_history(
    minutes: NDArray[np.int64],
    delta_temp_k: Floats,
    flow_ratio: Floats,
    heat_ratio: Floats,
    armed: Bools,
    limits: Limits,
) -> list[Stop]:
    """The same judgement over a past: arrays ``[T, S]`` (time × series), ``minutes`` ascending epoch seconds.

    Loops over time because each minute depends on the one before; every step works on all series.  A gap longer than
    ``hold_min`` is uncertainty: nothing is carried over it.
    """
    n = delta_temp_k.shape[1]
    watch, stops = Watch.of(n), []
    confirmed = np.zeros(n, dtype=np.int64)
    before = np.zeros(n, dtype=bool)
    since = np.zeros(n, dtype=np.int64)
    for t, minute in enumerate(minutes.tolist()):
        elapsed = (minute - int(minutes[t - 1])) / 60 if t else 1.0
        if elapsed > limits.hold_min:
            advance(watch, np.full(n, UNKNOWN), armed[t], int(minutes[t - 1]) + 60, limits, elapsed)
            elapsed = 1.0
        advance(watch, look(delta_temp_k[t], flow_ratio[t], heat_ratio[t], limits), armed[t], minute, limits, elapsed)
        ended = np.flatnonzero(before & ~watch.active).tolist()
        stops += [Stop(s, int(since[s]), int(confirmed[s]), minute) for s in ended]
        confirmed[watch.active & ~before] = minute
        since = np.where(watch.active, watch.since, since)
        before = watch.active.copy()
    stops += [Stop(s, int(since[s]), int(confirmed[s]), int(minutes[-1])) for s in np.flatnonzero(before).tolist()]
    return stops
