"""The small city with one minute of readings in the latest state and in the store."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry.frames import Block, assemble
from cleanheat.telemetry.latest import latest
from cleanheat.telemetry.public import Store, install_store
from tests.pipeline.running_line import line

__all__ = ["line"]

MINUTE = 1_768_478_400 - 60


def frame(kind, ids, **values):
    """A judged frame of physical values by signal; other signals are missing."""
    spec = KINDS[kind]
    given = [values.get(s.code, np.full(len(ids), np.nan)) for s in spec.signals]
    columns = [s.encode(np.asarray(v, dtype=float)) for s, v in zip(spec.signals, given, strict=True)]
    made = assemble([Block(10, 1, kind, MINUTE, np.array(ids, dtype=np.uint32), columns)])
    for i, (s, column) in enumerate(zip(spec.signals, made.columns, strict=True)):
        made.verdicts[i][column == s.missing] = 3
    return made


@pytest.fixture
def readings(city, manual_clock):
    """Units 5, 9, 13, 17 (substations 1–4) at 45, 41, 47 and 43 ℃; rooms 1 and 2 at 21 and 16 ℃."""
    for made in (
        frame("unit", [5, 9, 13, 17], secondary_supply_temp_c=[45, 41, 47, 43], heat_power_gj_h=[8, 6, 4, 2]),
        frame("room", [1, 2], room_temp_c=[21, 16]),
        frame("plant", [1], supply_temp_c=[105]),
        frame("weather", [1], outdoor_temp_c=[-15]),
    ):
        latest().update(made)
    return city


_databases = itertools.count(1)


@pytest.fixture(scope="session")
def stored():
    """A store with an hour and more of unit 5 and the weather station; the engine opens once a session."""
    folder = Path(os.environ["CLEANHEAT_DATA_DIR"]) / "tsdb-tests"  # the engine allows one directory a process
    store = Store.open(folder, f"screens_{next(_databases)}")
    times = MINUTE - 60 * np.arange(90)[::-1]
    for made in (
        frame("unit", [5], secondary_supply_temp_c=[45]),
        frame("weather", [1], outdoor_temp_c=[-15], wind_m_s=[2]),
    ):
        columns = [np.repeat(column, 90) for column in made.columns]
        store.append_rows(made.kind, np.repeat(made.ids, 90), times, columns, None, f"{made.kind}-test")
    install_store(store)
    yield store
    store.close()
