"""What does the weather service forecast?  The city's weather to come, with an error that grows as real ones do.

Part of an error belongs to the hour that is forecast and shrinks from issue to issue, part to the issue: successive
forecasts agree with each other more than with the weather, and are never perfect.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import structlog
from django.db import close_old_connections
from numpy.typing import NDArray

from cleanheat.diagnosis.public import ForecastIssue, keep_forecast
from cleanheat.kernel.time import DAY_S, HOUR_S, Clock
from cleanheat.simulator import chance
from cleanheat.simulator.weather import LOCAL_OFFSET_H, Weather

SOURCE = "市气象台（模拟）"
EVERY_H = 6
HORIZON_H = 96
PAST_DAYS = 21
FIRST_K, DAY_K, MOST_K = 0.3, 1.15, 3.5
"""Standard error of a forecast temperature: at once, growing with the root of the days ahead, at most."""
SHARED = 0.75
SMOOTH_H = 9
WIND_K = 0.25
LONGEST_WAIT_S = 5.0
log = structlog.get_logger(__name__)


def last_issue(now: float) -> int:
    """When the newest forecast was issued: every six hours, at 02, 08, 14 and 20 o'clock."""
    shift = (LOCAL_OFFSET_H - 2) * HOUR_S
    return int((now + shift) // (EVERY_H * HOUR_S)) * EVERY_H * HOUR_S - shift


def issue(weather: Weather, seed: int, at: int) -> ForecastIssue:
    """The forecast issued at an instant (a whole hour), for 96 hours."""
    first = at // HOUR_S
    hours = first + np.arange(HORIZON_H)
    truth = weather.hours(first, HORIZON_H)
    days = np.arange(HORIZON_H) / 24.0
    size = np.minimum(np.sqrt(FIRST_K**2 + days * DAY_K**2), MOST_K)
    shared = _smooth(seed, "forecast/hour", 0, hours)
    own = _smooth(seed, "forecast/issue", first, hours)
    temp = truth[0] + size * (SHARED * shared + np.sqrt(1 - SHARED**2) * own)
    wind = truth[2] * np.exp(WIND_K * np.sqrt(days + 0.1) * _smooth(seed, "forecast/wind", first, hours))
    return ForecastIssue(
        SOURCE,
        at,
        at,
        tuple(np.clip(temp, -45, 45).round(1).tolist()),
        tuple(np.clip(wind, 0, 40).round(1).tolist()),
    )


def _smooth(seed: int, stream: str, key: int, hours: NDArray[np.int64]) -> NDArray[np.float64]:
    """Noise of about unit variance that changes over some hours."""
    knot, share = hours // SMOOTH_H, (hours % SMOOTH_H) / SMOOTH_H
    left, right = (chance.normal(seed, stream, np.full(hours.shape, key), k) for k in (knot, knot + 1))
    scale = 1.0 / np.sqrt((1 - share) ** 2 + share**2)
    noise: NDArray[np.float64] = (left * (1 - share) + right * share) * scale
    return noise


def keep_past(weather: Weather, seed: int, until: int) -> int:
    """The issues of the last weeks, so that how good they are is known from the first day on; returns how many."""
    times = range(last_issue(until - PAST_DAYS * DAY_S), until + 1, EVERY_H * HOUR_S)
    for at in times:
        keep_forecast(issue(weather, seed, at), received=at)
    return len(times)


class ForecastThread(threading.Thread):
    """Hands the platform each forecast when it is issued; what was missed is made up by the newest one."""

    def __init__(
        self, weather: Weather, seed: int, clock: Clock, wait: Callable[[float], object] | None = None
    ) -> None:
        super().__init__(name="simulator-forecast", daemon=True)
        self._weather, self._seed, self._clock = weather, seed, clock
        self._stopping = threading.Event()
        self._wait = wait or self._stopping.wait
        self._issued = 0

    def step(self) -> bool:
        """Issue what is due; whether anything was."""
        due = last_issue(self._clock.now())
        if due == self._issued:
            return False
        keep_forecast(issue(self._weather, self._seed, due))
        self._issued = due
        return True

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.step()
            except Exception:  # tried again at the next look: the city goes on without a forecast
                log.exception("forecast not issued")
            close_old_connections()
            self._wait(LONGEST_WAIT_S)

    def stop(self, timeout_s: float = 10.0) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join(timeout_s)
