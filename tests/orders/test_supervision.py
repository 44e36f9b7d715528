"""Supervision: a finding becomes an order, goes city → district → company, is verified by the model, reviewed twice."""

import pytest

from cleanheat.alerts.models import Alert
from cleanheat.diagnosis.live.models import Found
from cleanheat.infra.flow import actions as flow
from cleanheat.infra.flow.actions import NewItem
from cleanheat.infra.flow.models import FlowItem, FlowStep
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import MINUTE_S
from cleanheat.orders import jobs
from cleanheat.orders.businesses import business_for
from cleanheat.orders.models import Order, RaisingRule
from cleanheat.orders.raising import raise_by_hand
from cleanheat.orders.supervision import SUPERVISION, ask_diagnosis
from cleanheat.orders.verification import WAIT_S
from cleanheat.telemetry.public import install_store
from tests.orders.conftest import alert, step, who
from tests.orders.test_actions import deliver, run, state
from tests.quality.minutes import frame_of

STOPPED = "diagnosis.supply_stopped"
FEEDBACK = {"note": "更换循环泵", "fields": {"cause": "循环泵故障", "measure": "换泵"}}
FIRST = 1_768_478_400


def stopped(number=5, level=2, source=STOPPED):
    return alert(number, source=source, level=level)


@pytest.fixture
def rules(world):
    RaisingRule.objects.exclude(business=SUPERVISION).delete()


@pytest.fixture
def readings(world, city, store):
    """Minutes of all units for as long as a verification waits."""
    install_store(store)
    for n in range(WAIT_S // MINUTE_S):
        store.append(frame_of(city, "unit", FIRST + n * MINUTE_S), f"t{n}")
    return store


def test_alerts_know_their_business():
    assert [business_for(s).key for s in (STOPPED, "quality.range_unit")] == [SUPERVISION, "governance.order"]


@pytest.mark.feature("C14-1", "C23-1", "C23-3", "C25-2", "C24-1")
def test_a_stop_is_answered_verified_and_reviewed_twice(rules, world, readings):
    raised = stopped()
    assert run(jobs.raise_orders) == {"raised": 0}
    world.advance(10 * 60)
    assert run(jobs.raise_orders) == {"raised": 1}
    order = Order.objects.select_related("item").get()
    assert (order.item.flow, order.number[:2], order.item.holder_id) == (SUPERVISION, "DB", 10)
    step(order, "company.dispatcher", "accept")
    step(order, "company.dispatcher", "progress", note="到场")
    step(order, "company.dispatcher", "feedback", **FEEDBACK)
    Alert.objects.update(is_live=False)
    world.advance(WAIT_S)
    assert run(jobs.verify_orders) == {"verified": 1}
    order.refresh_from_db()
    assert (order.verification["checks"] > 0, order.verification["violations"]) == (True, 0)
    assert (state(order), order.first_pass) == ("district_review", True)
    step(order, "district.dispatcher", "send_up", fields={"finding": "属实"})
    step(order, "city.dispatcher", "city_approve")
    assert state(order) == "closed"
    raised.refresh_from_db()
    assert raised.state == "verifying"  # it closes itself once its condition is over


@pytest.mark.feature("C25-1", "C14-1")
def test_what_still_stands_comes_back(rules, world, readings):
    order = raise_by_hand(who("city.dispatcher"), [stopped().pk], "", "", [])
    step(order, "company.dispatcher", "accept")
    step(order, "company.dispatcher", "feedback", **FEEDBACK)
    Found.objects.create(
        object_kind="unit", object_number=5, source=STOPPED, state_key="stopped", level=2, worst=2,
        since_s=int(world.now()), found_s=int(world.now()), judged_s=int(world.now()), text="停供",
        archive_version="v1",
    )  # fmt: skip
    Alert.objects.update(is_live=False)
    world.advance(WAIT_S)
    run(jobs.verify_orders)
    order.refresh_from_db()
    assert (state(order), order.first_pass, order.verification["violations"]) == ("handling", False, 60)


@pytest.mark.feature("C24-2", "C24-3", "D2-4")
def test_a_district_receives_and_gives_down(rules, world):
    lost = stopped()
    Alert.objects.filter(pk=lost.pk).update(company_id=0, sender_id=0, office_id=0)
    order = raise_by_hand(who("city.dispatcher"), [lost.pk], "", "", [])
    assert state(order) == "to_dispatch"
    step(order, "city.dispatcher", "to_district")
    item = FlowItem.objects.get()
    assert (item.state, item.holder_id) == ("to_accept", who("district.dispatcher").organisation_id)
    step(order, "district.dispatcher", "accept")
    step(order, "district.dispatcher", "pass_down", fields={"organisation_id": 10})
    assert FlowItem.objects.get().holder_id == 10
    step(order, "company.dispatcher", "accept")


def test_a_district_closes_what_is_its_own_and_sends_up_what_is_grave(rules, world):
    order = raise_by_hand(who("district.dispatcher"), [stopped(level=1).pk], "", "", [])
    step(order, "company.dispatcher", "accept")
    step(order, "company.dispatcher", "feedback", **FEEDBACK)
    step(order, "district.dispatcher", "take_review", note="现场复核")
    step(order, "district.dispatcher", "district_approve")
    assert state(order) == "closed"
    grave = raise_by_hand(who("city.dispatcher"), [stopped(3, level=1).pk], "", "", [])
    step(grave, "company.dispatcher", "accept")
    step(grave, "company.dispatcher", "feedback", **FEEDBACK)
    step(grave, "district.dispatcher", "take_review", note="现场复核")
    with pytest.raises(Problem) as refused:
        step(grave, "district.dispatcher", "district_approve")
    assert refused.value.code == "guard"


def test_a_whole_ends_after_its_parts(rules, world):
    order = raise_by_hand(who("city.dispatcher"), [stopped().pk], "", "", [])
    part = flow.open_item(
        None, NewItem(SUPERVISION, "分单", 2, "to_accept", order.item.issuer_id, 20, 20, parent_id=order.item_id)
    )
    with pytest.raises(Problem) as refused:
        step(order, "city.dispatcher", "cancel", note="重复")
    assert (refused.value.code, refused.value.detail) == ("open-parts", "1 个")
    FlowItem.objects.filter(pk=part.pk).update(closed_at="2026-01-15T00:00:00Z")
    step(order, "city.dispatcher", "cancel", note="重复")
    assert state(order) == "void"


def test_false_alarms_void_their_order(rules, world):
    from cleanheat.alerts import actions as alert_actions

    order = raise_by_hand(who("city.dispatcher"), [stopped().pk], "", "", [])
    alert_actions.mark_false(who("city.dispatcher"), Alert.objects.get().pk, "误报")
    deliver()
    deliver()
    assert state(order) == "void"
    assert FlowStep.objects.filter(action="dissolve").count() == 1


def test_what_carries_no_readings_cannot_be_asked_again(world, store):
    from cleanheat.orders.businesses import Complaint

    install_store(store)
    assert ask_diagnosis(Complaint("diagnosis.device_stopped", {("area", 2)}, 0), 0, 3_600) is None


def test_alerts_that_no_rule_takes_hide_none_that_one_does(rules, world, monkeypatch):
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    for number in (1, 3, 7):
        stopped(number, level=4, source="diagnosis.over_supply")
    world.advance(60)
    stopped(9)
    world.advance(10 * 60)
    assert run(jobs.raise_orders) == {"raised": 1}
    assert Order.objects.get().source == STOPPED
