"""All shipped rules over a full city-minute, two hundred rules, and a stored past judged afresh."""

from __future__ import annotations

import importlib
import os
import statistics
import tempfile
from pathlib import Path
from typing import Final

import django
import numpy as np

from bench.arrays import City
from bench.harness import Figure, Spent, spent
from cleanheat.kernel.parameters import Parameter
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, MINUTE_S
from cleanheat.quality.engine.compiled import RuleSet
from cleanheat.quality.engine.judging import Judge, Judged
from cleanheat.quality.engine.regularities import Regularities
from cleanheat.quality.engine.rejudging import rejudge
from cleanheat.quality.library import shipped
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import Dimension, Family
from cleanheat.telemetry.frames import Frame, assemble
from cleanheat.telemetry.store import Store
from cleanheat.telemetry.traces import Arrivals, arrivals_of

START: Final = 1_768_478_400
WARM_MIN, MEASURED_MIN = 7, 9
SLICE_MIN: Final = 20
MANY: Final = 200
USERS: Final = 40
"""Formulas of a dozen operators that are added to the shipped rules for the figure of two hundred."""

_FORMULA = {
    "unit": "绝对值(瞬时热量 - 系数 * 一次流量 * (一次供水温度 - 一次回水温度)) <= 容差 * 较大(绝对值(瞬时热量), 最小) "
    "or 一次流量 < 最小 or 绝对值(变化(二次供水温度)) * 2 > 20",
    "room": "绝对值(室内温度 - 18) * 2 + 绝对值(室内温度 - 20) / 2 <= 容差 * 100 or 室内温度 * 3 - 5 > 系数 * 5",
    "device": "绝对值(供水温度 - 回水温度) * 2 <= 容差 * 300 + 室内温度 / 100 or 供水温度 * 3 - 室内温度 * 2 < 7",
}


class Minutes:
    """Judged one after the other, as the line would."""

    def __init__(self, city: City) -> None:
        self.city, self.minute = city, START

    def next(self) -> tuple[dict[str, Frame], Arrivals, int]:
        self.minute += MINUTE_S
        blocks = self.city.minute(self.minute)
        frames = {kind: assemble([b for b in blocks if b.kind == kind]) for kind in KINDS}
        return frames, arrivals_of(blocks, self.minute + 65), self.minute


def figures(long: bool) -> list[Figure]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
    django.setup()
    city = City()
    minutes = Minutes(city)
    minutes.next()
    specs, usual = measured(), importlib.import_module("bench.learned")
    all_shipped, hits = _judging(minutes, specs, usual.known(city, minutes.minute))
    many = [*specs, *users(max(USERS, MANY - len(specs)))]
    two_hundred, _ = _judging(minutes, many, usual.known(city, minutes.minute))
    frames, _, _ = minutes.next()
    rows = sum(len(f) for f in frames.values())
    bare = statistics.median(spent(lambda: _bare(frames)).cpu_s for _ in range(5))
    return [
        Figure("rules.shipped", len(specs), "rules", 60, better="higher"),
        Figure("rules.city_minute_ms", all_shipped.cpu_s * 1e3, "CPU-ms", 60.0, bare * 1e3),
        Figure("rules.city_minute_hits", hits, "hits"),
        Figure("rules.judged_ns_per_row", all_shipped.cpu_s * 1e9 / rows / len(specs), "ns/row/rule"),
        Figure("rules.rules200_ms", two_hundred.cpu_s * 1e3, f"CPU-ms/{len(many)}", 300.0, bare * 1e3),
        Figure("rules.rejudge_day_min", _rejudge_min(city, specs, DAY_S if long else SLICE_MIN * MINUTE_S), "min", 30.0,
               peer="" if long else f"extrapolated from {SLICE_MIN} minutes"),
    ]  # fmt: skip


def measured() -> list[RuleSpec]:
    """Every shipped rule on readings."""
    return [rule.spec(number) for number, rule in enumerate(shipped(), start=1) if rule.kind in KINDS]


def users(count: int) -> list[RuleSpec]:
    """Formulas of a dozen operators, most on units, as people write them."""
    parameters = {
        name: Parameter(value, "", name, "benchmark")
        for name, value in (("系数", 4.187e-3), ("容差", 0.15), ("最小", 1))
    }
    kinds = ["room", "device", *["unit"] * 8]
    return [
        RuleSpec(10_000 + i, 1, f"user_{i}", "", Family.CORRELATED, Dimension.ACCURACY, kinds[i % 10],
                 _FORMULA[kinds[i % 10]], parameters=parameters)
        for i in range(count)
    ]  # fmt: skip


def _judging(minutes: Minutes, specs: list[RuleSpec], usual: Regularities) -> tuple[Spent, int]:
    """Median cost of a minute, what is usual included and followed, and the hits of the last one."""
    rules = RuleSet.compile(specs, minutes.city.archive, usual)
    if rules.refused:
        raise ValueError(f"rules do not compile: {dict(rules.refused)}")
    judge, costs, hits = Judge(minutes.city.archive, rules), [], 0
    for i in range(WARM_MIN + MEASURED_MIN):
        frames, arrivals, minute = minutes.next()
        judged: list[Judged] = []
        cost = spent(lambda f=frames, a=arrivals, m=minute, j=judged: j.append(judge.judge(f, m + 65.0, a)))  # type: ignore[misc]
        costs += [cost] if i >= WARM_MIN else []
        hits = sum(map(len, judged[0].hits))
    return Spent(statistics.median(c.cpu_s for c in costs), statistics.median(c.wall_s for c in costs)), hits


def _bare(frames: dict[str, Frame]) -> int:
    """The floor: every value decoded and held against two bounds, once, and nothing said about it."""
    outside = 0
    for frame in frames.values():
        for signal, column in zip(frame.spec.signals, frame.columns, strict=True):
            values = column / signal.scale
            outside += int(np.count_nonzero((values < signal.low) | (values > signal.high)))
    return outside


def _rejudge_min(city: City, specs: list[RuleSpec], span_s: int) -> float:
    """Wall minutes for a day of the whole city: read from a store of its own, judged, counted."""
    with tempfile.TemporaryDirectory(prefix="cleanheat-rejudge-") as folder:
        store, minutes = Store.open(Path(folder) / "tsdb"), Minutes(city)
        try:
            for _ in range(span_s // MINUTE_S):
                frames, arrivals, minute = minutes.next()
                for kind, frame in frames.items():
                    store.append(frame, f"{kind}-{minute}")
                store.append_arrivals(arrivals, str(minute))
            first = START + MINUTE_S
            cost = spent(lambda: rejudge(specs, store, city.archive, first, first + span_s))
        finally:
            store.close()
    return cost.wall_s / 60 * DAY_S / span_s
