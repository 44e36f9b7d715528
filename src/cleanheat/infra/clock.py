"""What time is it: the one place from which the platform reads time.

``now`` is platform time, which may run faster than the machine's or stand still in a test; readings, alerts and screens
are judged by it.  ``machine_now`` is the machine's own time, for leases and timeouts between threads and processes:
these must not expire faster because the simulated city runs faster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cleanheat.kernel.time import Clock, MachineClock, utc


@dataclass
class _Installed:
    platform: Clock = field(default_factory=MachineClock)
    machine: Clock = field(default_factory=MachineClock)


_installed = _Installed()


def install(clock: Clock, machine: Clock | None = None) -> None:
    """Set the platform's clock; tests may replace the machine's too."""
    _installed.platform = clock
    _installed.machine = machine or MachineClock()


def current() -> Clock:
    return _installed.platform


def now() -> float:
    """Platform time in epoch seconds, UTC."""
    return _installed.platform.now()


def now_utc() -> datetime:
    """Platform time as an aware datetime: what model fields store."""
    return utc(now())


def machine_now() -> float:
    """Machine time in epoch seconds, UTC."""
    return _installed.machine.now()
