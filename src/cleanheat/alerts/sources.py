"""Which rules and models raise alerts, and how long their condition must be gone before the alert closes itself."""

from __future__ import annotations

from dataclasses import dataclass

from cleanheat.diagnosis.public import (
    ADVICE,
    DEVICE_STATES,
    SERVICE_QUALITY,
    SUPPLY_STOPPED,
    State,
    device_key,
    source_key,
)
from cleanheat.kernel.registry import Registry
from cleanheat.quality.public import GATEWAY_LOST, KIND_INTERRUPTED, MISMATCH, alarm_source


@dataclass(frozen=True)
class AlertSource:
    """``clear_min``: minutes without the finding before the alert closes itself (a flutter stays one alert)."""

    key: str
    zh: str
    clear_min: int
    closes_itself: bool = True


SOURCES: Registry[AlertSource] = Registry("alert source")
"""Sources that are always there; every quality rule that reports is one beside them (``source_of``)."""

SOURCES.add(AlertSource(SUPPLY_STOPPED, "停供", clear_min=5))
for _state in State:
    if _state.level is not None and _state is not State.STOPPED:  # the models' counters have waited already
        SOURCES.add(AlertSource(source_key(_state), _state.zh, clear_min=10))
for _state in DEVICE_STATES:
    SOURCES.add(AlertSource(device_key(_state), f"农村设备集中{_state.zh}", clear_min=60))
SOURCES.add(AlertSource(ADVICE, "调控建议未落实", clear_min=60, closes_itself=False))
SOURCES.add(AlertSource(SERVICE_QUALITY, "供热质量督导", clear_min=5))
SOURCES.add(AlertSource(GATEWAY_LOST, "通信中断", clear_min=2))
SOURCES.add(AlertSource(KIND_INTERRUPTED, "整类数据中断", clear_min=5))
SOURCES.add(AlertSource(MISMATCH, "上传与档案不匹配", clear_min=30))


def source_of(key: str) -> AlertSource | None:
    """The declared source, or the published quality rule of that key; ``None`` for a rule no longer in force."""
    if key in SOURCES:
        return SOURCES[key]
    rule = alarm_source(key)
    return None if rule is None else AlertSource(key, rule.zh, rule.alarm.clear_min)
