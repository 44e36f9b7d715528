"""Who answers the weather more than flats of its own kind do."""

import numpy as np
import pytest

from cleanheat.diagnosis.service.homes import FEATURES, Homes, _leaky_from
from cleanheat.diagnosis.service.portraits import holding, tags


def _homes(outdoor, klass):
    n = outdoor.size
    unknown = {name: np.full(n, np.nan) for name in FEATURES}
    zero = np.zeros(n, np.int64)
    nothing = np.full(n, np.nan)
    return Homes(
        np.arange(1, n + 1), zero, zero, zero, klass, unknown | {"outdoor_k_per_k": outdoor}, np.zeros(n, np.uint8),
        nothing, nothing, _leaky_from(outdoor, klass),
    )  # fmt: skip


@pytest.mark.feature("C4-2")
def test_the_worst_tenth_of_each_class_is_said_to_follow_the_weather_and_no_class_as_a_whole():
    rng = np.random.default_rng(11)
    klass = np.repeat([1, 2], 500)
    outdoor = np.where(klass == 1, 0.17, 0.06) + 0.03 * rng.standard_normal(1_000)
    homes = _homes(outdoor, klass)
    held = holding(homes)["leaky"]
    for k in (1, 2):
        assert held[klass == k].mean() == pytest.approx(0.1, abs=0.01)
    worst = int(np.argmax(outdoor))
    assert "超过同类户的界限" in tags(homes, worst)[0].reason


def test_homes_that_are_all_alike_have_no_worst():
    homes = _homes(0.17 + 0.001 * np.arange(100) / 100, np.ones(100, np.int64))
    assert not holding(homes)["leaky"].any()
