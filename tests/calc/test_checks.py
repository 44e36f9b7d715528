"""Checks against truth tables and against the plain way of writing them."""

import numpy as np
import pytest

from cleanheat.calc.checks.missing import lost_rows
from cleanheat.calc.checks.range import outside
from cleanheat.calc.checks.silence import newest, silent_minutes
from cleanheat.kernel.quantities import KINDS


@pytest.mark.parametrize(
    ("kind", "signal"), [(k, s) for k, kind in KINDS.items() for s in kind.signals], ids=lambda x: getattr(x, "code", x)
)
def test_outside_agrees_with_two_comparisons_over_the_whole_width(kind, signal):
    width = np.iinfo(signal.dtype)
    rng = np.random.default_rng(3)
    values = rng.integers(width.min, width.max, 2_000, endpoint=True).astype(signal.dtype)
    edges = [signal.low_scaled - 1, signal.low_scaled, signal.high_scaled, signal.high_scaled + 1, signal.missing]
    values[: len(edges)] = np.clip(edges, width.min, width.max)
    wide = values.astype(np.int64)
    expected = ((wide < signal.low_scaled) | (wide > signal.high_scaled)) & (wide != signal.missing)
    assert (outside(values, signal.low_scaled, signal.high_scaled, signal.missing) == expected).all()


def test_a_row_is_lost_only_when_every_channel_is_zero_or_missing():
    none = -32768
    channels = np.array([[0, 0, 0, none, 1], [0, none, 0, none, 0], [0, 0, 7, none, 0]], np.int16)
    assert lost_rows(list(channels), [none] * 3).tolist() == [True, True, False, False, False]


def test_silence_counts_from_when_somebody_listens():
    assert silent_minutes(np.array([0, 1_000, 2_000]), 2_060, 1_760).tolist() == [5.0, 5.0, 1.0]


def test_newest_of_each_group():
    assert newest(np.array([3, 8, 5]), np.array([2, 0, 2], np.int32), 3).tolist() == [8, 0, 5]
