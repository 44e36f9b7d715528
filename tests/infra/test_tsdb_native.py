import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanheat.infra.tsdb import native

TYPES = [
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float32",
    "Float64",
    "DateTime('UTC')",
]


@given(st.integers(0, 300), st.lists(st.sampled_from(TYPES), min_size=1, max_size=12))
def test_a_block_reads_back_as_it_was_written(rows, types):
    rng = np.random.default_rng(rows)
    columns = [rng.integers(0, 100, rows).astype(native.dtype_of(t)) for t in types]
    names = [f"列{i}" for i in range(len(types))]
    found = native.decode(native.encode(names, types, columns))
    assert list(found) == names
    for name, column in zip(names, columns, strict=True):
        np.testing.assert_array_equal(found[name], column)


def test_blocks_follow_each_other():
    one = native.encode(["a"], ["Int16"], [np.arange(200)])
    np.testing.assert_array_equal(native.decode(one + one)["a"], np.tile(np.arange(200), 2))
    assert native.decode(b"") == {}


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="column b"):
        native.encode(["a", "b"], ["Int8", "Int8"], [np.zeros(2), np.zeros(3)])
