"""A station whose truth is known: two winters, a heating curve, a schedule, a meter, a room."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SLOPE, AT_ZERO = -0.8, 52.0
MAP = """
kind = "station"
[time]
column = "time"
[signals]
{signals}
"""
PLAIN = {
    "outdoor_c": "outdoor",
    "supply_c": "supply",
    "return_c": "back",
    "primary_supply_c": "primary",
    "primary_return_c": "primary_back",
    "heat_amount_gj": '{ column = "heat", unit = "kWh" }',
}


def made(days: int = 220, step_s: int = 3600, seed: int = 11, night_stop: bool = False) -> dict[str, Floats]:
    """From 1 October 2022 on; a second winter begins with day 365 when ``days`` reach so far."""
    rng = np.random.default_rng(seed)
    start = int(datetime(2022, 10, 1, tzinfo=UTC).timestamp())
    stamps = start + np.arange(0, days * 86400, step_s)
    day, hour = (stamps - start) / 86400, stamps // 3600 % 24
    outdoor = 6 - 14 * np.cos(2 * np.pi * (day - 108 - 182.5) / 365) * -1 + 4 * np.sin(2 * np.pi * (hour - 9) / 24)
    outdoor = outdoor + np.repeat(rng.normal(0, 3, days + 1), 86400 // step_s)[: stamps.size]
    of_year = day % 365
    heats = (of_year > 19) & (of_year < 189)
    if night_stop:
        heats &= (hour >= 6) & (hour < 22)
    supply = np.where(heats, AT_ZERO + SLOPE * outdoor + rng.normal(0, 0.3, stamps.size), 24.0)
    back = np.where(heats, supply - 0.3 * (supply - 20), 23.0) + rng.normal(0, 0.1, stamps.size)
    heat_kw = np.where(heats, 30 * (supply - back), 0.0)
    return {
        "time": stamps.astype(np.float64),
        "outdoor": outdoor + rng.normal(0, 0.1, stamps.size),
        "supply": supply,
        "back": back,
        "primary": np.where(heats, supply + 30, 30.0) + rng.normal(0, 0.3, stamps.size),
        "primary_back": np.where(heats, back + 5, 25.0) + rng.normal(0, 0.2, stamps.size),
        "heat": heat_kw * step_s / 3600,
        "room_1": 21 + 0.03 * outdoor + rng.normal(0, 0.1, stamps.size),
    }


def write(path: Path, columns: dict[str, Floats]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(columns)
        times = [datetime.fromtimestamp(t, UTC).strftime("%Y-%m-%d %H:%M:%S") for t in columns["time"].tolist()]
        rest = [
            ["" if np.isnan(v) else f"{v:.2f}" for v in values.tolist()] for n, values in columns.items() if n != "time"
        ]
        out.writerows(zip(times, *rest, strict=True))
    return path


def mapping(path: Path, signals: dict[str, str], more: str = "") -> Path:
    lines = (f"{k} = {v}" if v.startswith("{") else f'{k} = "{v}"' for k, v in signals.items())
    path.write_text(MAP.format(signals="\n".join(lines)) + more, "utf-8")
    return path
