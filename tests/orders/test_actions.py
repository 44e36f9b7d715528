"""The closed loop: alert → order → company → feedback → the rule asked again → closed or returned."""

import pytest

from cleanheat.alerts import actions as alert_actions
from cleanheat.alerts.models import Alert
from cleanheat.governance.orders import ORDER
from cleanheat.infra import events
from cleanheat.infra.flow.models import FlowItem, FlowStep
from cleanheat.infra.jobs import Progress
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.errors import Problem
from cleanheat.orders import jobs, raising
from cleanheat.orders.businesses import Recheck
from cleanheat.orders.models import Order, OrderAlert, RaisingRule
from cleanheat.orders.verification import WAIT_S
from tests.orders.conftest import FEEDBACK, RULE, alert, step, who


class Silent(Progress):
    def __call__(self, *args):
        pass


def run(job):
    return job({}, Silent(0, 0, 60))


def deliver():
    while events.dispatch_pending():
        pass


def state(order):
    return FlowItem.objects.get(order=order).state


def _rule(name, **more):
    RaisingRule.objects.create(business=ORDER, name=name, source="quality.", **more)


@pytest.fixture
def policies(world):
    RaisingRule.objects.all().delete()
    RaisingRule.objects.create(
        business=ORDER, name="全部", source="quality.", worst_level=4, after_min=30, merge_by="rule"
    )
    RaisingRule.objects.create(
        business=ORDER, name="严重", source="quality.", worst_level=1, after_min=0, merge_by="object"
    )


@pytest.mark.feature("A6-3")
def test_the_loop_closes_by_the_data(policies, world, rechecked):
    raised = alert()
    assert run(jobs.raise_orders) == {"raised": 0}  # not before it has lasted
    world.advance(30 * 60)
    assert run(jobs.raise_orders) == {"raised": 1}
    order = Order.objects.select_related("item").get()
    assert (order.item.state, order.item.holder_id, order.is_automatic) == ("to_accept", 10, True)
    raised.refresh_from_db()
    assert raised.state == "handling"
    step(order, "company.dispatcher", "accept")
    step(order, "company.dispatcher", "progress", note="已派人")
    step(order, "company.dispatcher", "feedback", **FEEDBACK)
    raised.refresh_from_db()
    assert (raised.state, state(order)) == ("verifying", "verifying")
    assert run(jobs.verify_orders) == {"verified": 0}
    world.advance(WAIT_S)
    Alert.objects.update(is_live=False)
    assert run(jobs.verify_orders) == {"verified": 1}
    ((about, start, end),) = rechecked["asked"]
    assert (about.source, set(about.objects), about.company_id, end - start) == (RULE, {("unit", 1)}, 10, WAIT_S)
    order.refresh_from_db()
    assert (state(order), order.is_open, order.first_pass) == ("closed", False, True)
    last = FlowStep.objects.order_by("-number").first()
    assert (last.action, last.actor) == ("pass", None)
    assert last.note == "反馈后 60 分钟核验 60 次，不合格 0 次（0.00%，限值 1%），报警已消除"
    assert AuditEntry.objects.filter(verb="governance.order.pass").count() == 1


@pytest.mark.parametrize(
    ("found", "is_live", "reason"),
    [
        (Recheck(100, 5), False, "不合格 5 次（5.00%，限值 1%）"),
        (Recheck(100, 0), True, "仍有 1 条报警未消除"),
        (None, True, "仍有 1 条报警未消除"),
    ],
)
def test_what_is_not_repaired_comes_back_with_its_numbers(order, world, rechecked, found, is_live, reason):
    rechecked["found"] = found
    step(order, "company.dispatcher", "accept")
    step(order, "company.dispatcher", "feedback", **FEEDBACK)
    Alert.objects.update(is_live=is_live)
    world.advance(WAIT_S)
    run(jobs.verify_orders)
    order.refresh_from_db()
    assert (state(order), order.first_pass) == ("handling", False)
    assert reason in FlowStep.objects.order_by("-number").first().note
    assert Alert.objects.get().state == "handling"


def test_after_three_failures_a_person_decides(order, world, rechecked):
    rechecked["found"] = Recheck(10, 10)
    step(order, "company.dispatcher", "accept")
    for _ in range(4):
        assert state(order) == "handling"
        step(order, "company.dispatcher", "feedback", **FEEDBACK)
        world.advance(WAIT_S)
        run(jobs.verify_orders)
    assert state(order) == "review"
    step(order, "district.dispatcher", "reject", note="继续整改")
    assert state(order) == "handling"
    step(order, "city.dispatcher", "close", note="已现场核实")
    assert state(order) == "closed"


def test_grave_orders_are_closed_by_a_person(world, rechecked):
    order = raising.raise_by_hand(who("city.dispatcher"), [alert(level=2).pk], "", "", [])
    step(order, "company.dispatcher", "accept")
    step(order, "company.dispatcher", "feedback", **FEEDBACK)
    Alert.objects.update(is_live=False)
    world.advance(WAIT_S)
    run(jobs.verify_orders)
    assert state(order) == "review"
    step(order, "district.dispatcher", "approve")
    assert state(order) == "closed"


def test_without_data_it_waits_and_then_asks_a_person(order, world, rechecked):
    rechecked["found"] = Recheck(0, 0)
    step(order, "company.dispatcher", "accept")
    step(order, "company.dispatcher", "feedback", **FEEDBACK)
    world.advance(WAIT_S)
    run(jobs.verify_orders)
    assert state(order) == "verifying"
    world.advance(24 * 3_600)
    run(jobs.verify_orders)
    order.refresh_from_db()
    assert (state(order), order.first_pass) == ("review", None)
    assert "未收到可核验的数据" in order.verification["reason"]


def test_alerts_of_a_rule_join_the_open_order_once(policies, world):
    alert(1), alert(5), alert(2)
    world.advance(31 * 60)
    assert run(jobs.raise_orders) == {"raised": 3}
    assert run(jobs.raise_orders) == {"raised": 0}
    assert sorted(Order.objects.values_list("item__company_id", flat=True)) == [10, 20]
    ours = Order.objects.get(item__company_id=10)
    assert ours.alerts.count() == 2
    assert FlowStep.objects.filter(item=ours.item, action="merged").count() == 1
    step(ours, "city.dispatcher", "cancel", note="测试")
    later = alert(9)
    world.advance(31 * 60)
    run(jobs.raise_orders)
    assert OrderAlert.objects.get(alert=later).order_id != ours.pk


def test_the_policy_that_fits_best_counts(policies, world):
    alert(1, level=1)
    assert run(jobs.raise_orders) == {"raised": 1}
    assert Order.objects.get().merge_key == f"{ORDER}|10|{RULE}|unit|1"
    RaisingRule.objects.update(is_active=False)
    alert(3, level=1)
    assert run(jobs.raise_orders) == {"raised": 0}


def test_nobody_known_is_dispatched_by_a_regulator(policies, world):
    lost = alert(1)
    Alert.objects.filter(pk=lost.pk).update(company_id=0, sender_id=0, office_id=0)
    world.advance(31 * 60)
    run(jobs.raise_orders)
    order = Order.objects.get()
    assert state(order) == "to_dispatch"
    step(order, "city.dispatcher", "dispatch", fields={"organisation_id": 20})
    item = FlowItem.objects.get()
    assert (item.state, item.holder_id, item.company_id) == ("to_accept", 20, 20)
    step(order, "company2.dispatcher", "accept")


def test_false_alarms_void_their_order(order):
    alert_actions.mark_false(who("city.dispatcher"), Alert.objects.get().pk, "误报")
    deliver()
    deliver()
    assert state(order) == "void"
    assert FlowStep.objects.filter(action="dissolve").count() == 1


def test_an_alert_that_clears_itself_is_told(order, world):
    alert_actions._end([Alert.objects.get()], int(world.now()))
    deliver()
    assert state(order) == "to_accept"
    assert FlowStep.objects.filter(action="cleared").count() == 1


@pytest.mark.parametrize(
    ("name", "numbers", "code"),
    [
        ("company.dispatcher", [1], "forbidden"),
        ("city.reader", [1], "forbidden"),
        ("district.dispatcher", [2], "not-found"),  # another district's
        ("city.dispatcher", [1, 2], "invalid-field"),  # two companies
        ("city.dispatcher", [], "invalid-field"),
    ],
)
def test_who_may_not_raise(world, name, numbers, code):
    with pytest.raises(Problem) as caught:
        raising.raise_by_hand(who(name), [alert(n).pk for n in numbers], "", "", [])
    assert caught.value.code == code
    assert not Order.objects.exists()


def test_an_alert_lies_in_one_open_order(order):
    with pytest.raises(Problem) as caught:
        raising.raise_by_hand(who("city.dispatcher"), [Alert.objects.get().pk], "", "", [])
    assert caught.value.code == "already-ordered"


def test_a_regulator_recalls_and_redispatches_to_the_office(order):
    step(order, "city.dispatcher", "recall", note="改派")
    step(order, "city.dispatcher", "redispatch", fields={"organisation_id": 11})
    step(order, "office.dispatcher", "accept")
    step(order, "office.dispatcher", "hand_back", note="不是我们的")
    item = FlowItem.objects.get()
    assert (item.state, item.holder_id) == ("to_accept", 10)
    step(order, "company.dispatcher", "refuse", note="设备已拆除")
    step(order, "city.dispatcher", "redispatch")
    assert FlowItem.objects.get().holder_id == 10
