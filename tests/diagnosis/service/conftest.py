"""The small city with two days of room and unit hours stored, its room model running, calls and fees."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.diagnosis.rooms import now as rooms_now
from cleanheat.diagnosis.service import queries
from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.public import install_store
from tests.conftest import EVENING

HOURS = 72
END = int(EVENING) // HOUR_S * HOUR_S
START = END - HOURS * HOUR_S
WARM_C, COLD_C = 21.0, 16.5
"""The home of company 10 is warm, that of company 20 is cold."""


def write_hours(store, kind: str, number: int, signals: dict[str, float], hours: int = HOURS, end: int = END) -> None:
    from cleanheat.kernel.quantities import KINDS

    at = np.arange(end - hours * HOUR_S, end, HOUR_S).astype(np.uint32)
    wave = 0.3 * np.sin(2 * np.pi * at / 86_400)
    columns = [(signals[s.code] + wave).astype(np.float32) if s.code in signals else None for s in KINDS[kind].signals]
    nothing = [None] * len(columns)
    ids = np.full(hours, number, np.uint32)
    counts = np.full(hours, 60, np.uint16)
    store.append_hourly(kind, ids, at, counts, columns, columns, columns, nothing, f"{kind}-{number}-{end}")


@pytest.fixture
def heated(city, store, manual_clock):
    """The small city as it was measured: the archive."""
    install_store(store)
    write_hours(store, "room", 1, {"room_temp_c": WARM_C})
    write_hours(store, "room", 2, {"room_temp_c": COLD_C})
    for unit in (5, 9):
        write_hours(store, "unit", unit, {"secondary_supply_temp_c": 44.0, "secondary_return_temp_c": 36.0})
    write_hours(store, "weather", 1, {"outdoor_temp_c": -12.0})
    model = rooms_now.build(city)
    model.recover(store, EVENING)
    queries.forget()
    yield city
    rooms_now._running.clear()
    queries.forget()
