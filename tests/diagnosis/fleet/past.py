"""A store whose past is known by heart: the circuits of the small city follow the cold for weeks of one season."""

from __future__ import annotations

import numpy as np

from cleanheat.kernel.time import HOUR_S, season_of
from tests.diagnosis.fleet.made import SLOPE, weather

BEGIN = 1_760_889_600
"""2025-10-20 in Shanghai: the first day of the season."""


class Past:
    """Answers as the telemetry store does.  ``shift[(kind, number)]``: kelvins added since ``shifted_from``."""

    def __init__(self, begin=BEGIN, until=1_768_478_400):
        self.begin, self.until = begin, until
        self.shift, self.shifted_from = {}, until
        self.silent, self.still = set(), set()
        self.cold = weather((until - BEGIN) // HOUR_S + 24 * 30)

    def first_hour(self, kind, start, end):
        first = max(start, self.begin)
        return first if first < min(end, self.until) and kind != "room" else None

    def hour_grid(self, kind, signals, start, end, ids):
        hours = np.arange(start, end, HOUR_S)
        cold = self.cold[(hours - BEGIN) // HOUR_S]
        out = np.stack([self._signal(kind, s, hours, cold, np.asarray(ids)) for s in signals]).astype(np.float32)
        heats = np.array([season_of(h).start <= h < season_of(h).end for h in hours])
        gone = ~((hours >= self.begin) & (hours < self.until) & heats)
        out[:, :, gone] = np.nan
        for i, n in enumerate(ids):
            if (kind, int(n)) in self.silent:
                out[:, i] = np.nan
            if (kind, int(n)) in self.still:
                out[:, i] = 40.0
        return out

    def _signal(self, kind, signal, hours, cold, ids):
        noise = np.random.default_rng(len(kind) * 100 + len(signal)).normal(0, 1, (1, hours.size + 7))
        wave = np.concatenate([noise[:, i % 7 : hours.size + i % 7] for i in ids.tolist()] or [noise[:0, 7:]])
        if signal == "outdoor_temp_c":
            return np.broadcast_to(cold, wave.shape)
        extra = np.zeros(wave.shape)
        for i, n in enumerate(ids.tolist()):
            extra[i] = self.shift.get((kind, n), 0.0) * (hours >= self.shifted_from)
        level = 60.0 if kind in {"plant", "branch", "boiler"} else 45.0
        supply = level + SLOPE * cold + 0.3 * wave + extra
        made = {"return": 0.6 * supply + 5 + 0.1 * wave, "supply": supply, "room": 21 + 0.05 * cold + 0.1 * wave}
        sort = next((s for s in ("return", "supply", "room") if s in signal), "")
        if sort and "temp" in signal:
            return made[sort]
        if "flow" in signal:
            return 80 + wave
        return (18 - cold) / 39 * 6.0 * (1 + 0.01 * wave)
