"""Is it one network for all, does it say in numpy what it learned in jax, and is it better where it is served?"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cleanheat.diagnosis.network import forward, serving
from cleanheat.diagnosis.network.weights import Network
from tests.diagnosis.network import made

jax = pytest.importorskip("jax")
from cleanheat.diagnosis.network import training  # noqa: E402 - only where jax is


def _quiet(done: int, total: int, loss: float) -> None:
    assert 0 < done <= total
    assert np.isfinite(loss)


def _fitted(off: np.ndarray, key: np.ndarray | None = None, **changes: int) -> Network:
    """Trained here, not in a child, for speed: the first origin's weights only."""
    lessons = made.lessons(off, key)
    settings = dataclasses.replace(made.SMALL, origins=1, **changes)
    weights = training.train(lessons, settings, _quiet)[-1]
    return serving.judge(serving.untried(lessons, weights), lessons, made.HOURS, settings)


@pytest.fixture(scope="module")
def network() -> Network:
    """Eight objects that follow the pattern, one that only is noisy, one dead, six that follow it the other way."""
    factor = np.array([*[1.0] * 8, 0.0, 1.0, *[-1.0] * 6])
    off = made.errors(factor)
    off[9] = np.nan
    return _fitted(off, np.array([*[7] * 10, *[9] * 6]), steps=300)


def _night(outdoor: np.ndarray) -> int:
    """The last hour in which the pattern holds."""
    return int(np.flatnonzero(made.pattern(outdoor) > 0)[-1])


def _said(network: Network, hour: int) -> np.ndarray:
    shown = made.lessons(np.zeros((1, made.HOURS))).inputs
    return forward.latest(network, shown[hour - network.reach_h + 1 : hour + 1])


def test_numpy_says_what_jax_learned(network):
    lessons = made.lessons(made.errors(np.ones(16)), np.array([*[7] * 10, *[9] * 6]))
    shown = lessons.inputs[100:200]
    own = forward.sequence(network, shown, slice(0, 16))
    windows = np.repeat(shown[None], 16, axis=0)
    jaxs = training.predicted(network.weights, windows, np.arange(16), network.group, network.layers)
    assert np.abs(own - np.moveaxis(np.asarray(jaxs), 3, 1)).max() < 1e-4
    assert np.abs(forward.latest(network, shown[-network.reach_h :]) - own[..., -1]).max() < 1e-4
    assert network.reach_h == 8


@pytest.mark.feature("A9-17")
def test_it_finds_what_ridge_cannot_and_each_objects_own(network):
    low, middle, high = _said(network, _night(made.outdoor_c()))
    assert (low < middle).all()
    assert (middle < high).all()
    assert np.median(middle[0, :8]) > 1.5
    assert (middle[0, 10:] < -1.0).all()


def test_served_only_where_the_own_latest_block_is_better(network):
    served = network.served[0]
    assert served[:8].all()
    assert not served[8]
    assert not served[9]
    assert (network.mae_network[-1, 0, served] < network.mae_ridge[-1, 0, served]).all()
    assert np.isnan(serving.predict(network, np.zeros((8, 12), np.float32))[:, 0, ~served]).all()
    assert np.nanmin(network.coverage[0, :8]) > 0.8


def test_an_object_it_has_never_seen_does_as_its_group(network):
    strangers = network.of(np.array([0, 5_000, 5_001, 5_002]), np.array([7, 7, 9, 1_234]))
    assert strangers.served.tolist() == [[True, False, False, False]]
    _, middle, _ = _said(strangers, _night(made.outdoor_c()))
    assert np.isfinite(middle).all()
    assert middle[0, 1] > 1.0
    assert middle[0, 2] < middle[0, 1]


def test_it_is_global():
    """What others do changes what is said of an object, and one object's history alone is not the same."""
    alike = made.errors(np.array([1.0] * 15 + [0.0]))
    alike[15] = np.nan
    hour = _night(made.outdoor_c())
    among_alike = _said(_fitted(alike), hour)[1, 0]
    among_others = _said(_fitted(-alike), hour)[1, 0]
    assert among_alike[15] > 1
    assert among_others[15] < -1
    only = np.where(np.arange(16)[:, None] == 0, alike, np.nan)
    alone = _said(_fitted(only), hour)[1, 0]
    assert abs(alone[0] - among_alike[0]) > 1e-3


def test_the_same_seed_gives_the_same_network():
    off = made.errors(np.ones(16))
    first, second = (_fitted(off, steps=20).weights for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_history_of_nothing_teaches_nothing():
    network = _fitted(np.full((16, made.HOURS), np.nan), steps=10)
    assert not network.served.any()
    assert all(np.isfinite(value).all() for value in network.weights.values())


def test_training_stops_before_the_validation_blocks():
    """Whatever happens in the last weeks, the weights are the same."""
    off = made.errors(np.ones(16))
    later = off.copy()
    later[:, -made.SMALL.block_h :] += 50
    first, second = (_fitted(values, steps=20) for values in (off, later))
    assert all(np.array_equal(first.weights[name], second.weights[name]) for name in first.weights)
