"""Residual vectors against what was drawn."""

import numpy as np
import pytest

from cleanheat.calc.anomaly.t2_spe import contributions, inverse, scatter, spe, t2


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
