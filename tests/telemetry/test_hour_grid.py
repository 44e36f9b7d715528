"""Hours of many objects and signals as one grid, from roll-ups and the minutes behind them."""

import numpy as np
import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry.frames import Frame

HOUR = 1_768_474_800
SIGNALS = ["humidity_pct", "room_temp_c"]


def fill(store):
    room = KINDS["room"]
    for minute in range(120):
        temps = np.array([18.0 + minute // 60, np.nan, 22.0])
        columns = [room["room_temp_c"].encode(temps), room["humidity_pct"].encode(np.full(3, 40.0))]
        verdicts = np.zeros((2, 3), np.uint8)
        verdicts[0, 1] = 3
        ids = np.array([1, 2, 3], np.uint32)
        store.append(Frame("room", HOUR + 60 * minute, ids, columns, verdicts), f"t{minute}")


def test_rolled_up_hours_and_open_ones_make_one_grid(store):
    fill(store)
    store.roll_up(HOUR)
    grid = store.hour_grid("room", SIGNALS, HOUR + 60, HOUR + 3 * 3600, np.array([1, 2, 3, 9]))
    assert grid.shape == (2, 4, 3)
    assert grid.dtype == np.float32
    assert grid[1, 0, :2].tolist() == [18.0, 19.0]
    assert np.isnan(grid[1, 1]).all()
    assert grid[0, 1, :2].tolist() == [40.0, 40.0]
    assert np.isnan(grid[:, 3]).all()
    assert np.isnan(grid[:, :, 2]).all()


def test_nothing_and_nonsense(store):
    assert np.isnan(store.hour_grid("room", SIGNALS, HOUR, HOUR + 3600, np.array([1]))).all()
    assert store.hour_grid("room", SIGNALS, HOUR, HOUR + 3600, np.array([], np.int32)).shape == (2, 0, 1)
    with pytest.raises(Problem) as refused:
        store.hour_grid("unit", ["heat_total_gj"], HOUR, HOUR + 3600, np.array([1]))
    assert refused.value.field == "signals"
    with pytest.raises(Problem):
        store.hour_grid("room", SIGNALS, HOUR, HOUR, np.array([1]))
