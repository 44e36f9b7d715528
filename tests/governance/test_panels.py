"""Numbers of the panels: by company, rule, state; against the period before; and what is late."""

import pytest

from cleanheat.alerts.models import Alert
from cleanheat.governance import panels
from cleanheat.governance import public as statistics
from cleanheat.governance.orders import BUSINESS
from cleanheat.infra.flow import deadlines
from cleanheat.infra.panels import PanelQuery
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel.time import DAY_S
from cleanheat.orders import jobs
from cleanheat.orders.panels import OrderPanels, rule_name
from cleanheat.orders.raising import raise_by_hand
from cleanheat.orders.verification import WAIT_S
from tests.orders.conftest import FEEDBACK, alert, step, who
from tests.orders.test_actions import run

OTHER = "quality.gateway_lost"

ORDERS = OrderPanels(BUSINESS)


@pytest.fixture
def month(world, rechecked):
    """40 days ago one order; now three: one solved at first try after 3 h, one late, one of company 20."""
    city = who("city.dispatcher")
    old = raise_by_hand(city, [alert(1).pk], "", "", [])
    step(old, "city.dispatcher", "cancel", note="旧")
    world.advance(40 * DAY_S)
    solved, late, theirs = (raise_by_hand(city, [a.pk], "", "", []) for a in (alert(5), alert(9, OTHER), alert(2)))
    step(solved, "company.dispatcher", "accept")
    world.advance(2 * 3_600 - 60)
    step(solved, "company.dispatcher", "feedback", **FEEDBACK)
    Alert.objects.filter(object_number=5).update(is_live=False)
    step(theirs, "company2.dispatcher", "accept")
    world.advance(WAIT_S + 60)
    run(jobs.verify_orders)
    while deadlines.sweep():
        pass
    return world, late


def query(world, scope=EVERYTHING, days=30):
    now = int(world.now()) + 1
    return PanelQuery(scope, now - DAY_S, now, "hour", panels.Span(days=days))


@pytest.mark.feature("C11-1")
def test_summary_compares_with_the_period_before(month):
    world, _ = month
    values = {m.label: (m.value, m.change) for m in ORDERS.summary(query(world)).measures}
    assert values["工单"] == (3, 2)
    assert values["已办结"] == (1, 1)
    assert values["平均处置"] == (3.0, None)
    assert values["一次通过率"] == (100.0, None)
    assert values["按时率"][0] == 66.7
    assert values["办结率"][0] == 33.3


@pytest.mark.feature("C11-1")
def test_bars_ranking_states_and_trend(month):
    world, late = month
    bars = ORDERS.by_company(query(world))
    assert bars.categories == ["甲热力", "乙热力"]
    assert {line.name: list(line.values) for line in bars.lines} == {
        "办理中": [0, 1],
        "超时": [1, 0],
        "已办结": [1, 0],
    }
    assert [e.value for e in ORDERS.by_rule(query(world)).entries] == [2, 1]
    assert {s.name: s.value for s in ORDERS.states(query(world)).shares} == {"待接收": 1, "处置中": 1, "已办结": 1}
    assert sum(ORDERS.trend(query(world)).lines[0].values) == 3
    assert sum(ORDERS.trend(query(world, days=60)).lines[0].values) == 4
    assert [list(line.values) for line in ORDERS.companies_compared(query(world)).lines] == [[2, 1], [1, 0]]
    table = ORDERS.overdue(query(world))
    assert (table.total, table.rows[0][0]) == (1, late.number)
    assert {m.label: m.value for m in ORDERS.standing(query(world)).measures}["已超时"] == 1
    assert len(ORDERS.newest(query(world)).entries) == 4


@pytest.mark.feature("A6-2")
def test_quality_alarms_by_rule_and_day(month):
    world, _ = month
    bars = panels._alarms_by_rule(query(world))
    assert bars.lines[2].values == [2, 1]
    assert sum(sum(line.values) for line in panels._alarms_trend(query(world)).lines) == 3


def test_a_company_sees_its_own_numbers(month):
    world, _ = month
    own = Scope(key="company:20", organisation_id=20, company_ids=frozenset({20}))
    assert ORDERS.by_company(query(world, own)).categories == ["乙热力"]
    assert statistics.total(own, 0, int(world.now()) + 1).orders == 1


def test_a_plant_answers_for_what_it_sends(month):
    """Without a heat company the sender is meant, by name and in the company's sums."""
    world, late = month
    late.item.company_id, late.item.sender_id = 0, 20
    late.item.save(update_fields=["company_id", "sender_id"])
    bars = ORDERS.by_company(query(world))
    assert bars.categories == ["乙热力", "甲热力"]
    now = int(world.now()) + 1
    assert statistics.grouped(EVERYTHING, now - 30 * DAY_S, now, "company")[20].orders == 2


def test_rules_are_named_with_their_kind(world):
    assert rule_name("alerts.unknown") == "alerts.unknown"
