"""How much and how late is too much: the limits of the door, and buckets that let bursts pass but not floods."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from cleanheat.infra import clock
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S
from cleanheat.telemetry.refusals import flooded
from cleanheat.telemetry.wire import WireLimits


@dataclass(frozen=True)
class Limits:
    """All are platform seconds: a simulated city at 60 times speed may send 60 times as often."""

    wire: WireLimits = field(default_factory=WireLimits)
    late_s: int = 72 * HOUR_S
    early_s: int = 10 * MINUTE_S
    batches_per_s: float = 10.0
    batches_burst: int = 600
    failures_per_s: float = 0.5
    failures_burst: int = 60
    keys_per_s: float = 0.02
    keys_burst: int = 20
    key_lifetime_s: int = DAY_S
    spool_days: int = 7


class Buckets:
    """One bucket a key: ``burst`` tokens, refilled at ``rate`` a platform second.

    Of more than ``most_keys`` the one longest unused goes: who invents keys pushes out nobody who is being slowed down.
    """

    def __init__(self, rate: float, burst: int, most_keys: int = 10_000) -> None:
        self._rate, self._burst, self._most = rate, float(burst), most_keys
        self._lock = threading.Lock()
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def check(self, key: Hashable) -> None:
        """Refuse (429) when the bucket is empty; takes nothing, so that a stranger cannot empty another's bucket."""
        with self._lock:
            level, _ = self._level(key)
            if key in self._levels:
                self._levels.move_to_end(key)
        if level < 1:
            raise flooded((1 - level) / self._rate)

    def take(self, key: Hashable) -> None:
        with self._lock:
            level, at = self._level(key)
            self._levels[key] = (max(level - 1, 0), at)
            self._levels.move_to_end(key)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)

    def _level(self, key: Hashable) -> tuple[float, float]:
        now = clock.now()
        level, at = self._levels.get(key, (self._burst, now))
        return min(self._burst, level + max(now - at, 0) * self._rate), now
