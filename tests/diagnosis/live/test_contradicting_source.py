"""Sources that say otherwise than those they feed."""

import numpy as np
import pytest

from cleanheat.diagnosis.live.contradicting_source import Supplied, source_contradictions
from tests.diagnosis.live import world as worlds
from tests.diagnosis.live.world import COLD, World

PLACE = ("source_against_units", "branch", 1)
FED_BY = np.array([1] * 6 + [2] * 6)
AREA = np.full(12, 1_000.0)


def source(ratio, short=False):
    return Supplied("branch", np.array([1, 2]), np.array([short, False]), np.array([ratio, 1.0]))


def units(cold, ratio=0.75, judged=6):
    """Six of the first source, of which so many are short; the second source's six are fine."""
    short = np.arange(12) < cold
    ratios = np.where(short, ratio, 1.0)
    ratios[judged:6] = np.nan
    return Supplied("unit", np.arange(12), short, ratios)


@pytest.mark.feature("A9-19")
def test_a_fine_source_of_cold_units_contradicts_them():
    found = source_contradictions(source(0.99), units(5), FED_BY, AREA)
    assert list(found) == [PLACE]
    above, below = found[PLACE]
    assert (above.value, above.text) == (0.99, "热源近 24 小时供热量为应供的 99%，判为正常")
    assert below.text == "所供 6 个机组中欠供面积占 83%，供热量平均为应供的 79%"


@pytest.mark.feature("A9-19")
def test_a_short_source_of_fine_units_contradicts_them():
    found = source_contradictions(source(0.8, short=True), units(0), FED_BY, AREA)
    assert list(found) == [PLACE]
    assert "判为欠供" in found[PLACE][0].text


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (source(0.99), units(3)),  # half of them: not in mass
        (source(0.92), units(5)),  # nearly short itself
        (source(0.8, short=True), units(5)),  # they agree
        (source(0.8, short=True), units(2)),
        (source(np.nan), units(6)),  # nobody judges the source
        (source(0.99), units(4, judged=4)),  # too few units judged
    ],
)
def test_agreement_doubt_and_missing_data_are_no_contradiction(above, below):
    assert source_contradictions(above, below, FED_BY, AREA) == {}


def test_the_live_models_are_compared(monkeypatch):
    """A branch that reads as it should while all its units are cold."""
    monkeypatch.setitem(
        worlds.HEALTHY, "branch", {"supply_temp_c": 95, "return_temp_c": 50, "flow_t_h": 2_000, "heat_power_mw": 104.7}
    )
    monkeypatch.setitem(worlds.EXPECTED, "branch", {"supply": 95, "return": 50, "flow": 2_000, "heat": 104_700})
    world = World(kinds=("branch", "unit"))
    table = world.archive["unit"]
    fed = [int(n) for n in table.numbers if table.links["branch"][n] == 1]
    world.fault("unit", fed, **COLD)
    world.run(20)
    live = world.live
    assert list(live.source_contradictions(live.circuits("unit"))) == [PLACE]
