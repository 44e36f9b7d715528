"""Shares give only granted fields of agreed rows, masked, to whoever holds the key; each call is noted."""

from datetime import timedelta

import pytest
from django.test import Client

from cleanheat.accounts.models import User
from cleanheat.assets.models import HeatUser
from cleanheat.catalogue import compliance
from cleanheat.catalogue.models import Agreement, ShareUse
from cleanheat.infra import clock
from cleanheat.infra.models import AuditEntry

SHARES = "/api/v1/catalogue/shares"


def terms(**more):
    at = clock.now_utc()
    given = {
        "client": "市数据局",
        "resource": "assets.heat_user",
        "fields": ["code", "door", "area_m2"],
        "purpose": "供热面积核对",
        "valid_from": (at - timedelta(days=1)).isoformat(),
        "valid_until": (at + timedelta(days=30)).isoformat(),
    }
    return given | more


@pytest.fixture
def boss(signed_in, city):
    return signed_in("city.administrator")


def agree(boss, /, **more):
    answer = boss.post(SHARES, terms(**more), "application/json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def take(key, resource="assets.heat_user", query=""):
    return Client().get(f"/api/v1/catalogue/share/{resource}{query}", headers={"X-Share-Key": key})


@pytest.mark.feature("A7-3")
def test_only_granted_fields_of_agreed_rows_leave_masked(boss):
    made = agree(boss, company_id=10)
    page = take(made["key"]).json()
    assert page["fields"] == ["code", "door", "area_m2"]
    assert page["total"] == 1
    code, door, area = page["rows"][0]
    assert code.startswith("U")
    assert HeatUser.objects.get(number=1).code not in code
    assert (door, area) == ("***", 80.0)
    assert take(agree(boss)["key"]).json()["total"] == 2


@pytest.mark.feature("A7-3")
def test_key_is_shown_once_and_kept_only_as_digest(boss):
    made = agree(boss)
    row = Agreement.objects.get(pk=made["id"])
    assert made["key"] not in str(vars(row))
    assert len(row.key_digest) == 64
    assert "key" not in boss.get(SHARES).json()[0]
    assert made["key"] not in str(list(AuditEntry.objects.values()))


@pytest.mark.feature("A7-3")
def test_every_call_is_noted_and_revoking_ends_it(boss):
    made = agree(boss)
    assert take(made["key"]).status_code == 200
    revoked = boss.post(f"{SHARES}/{made['id']}/revoke", {"reason": "项目结束"}, "application/json").json()
    assert revoked["is_standing"] is False
    assert take(made["key"]).status_code == 403
    uses = boss.get(f"{SHARES}/{made['id']}/uses").json()
    assert [(use["status"], use["rows"]) for use in uses] == [(403, 0), (200, 2)]
    assert uses[0]["network"] == "127.0.0.0/24"
    assert AuditEntry.objects.filter(verb="catalogue.revoke").count() == 1


def test_wrong_key_and_no_key_get_nothing(boss):
    agree(boss)
    assert take("x").status_code == 401
    assert Client().get("/api/v1/catalogue/share/assets.heat_user").status_code == 401
    assert not ShareUse.objects.exists()


def test_key_opens_its_own_resource_only(boss):
    assert take(agree(boss)["key"], "accounts.user").status_code == 401


def test_too_many_calls_and_the_end_of_validity_are_refused(boss, manual_clock):
    made = agree(boss, a_minute=1)
    assert [take(made["key"]).status_code for _ in range(2)] == [200, 429]
    manual_clock.advance(61)
    assert take(made["key"]).status_code == 200
    manual_clock.advance(31 * 86_400)
    assert take(made["key"]).status_code == 403


def test_organisations_users_need_no_key(boss, signed_in):
    agree(boss, organisation_id=10, client="甲热力")
    path = "/api/v1/catalogue/share/assets.heat_user"
    assert signed_in("company.reader").get(path).json()["total"] == 2
    assert signed_in("office.reader").get(path).status_code == 200
    assert signed_in("company2.reader").get(path).status_code == 404


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"fields": []}, "fields"),
        ({"fields": ["code", "password"]}, "fields"),
        ({"resource": "accounts.user", "fields": ["password"]}, "fields"),
        ({"resource": "trace_counts", "fields": ["h"]}, "resource"),
        ({"client": " "}, "client"),
        ({"purpose": "x"}, "purpose"),
        ({"a_minute": 0}, "a_minute"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
        ({"company_id": 10, "district_code": "220102"}, "district_code"),
        ({"company_id": 999}, "company_id"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_terms_are_refused_by_field(boss, more, field):
    answer = boss.post(SHARES, terms(**more), "application/json")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_newest_readings_are_shared_by_district(boss):
    names = ["number", "name", "minute", "room_temp_c"]
    made = agree(boss, resource="telemetry.room", fields=names, district_code="220102")
    page = take(made["key"], "telemetry.room").json()
    assert (page["fields"], page["total"]) == (names, 1)
    assert page["rows"][0][0] == 1
    assert page["rows"][0][3] is None


def test_field_closed_later_leaves_no_more(boss):
    made = agree(boss)
    boss.patch("/api/v1/catalogue/elements/assets.heat_user.area_m2", {"sharing": "closed"}, "application/json")
    assert take(made["key"]).json()["fields"] == ["code", "door"]


def test_pages_and_csv(boss):
    made = agree(boss, a_minute=60)
    rows = [take(made["key"], query=f"?limit=1&offset={i}").json()["rows"][0] for i in range(2)]
    assert rows[0] != rows[1]
    text = take(made["key"], query="?format=csv").content.decode("utf-8-sig").splitlines()
    assert text[0] == "code,door,area_m2"
    assert made["code"] in text[-1]


@pytest.mark.parametrize("who", ["city.reader", "district.administrator", "company.administrator"])
def test_agreements_are_the_citys_alone(boss, signed_in, who):
    made, client = agree(boss), signed_in(who)
    assert client.post(SHARES, terms(), "application/json").status_code == 403
    for path in (SHARES, f"{SHARES}/{made['id']}/uses", f"{SHARES}/fields/assets.heat_user"):
        assert client.get(path).status_code == 403
    path = f"{SHARES}/{made['id']}/revoke"
    assert client.post(path, {"reason": "不要了"}, "application/json").status_code == 403
    assert client.get("/api/v1/catalogue/compliance").status_code == 403


@pytest.mark.feature("A8-2")
def test_duties_of_law_are_checked_against_what_happens(boss):
    User.objects.filter(username="office.reader").update(phone="13812341234")
    agree(boss)
    boss.get("/api/v1/resources/accounts.user?unmask_reason=核对联系方式")
    found = {check["key"]: check for check in boss.get("/api/v1/catalogue/compliance").json()}
    assert {key for key, check in found.items() if not check["is_met"]} == set()
    assert "1 次" in found["looks"]["text"]
    entry = AuditEntry.objects.filter(verb="privacy.unmask").first()
    AuditEntry.objects.filter(pk=entry.pk).update(detail={})
    found = {check.key: check for check in compliance.checks()}
    assert not found["audit"].is_met
    assert not found["looks"].is_met


def test_panels_of_the_catalogue(boss):
    agree(boss)
    keys = ",".join(f"catalogue.{name}" for name in ("totals", "subjects", "levels", "compliance", "share_uses"))
    answers = boss.get(f"/api/v1/panels?keys={keys}").json()["panels"]
    assert [a["error"] for a in answers] == [None] * 5
