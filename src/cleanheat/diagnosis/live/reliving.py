"""What a memory does not hold any more: hours lived through again from what is stored, the last three days whole,
of the weeks before what slow wear is held against.

A first start of a city with a history can so judge from its first hour on.
"""

from __future__ import annotations

import numpy as np
import structlog

from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.memory import HOURS
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.wearing import channels_of
from cleanheat.diagnosis.live.weather_now import WeatherNow
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.public import Store

log = structlog.get_logger(__name__)
FEWEST_H = 2
"""Fewer hours than this are not worth asking the store for."""


def relive(model: CircuitsNow, store: Store, weather: WeatherNow, now: float) -> int:
    """Fill the hours that the memory lacks; returns how many the store knew."""
    last = int(now) // HOUR_S
    _wear(model, store, last - HOURS)
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


def _wear(model: CircuitsNow, store: Store, until: int) -> None:
    """What is usual of a circuit's wear, from the weeks before hour ``until``, where nothing of it is remembered."""
    names = channels_of(model.kind)
    if not names or not model.wear.is_fresh or not model.numbers.size:
        return
    channels = [CIRCUITS[model.kind].channels[name] for name in names]
    start = until - int(number("wear", "memory_days")) * 24
    signals = [c.signal for c in channels]
    grid = store.hour_grid(model.kind, signals, start * HOUR_S, until * HOUR_S, model.numbers)
    for hour in range(until - start):
        values = grid[:, :, hour]
        if np.isfinite(values).any():
            readings = {
                n: values[i] * np.float32(c.factor) for i, (n, c) in enumerate(zip(names, channels, strict=True))
            }
            model.relive_wear(readings)
