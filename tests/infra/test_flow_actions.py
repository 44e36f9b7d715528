"""Steps: who may, what is asked for, retries, counters, clocks, the sweep, the chain, and replay."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanheat.accounts.models import User
from cleanheat.infra import clock
from cleanheat.infra.files.actions import upload
from cleanheat.infra.flow import actions, deadlines, versions
from cleanheat.infra.flow.actions import NewItem, Request, act, act_as_platform
from cleanheat.infra.flow.chain import first_broken, replayed
from cleanheat.infra.flow.models import FlowDeadline, FlowItem, FlowStep
from cleanheat.infra.flow.queries import possible, timeline
from cleanheat.infra.flow.standing import Standing
from cleanheat.infra.models import AuditEntry, Delivery
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.registry import Registry
from tests.infra.flow_cast import TEXT


@pytest.fixture
def flow(tmp_path, monkeypatch, city, cast, manual_clock):
    path = tmp_path / "flow.toml"
    path.write_text(TEXT, "utf-8")
    registry = Registry("flow")
    registry.add(versions.Flow("test.repair", path, "governance.view", "governance.dispatch"))
    monkeypatch.setattr(versions, "FLOWS", registry)
    return registry["test.repair"]


@pytest.fixture
def item(flow):
    """An order of the city to company 10, which lies in district 2."""
    return actions.open_item(who("city.dispatcher"), new())


def new(**more):
    place = {"company_id": 10, "sender_id": 10, "district_id": 2}
    return NewItem("test.repair", "修复", 3, "wait", 1, 10, **place | more)


def who(name):
    return User.objects.get(username=name)


def take(item, name, action, **more):
    return act(who(name), item.pk, Request(action, **more))


def text(name="company.dispatcher", body=b"words"):
    return upload(who(name), "说明.txt", io.BytesIO(body), len(body)).pk


def refusal(code, work):
    with pytest.raises(Problem) as caught:
        work()
    assert caught.value.code == code, caught.value
    return caught.value


def steps(item):
    return list(FlowStep.objects.filter(item=item).order_by("number"))


def test_an_item_goes_its_way_with_rows_audit_and_event(item):
    take(item, "company.dispatcher", "take")
    file = text()
    take(item, "company.dispatcher", "report", note="换了传感器", fields={"share": 1.0}, files=[file])
    act_as_platform(item.pk, Request("good"))
    item = FlowItem.objects.get(pk=item.pk)
    assert (item.state, item.closed_at, item.due_at) == ("done", clock.now_utc(), None)
    assert [s.action for s in steps(item)] == ["opened", "take", "report", "good"]
    assert steps(item)[2].files[0] | {"sha256": ""} == {"id": file, "name": "说明.txt", "kind": "text", "sha256": ""}
    assert AuditEntry.objects.filter(verb="test.repair.report", actor=who("company.dispatcher")).count() == 1
    assert not FlowDeadline.objects.filter(item=item).exists()
    assert Delivery.objects.filter(event="flow.ItemMoved").count() in {0, 4}  # as many as there are handlers
    assert [(t.action_zh, t.to_zh) for t in timeline(item)][1:] == [
        ("接收", "处置中"),
        ("反馈", "核验"),
        ("通过", "办结"),
    ]


@pytest.mark.parametrize(
    ("name", "action", "code"),
    [
        ("company2.dispatcher", "take", "not-found"),
        ("office.dispatcher", "take", "not-found"),  # not theirs before it is assigned to them
        ("company.reader", "take", "forbidden"),
        ("city.dispatcher", "take", "forbidden"),  # the issuer does not accept for the company
        ("district.dispatcher", "take", "forbidden"),
        ("company.dispatcher", "stop", "forbidden"),
        ("company.dispatcher", "good", "invalid-field"),  # the platform's own
        ("company.dispatcher", "nonsense", "invalid-field"),
        ("company.dispatcher", "report", "wrong-state"),
    ],
)
def test_who_may_not(item, name, action, code):
    more = {"note": "x", "fields": {"share": 1.0}, "files": [text()]} if action == "report" else {}
    refusal(code, lambda: take(item, name, action, **more))
    assert len(steps(item)) == 1


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("company.dispatcher", {"take", "hand"}),
        ("company.administrator", {"take"}),
        ("company.reader", set()),
        ("city.dispatcher", {"stop"}),
        ("district.dispatcher", {"stop"}),
        ("district.reader", set()),
    ],
)
def test_what_each_is_offered(item, name, keys):
    assert {t.key for t in possible(who(name), item)} == keys


def test_forms_name_the_field_at_fault(item):
    take(item, "company.dispatcher", "take")
    good = {"note": "好", "fields": {"share": 0.9}, "files": [text()]}
    for broken, field in (
        ({"note": " "}, "note"),
        ({"fields": {}}, "fields.share"),
        ({"fields": {"share": 2}}, "fields.share"),
        ({"fields": {"share": True}}, "fields.share"),
        ({"fields": {"share": float("nan")}}, "fields.share"),
        ({"fields": {"share": 0.9, "x": 1}}, "fields.x"),
        ({"files": []}, "files"),
        ({"files": [999]}, "files"),
        ({"note": "字" * 2_001}, "note"),
    ):
        problem = refusal("invalid-field", lambda b=broken: take(item, "company.dispatcher", "report", **good | b))
        assert problem.field == field
    refusal("guard", lambda: take(item, "company.dispatcher", "report", **good | {"fields": {"share": 0.2}}))
    assert len(steps(item)) == 2


def test_anothers_file_cannot_be_attached(item):
    take(item, "company.dispatcher", "take")
    theirs = text("company2.dispatcher")
    more = {"note": "x", "fields": {"share": 1.0}, "files": [theirs]}
    assert refusal("invalid-field", lambda: take(item, "company.dispatcher", "report", **more)).field == "files"


def test_a_repeated_request_changes_nothing(item):
    first = take(item, "company.dispatcher", "take", key="phone-1")
    again = take(item, "company.dispatcher", "take", key="phone-1")
    assert (first.steps_count, again.steps_count, len(steps(item))) == (2, 2, 2)
    refusal("key-reused", lambda: take(item, "company.dispatcher", "report", key="phone-1", note="x"))


def test_two_people_at_once(item):
    take(item, "company.dispatcher", "take", seen=1)
    problem = refusal("moved-on", lambda: take(item, "city.dispatcher", "stop", seen=1))
    assert (problem.status, problem.field) == (409, "seen")
    stale = FlowItem.objects.select_related("version").get(pk=item.pk)
    FlowItem.objects.filter(pk=item.pk).update(steps_count=7)  # another process moved it
    stale.steps_count += 1
    refusal("moved-on", lambda: actions._save_if_unmoved(stale))


def test_the_platforms_own_notes_do_not_move_an_item_on(item, manual_clock):
    manual_clock.advance(61 * 60)
    assert deadlines.sweep()
    assert FlowItem.objects.get(pk=item.pk).steps_count > 1
    refusal("moved-on", lambda: take(item, "company.dispatcher", "take", seen=99))
    assert take(item, "company.dispatcher", "take", seen=1).state == "work"


def test_down_the_tree_and_no_further(item):
    for wrong in (20, 21, 2, 10, 999):
        refusal("invalid-field", lambda n=wrong: take(item, "company.dispatcher", "hand", fields={"to": n}))
    moved = take(item, "company.dispatcher", "hand", fields={"to": 11})
    assert (moved.holder_id, moved.office_id, moved.state) == (11, 11, "wait")
    refusal("forbidden", lambda: take(item, "company.dispatcher", "take"))
    assert take(item, "office.dispatcher", "take").state == "work"


def test_a_counter_stops_or_diverts_at_its_cap(item):
    for _ in range(2):
        take(item, "company.dispatcher", "take") if FlowItem.objects.get().state == "wait" else None
        take(item, "company.dispatcher", "report", note="x", fields={"share": 1.0}, files=[text()])
        assert act_as_platform(item.pk, Request("bad")).state == "work"
    take(item, "company.dispatcher", "report", note="x", fields={"share": 1.0}, files=[text()])
    assert act_as_platform(item.pk, Request("bad")).state == "done"


def test_a_capped_return_is_refused(item):
    take(item, "company.dispatcher", "take")
    take(item, "city.dispatcher", "back")
    take(item, "company.dispatcher", "take")
    refusal("cap-reached", lambda: take(item, "city.dispatcher", "back"))


def test_clocks_remind_run_out_and_escalate(item, manual_clock):
    assert deadlines.sweep() == 0
    manual_clock.advance(31 * 60)  # half of the hour of level Ⅲ
    assert deadlines.is_due()
    assert deadlines.sweep() == 1
    assert not FlowItem.objects.get().is_overdue
    manual_clock.advance(30 * 60)
    assert deadlines.sweep() == 1
    late = FlowItem.objects.get()
    assert (late.is_overdue, late.was_overdue, Standing.read(late.standing).overdue) == (True, True, ("accept",))
    take(item, "company.dispatcher", "take")
    on_time = FlowItem.objects.get()
    assert (on_time.is_overdue, on_time.was_overdue) == (False, True)
    manual_clock.advance(5 * 3_600)
    assert deadlines.sweep() == 2  # ran out and escalated while nobody looked
    assert (FlowItem.objects.get().is_overdue, FlowItem.objects.get().escalation) == (True, 1)
    assert deadlines.sweep() == 0
    assert [s.fields.get("stage") for s in steps(item)] == [None, "near", "over", None, "over", "up"]
    assert [t.action_zh for t in timeline(FlowItem.objects.get())][1:3] == ["接收时限将到期", "接收时限超时"]


def test_a_pause_stops_the_clock_and_an_extension_moves_it(item, manual_clock):
    due = take(item, "company.dispatcher", "take").due_at
    manual_clock.advance(3_600)
    assert take(item, "city.dispatcher", "pause").due_at is None
    manual_clock.advance(10 * 3_600)
    assert deadlines.sweep() == 0
    resumed = take(item, "city.dispatcher", "go_on")
    assert (resumed.due_at - due).total_seconds() == 10 * 3_600
    refusal("nothing-asked", lambda: take(item, "city.dispatcher", "grant"))
    take(item, "company.dispatcher", "ask", fields={"hours": 5})
    refusal("already-asked", lambda: take(item, "company.dispatcher", "ask", fields={"hours": 5}))
    longer = take(item, "city.dispatcher", "grant")
    assert (longer.due_at - resumed.due_at).total_seconds() == 5 * 3_600
    manual_clock.advance(7 * 3_600)
    assert deadlines.sweep() == 0


def test_the_chain_shows_every_tampering(item):
    take(item, "company.dispatcher", "take")
    take(item, "city.dispatcher", "stop", note="不需要")
    whole = FlowItem.objects.get()
    assert first_broken(whole, steps(item)) is None
    changes = (({"note": "需要"}, 3), ({"action": "back"}, 2), ({"fields": {"x": 1}}, 1), ({"to_state": "x"}, 2))
    for change, place in changes:
        kept = steps(item)[place - 1]
        FlowStep.objects.filter(pk=kept.pk).update(**change)
        assert first_broken(whole, steps(item)) == place
        kept.save()
    assert first_broken(whole, steps(item)[:-1]) == 0
    assert first_broken(whole, [steps(item)[0], *steps(item)[2:]]) == 3


WORDS = ["take", "hand", "report", "good", "bad", "back", "pause", "go_on", "ask", "grant", "stop", "sweep"]
ACTS = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 400)), max_size=12)
REGULATOR = ("back", "pause", "go_on", "grant", "stop")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_replay_gives_the_row_whatever_happened(flow, manual_clock, acts):
    """Whatever people try in whatever order: refused or taken, the timeline adds up to the row and stays whole."""
    item = actions.open_item(who("city.dispatcher"), new())
    for action, minutes in acts:
        manual_clock.advance(minutes * 60)
        try:
            if action == "sweep":
                deadlines.sweep()
            elif action in {"good", "bad"}:
                act_as_platform(item.pk, Request(action))
            else:
                fields = {"hand": {"to": 11}, "report": {"share": 1.0}, "ask": {"hours": 2}}.get(action, {})
                is_assigned = FlowItem.objects.get(pk=item.pk).holder_id == 11
                holder = "office.dispatcher" if is_assigned else "company.dispatcher"
                name = "city.dispatcher" if action in REGULATOR else holder
                files = [text(name)] if action == "report" else []
                take(item, name, action, note="x", fields=fields, files=files)
        except Problem:
            continue
    row = FlowItem.objects.select_related("version").get(pk=item.pk)
    assert replayed(row, steps(item)) == Standing.read(row.standing)
    assert first_broken(row, steps(item)) is None
    running = {c for c, r in Standing.read(row.standing).clocks.items() if r.due_s is not None}
    assert set(FlowDeadline.objects.filter(item=item).values_list("clock", flat=True)) <= running
    assert row.closed_at is None or not running


def test_publishing_proves_first_and_keeps_running_items_as_they_are(item):
    user, definition = who("city.administrator"), versions.definition_of(item.version)
    body = definition.model_dump(mode="json")
    broken = body | {"transitions": [t for t in body["transitions"] if t["key"] != "stop"]}
    draft = versions.draft(user, "test.repair", broken, "少一步")
    problem = refusal("unsound-flow", lambda: versions.publish(user, draft.pk))
    assert "没有可靠的办结路径" in problem.detail
    better = versions.draft(user, "test.repair", body | {"zh": "新流程"}, "改名")
    versions.publish(user, better.pk)
    assert versions.in_force("test.repair").number == 3
    assert FlowItem.objects.get().version.number == 1
    assert take(item, "company.dispatcher", "take").state == "work"
    refusal("forbidden", lambda: versions.draft(who("company.dispatcher"), "test.repair", body, "x"))
    refusal("invalid-field", lambda: versions.draft(user, "test.repair", body | {"initial": []}, "x"))


def test_working_hours():
    from cleanheat.infra.flow.calendars import after, between
    from cleanheat.kernel.time import local

    friday_16 = 1_768_550_400  # 2026-01-16 16:00 in Shanghai
    assert f"{local(after('working', friday_16, 2 * 3_600)):%a %H:%M}" == "Mon 10:00"
    assert between("working", friday_16, after("working", friday_16, 9 * 3_600)) == 9 * 3_600
    assert between("working", friday_16 + 3_600, friday_16) == -3_600
    assert after("continuous", friday_16, 60) == friday_16 + 60
