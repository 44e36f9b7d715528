"""What do eleven themes and 72 hours of replay cost?  The whole city: encoding, sizes, CPU a minute, bytes on disk."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.harness import Figure, median

SEED = 20_261_015
MINUTES = 61
CHANGES = 800
"""Objects that change state in a minute under a theme of named states."""
UNITS = 3
"""Units of which all buildings and pipes change with them."""
INHERITED = ("operation", "supply_temp", "diagnosis")
REPEATS = 11

Place = tuple[str, str]


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

    django.setup()
    from cleanheat.infra.maplayers import layers, themes
    from cleanheat.infra.scope import EVERYTHING
    from cleanheat.simulator.city.generate import make_city
    from cleanheat.twin.live_state import LiveState
    from cleanheat.twin.replay import Recorder
    from cleanheat.twin.replay_store import ReplayStore

    archive = make_city("city", SEED).archive()
    exists = {layer.key: archive[layer.kind].exists() for layer in layers}
    live = LiveState(lambda kind, _scope: archive[kind].exists())
    rng = np.random.default_rng(SEED)
    held = {(t.key, layer): _first(rng, t.legend, exists[layer]) for t in themes for layer in t.layers}
    of_units = {key: _first(rng, themes[key].legend, archive["unit"].exists()) for key in INHERITED}
    store = ReplayStore(here / "replay")
    recorder = Recorder(store)
    costs, deltas = [], []
    for minute in range(MINUTES):
        for (theme, layer), states in held.items():
            _change(rng, states, exists[layer], CHANGES // len(themes[theme].layers), themes[theme].history_s)
        for theme, units in of_units.items():
            _change(rng, units, archive["unit"].exists(), UNITS, themes[theme].history_s)
            _inherit(archive, held, theme, units)
        for (theme, layer), states in held.items():
            live.set_states(theme, layer, states)
        began = time.process_time()
        live.publish(minute * 60)
        recorder.record(*live.published())
        costs.append(time.process_time() - began)
        deltas.append(sum(len(m) for m in live.deltas("operation", EVERYTHING)))
    _, published = live.published()

    def encode() -> None:
        live.reset(0)
        live.fulls("operation", EVERYTHING)

    spent = median(encode, REPEATS)
    full = sum(len(m) for m in live.fulls("operation", EVERYTHING))
    hour = store.size_bytes()
    switching = median(lambda: [states.copy() for states in published.values()], REPEATS)
    minutes_ms = np.array(costs[1:]) * 1e3
    return [
        Figure("twin.frame_kb", full / 1e3, "kB", 60),
        Figure("twin.frame_encode_ms", spent.wall_s * 1e3, "ms wall", 10),
        Figure("twin.delta_kb", float(np.median(deltas[1:])) / 1e3, "kB", 6),
        Figure("twin.replay_minute_ms", float(minutes_ms.mean()), "ms CPU", 15, switching.cpu_s * 1e3),
        Figure("twin.replay_72h_mb", hour / 1e6 * 72, "MB", 200),
    ]


def _first(rng: np.random.Generator, legend: Any, exists: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """One in twelve is not normal; a ramp's objects lie within some degrees of each other."""
    size = len(exists)
    if hasattr(legend, "classes"):
        states = np.where(rng.random(size) < 1 / 12, rng.integers(2, 8, size), 1)
    else:
        states = np.clip(rng.normal(120, 12, size), 1, 250)
    return np.where(exists, states, 0).astype(np.uint8)


def _inherit(archive: Any, held: dict[Place, NDArray[np.uint8]], theme: str, unit: NDArray[np.uint8]) -> None:
    """Buildings and secondary pipes look like the unit that heats them, other pipes like their branch."""
    held[theme, "buildings"] = unit[archive["building"].links["unit"]]
    if (theme, "pipes") in held:
        pipes = archive["pipe"]
        source = held[theme, "branches"][pipes.links["branch"]]
        held[theme, "pipes"] = np.where(pipes.values["medium"] == 2, unit[pipes.links["unit"]], source)


def _change(
    rng: np.random.Generator, states: NDArray[np.uint8], exists: NDArray[np.bool_], changes: int, history_s: int
) -> None:
    """So many objects change; under a measured theme a third of all moves by a step each minute."""
    numbers = np.flatnonzero(exists)
    if history_s == 0 or not numbers.size:
        return
    if history_s >= 600:
        moved = numbers[rng.random(numbers.size) < 1 / 3]
        states[moved] = np.clip(states[moved].astype(np.int16) + rng.integers(-1, 2, moved.size), 1, 250)
    else:
        states[rng.choice(numbers, min(changes, numbers.size))] = rng.integers(1, 8)
