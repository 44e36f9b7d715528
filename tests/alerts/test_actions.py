"""One alert a condition: opened, merged, closed by itself; and what people may decide."""

import pytest
from django.db import IntegrityError

from cleanheat.accounts.models import User
from cleanheat.alerts import actions
from cleanheat.alerts.actions import reconcile
from cleanheat.alerts.models import Alert
from cleanheat.alerts.vocabulary import AlertState
from cleanheat.infra import events
from cleanheat.infra.models import AuditEntry, Delivery
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.findings import Evidence, Finding, Level
from cleanheat.kernel.time import epoch

NOW = 1_768_478_400
STOP, LOST = "diagnosis.supply_stopped", "quality.gateway_lost"


def finding(number=1, level=Level.II, source=STOP, kind="substation"):
    return Finding(source, kind, number, level, NOW - 900, "换热站停供", (Evidence("flow_ratio", 0.0, 0.05, ""),))


@pytest.fixture
def open_alert(city):
    reconcile([finding()], NOW)
    return Alert.objects.get()


@pytest.mark.feature("A6-1")
def test_a_finding_opens_one_alert_with_its_owner(city):
    done = reconcile([finding(1)], NOW)
    alert = Alert.objects.get()
    assert (done.opened, done.closed, dict(done.live)) == (1, 0, {(STOP, "substation", 1): 2})
    assert (alert.company_id, alert.office_id, alert.district_id) == (10, 11, 2)
    assert (alert.state, alert.level, alert.count, epoch(alert.since_at)) == (AlertState.NEW, 2, 1, NOW - 900)
    assert alert.object_name == "换热站1"
    assert alert.evidence == [{"signal": "flow_ratio", "value": 0.0, "limit": 0.05, "unit": ""}]
    assert Delivery.objects.filter(event="alerts.AlertOpened").count() == 1


def test_repeats_are_merged_and_a_minute_again_changes_nothing(open_alert):
    for minute in (60, 120, 120):
        done = reconcile([finding()], NOW + minute)
        assert (done.opened, done.merged) == (0, 1)
    open_alert.refresh_from_db()
    assert (open_alert.count, epoch(open_alert.first_at), epoch(open_alert.last_at)) == (3, NOW, NOW + 120)


def test_a_graver_finding_regrades_its_alert(open_alert):
    reconcile([finding(level=Level.I)], NOW + 60)
    open_alert.refresh_from_db()
    assert open_alert.level == 1


def test_it_closes_itself_after_the_clear_time_and_not_before(open_alert):
    assert reconcile([], NOW + 240).closed == 0
    assert reconcile([], NOW + 300).closed == 1
    open_alert.refresh_from_db()
    assert (open_alert.state, open_alert.is_live, epoch(open_alert.closed_at)) == ("closed", False, NOW + 300)
    told = Delivery.objects.filter(event="alerts.AlertClosed", handler__startswith="cleanheat.alerts")
    assert sorted(d.handler.rpartition(".")[2] for d in told) == ["teach_models", "tell_closed"], "each is told once"
    assert reconcile([], NOW + 360).closed == 0


def test_a_flutter_stays_one_alert(open_alert):
    reconcile([], NOW + 60)
    reconcile([finding()], NOW + 120)
    assert Alert.objects.count() == 1


def test_only_sources_that_judged_may_close(open_alert):
    assert reconcile([], NOW + 3_600, sources=[LOST]).closed == 0
    assert reconcile([], NOW + 3_600, sources=[STOP]).closed == 1


def test_the_same_object_may_have_alerts_of_two_sources(city):
    assert reconcile([finding(), finding(source=LOST, level=Level.IV)], NOW).opened == 2


def test_a_silent_company_belongs_to_itself(city):
    reconcile([finding(10, Level.III, LOST, "sender")], NOW)
    alert = Alert.objects.get()
    assert (alert.company_id, alert.sender_id, alert.district_id, alert.object_name) == (10, 10, 2, "甲热力")


def test_the_table_itself_refuses_a_second_live_alert(open_alert):
    open_alert.pk = None
    with pytest.raises(IntegrityError):
        open_alert.save(force_insert=True)


def test_a_false_alarm_is_not_raised_again_while_its_condition_lasts(open_alert, cast):
    actions.mark_false(User.objects.get(username="city.dispatcher"), open_alert.pk, "检修误报")
    for minute in (60, 120):
        assert reconcile([finding()], NOW + minute).opened == 0
    assert reconcile([], NOW + 500).closed == 1
    open_alert.refresh_from_db()
    assert open_alert.state == "false"
    assert reconcile([finding()], NOW + 560).opened == 1


def test_confirming_leaves_a_trace_once(open_alert, cast):
    user = User.objects.get(username="company.dispatcher")
    actions.confirm(user, open_alert.pk, "已派人")
    actions.confirm(user, open_alert.pk)
    open_alert.refresh_from_db()
    assert (open_alert.state, open_alert.note) == ("confirmed", "已派人")
    (entry,) = AuditEntry.objects.filter(verb="alerts.confirm")
    assert (entry.actor_id, entry.object_id, entry.detail["from"]) == (user.pk, str(open_alert.pk), "new")


@pytest.mark.parametrize(
    ("username", "act", "status"),
    [
        ("company.reader", "confirm", 403),
        ("company2.dispatcher", "confirm", 404),
        ("company.dispatcher", "mark_false", 403),
        ("company.dispatcher", "close", 403),
    ],
)
def test_who_may_not(open_alert, cast, username, act, status):
    with pytest.raises(Problem) as refused:
        getattr(actions, act)(User.objects.get(username=username), open_alert.pk, "原因")
    assert refused.value.status == status
    open_alert.refresh_from_db()
    assert open_alert.state == "new"
    assert not AuditEntry.objects.filter(object_kind="alert").exists()


def test_an_end_needs_a_reason_and_is_an_end(open_alert, cast):
    user = User.objects.get(username="city.dispatcher")
    with pytest.raises(Problem) as refused:
        actions.close(user, open_alert.pk, " ")
    assert refused.value.field == "note"
    actions.close(user, open_alert.pk, "已核实")
    with pytest.raises(Problem) as refused:
        actions.confirm(user, open_alert.pk)
    assert refused.value.status == 409
    open_alert.refresh_from_db()
    assert open_alert.closed_by == user


def test_news_reaches_those_who_may_know(open_alert, monkeypatch):
    told = []
    monkeypatch.setattr("cleanheat.infra.live.send_event", lambda *args: told.append(args))
    events.dispatch_pending()
    ((event, organisations, about),) = told
    assert (event["type"], event["object_number"], about) == ("alert_opened", 1, ("substation", 1))
    assert organisations == {10, 11}


def test_a_storm_merges_in_a_few_statements(city, django_assert_max_num_queries):
    storm = [finding(n, kind="building") for n in range(1, 601)]
    assert reconcile(storm, NOW).opened == 600
    with django_assert_max_num_queries(6):
        assert reconcile(storm, NOW + 60).merged == 600


@pytest.mark.parametrize(("sender", "company", "district"), [(10, 10, 2), (20, 20, 3), (40, 0, 2), (30, 0, 0)])
def test_a_silent_sender_is_its_supervisors_business(city, sender, company, district):
    """The list shows it to the district that the live news tells of it."""
    reconcile([finding(sender, source=LOST, kind="sender")], NOW)
    alert = Alert.objects.get()
    assert (alert.company_id, alert.sender_id, alert.district_id) == (company, sender, district)


def test_a_storm_costs_few_statements(city, django_assert_max_num_queries):
    storm = [finding(n, source=LOST) for n in range(1, 400)]
    with django_assert_max_num_queries(40):
        assert reconcile(storm, NOW).opened == 399
    assert Delivery.objects.filter(event="alerts.AlertOpened").count() == 399
    with django_assert_max_num_queries(40):
        assert reconcile([], NOW + 600).closed == 399
