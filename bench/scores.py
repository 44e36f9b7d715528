"""How long scoring takes: a month of the whole city from stored counts, wall and CPU seconds."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.harness import Figure, median, spent

SENDERS = 95
DAYS = 31
RULES = 100
KINDS = ("unit", "boiler", "branch", "plant", "room", "device", "weather")
START = 1_767_196_800  # 2026-01-01 00:00 in Shanghai
HOUR_S = 3_600


OBJECTS = {"unit": 5_250, "boiler": 162, "branch": 34, "plant": 6, "room": 150_000, "device": 80_000, "weather": 17}
DISTRICTS = 17


def run(long: bool) -> list[Figure]:
    here = Path(tempfile.mkdtemp(prefix="cleanheat-bench-"))
    os.environ["CLEANHEAT_DATA_DIR"] = str(here)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
    try:
        return _measured(here)
    finally:
        shutil.rmtree(here, ignore_errors=True)


def _measured(here: Path) -> list[Figure]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from cleanheat.evaluation.actions import rounds
    from cleanheat.evaluation.periods import period_of
    from cleanheat.evaluation.sources import gather
    from cleanheat.infra import clock
    from cleanheat.kernel.time import ManualClock
    from cleanheat.telemetry.store import Store, install_store

    clock.install(ManualClock(START + (DAYS + 1) * 24 * HOUR_S))
    rng = np.random.default_rng(20260101)
    store = Store.open(here / "store")
    install_store(store)
    _write_counts(store, rng)
    _write_arrivals(store, rng)
    _city(rng)
    month = period_of("month", "2026-01")
    floor = spent(lambda: store.count_sums(month.start, month.end, by=("sender", "rule")))
    gathered = median(lambda: gather(month), 3)
    whole = median(lambda: rounds.compute(month), 3)
    _check(rounds.compute(month))
    store.close()
    return [
        Figure("scores.month_s", whole.wall_s, "s wall", 10, floor=floor.wall_s),
        Figure("scores.month_cpu_s", whole.cpu_s, "CPU-s", 10, floor=floor.cpu_s),
        Figure("scores.gather_s", gathered.wall_s, "s wall"),
    ]


def _check(made: Any) -> None:
    """Every sender and every district got its score, or the figure would be of something else."""
    scored = {kind: made.scores.filter(subject_kind=kind, data_set="").count() for kind in ("company", "district")}
    if scored != {"company": SENDERS, "district": DISTRICTS}:
        raise AssertionError(scored)


def _city(rng: np.random.Generator) -> None:
    """An archive of the city's size, and a library of as many rules, in place of those of an installation."""
    from cleanheat.assets import public as assets
    from cleanheat.assets.archive import Archive, KindTable
    from cleanheat.evaluation import rulebook
    from cleanheat.evaluation.tallies import DIMENSIONS, Check

    kinds = {}
    for kind, n in OBJECTS.items():
        numbers, nowhere = np.arange(1, n + 1, dtype=np.int32), np.full(n + 1, np.nan)
        links = {name: np.zeros(n + 1, np.int32) for name in ("sender", "district")}
        links["sender"][1:], links["district"][1:] = rng.integers(1, SENDERS + 1, n), rng.integers(1, DISTRICTS + 1, n)
        kinds[kind] = KindTable(kind, numbers, nowhere, nowhere, links)
    archive = Archive("bench", kinds)
    assets.archive = lambda: archive  # type: ignore[assignment]
    book = {
        n: Check(f"r{n}", f"规则{n}", rulebook.data_set_of(kind), kind, DIMENSIONS[n % 5], 1.0, "rule", n)
        for n in range(1, RULES + 1)
        for kind in [KINDS[n % len(KINDS)]]
    }
    rulebook.known = lambda: book  # type: ignore[assignment]


def _write_counts(store: Any, rng: np.random.Generator) -> None:
    """One row a sender, rule and hour, as judging leaves them: 7.1 million rows."""
    from cleanheat.telemetry.traces import Counts

    senders = np.repeat(np.arange(1, SENDERS + 1, dtype=np.uint32), RULES)
    rules = np.tile(np.arange(1, RULES + 1, dtype=np.uint32), SENDERS)
    ones = np.ones(senders.size, np.uint16)
    for hour in range(DAYS * 24):
        checks = rng.integers(1_000, 200_000, senders.size).astype(np.uint64)
        violations = (checks * rng.random(senders.size) * 0.05).astype(np.uint64)
        parts = []
        for k, kind in enumerate(KINDS):
            own = rules % len(KINDS) == k
            parts.append(
                Counts(kind, rules[own], ones[own], senders[own], checks[own], violations[own], violations[own] // 2)
            )
        store.append_counts(parts, START + hour * HOUR_S, f"counts-{hour}")
    store.flush_traces()


def _write_arrivals(store: Any, rng: np.random.Generator) -> None:
    """One row a sender, kind and minute: two kinds a sender, 8.5 million rows."""
    from cleanheat.telemetry.traces import Arrivals

    pairs = [(s, KINDS[(s + j) % len(KINDS)]) for s in range(1, SENDERS + 1) for j in range(2)]
    for day in range(DAYS):
        minutes = START + day * 86_400 + 60 * np.arange(1_440)
        n = minutes.size * len(pairs)
        at = np.repeat(minutes, len(pairs))
        store.append_arrivals(
            Arrivals(
                [kind for _, kind in pairs] * minutes.size,
                np.tile(np.array([s for s, _ in pairs], np.uint32), minutes.size),
                np.arange(n, dtype=np.uint64),
                at,
                at + 60 + rng.integers(0, 400, n),
                np.full(n, 100, np.uint32),
                np.zeros(n, np.uint32),
            ),
            f"arrivals-{day}",
        )
    store.flush_traces()
