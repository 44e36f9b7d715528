"""Is a cold building told once: with its community, or with the circuit that leaves it cold?"""

import numpy as np
import pytest

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.diagnosis.live.grouping import COLD, Grouping
from cleanheat.diagnosis.live.saying import source_key
from cleanheat.diagnosis.supply_stopped import SUPPLY_STOPPED
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Finding, Level


def _table(kind, count, links=None, values=None):
    def slots(given):
        return np.array([0, *given])

    nan = np.full(count + 1, np.nan)
    return KindTable(
        kind, np.arange(1, count + 1, dtype=np.int32), nan, nan,
        {k: slots(v).astype(np.int32) for k, v in (links or {}).items()},
        {k: slots(v).astype(float) for k, v in (values or {}).items()},
    )  # fmt: skip


@pytest.fixture(scope="module")
def grouping():
    """Two substations of one unit; two communities; buildings 1 and 2 in the first, 3 in the second."""
    kinds = [
        _table("unit", 2, {"substation": [1, 2], "branch": [1, 1]}, {"heated_area_m2": [1e5, 1e5]}),
        _table("substation", 2),
        _table("branch", 1),
        _table("community", 2, {"substation": [1, 2]}),
        _table("building", 3, {"unit": [1, 1, 2], "community": [1, 1, 2], "substation": [1, 1, 2]}),
    ]
    return Grouping(Archive("v", {k.kind: k for k in kinds}))


def cold(kind, number):
    return Finding(COLD, kind, number, Level.III, 0, "室温偏低")


def test_a_cold_building_alone_is_told(grouping):
    grouped = grouping.group([cold("building", 1), cold("building", 3)], np.ones(3, bool))
    assert len(grouped.spoken) == 2
    assert not grouped.explained


def test_buildings_are_their_communitys(grouping):
    whole = cold("community", 1)
    grouped = grouping.group([cold("building", 1), cold("building", 2), cold("building", 3), whole], np.ones(3, bool))
    assert {f.place for f in grouped.spoken} == {whole.place, cold("building", 3).place}
    assert {cause for _, cause in grouped.explained.values()} == {whole.place}


@pytest.mark.parametrize("source", [SUPPLY_STOPPED, source_key(State.UNDER_SUPPLY)])
def test_where_the_circuit_is_short_it_is_the_trouble(grouping, source):
    short = Finding(source, "substation", 1, Level.II, 0, "欠供")
    grouped = grouping.group([cold("building", 1), cold("community", 1), cold("building", 3), short], np.ones(3, bool))
    assert {f.place for f in grouped.spoken} == {short.place, cold("building", 3).place}
    assert {cause for _, cause in grouped.explained.values()} == {short.place}


def test_too_much_heat_explains_no_cold_home(grouping):
    much = Finding(source_key(State.OVER_SUPPLY), "unit", 2, Level.IV, 0, "超供")
    grouped = grouping.group([cold("building", 3), much], np.ones(3, bool))
    assert cold("building", 3).place in {f.place for f in grouped.spoken}
