"""An object against its own past: equal load, slow decline, and what happens when nothing is known."""

import numpy as np

from cleanheat.calc.anomaly.own_reference import OwnReference, Pace, advance

PACE = Pace(memory_h=21 * 24, recent_h=24, least_h=60, slope=0.0, steady=0.01)


def run(y_of, hours, own=None, held_from=0.07, n=50, seed=3):
    rng = np.random.default_rng(seed)
    own = own or OwnReference.of(n)
    for h in range(hours):
        x = 0.3 * np.sin(h / 30 + np.arange(n)) + 0.02 * rng.standard_normal(n)
        y = y_of(h, x) + 0.02 * rng.standard_normal(n)
        advance(own, x, y, np.abs(np.nan_to_num(own.recent)) > held_from, PACE)
    return own


def test_a_load_that_changes_is_no_departure():
    own = run(lambda _h, x: 2.0 + 0.5 * x, 20 * 24)
    assert np.abs(own.recent).max() < 0.03


def test_a_slow_decline_is_held_against_what_was_and_not_learned():
    own = run(lambda _h, x: 2.0 + 0.5 * x, 14 * 24)
    own = run(lambda h, x: 2.0 + 0.5 * x - 0.3 * min(h / (10 * 24), 1), 20 * 24, own)
    assert own.recent.max() < -0.22


def test_nothing_is_said_before_enough_is_learned_nor_by_what_is_missing():
    own = run(lambda _h, x: 2.0 + x * 0, 59)
    assert np.isnan(own.recent).all()
    own = run(lambda _h, x: np.full_like(x, np.nan), 48, run(lambda _h, x: 2.0 + x * 0, 100))
    kept = own.recent.copy()
    advance(own, np.full(50, np.nan), np.zeros(50), np.zeros(50, bool), PACE)
    np.testing.assert_array_equal(own.recent, kept)
