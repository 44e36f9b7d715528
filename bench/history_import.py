"""How fast a substation history comes in, and how many bytes a row takes: conversion and checks included."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import zstandard
from numpy.typing import NDArray

from bench.harness import Figure, median, spent
from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry.importing import import_file
from cleanheat.telemetry.mapping import parse_map
from cleanheat.telemetry.store import Store

UNIT = KINDS["unit"]
START = 1_767_196_800  # 2026-01-01 00:00 Asia/Shanghai
MAP = (
    'kind = "unit"\n[object]\ncolumn = "unit"\n[time]\ncolumn = "time"\nzone = "Asia/Shanghai"\n[signals]\n'
    + "".join(f'{s.code} = "{s.code}"\n' for s in UNIT.signals)
    + '[[lost]]\ncolumns = ["primary_supply_temp_c", "secondary_supply_temp_c"]\nvalues = [0.0]\n'
)

SENSOR_NOISE = 0.40
"""Of the resolution; set so that first differences carry 3.34 B a row, the entropy the byte target was measured at."""


@dataclass(frozen=True)
class History:
    """Substation units' minutes by id and time, as scaled integers."""

    ids: NDArray[np.uint32]
    times: NDArray[np.int64]
    columns: list[NDArray[Any]]


def history(units: int, days: int, seed: int = 7, first_day: int = 0) -> History:
    """Smooth process noise (15-minute knots), white sensor noise, a daily swing, then the sensor's resolution."""
    rng = np.random.default_rng(seed + first_day)
    n = days * 1_440
    minute = np.arange(n)
    knots = n // 15 + 2
    at, share = minute // 15, ((minute % 15) / 15).astype(np.float32)
    swing = np.sin(2 * np.pi * minute / 1_440).astype(np.float32)
    columns = []
    for s in UNIT.signals:
        if s.is_counter:
            rate = rng.uniform(0.2, 2.0, (units, 1)) * (1 + 0.3 * swing)
            columns.append(
                (rng.integers(10_000, 900_000, (units, 1)) + np.cumsum(rate, axis=1)).astype(s.dtype).ravel()
            )
            continue
        level = (s.low + (0.2 + 0.5 * rng.random((units, 1))) * min(s.high - s.low, 100)).astype(np.float32)
        noise = np.cumsum(rng.standard_normal((units, knots), np.float32), axis=1) * (0.002 * level)
        noise -= np.linspace(0, 1, knots, dtype=np.float32) * noise[:, -1:]
        values = level + 0.03 * level * swing + noise[:, at] * (1 - share) + noise[:, at + 1] * share
        values += rng.standard_normal((units, n), np.float32) * (SENSOR_NOISE / s.scale)
        if s.code in {"valve_opening_pct", "valve_setpoint_pct", "makeup_pump_hz", "circulation_pump_hz"}:
            values = np.repeat(values[:, ::30], 30, axis=1)[:, :n]  # set now and then, not measured
        columns.append(s.encode(np.clip(values, s.low, s.high)).ravel())
    ids = np.repeat(np.arange(1, units + 1, dtype=np.uint32) * 4 + 1, n)
    times = np.tile(START + (first_day * 1_440 + minute) * 60, units)
    return History(ids, times, columns)


def table(of: History) -> pa.Table:
    """The same rows as another system would export them: local wall clock, physical values."""
    local = of.times + 8 * 3_600
    named = {s.code: c / s.scale for s, c in zip(UNIT.signals, of.columns, strict=True)}
    return pa.table({"unit": of.ids, "time": pa.array(local, pa.timestamp("s")), **named})


def run(long: bool) -> list[Figure]:
    here = Path(tempfile.mkdtemp(prefix="cleanheat-bench-"))
    try:
        return _measured(here, units=700 if long else 350, days=7 if long else 2)
    finally:
        shutil.rmtree(here, ignore_errors=True)


def _measured(here: Path, units: int, days: int) -> list[Figure]:
    of = history(units, days)
    n = of.ids.shape[0]
    mapping = parse_map(MAP)
    exported = table(of)
    pq.write_table(exported, here / "h.parquet", compression="zstd", row_group_size=400_000)
    pacsv.write_csv(exported.slice(0, n // 2), here / "h.csv")
    del exported
    databases = count(1)

    def everybody(kind: str, keys: Any) -> NDArray[np.uint32]:
        return np.array([int(k) for k in keys], np.uint32)

    def from_file(name: str, expected: int) -> float:
        """CPU seconds of one import, roll-ups included, into an empty store that is open already."""
        number = next(databases)
        store = Store.open(here / "store", f"bench_{number}")
        cost = spent(lambda: import_file(here / name, mapping, store, everybody, here / f"w{number}", lambda *_: None))
        stored = store.sizes()["tele_unit"][0]
        store.close()
        if stored != expected:
            raise RuntimeError(f"{name}: {stored} of {expected} rows stored")
        return cost.cpu_s

    def native() -> None:
        turn = next(databases)
        step = 500_000
        for at in range(0, n, step):
            part = slice(at, at + step)
            store.append_rows("unit", of.ids[part], of.times[part], [c[part] for c in of.columns], None, f"{turn}-{at}")

    parquet_s = statistics.median(from_file("h.parquet", n) for _ in range(5))
    csv_s = statistics.median(from_file("h.csv", n // 2) for _ in range(5))
    store = Store.open(here / "store", "bench_native")
    native()
    store.merge_fully("unit")
    rows, size, _ = store.sizes()["tele_unit"]
    with store.merges_postponed("unit"):
        direct = median(native)
    store.close()
    delta = [np.diff(c, prepend=c[:1]).tobytes() for c in of.columns]
    floor = median(lambda: [zstandard.compress(c, 1) for c in delta])
    entropy = sum(_entropy_bits(np.diff(c)) for c in of.columns) / 8
    return [
        Figure("history_import.parquet_rows_per_cpu_s", n / parquet_s, "rows/CPU-s", 0.9e6, None, None, "higher"),
        Figure("history_import.csv_rows_per_cpu_s", n / 2 / csv_s, "rows/CPU-s", 0.3e6, None, None, "higher"),
        Figure(
            "history_import.native_rows_per_cpu_s", n / direct.cpu_s, "rows/CPU-s", 3e6, n / floor.cpu_s, None, "higher"
        ),
        Figure("history_import.bytes_per_row", size / rows, "B/row", 5.0, entropy, "119 (PostgreSQL)"),
    ]


def _entropy_bits(differences: NDArray[Any]) -> float:
    """Order-0 entropy of the first differences, bits a value."""
    _, counts = np.unique(differences, return_counts=True)
    p = counts / counts.sum()
    return float(-(p * np.log2(p)).sum())
