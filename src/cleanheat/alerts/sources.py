"""Which rules and models raise alerts, and how long their condition must be gone before the alert closes itself."""

from __future__ import annotations

from dataclasses import dataclass

from cleanheat.diagnosis.public import SUPPLY_STOPPED
from cleanheat.kernel.registry import Registry
from cleanheat.quality.public import GATEWAY_LOST


@dataclass(frozen=True)
class AlertSource:
    """``clear_min``: minutes without the finding before the alert closes itself (a flutter stays one alert)."""

    key: str
    zh: str
    clear_min: int
    closes_itself: bool = True


SOURCES: Registry[AlertSource] = Registry("alert source")

SOURCES.add(AlertSource(SUPPLY_STOPPED, "停供", clear_min=5))
SOURCES.add(AlertSource(GATEWAY_LOST, "通信中断", clear_min=2))
