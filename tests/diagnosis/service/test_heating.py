"""How well sources heat their areas: rooms, supply against need, continuity; within the scope, silence as silence."""

from __future__ import annotations

import json

import pytest

from cleanheat.diagnosis.panels_heating import HEATING
from cleanheat.diagnosis.service import jobs
from cleanheat.diagnosis.service.heating import heating_quality
from cleanheat.infra.panels.declare import PanelQuery
from cleanheat.infra.scope import EVERYTHING
from cleanheat.kernel.time import DAY_S, HOUR_S
from tests.conftest import EVENING
from tests.diagnosis.service.conftest import END, HOURS, write_hours

PATH = "/api/v1/diagnosis/heating-quality"
SPAN = (int(EVENING) - 7 * DAY_S, int(EVENING))
WARM, COLD = {"supply_temp_c": 105.0, "return_temp_c": 55.0}, {"supply_temp_c": 60.0, "return_temp_c": 45.0}
"""About 90 °C is asked for at −12 °C."""


@pytest.fixture
def sources(heated, store):
    """Branch and plant send hot water, the boiler room lukewarm; all have three days of history."""
    jobs.measure_service({"days": 3}, lambda *_: None)
    write_hours(store, "plant", 1, WARM)
    write_hours(store, "branch", 1, WARM)
    write_hours(store, "boiler", 1, COLD)
    return heated


def only(kind):
    return next(row for row in heating_quality(kind, *SPAN, EVERYTHING) if row.number == 1)


@pytest.mark.feature("C1-6")
def test_a_branch_is_scored_by_its_rooms_its_supply_and_its_continuity(sources):
    row = only("branch")
    assert (row.parts["compliance"], row.parts["continuity"]) == (1.0, 1.0)
    assert (row.rooms, row.parts["rooms"]) == (2, 0.5)  # one home of two is cold
    assert row.low < 0.5 < row.high
    assert row.score == pytest.approx(100 * (0.3 + 0.2 + 0.5 * 0.5), abs=0.1)
    assert (row.weighed, row.short_k) == (1.0, None)
    assert row.hours <= HOURS
    assert only("plant").score == row.score


@pytest.mark.feature("C2-6")
def test_a_boiler_room_that_sends_lukewarm_water_scores_low_and_says_how_much_is_missing(sources):
    row = only("boiler")
    assert (row.parts["compliance"], row.parts["continuity"]) == (0.0, 1.0)
    assert row.parts["rooms"] is None  # no home with a sensor hangs on it: the weight is left out, and said
    assert row.weighed == pytest.approx(0.5)
    assert row.score == pytest.approx(40, abs=0.1)
    assert row.short_k > 15


@pytest.mark.feature("C2-6")
def test_an_hour_of_standing_counts_against_continuity_and_not_against_supply(sources, store):
    write_hours(store, "boiler", 2, WARM, hours=36, end=END - 12 * HOUR_S)
    write_hours(store, "boiler", 2, {"supply_temp_c": 30.0, "return_temp_c": 30.0}, hours=12)
    (row,) = (row for row in heating_quality("boiler", *SPAN, EVERYTHING) if row.number == 2)
    assert row.parts == {"compliance": 1.0, "continuity": 0.75, "rooms": None}


def test_what_nobody_measured_has_no_score(heated):
    for kind in ("plant", "branch", "boiler"):
        for row in heating_quality(kind, *SPAN, EVERYTHING):
            assert row.score is None
            assert row.parts == {"compliance": None, "continuity": None, "rooms": None}
            assert row.hours == 0


@pytest.mark.feature("C1-6")
@pytest.mark.feature("C2-6")
def test_everybody_sees_their_own_sources(sources, signed_in):
    page = signed_in("city.reader").get(f"{PATH}/boiler").json()
    assert sum(page["weights"].values()) == pytest.approx(1)
    numbers = [row["number"] for row in page["rows"]]
    assert numbers[0] == 1
    own = [[r["number"] for r in signed_in(f"{c}.reader").get(f"{PATH}/boiler").json()["rows"]] for c in ("company", "company2")]  # fmt: skip  # noqa: E501
    assert own[0] != own[1]
    assert sorted(own[0] + own[1]) == sorted(numbers)
    assert "NaN" not in json.dumps(page)
    city = signed_in("city.reader")
    assert city.get(f"{PATH}/room").status_code == 422
    assert city.get(f"{PATH}/branch?start=10&end=20").status_code == 422


def test_the_panel_lists_the_worst_first(sources):
    query = PanelQuery(
        scope=EVERYTHING, start=SPAN[0], end=SPAN[1], resolution="hour", params=HEATING.params(kind="boiler")
    )
    table = HEATING.load(query)
    assert table.rows[0][1] == pytest.approx(40, abs=0.1)
    assert table.total == len(table.rows)
