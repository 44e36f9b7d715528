"""What does the platform itself say of a labelled day?  A small city built, trained, and judged minute by minute.

The whole path: history in the store, first training of every kind, then the simulator's batches as they would arrive,
judged by the shipped rules, into the newest readings and the live models.  Nothing is told of the labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from bench.diagnosis_accuracy import Row
from cleanheat.kernel.time import HOUR_S, MINUTE_S, SHANGHAI, epoch
from cleanheat.simulator.families import OPERATIONAL, Fault
from cleanheat.simulator.faults import Labels

START = epoch(datetime(2026, 1, 15, tzinfo=SHANGHAI))
MINUTES, QUICK_MINUTES = 1_440, 90
SETTLES_S = 3 * HOUR_S
"""So long after its end a fault may still be spoken of; sources work through their units."""
LEAST_MIN = 30


@dataclass(frozen=True)
class Wanted:
    """What should be said of a label, and how long the label must be to ask for it."""

    states: frozenset[str]
    least_min: int = LEAST_MIN


STOPPED = frozenset({"supply_stopped", "stopped"})
WANTED: Mapping[Fault, Wanted] = {
    Fault.STOP: Wanted(STOPPED),
    Fault.PUMP_TRIP: Wanted(STOPPED | {"pump"}),
    Fault.PUMP_NO_FLOW: Wanted(STOPPED | {"pump"}),
    Fault.UNDER_SUPPLY: Wanted(frozenset({"under_supply", "abnormal"}), 18 * 60),
    Fault.OVER_SUPPLY: Wanted(frozenset({"over_supply", "abnormal"}), 18 * 60),
    Fault.LEAK: Wanted(frozenset({"leak", "pressure"}), 120),
    Fault.PRESSURE_DROP: Wanted(frozenset({"leak", "pressure"}), 30),
    Fault.INTERMITTENT: Wanted(frozenset({"intermittent"}), 72 * 60),
    Fault.SHORT_CYCLING: Wanted(frozenset({"short_cycling"}), 240),
    Fault.EFFICIENCY_LOSS: Wanted(frozenset({"efficiency", "flue", "flue_loss"}), 96 * 60),
    Fault.PEAK_IDLE: Wanted(frozenset({"peak_not_started"}), 240),
}
MODELS_OF_CIRCUITS = ("unit", "substation", "boiler", "branch", "plant")


@dataclass
class Day:
    """Minutes in which each (state, kind, number) was spoken of."""

    said: dict[tuple[str, str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    labels: Labels = field(default_factory=lambda: np.zeros(0))  # type: ignore[arg-type]
    minutes: int = 0
    cpu_ms: list[float] = field(default_factory=list)


def rows(seed: int, quick: bool) -> list[Row]:
    archive, day = _day(seed, QUICK_MINUTES if quick else MINUTES)
    found = [row for fault, wanted in WANTED.items() if (row := _asked(fault, wanted, day, archive)) is not None]
    circuits = sum(archive[k].count for k in ("unit", "boiler", "branch", "plant"))
    false = _unexplained(day, archive)
    by_state = ", ".join(f"{state} {n}" for state, n in sorted(false.items()))
    rate = sum(false.values()) / (circuits * day.minutes / 1_440)
    median = float(np.median(day.cpu_ms))
    return [
        *found,
        Row(
            "findings without a label, per circuit-day",
            "live",
            rate,
            "%",
            0.02,
            "lower",
            {},
            f"{circuits} circuits",
            by_state,
        ),
        Row(
            "all live models, a minute (small city)",
            "live",
            median,
            "ms",
            None,
            "lower",
            {},
            f"{day.minutes} minutes",
            "CPU",
        ),
    ]


def _day(seed: int, minutes: int) -> tuple[Any, Day]:
    import time

    from django.conf import settings

    from bench.trial import _frames
    from cleanheat.assets import public as assets
    from cleanheat.diagnosis import versions
    from cleanheat.diagnosis.circuits import CIRCUITS
    from cleanheat.diagnosis.public import LiveDiagnosis
    from cleanheat.infra import clock
    from cleanheat.kernel.time import ManualClock
    from cleanheat.quality.contents import is_measured
    from cleanheat.quality.library import shipped
    from cleanheat.quality.public import Judge, RuleSet
    from cleanheat.simulator.build import build
    from cleanheat.simulator.feed import Feed
    from cleanheat.telemetry import public as telemetry
    from cleanheat.telemetry.traces import arrivals_of

    clock.install(ManualClock(START))
    build("small", seed, START, settings.DATA_DIR)
    archive = assets.archive()
    store = telemetry.Store.open(settings.DATA_DIR / "tsdb")
    versions.train_first(tuple(CIRCUITS), store, START, lambda *_: None)
    live = LiveDiagnosis(archive, None, keeps=False)
    live.recover(store, START)
    measured = [r for r in shipped() if is_measured(r.kind)]
    judge = Judge(archive, RuleSet.compile([r.spec(i) for i, r in enumerate(measured, 1)], archive))
    latest, day = telemetry.Latest(archive), Day()
    feed = Feed(archive, seed, START, settings.DATA_DIR)
    for minute in range(START, START + minutes * MINUTE_S, MINUTE_S):
        blocks = [b for _, delivered in feed.minute(minute) for b in delivered if b.minute == minute]
        judged = judge.judge(_frames(blocks), minute + MINUTE_S + 5.0, arrivals_of(blocks, minute + MINUTE_S + 5, {}))
        for frame in judged.frames.values():
            latest.update(frame)
        began = time.process_time()
        spoken = live.judge(latest, minute, {})
        day.cpu_ms.append(1_000 * (time.process_time() - began))
        for finding in spoken:
            day.said[finding.source.partition(".")[2], finding.kind, finding.number].append(minute)
        day.minutes += 1
    day.labels = feed.labels(START - 12 * HOUR_S, START + minutes * MINUTE_S)
    store.close()
    return archive, day


def _asked(fault: Fault, wanted: Wanted, day: Day, archive: Any) -> Row | None:
    """Labels of a fault that lay in the day long enough, and those of which the right thing was said."""
    end = START + day.minutes * MINUTE_S
    labels = day.labels[day.labels["fault"] == fault]
    seen_s = np.minimum(labels["end"], end) - labels["start"]
    in_day = (labels["end"] > START) & (
        np.minimum(labels["end"], end) - np.maximum(labels["start"], START) > LEAST_MIN * MINUTE_S
    )
    asked = labels[in_day & (seen_s >= wanted.least_min * MINUTE_S)]
    if asked.shape[0] == 0:
        return None
    said = [(label, d) for label in asked if (d := _delay_min(label, wanted, day, archive)) is not None]
    delays = [d for label, d in said if label["start"] > START + SETTLES_S]
    target = 0.99 if fault in {Fault.STOP, Fault.PUMP_TRIP} else None
    note = f"median delay {np.median(delays):.0f} min, longest {max(delays):.0f}" if delays else ""
    share = len(said) / asked.shape[0]
    what = f"{fault.code} of {wanted.least_min} min or more: said"
    return Row(what, "live", share, "%", target, "higher", {}, f"{len(said)} of {asked.shape[0]}", note)


def _delay_min(label: Any, wanted: Wanted, day: Day, archive: Any) -> float | None:
    kind, number = str(label["kind"]), int(label["number"])
    places = {(kind, number)}
    if kind == "unit":
        places.add(("substation", int(archive["unit"].links["substation"][number])))
    until = int(label["end"]) + LEAST_MIN * MINUTE_S
    minutes = [
        m
        for (state, k, n), said in day.said.items()
        if state in wanted.states and (k, n) in places
        for m in said
        if label["start"] <= m <= until
    ]
    return (min(minutes) - int(label["start"])) / MINUTE_S if minutes else None


def _unexplained(day: Day, archive: Any) -> dict[str, int]:
    """Findings on circuits that no label of operation touches, nor one of a sensor of theirs; counted once a place."""
    faulty = {int(f) for f in OPERATIONAL} | {int(f) for f in (Fault.STUCK, Fault.DRIFT, Fault.LIE, Fault.SWAPPED)}
    faulty |= {int(f) for f in (Fault.UNIT_MISTAKE, Fault.SIGN, Fault.OUT_OF_RANGE, Fault.SPIKE, Fault.SENTINEL)}
    by_place: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    links = archive["unit"].links
    for label in day.labels[np.isin(day.labels["fault"], list(faulty))]:
        kind, number = str(label["kind"]), int(label["number"])
        span = int(label["start"]), int(label["end"]) + SETTLES_S
        by_place[kind, number].append(span)
        if kind == "unit":
            for above in ("substation", "boiler", "branch"):
                by_place[above, int(links[above][number])].append(span)
        elif kind in {"boiler", "branch"}:
            for unit in archive["unit"].numbers[links[kind][archive["unit"].numbers] == number].tolist():
                by_place["unit", unit].append(span)
                by_place["substation", int(links["substation"][unit])].append(span)
    false: dict[str, int] = defaultdict(int)
    for (state, kind, number), said in day.said.items():
        if kind in MODELS_OF_CIRCUITS and not any(a <= said[0] <= b for a, b in by_place[kind, number]):
            false[state] += 1
    return false
