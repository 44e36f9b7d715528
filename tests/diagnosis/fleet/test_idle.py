"""Does standing water teach anything?  Before a unit's first day and in stops it must not."""

from __future__ import annotations

import numpy as np

from cleanheat.diagnosis.fleet.blocks import Block, target
from cleanheat.diagnosis.fleet.designs import DESIGNS

SUPPLY = next(d for d in DESIGNS["unit"] if d.quantity == "supply")


def _block(values: dict[str, np.ndarray]) -> Block:
    n = values["supply_c"].shape[0]
    return Block(np.arange(n, dtype=np.int32), np.zeros(n, np.int64), values, {})


def test_standing_water_teaches_nothing_and_an_unknown_flow_is_no_stop():
    rng = np.random.default_rng(3)
    supply = rng.normal(50, 2, (2, 700)).astype(np.float32)
    flow = rng.normal(40, 1, (2, 700)).astype(np.float32)
    supply[0, :100], flow[0, :100] = 19.0, 0.0
    flow[1, 200:300] = np.nan
    known = target(_block({"supply_c": supply, "flow_t_h": flow}), SUPPLY).known
    assert not known[0, :100].any()
    assert known[0, 100:].all()
    assert known[1].all()


def test_without_a_flow_meter_every_reading_counts():
    supply = np.linspace(30, 60, 500, dtype=np.float32)[None]
    assert target(_block({"supply_c": supply}), SUPPLY).known.all()
