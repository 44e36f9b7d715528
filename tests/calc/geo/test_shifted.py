"""The shifted systems against values published with the open-source implementations, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.geo.shifted import from_bd09, from_gcj02, gcj02_to_bd09, to_bd09, to_gcj02

METRES_A_DEGREE = 111_320.0
PUBLISHED = np.array(
    [
        # WGS-84 latitude, longitude, GCJ-02 latitude, longitude: test values of eviltransform
        (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
        (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
        (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
    ]
)


def changchun(n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    return rng.uniform(124.0, 127.2, n), rng.uniform(43.0, 45.4, n)


def test_gcj02_is_the_published_one():
    longitude, latitude = to_gcj02(PUBLISHED[:, 1], PUBLISHED[:, 0])
    np.testing.assert_allclose(latitude, PUBLISHED[:, 2], atol=1e-9)
    np.testing.assert_allclose(longitude, PUBLISHED[:, 3], atol=1e-9)


@pytest.mark.feature("G5-1")
@pytest.mark.parametrize(("there", "back"), [(to_gcj02, from_gcj02), (to_bd09, from_bd09)])
def test_back_again_within_a_millimetre_all_over_the_city(there, back):
    longitude, latitude = changchun()
    found = back(*there(longitude, latitude))
    error_m = np.hypot(found[0] - longitude, found[1] - latitude) * METRES_A_DEGREE
    assert error_m.max() < 1e-3


def test_the_shift_is_hundreds_of_metres_and_bd09_adds_another():
    longitude, latitude = changchun(500)
    first = np.hypot(*np.subtract(to_gcj02(longitude, latitude), (longitude, latitude))) * METRES_A_DEGREE
    assert ((first > 100) & (first < 1_000)).all()
    both = to_bd09(longitude, latitude)
    np.testing.assert_array_equal(both, gcj02_to_bd09(*to_gcj02(longitude, latitude)))
    assert (np.abs(both[0] - to_gcj02(longitude, latitude)[0] - 0.0065) < 0.001).all()


def test_what_no_shift_leads_to_is_refused():
    with pytest.raises(ValueError):
        from_gcj02(np.array([np.nan]), np.array([43.9]))
