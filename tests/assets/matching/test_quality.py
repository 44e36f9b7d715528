"""Are badly written records still matched as well as promised?  A guard on a development seed (quick)."""

import pytest

from bench.archives_accuracy import PRECISION, RECALL, rows

DEVELOPMENT_SEED = 11


@pytest.fixture(scope="module")
def measured():
    return {row.what: row for row in rows(DEVELOPMENT_SEED, quick=True)}


@pytest.mark.feature("G2-2")
@pytest.mark.feature("G2-6")
@pytest.mark.feature("G2-7")
@pytest.mark.feature("G2-9")
@pytest.mark.feature("G2-10")
def test_precision_and_recall_of_every_relation(measured):
    assert len(measured) == 8
    for what, row in measured.items():
        assert row.value >= (PRECISION if what.endswith("precision") else RECALL), what
