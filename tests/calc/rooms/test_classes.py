"""Levels of classes: the worst share of each, whatever its middle is."""

import numpy as np
import pytest

from cleanheat.calc.rooms.classes import group_quantile


def test_it_is_numpys_quantile_class_by_class():
    rng = np.random.default_rng(5)
    values, group = rng.normal(size=300), rng.integers(1, 4, 300)
    values[::17] = np.nan
    found = group_quantile(values, group, 4, 0.9, 2)
    for g in (1, 2, 3):
        assert found[g] == pytest.approx(np.nanquantile(values[group == g], 0.9))


def test_a_small_class_takes_the_level_of_all_and_nobody_has_none():
    values, group = np.array([0.1, 0.2, 0.3, 5.0]), np.array([1, 1, 1, 2])
    assert group_quantile(values, group, 3, 0.5, 3).tolist() == [0.25, 0.2, 0.25]
    assert np.isnan(group_quantile(np.full(3, np.nan), np.ones(3, np.int64), 2, 0.5, 1)).all()
