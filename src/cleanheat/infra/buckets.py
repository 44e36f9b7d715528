"""Who asks too often?  Buckets that let bursts pass but not floods."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from cleanheat.infra import clock
from cleanheat.kernel.errors import Problem


def flooded(retry_after_s: float) -> Problem:
    return Problem(429, "too-many-requests", "请求过于频繁", f"请在 {retry_after_s:.0f} 秒后再试")


class Buckets:
    """One bucket a key: ``burst`` tokens, refilled at ``rate`` a second of ``now`` (the platform's unless told).

    ``refuse`` makes the refusal of the seconds to wait.
    Of more than ``most_keys`` the one longest unused goes: who invents keys pushes out nobody who is being slowed down.
    """

    def __init__(
        self,
        rate: float,
        burst: int,
        most_keys: int = 10_000,
        *,
        refuse: Callable[[float], Problem] = flooded,
        now: Callable[[], float] = clock.now,
    ) -> None:
        self._rate, self._burst, self._most, self._refuse = rate, float(burst), most_keys, refuse
        self._now = now
        self._lock = threading.Lock()
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def check(self, key: Hashable) -> None:
        """Refuse (429) when the bucket is empty; takes nothing, so that a stranger cannot empty another's bucket."""
        with self._lock:
            level, _ = self._level(key)
            if key in self._levels:
                self._levels.move_to_end(key)
        if level < 1:
            raise self._refuse((1 - level) / self._rate)

    def take(self, key: Hashable) -> None:
        with self._lock:
            level, at = self._level(key)
            self._levels[key] = (max(level - 1, 0), at)
            self._levels.move_to_end(key)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)

    def _level(self, key: Hashable) -> tuple[float, float]:
        now = self._now()
        level, at = self._levels.get(key, (self._burst, now))
        return min(self._burst, level + max(now - at, 0) * self._rate), now
