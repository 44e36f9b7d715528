"""How much and how late is too much: the limits of the door."""

from __future__ import annotations

from dataclasses import dataclass, field

from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S
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
