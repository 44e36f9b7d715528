"""Who comes first, why, under which filters; and whose objects nobody else sees."""

import numpy as np
import pytest

from cleanheat.accounts.rules import BY_LEVEL
from cleanheat.infra.scope import EVERYTHING, NOBODY, Scope
from cleanheat.kernel.errors import Problem
from cleanheat.overview.focus import Wanted, by_owner, by_reason, course, focus, model_of, sources, upwards
from cleanheat.overview.http import FocusFilter
from cleanheat.overview.rows import rows
from cleanheat.overview.vocabulary import hears_complaints
from tests.screens.conftest import MINUTE

COMPANY = Scope("company:10", 10, company_ids=frozenset({10}))
OFFICE = Scope("office:11", 11, office_ids=frozenset({11}))
KINDS = ("branch", "boiler", "substation", "heat_user")


def _rows(kind, scope, wanted=Wanted()):  # noqa: B008 - frozen
    found = focus(kind, scope, wanted)
    return rows(found, found.numbers, scope)


@pytest.mark.feature("C8-1")
def test_substations_stand_in_order_of_their_troubles(troubles):
    found = focus("substation", EVERYTHING, Wanted())
    assert found.numbers.tolist() == [2, 1, 3]
    assert (found.seen, found.troubled) == (4, 3)
    first, second, third = rows(found, found.numbers, EVERYTHING)
    assert [why.key for why in first.reasons] == ["alerts"]
    assert first.points == 28
    assert first.reasons[0].text == "停供"
    # one home of 48 in two calls is 41.7 a thousand: far more than what counts in full
    assert {why.key: why.points for why in second.reasons} == {"alerts": 16, "complaints": 12}
    assert third.points == 7  # 14 points at a confidence of one half
    assert third.level == 3


@pytest.mark.feature("C8-1")
def test_an_order_answers_for_its_alert(troubles):
    row = next(r for r in _rows("substation", EVERYTHING) if r.number == 1)
    assert row.alert_id == troubles.pk
    assert row.order.number.startswith("ZL")
    assert row.order.state_name
    assert row.is_data_alert
    assert not next(r for r in _rows("substation", EVERYTHING) if r.number == 2).is_data_alert


def test_a_finding_adds_only_what_exceeds_the_alert(troubles):
    from tests.overview.conftest import finding

    finding("substation", 2, 2, "stopped", 1.0)
    assert focus("substation", EVERYTHING, Wanted()).parts[:, 2].sum() == 28
    finding("substation", 2, 1, "source_fault", 1.0)
    assert focus("substation", EVERYTHING, Wanted()).parts[:, 2].sum() == 36


@pytest.mark.feature("C13-2")
@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(company=10), [1, 3]),
        (Wanted(district=3), [2]),
        (Wanted(level=2), [2]),
        (Wanted(level=3), [1, 3]),
        (Wanted(reason="complaints"), [1]),
        (Wanted(reason="findings"), [3]),
        (Wanted(source="diagnosis.supply_stopped"), [2]),
        (Wanted(model="quality"), [1]),
        (Wanted(model="substation_anomaly"), [2, 3]),
        (Wanted(text="换热站3"), [3]),
        (Wanted(within=("branch", 1)), [2, 1, 3]),
        (Wanted(within=("boiler", 1)), []),
        (Wanted(everybody=True), [2, 1, 3, 4]),
        (Wanted(company=10, level=2), []),
    ],
    ids=str,
)
def test_filters(troubles, wanted, numbers):
    assert focus("substation", EVERYTHING, wanted).numbers.tolist() == numbers


def test_unknown_choices_are_refused(troubles):
    with pytest.raises(Problem):
        FocusFilter(reason="mood").wanted()
    with pytest.raises(Problem):
        focus("substation", EVERYTHING, Wanted(within=("moon", 1)))


def test_homes_bear_the_troubles_of_their_circuit_and_their_own(troubles):
    found = focus("heat_user", EVERYTHING, Wanted())
    two, one = (next(r for r in rows(found, found.numbers, EVERYTHING) if r.number == n) for n in (2, 1))
    # home 1: its circuit's alert of level Ⅲ and two calls; home 2: its station stands still, 16 ℃ inside
    assert {why.key: why.points for why in one.reasons} == {"alerts": 16, "complaints": 8}
    assert {why.key: why.points for why in two.reasons} == {"alerts": 28, "rooms": 6}
    assert (two.values["room_temp_c"], two.values["secondary_supply_temp_c"]) == (16, 41)
    assert (two.above.kind, two.above.name) == ("substation", "换热站2")


@pytest.mark.feature("C6-5")
@pytest.mark.feature("C7-5")
@pytest.mark.parametrize("kind", ["branch", "substation"])
def test_what_hangs_on_an_object_is_counted(troubles, kind):
    row = next(r for r in _rows(kind, EVERYTHING, Wanted(everybody=True)) if r.number == 1)
    stations, homes = {"branch": (4, 96), "substation": (1, 48)}[kind]
    assert (row.supplied.substations, row.supplied.households) == (stations, homes)
    assert row.supplied.communities == row.supplied.buildings == homes // 48


def test_readings_of_a_substation_are_those_of_its_units(troubles):
    row = next(r for r in _rows("substation", EVERYTHING) if r.number == 2)
    assert row.values == {"secondary_supply_temp_c": 41, "secondary_return_temp_c": None, "secondary_flow_t_h": None,
                          "heat_power_gj_h": 6}  # fmt: skip


@pytest.mark.feature("C6-1")
@pytest.mark.feature("C7-1")
def test_charts_count_what_the_list_shows(troubles):
    found = focus("substation", EVERYTHING, Wanted())
    bars = by_owner(found)
    assert sorted(bars.categories) == ["乙热力", "甲热力"]
    assert sum(sum(line.values) for line in bars.lines) == 3
    assert {s.name: s.value for s in by_reason(found).shares} == {"未处理预警": 2, "诊断结论": 1, "投诉": 1}
    assert {c.key: c.count for c in sources(found)} == {
        "diagnosis.supply_stopped": 1, "quality.range.secondary_supply_temp_c": 1, "diagnosis.under_supply": 1,
    }  # fmt: skip
    line = course("substation", EVERYTHING, Wanted(), MINUTE + 60)
    assert [sum(one.values) for one in line.lines] == [0, 1, 1, 0]
    assert len(line.times) == 48


@pytest.mark.parametrize("kind", KINDS)
def test_a_company_sees_its_own_and_nothing_else(troubles, kind):
    told = _rows(kind, COMPANY, Wanted(everybody=True))
    assert all(r.number % 2 == 1 and r.company_id == 10 for r in told)
    assert bool(told) == (kind != "branch")
    assert _rows(kind, NOBODY, Wanted(everybody=True)) == []


def test_an_operator_sees_its_branch_but_not_whom_it_feeds(troubles):
    operator = Scope("sender:30", 30, sender_ids=frozenset({30}))
    (row,) = _rows("branch", operator, Wanted(everybody=True))
    assert row.supplied.substations == row.supplied.households == 0
    found = focus("branch", operator, Wanted(everybody=True))
    assert np.isnan(found.facts.cold).all()


def test_an_office_does_not_hear_of_complaints(troubles):
    assert next(r for r in _rows("substation", OFFICE) if r.number == 1).points == 16
    scopes = {"city": EVERYTHING, "company": COMPANY, "office": OFFICE,
              "district": Scope("district:x", 2, district_ids=frozenset({2})),
              "plant_operator": Scope("sender:30", 30, sender_ids=frozenset({30}))}  # fmt: skip
    assert {k: hears_complaints(s) for k, s in scopes.items()} == {
        level: "complaints.view" in BY_LEVEL[level] for level in scopes
    }


def test_who_has_fallen_silent(troubles):
    from cleanheat.telemetry.latest import latest

    latest()["unit"].heard[17] = MINUTE - 86_400
    row = next(r for r in _rows("substation", EVERYTHING) if r.number == 4)
    assert [(why.key, why.text, why.points) for why in row.reasons] == [("data", "数据中断", 14)]


def test_ways_up(readings):
    assert upwards("heat_user", "branch")[1:].tolist() == [1, 1]
    assert upwards("heat_user", "plant")[1:].tolist() == [1, 1]
    assert upwards("building", "substation")[1:].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("source", "model"),
    [
        ("quality.range.x", "quality"),
        ("diagnosis.supply_stopped", "substation_anomaly"),
        ("diagnosis.leak", "substation_anomaly"),
        ("diagnosis.room_cold", "room_temperature"),
        ("gateway_lost", "service"),
    ],
)
def test_model_behind_a_source(source, model):
    assert model_of(source) == model
