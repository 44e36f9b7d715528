"""From the parameters in force to what is expected now: is the network learned, kept beside its version, and added?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from cleanheat.calc.models.design import Inputs
from cleanheat.diagnosis.fleet import fleetwide, kept
from cleanheat.diagnosis.fleet.assembling import Window
from cleanheat.diagnosis.fleet.axis import LOCAL_S, Axis, axis_of
from cleanheat.diagnosis.fleet.blocks import Block
from cleanheat.diagnosis.live.expected_now import evaluate
from cleanheat.diagnosis.network import in_force, learning
from cleanheat.diagnosis.parameters import Parameters, Source
from cleanheat.kernel.errors import Problem
from tests.diagnosis.network import made

SIZE, HOURS = 12, 1_400
QUIET = dataclasses.replace(made.SMALL, steps=200, origins=1, own_penalty=0.001)


def _axis() -> Axis:
    rng = np.random.default_rng(2)
    cold = np.interp(np.arange(HOURS) / 24, np.arange(60), rng.normal(-10, 6, 60))
    return axis_of([(made.FIRST_HOUR * 3_600, cold + 3 * np.sin(np.arange(HOURS) / 24 * 2 * np.pi))])


def _block(axis: Axis) -> Block:
    """Supply by the cold, but never above 58 °C: a bend that no ridge of these features has; object 3 is dead."""
    rng = np.random.default_rng(4)
    felt = axis.inputs.memory[:, 1]
    supply = np.minimum(46 - 0.9 * felt, 58.0) + rng.normal(0, 0.2, (SIZE, HOURS))
    supply[3] = np.nan
    back = 30 + 0.2 * supply
    flow, heat = np.full_like(supply, 40.0) + rng.normal(0, 0.2, supply.shape), supply * 20
    values = {"supply_c": supply, "return_c": back, "flow_t_h": flow, "heat_kw": heat}
    arrays = {name: value.astype(np.float32) for name, value in values.items()}
    return Block(np.arange(1, SIZE + 1, dtype=np.int32), np.full(SIZE, 5), arrays, {})


@pytest.fixture(scope="module")
def history() -> tuple[Axis, Block, Parameters]:
    axis = _axis()
    block = _block(axis)
    window = Window(3, int(axis.stamps[0]), int(axis.stamps[-1]), "test")
    return axis, block, fleetwide.fit("unit", axis, [block], fleetwide.Order(SIZE + 1, window)).parameters


@pytest.fixture(scope="module")
def learned(history, tmp_path_factory) -> Path:
    """The folder of models in which version 3 is in force and has a network."""
    axis, block, p = history
    folder = tmp_path_factory.mktemp("models")
    kept.put_in_force(folder, "unit", 3)
    before = kept.stamp(folder, "unit")
    network = learning.deepen(axis, [block], p, folder, lambda *_: None, QUIET)
    assert kept.stamp(folder, "unit") != before, "who holds the version must read it again"
    assert network.quantities == ("supply", "return", "flow", "heat")
    return folder


def _at(axis: Axis, last: int) -> Inputs:
    rows = slice(last - 239, last + 1)
    return Inputs.of(axis.inputs.outdoor_c[rows], axis.stamps[rows] + LOCAL_S)


@pytest.mark.feature("A9-16")
def test_learned_kept_and_added_where_it_is_better(history, learned):
    axis, block, p = history
    found = in_force.find(learned, "unit", 3)
    deeper = in_force.deepened(p, found, np.full(SIZE + 1, 5))
    served = deeper.quantities["supply"].source == Source.NETWORK
    assert served.sum() >= SIZE // 2
    assert not served[[0, 4]].any(), "no object, and a dead one"
    assert (deeper.source[served] == Source.NETWORK).all()
    off, better = [], []
    for last in range(HOURS - QUIET.block_h, HOURS, 5):
        inputs, row = _at(axis, last), served[1:]
        true = block.values["supply_c"][:, last]
        expected = evaluate(deeper.quantities["supply"], inputs)[1:]
        off.append(np.abs(true - expected)[row])
        better.append(np.abs(true - expected - in_force.corrections(deeper, inputs)["supply"][1:])[row])
    assert np.mean(better) < 0.95 * np.mean(off)


def test_who_is_not_served_is_not_corrected(history, learned):
    axis, _, p = history
    assert in_force.corrections(p, _at(axis, 900)) == {}
    network = in_force.find(learned, "unit", 3)
    assert network is not None
    nobody = dataclasses.replace(network, served=np.zeros_like(network.served))
    added = in_force.corrections(in_force.deepened(p, nobody, np.full(SIZE + 1, 5)), _at(axis, 900))
    assert all((values == 0).all() for values in added.values())
    blind = dataclasses.replace(_at(axis, 900), outdoor_c=np.full(240, np.nan))
    added = in_force.corrections(in_force.deepened(p, network, np.full(SIZE + 1, 5)), blind)
    assert all((values == 0).all() for values in added.values())


def test_a_newer_version_takes_the_network_along_once_judged_again(history, learned):
    axis, block, p = history
    newer = dataclasses.replace(p, version=4)
    with pytest.raises(Problem, match="没有共享网络"):
        learning.carry_over(axis, [block], newer, learned, 2, QUIET)
    first = in_force.find(learned, "unit", 3)
    assert first is not None
    assert in_force.find(learned, "unit", 4) is None
    part = axis.part(slice(HOURS - 500, HOURS))
    some = Block(block.numbers, block.group, {n: v[:, -500:] for n, v in block.values.items()}, {})
    again = learning.carry_over(part, [some], newer, learned, 3, QUIET)
    assert np.array_equal(again.served, first.served)
    assert in_force.find(learned, "unit", 4) is not None


def test_an_unreadable_file_is_none(tmp_path):
    in_force.path(tmp_path, "unit", 9).write_bytes(b"not an archive")
    assert in_force.find(tmp_path, "unit", 9) is None
