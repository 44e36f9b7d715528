"""What a kind shows now: substations are their units together."""

import numpy as np
import pytest

from cleanheat.kernel.verdicts import Verdict
from cleanheat.screens import live as module
from cleanheat.screens.live import live
from cleanheat.telemetry.latest import latest
from tests.screens.conftest import MINUTE, frame


def test_substation_reads_as_its_units(readings):
    now = live("substation")
    assert now.values["secondary_supply_temp_c"][[1, 2, 3, 4]].tolist() == [45, 41, 47, 43]
    assert now.minute[1:].tolist() == [MINUTE] * 4
    assert np.isnan(now.values["primary_flow_t_h"][1])
    assert now.verdicts["primary_flow_t_h"][1] == Verdict.MISSING


def test_two_units_are_one_substation(readings, monkeypatch):
    archive = readings["unit"].links["substation"]
    archive[[5, 9]] = 1  # unit 9 moves to substation 1
    module._kept.clear()
    now = live("substation")
    assert now.values["secondary_supply_temp_c"][1] == 43, "temperatures are means"
    assert now.values["heat_power_gj_h"][1] == 14, "heat is a sum"
    archive[9] = 2
    module._kept.clear()


def test_bad_reading_is_not_part_of_the_mean(readings):
    bad = frame("unit", [5], secondary_supply_temp_c=[90])
    bad.verdicts[:] = Verdict.BAD
    latest().update(type(bad)("unit", MINUTE + 60, bad.ids, bad.columns, bad.verdicts))
    assert np.isnan(live("substation").values["secondary_supply_temp_c"][1])


def test_state_without_a_map_follows_from_age(readings, manual_clock):
    module._kept.clear()
    assert live("room").states.tolist() == [0, 1, 1]
    manual_clock.advance(3_600)
    module._kept.clear()
    assert live("room").states.tolist() == [0, 6, 6]


def test_computed_once_a_minute(readings):
    assert live("unit") is live("unit")


@pytest.mark.parametrize("kind", module.SHOWN_KINDS)
def test_every_kind_shows_every_slot(readings, kind):
    now = live(kind)
    size = readings[kind].size
    assert {now.minute.shape, now.states.shape, *(v.shape for v in now.values.values())} == {(size,)}
