"""Does training run in a process of its own, can it be stopped, and does what it leaves come back whole?"""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from cleanheat.diagnosis.network import serving
from cleanheat.diagnosis.network.lessons import Lessons, at, inputs, stretches
from cleanheat.diagnosis.network.weights import Network, save
from cleanheat.kernel.errors import Problem
from tests.diagnosis.network import made


def test_jax_stays_out_of_this_process():
    code = (
        "import django; django.setup()\nfrom cleanheat.config import asgi\nfrom cleanheat.diagnosis.network import {}\n"
    )
    code += "import sys; sys.exit('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code.format("serving")], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_fit_in_a_child_and_back(tmp_path):
    """Two origins: the later training goes on from the earlier; the file gives the same answers."""
    told: list[tuple[int, int]] = []
    lessons = made.lessons(made.errors(np.ones(12)))
    settings = dataclasses.replace(made.SMALL, steps=200, own_penalty=0.001)
    network = serving.fit(lessons, settings, lambda done, total, note: told.append((done, total)), tmp_path)
    assert told[-1] == (200, 200)
    assert network.mae_ridge.shape == (2, 1, 12)
    assert (network.mae_network[:, network.served] <= network.mae_ridge[:, network.served]).all()
    assert network.served.mean() > 0.5
    assert not list(tmp_path.iterdir())
    network.keep(tmp_path / "unit.network.npz")
    again = Network.load(tmp_path / "unit.network.npz")
    shown = lessons.inputs[-network.reach_h :]
    assert np.array_equal(serving.predict(again, shown), serving.predict(network, shown), equal_nan=True)


def test_who_waits_may_be_cancelled(tmp_path, monkeypatch):
    monkeypatch.setattr("cleanheat.diagnosis.network.process.MODULE", "tests.diagnosis.network.endless")

    class Enough(Exception):  # noqa: N818
        pass

    def cancelled(done: int, total: int, note: str) -> None:
        raise Enough

    with pytest.raises(Enough):
        serving.fit(made.lessons(made.errors(np.ones(4))), made.SMALL, cancelled, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_short_history_is_said_to_be_short():
    lessons = made.lessons(made.errors(np.ones(2)))
    few = dataclasses.replace(lessons, hour=lessons.hour[:200])
    with pytest.raises(Problem, match="历史数据不足"):
        serving.fit(few, made.SMALL, lambda *_: None)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(Problem, match="残差"):
        Lessons.of(
            np.arange(2), np.zeros(2, int), made.hours(), made.outdoor_c(), {"heat": (np.ones((3, 5)), np.ones(2))}
        )


def test_a_file_of_another_time_is_not_read(tmp_path):
    save(tmp_path / "old.npz", {"version": np.array(0)})
    with pytest.raises(Problem, match="版本"):
        Network.load(tmp_path / "old.npz")


def test_seasons_do_not_run_into_each_other():
    hour = np.array([10, 11, 12, 900, 901])
    assert stretches(hour) == [(0, 3), (3, 5)]
    cold = inputs(np.array([-20.0, -20, -20, 5, 5]), hour)
    assert cold[3, :3].tolist() == [0.5, 0.5, 0.5]


def test_unknown_hours_take_the_last_ones_and_nothing_at_all_is_said_so():
    outdoor = np.full(200, -10.0)
    outdoor[150:153] = np.nan
    assert np.isfinite(inputs(outdoor, np.arange(200))).all()
    blind = at(np.full(200, np.nan), 460_000, 8)
    assert np.isnan(blind[:, 0]).all()
