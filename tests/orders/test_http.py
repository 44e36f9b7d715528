"""Orders over HTTP: lists, counter, detail, steps with files and retries, batches; live news; nobody sees another's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cleanheat.infra import events, live
from cleanheat.infra.flow import deadlines
from cleanheat.infra.flow.models import FlowStep
from cleanheat.orders.handlers import audience
from cleanheat.orders.models import Order
from cleanheat.orders.raising import raise_by_hand
from tests.orders.conftest import FEEDBACK, alert, step, who

ORDERS = "/api/v1/orders"


@pytest.fixture
def two(world):
    """An order to company 10 and one to company 20."""
    mine, theirs = alert(1), alert(2)
    city = who("city.dispatcher")
    return [raise_by_hand(city, [a.pk], "", "", []) for a in (mine, theirs)]


def post(client, path, body):
    return client.post(f"{ORDERS}{path}", body, "application/json")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("city.reader", {1, 2}),
        ("company.reader", {1}),
        ("company2.reader", {2}),
        ("office.reader", {1}),
        ("district.reader", {1}),
    ],
)
@pytest.mark.feature("A6-2")
def test_everybody_lists_and_counts_his_own(two, signed_in, name, seen):
    client = signed_in(name)
    page = client.get(ORDERS).json()
    assert {o["object_number"] for o in page["rows"]} == seen
    counted = client.get(f"{ORDERS}/counts").json()
    assert (counted["open"], counted["by_state"]) == (len(seen), {"to_accept": len(seen)})
    assert client.get(f"{ORDERS}/export?format=csv").content.decode().count("ZL2026") == len(seen)


def test_filters(two, signed_in):
    get = lambda **q: signed_in("city.reader").get(ORDERS, q).json()["total"]  # noqa: E731
    assert (get(), get(company_id=10), get(level=1), get(state="to_accept"), get(state="closed")) == (2, 1, 0, 2, 0)
    assert (get(text="机组2"), get(kind="unit", number=1), get(is_overdue=True), get(mine=True)) == (1, 1, 0, 0)
    assert (get(start=0, end=1), get(is_open=True), get(is_escalated=False), get(order="due")) == (0, 2, 2, 2)
    of_alert = two[0].alerts.get().alert_id
    assert (get(alert_id=of_alert), get(alert_id=of_alert + 100)) == (1, 0)
    assert signed_in("company.reader").get(ORDERS, {"mine": True}).json()["total"] == 1
    assert signed_in("city.reader").get(ORDERS, {"order": "nonsense"}).status_code == 422


def test_a_phone_answers_with_a_picture_and_retries(two, signed_in):
    phone = signed_in("company.dispatcher")
    one = f"{ORDERS}/{two[0].pk}"
    detail = phone.get(one).json()
    assert {a["key"] for a in detail["actions"]} == {"accept", "refuse", "assign"}
    assert [(c["key"], c["left_min"]) for c in detail["clocks"]] == [("accept", 120), ("whole", 4_320)]
    assert post(phone, f"/{two[0].pk}/steps", {"action": "accept", "seen": 1, "key": "a"}).status_code == 200
    assert post(phone, f"/{two[0].pk}/steps", {"action": "accept", "seen": 1, "key": "a"}).status_code == 200
    stale = post(phone, f"/{two[0].pk}/steps", {"action": "progress", "note": "x", "seen": 1})
    assert (stale.status_code, stale.json()["field"]) == (409, "seen")
    picture = SimpleUploadedFile("现场.png", b"\x89PNG\r\n\x1a\n" + b"x" * 30 + b"IEND\xaeB`\x82")
    file = phone.post("/api/v1/files", {"file": picture}).json()
    body = {"action": "feedback", **FEEDBACK, "files": [file["id"]], "key": "b"}
    answer = post(phone, f"/{two[0].pk}/steps", body).json()
    assert (answer["state_name"], answer["seen"], answer["is_intact"]) == ("平台核验", 3, True)
    assert answer["steps"][2]["files"][0]["name"] == "现场.png"
    assert post(phone, f"/{two[0].pk}/steps", body).json()["seen"] == 3
    for name, status in (("city.reader", 200), ("office.reader", 200), ("company2.administrator", 404)):
        assert signed_in(name).get(file["url"]).status_code == status


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"action": "feedback"}, 409, "action"),
        ({"action": "nonsense"}, 422, "action"),
        ({"action": "refuse"}, 422, "note"),
        ({"action": "assign", "fields": {"organisation_id": 21}}, 422, "fields.organisation_id"),
        ({"action": "assign", "fields": {"organisation_id": "x"}}, 422, "fields.organisation_id"),
        ({"action": "assign", "fields": {"organisation_id": 10**40}}, 422, "fields.organisation_id"),
        ({"action": "accept", "key": "k" * 65}, 422, "key"),
        ({"action": "refuse", "note": "a\x00b"}, 422, "note"),
        ({"action": "accept", "files": [10**30]}, 422, "files.0"),
        ({}, 422, "action"),
    ],
)
def test_bad_steps_name_their_field(two, signed_in, body, status, field):
    if body.get("action") == "feedback":
        body = body | FEEDBACK
    answer = post(signed_in("company.dispatcher"), f"/{two[0].pk}/steps", body)
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.content


def test_another_companys_order_does_not_exist(two, signed_in):
    client = signed_in("company.administrator")
    assert client.get(f"{ORDERS}/{two[1].pk}").status_code == 404
    assert post(client, f"/{two[1].pk}/steps", {"action": "accept"}).status_code == 404
    (done,) = post(client, "/steps", {"order_ids": [two[1].pk], "action": "accept"}).json()
    assert (done["is_done"], done["reason"]) == (False, "没有这个工单")


def test_a_batch_does_what_it_can(two, signed_in):
    ids = [o.pk for o in two]
    step(two[1], "company2.dispatcher", "accept")
    body = {"order_ids": ids, "action": "recall", "note": "重发"}
    assert [d["is_done"] for d in post(signed_in("city.dispatcher"), "/steps", body).json()] == [True, True]
    body = {"order_ids": ids, "action": "recall", "note": "再来"}
    assert {d["reason"] for d in post(signed_in("city.dispatcher"), "/steps", body).json()} == {
        "当前状态不允许此操作 已退回"
    }


def test_raising_over_http(world, signed_in):
    number = alert().pk
    body = {"alert_ids": [number], "title": "核实测点", "note": "请处理"}
    assert post(signed_in("company.dispatcher"), "", body).status_code == 403
    answer = post(signed_in("district.dispatcher"), "", body)
    assert answer.status_code == 201
    assert (answer.json()["title"], answer.json()["issuer_name"], answer.json()["alerts"][0]["id"]) == (
        "核实测点",
        "南关区",
        number,
    )


@pytest.mark.feature("A6-2")
def test_news_reaches_those_concerned(two, world, monkeypatch):
    sent = []
    monkeypatch.setattr(live, "send_event", lambda event, organisations: sent.append((event, organisations)))
    step(two[0], "company.dispatcher", "accept")
    world.advance(30 * 3_600)
    while deadlines.sweep():
        pass
    while events.dispatch_pending():
        pass
    ours = [(e, o) for e, o in sent if e["order_id"] == two[0].pk]
    assert [e.get("action") or e["does"] for e, _ in ours] == ["opened", "accept", "remind", "overdue", "escalate"]
    assert all(o == {1, 2, 10, 11} for _, o in ours)  # city, its district, company, office; not company 20
    assert audience(Order.objects.get(pk=two[1].pk)) == {1, 3, 20, 21}


def test_tampering_shows_in_the_detail(two, signed_in):
    FlowStep.objects.filter(item=two[0].item).update(note="改过")
    assert signed_in("city.reader").get(f"{ORDERS}/{two[0].pk}").json()["is_intact"] is False


def test_flows_are_edited_by_the_city_alone(two, signed_in):
    key = "/api/v1/flows/governance.order"
    city, company = signed_in("city.administrator"), signed_in("company.administrator")
    found = city.get(key).json()
    assert (found["version"], found["may_edit"], company.get(key).json()["may_edit"]) == (1, True, False)
    draft = found["definition"] | {"zh": "治理工单（两级复核）"}
    body = {"definition": draft, "note": "改名"}
    tried = city.post(f"{key}/rehearsals", body, "application/json").json()
    assert (tried["faults"], tried["ended"], tried["tried"], tried["misfits"]) == ([], tried["orders"], 2, [])
    kept = city.post(f"{key}/versions", body, "application/json")
    assert kept.status_code == 201
    publish = f"{key}/versions/{kept.json()['id']}/publish"
    assert company.post(publish).status_code == 403
    assert city.post(publish).json()["state"] == "published"
    assert {f["key"]: f["zh"] for f in city.get("/api/v1/flows").json()}["governance.order"] == "治理工单（两级复核）"
    assert city.post(f"{key}/versions", {"definition": {"a": 1}}, "application/json").status_code == 422
