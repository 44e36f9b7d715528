"""The median of the nearest trusted stations."""

import numpy as np

from cleanheat.diagnosis.outdoor import _median


def test_median_leaves_unknown_values_out():
    n = np.nan
    values = np.array([[1.0, n, n, 1.0], [2.0, 4.0, n, n], [9.0, 8.0, n, 3.0]])
    got = _median(values)
    assert got[:2].tolist() == [2.0, 6.0]
    assert np.isnan(got[2])
    assert got[3] == 2.0
