"""What a memory does not hold any more: the hours of the last three days, lived through again from what is stored.

A first start of a city with a history can so judge from its first hour on.
"""

from __future__ import annotations

import numpy as np
import structlog

from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.memory import HOURS
from cleanheat.diagnosis.live.weather_now import WeatherNow
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.public import Store

log = structlog.get_logger(__name__)
FEWEST_H = 2
"""Fewer hours than this are not worth asking the store for."""


def relive(model: CircuitsNow, store: Store, weather: WeatherNow, now: float) -> int:
    """Fill the hours that the memory lacks; returns how many the store knew."""
    last = int(now) // HOUR_S
    wanted = [h for h in range(last - HOURS, last) if model.memory.held[h % HOURS] != h]
    if len(wanted) < FEWEST_H or not model.numbers.size:
        return 0
    channels = CIRCUITS[model.kind].channels
    signals = list(dict.fromkeys(c.signal for c in channels.values()))
    grid = store.hour_grid(model.kind, signals, wanted[0] * HOUR_S, last * HOUR_S, model.numbers)
    place = {signal: i for i, signal in enumerate(signals)}
    known = 0
    for hour in wanted:
        values = grid[:, :, hour - wanted[0]]
        if np.isfinite(values).any():
            readings = {name: values[place[c.signal]] * np.float32(c.factor) for name, c in channels.items()}
            model.relive(hour, readings, weather)
            known += 1
    log.info("live memory filled from the store", model=model.kind, hours=known)
    return known
