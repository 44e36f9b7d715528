"""How long people wait for curves and city-wide questions: wall milliseconds of warm queries, median of five."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.harness import Figure, median
from bench.history_import import START, UNIT, history
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.telemetry.store import Store

UNITS = 5_250  # all heat-exchange units of the city
SEASON_DAYS = 169
CURVE = ["primary_supply_temp_c", "primary_return_temp_c", "secondary_supply_temp_c", "secondary_return_temp_c"]
CITY = ["secondary_supply_temp_c"]
ALONE = 12
"""Units whose whole season of minutes is written: a day partition then has as many marks as one read touches."""


def run(long: bool) -> list[Figure]:
    here = Path(tempfile.mkdtemp(prefix="cleanheat-bench-"))
    try:
        store = Store.open(here / "store")
        _write_season_of_hours(store)
        _write_season_of_minutes(store, UNITS // 4 if long else ALONE)
        season_end = START + SEASON_DAYS * DAY_S
        last_day = season_end - DAY_S
        number = 5 * 4 + 1
        figures = [
            _figure("season_curve_ms", 100, lambda: store.series("unit", number, CURVE, START, season_end)),
            _figure(
                "season_minutes_ms",
                350,
                lambda: store.series("unit", number, CURVE[:1], START, season_end, 1_000, "minutes"),
            ),
            _figure(
                "city_season_hourly_ms",
                700,
                lambda: store.hourly_means("unit", CITY, START, season_end, source="hours"),
            ),
            _figure(
                "city_day_hourly_ms",
                120,
                lambda: store.hourly_means("unit", CITY, last_day, season_end, source="minutes"),
            ),
            _figure(
                "worst20_ms",
                80,
                lambda: store.worst("unit", CITY[0], last_day, season_end, 20, source="minutes"),
            ),
        ]
        store.close()
        return figures
    finally:
        shutil.rmtree(here, ignore_errors=True)


def _figure(name: str, target: float, ask: Callable[[], object]) -> Figure:
    ask()
    return Figure(f"queries.{name}", median(ask).wall_s * 1_000, "ms", target)


def _write_season_of_hours(store: Store) -> None:
    """Roll-ups of all units, a day at a time; parts are merged as they would be by the time anybody asks."""
    rng = np.random.default_rng(3)
    hours = SEASON_DAYS * 24
    ids = np.arange(1, UNITS + 1, dtype=np.uint32) * 4 + 1
    swing = 2 * np.sin(np.arange(hours) / 24)
    step = 120
    means = {s.code: rng.uniform(20, 60) * 1.0 for s in UNIT.signals if not s.is_counter}
    for at in range(0, hours, step):
        width = min(step, hours - at)
        noise = rng.standard_normal((UNITS, width)).astype(np.float32).ravel()
        drift = np.tile(swing[at : at + width].astype(np.float32), UNITS)
        columns = [None if s.is_counter else (means[s.code] + drift + noise) for s in UNIT.signals]
        lasts = [np.full(UNITS * width, 1_000 + at) if s.is_counter else None for s in UNIT.signals]
        at_hours = START + HOUR_S * np.arange(at, at + width)
        none = [None] * len(UNIT.signals)
        store.append_hourly(
            "unit",
            np.repeat(ids, width),
            np.tile(at_hours, UNITS),
            np.full(UNITS * width, 60, np.uint16),
            columns,
            none,
            none,
            lasts,
            f"h{at}",
        )


def _write_season_of_minutes(store: Store, units: int) -> None:
    """Minutes of some units over the season in day partitions, and of all units on its last day."""
    for day in range(0, SEASON_DAYS - 1, 12):
        of = history(units, min(12, SEASON_DAYS - 1 - day), first_day=day)
        store.append_rows("unit", of.ids, of.times, of.columns, None, f"m{day}")
    step = 350
    for first in range(0, UNITS, step):
        of = history(step, 1, seed=first, first_day=SEASON_DAYS - 1)
        store.append_rows("unit", of.ids + first * 4, of.times, of.columns, None, f"d{first}")
