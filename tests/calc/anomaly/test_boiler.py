"""Boiler detectors against values worked out by hand."""

import numpy as np
import pytest

from cleanheat.calc.anomaly import boiler, ewma, leak
from cleanheat.calc.anomaly.t2_spe import contributions, inverse, scatter, spe, t2


@pytest.mark.feature("A9-6")
@pytest.mark.feature("C2-4")
def test_heat_balance_in_numbers():
    # 100 t/h · 1.163 kWh/(t·K) · 30 K = 3,489 kW of water's heat
    meter = np.array([3489.0, 4187.0, 2791.0, np.nan, 100.0])
    flow = np.array([100.0, 100.0, 100.0, 100.0, 0.0])
    off = boiler.heat_balance(meter, flow, np.full(5, 95.0), np.full(5, 65.0))
    assert off[:3] == pytest.approx([0.0, 0.2, -0.2], abs=2e-3)
    assert np.isnan(off[3:]).all()


@pytest.mark.feature("A9-6")
def test_efficiency_flue_and_air():
    # 2 t/h of coal of 5,000 kWh/t give 10 MW; 7.6 MW in the water
    assert boiler.efficiency(np.array([7600.0]), np.array([2.0]), np.array([5000.0])) == pytest.approx([0.76])
    assert boiler.excess_air(np.array([0.0, 7.0])) == pytest.approx([1.0, 1.5])
    # CO2 = 18.7 · (1 − 7/21) = 12.467 %; 0.68 · 160 / 12.467 = 8.73 %
    assert boiler.flue_loss(np.array([150.0]), np.array([-10.0]), np.array([7.0])) == pytest.approx([0.0873], abs=1e-4)
    assert np.isnan(boiler.flue_loss(np.array([150.0]), np.array([0.0]), np.array([21.0]))).all()


@pytest.mark.feature("A9-6")
def test_flue_temperature_is_held_against_the_load():
    load = np.linspace(0.3, 1.0, 50)[None]
    flue = 95 + 60 * load
    flue[0, 3] = np.nan
    base, slope = boiler.flue_expected(flue, load, np.ones(load.shape, bool))
    assert (base[0], slope[0]) == (pytest.approx(95.0), pytest.approx(60.0))


@pytest.mark.feature("A9-6")
def test_short_cycling_counts_starts_and_gaps_make_none():
    running = np.tile([True] * 5 + [False] * 5, 12)[None]
    known = np.ones(running.shape, bool)
    assert boiler.starts_per_hour(running, known, 60).tolist() == [6.0]
    known[0, ::2] = False
    assert boiler.starts_per_hour(running, known, 60).tolist() == [0.0]
    starts = boiler.Starts.of(1)
    counts = [int(boiler.advance(starts, running[:, m], np.array([True]), m)[0]) for m in range(120)]
    assert counts[-1] == 6
    assert counts[-1] == max(counts[60:])


@pytest.mark.feature("A9-6")
def test_a_leak_shows_at_once_when_large_and_after_days_when_small():
    rng = np.random.default_rng(1)
    rate = 0.002 + rng.normal(0, 0.0002, (3, 40))
    rate[1, 20:] += 0.0008
    rate[2, 30] = 0.02
    teaching = np.broadcast_to(np.arange(40) < 15, rate.shape)
    found, usual = leak.judge(rate, np.zeros(rate.shape, bool), teaching, permitted=0.01, k=0.5, h=5.0)
    assert usual == pytest.approx([0.002] * 3, rel=0.3)
    assert not found[0].any()
    assert not found[1, :20].any()
    assert found[1, 26:].all()
    assert found[2, 30]
    filling = np.zeros(rate.shape, bool)
    filling[2, 30] = True
    assert not leak.judge(rate, filling, teaching, 0.01, 0.5, 5.0)[0][2, 30]


@pytest.mark.feature("A9-6")
def test_residual_vector_names_the_signal_to_blame():
    rng = np.random.default_rng(2)
    common = rng.normal(0, 1, (1, 400, 1))
    v = np.concatenate([common + rng.normal(0, 0.1, (1, 400, 1)), common, rng.normal(0, 1, (1, 400, 1))], axis=-1)
    s = scatter(v, np.full(3, 0.01))
    odd = np.array([[[2.0, -2.0, 0.0], [2.0, 2.0, 0.0], [0.0, np.nan, 5.0]]])
    inverted = inverse(s[:, None], np.isfinite(odd))
    size = t2(odd, inverted)[0]
    assert size[0] > 20 * size[1]  # apart, though they always move together
    assert contributions(odd, inverted)[0, 2] == pytest.approx([0.0, 0.0, 1.0], abs=0.01)
    assert contributions(odd, inverted).sum(axis=-1) == pytest.approx(1.0)
    assert spe(odd[:, :2], s, 2)[0, 0] > spe(odd[:, :2], s, 2)[0, 1]


def test_ewma_sees_a_small_lasting_shift_and_ignores_gaps():
    rng = np.random.default_rng(3)
    residual = rng.normal(0, 1, (1, 200))
    residual[0, 100:] += 1.0
    residual[0, 120:130] = np.nan
    z = ewma.over_history(residual, 0.2)[0]
    assert np.abs(z[:100]).max() < 4.0
    assert z[150:].mean() > 2.5
    assert np.ptp(z[120:130]) == 0.0
