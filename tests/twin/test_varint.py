import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanheat.twin import varint


@given(st.lists(st.integers(0, 2**32 - 1), max_size=60))
def test_varints_round_trip(values):
    assert varint.decode(varint.encode(np.array(values, dtype=np.uint64))).tolist() == values


@given(st.lists(st.integers(-180_000_000, 180_000_000), max_size=60))
def test_deltas_round_trip(values):
    assert varint.decode_deltas(varint.encode_deltas(np.array(values, dtype=np.int64))).tolist() == values


@pytest.mark.parametrize(
    ("value", "octets"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (2**32 - 1, "ffffffff0f")]
)
def test_octets_are_those_of_leb128(value, octets):
    assert varint.encode(np.array([value])).hex() == octets


@pytest.mark.parametrize(("given_value", "coded"), [(0, 0), (-1, 1), (1, 2), (-2, 3)])
def test_zigzag_keeps_small_magnitudes_small(given_value, coded):
    assert varint.zigzag(np.array([given_value])).tolist() == [coded]


def test_too_large_a_value_is_refused():
    with pytest.raises(ValueError, match="32 bits"):
        varint.encode(np.array([2**35], dtype=np.uint64))


def test_truncated_data_is_refused():
    with pytest.raises(ValueError, match="ends within"):
        varint.decode(b"\x80")
