"""What judging a minute costs: every model over all objects of the city, with personal parameters and a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.arrays import City
from bench.harness import Figure, spent
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import HOUR_S, MINUTE_S, ManualClock

if TYPE_CHECKING:
    from cleanheat.diagnosis.fleet.kept import Trained

EVENING = 1_768_474_800
"""15 January 2026, 19:00 in Changchun."""
LEARNED_H, WARM_MIN, MEASURED_MIN = 840, 20, 30
CIRCUITS = ("plant", "branch", "boiler", "unit")
OUTDOOR_C, SLOPE_A_K = -15.0, -0.012
MOST_MS = 150.0


def figures(here: Path) -> list[Figure]:
    """Mean of half an hour of minutes, the quarter-hourly work of every model in it; the worst minute is printed."""
    from django.core.management import call_command

    from bench.city_minute import found_city
    from cleanheat.assets import public as assets
    from cleanheat.diagnosis.public import LiveDiagnosis
    from cleanheat.infra import clock
    from cleanheat.telemetry.frames import assemble
    from cleanheat.telemetry.public import Latest

    call_command("migrate", verbosity=0)
    clock.install(ManualClock(EVENING))
    city = City()
    found_city(city, here)
    _learn(city, here)
    live, latest = LiveDiagnosis(city.archive, here), Latest(city.archive)
    live.weather.restore(_weather())
    cost, found = [], 0
    for minute in range(EVENING, EVENING + (WARM_MIN + MEASURED_MIN) * MINUTE_S, MINUTE_S):
        blocks = city.minute(minute)
        for kind in KINDS:
            latest.update(assemble([b for b in blocks if b.kind == kind]))
        planned = assets.planned_outages(city.archive, minute)
        cost.append(spent(lambda m=minute, p=planned: live.judge(latest, m, p)).cpu_s * 1e3)
        found = len(live.grouped.spoken)
    measured = cost[WARM_MIN:]
    floor = spent(lambda: [latest[k].trusted(s.code, EVENING) for k, spec in KINDS.items() for s in spec.signals])
    objects = sum(city.archive[k].count for k in KINDS)
    middle, worst = float(np.median(measured)), max(measured)
    print(f"  {objects:,} objects, {found:,} findings; median minute {middle:.0f} ms, worst {worst:.0f} ms")
    return [Figure("diagnosis.score_minute_ms", float(np.mean(measured)), "CPU-ms", MOST_MS, floor.cpu_s * 1e3)]


def _weather() -> dict[str, NDArray[np.generic]]:
    """Ten days as cold as the city's circuits are run for."""
    from cleanheat.diagnosis.live.weather_now import KEPT_HOURS

    hours = EVENING // HOUR_S - np.arange(KEPT_HOURS)
    order = np.argsort(hours % KEPT_HOURS)
    return {"mean_c": np.full(KEPT_HOURS, OUTDOOR_C), "hours": hours[order], "count": np.full(KEPT_HOURS, 60)}


def _learn(city: City, here: Path) -> None:
    """Parameters of all circuits in force, learned from hours that fit what they read; units with a network."""
    from cleanheat.diagnosis.fleet import kept

    folder, slow = kept.folder_of(here), city.slow()
    for kind in CIRCUITS:
        trained = _trained(city, kind, slow[kind])
        kept.save(folder, trained)
        if kind == "unit":
            _with_network(trained, folder)
        kept.put_in_force(folder, kind, 1)


def _trained(city: City, kind: str, base: dict[str, NDArray[np.float32]]) -> Trained:
    from cleanheat.diagnosis.circuits import CIRCUITS as MEASURED
    from cleanheat.diagnosis.fleet import fleetwide
    from cleanheat.diagnosis.fleet.assembling import Window
    from cleanheat.diagnosis.fleet.axis import axis_of
    from cleanheat.diagnosis.fleet.blocks import Block
    from cleanheat.diagnosis.fleet.designs import channels
    from cleanheat.diagnosis.fleet.grouping import design_circuit, group_keys, scales

    rng = np.random.default_rng(17)
    cold = OUTDOOR_C + np.repeat(rng.normal(0, 5, LEARNED_H // 24), 24)
    axis = axis_of([(EVENING - LEARNED_H * HOUR_S, cold)])
    share = 1 + SLOPE_A_K * (axis.inputs.memory[:, 1] - OUTDOOR_C)
    numbers, archive = city.archive[kind].numbers, city.archive
    key, scale = group_keys(archive, kind), scales(archive, kind)

    def readings(name: str) -> NDArray[np.float32]:
        channel = MEASURED[kind].channels[name]
        noise = 1 + 0.01 * rng.standard_normal((numbers.size, LEARNED_H), np.float32)
        return np.asarray(base[channel.signal][:, None] * channel.factor * share * noise, np.float32)

    values = {name: readings(name) for name in channels(kind)}
    block = Block(numbers, key[numbers], values, {q: s[numbers] for q, s in scale.items()})
    window = Window(1, EVENING - LEARNED_H * HOUR_S, EVENING, "made")
    return fleetwide.fit(
        kind, axis, [block], fleetwide.Order(archive[kind].size, window, design_circuit(archive, kind))
    )


def _with_network(trained: Trained, folder: Path) -> None:
    """A network as large as a learned one that is served everywhere: what it says does not matter for the cost."""
    from dataclasses import replace

    from cleanheat.diagnosis.network import in_force, serving
    from cleanheat.diagnosis.network.lessons import Lessons
    from cleanheat.diagnosis.network.settings import Settings
    from cleanheat.diagnosis.network.training import initial

    p = trained.parameters
    ids = np.flatnonzero(p.source)
    nothing = np.zeros((ids.size, 96), np.float32)
    errors = {name: (nothing, np.full(ids.size, 0.01)) for name in ("supply", "return", "heat", "flow")}
    lessons = Lessons.of(ids, np.zeros(ids.size, np.int64), np.arange(96), np.full(96, OUTDOOR_C), errors)
    network = serving.untried(lessons, initial(lessons, Settings.read()))
    replace(network, served=np.ones_like(network.served)).keep(in_force.path(folder, "unit", p.version))
