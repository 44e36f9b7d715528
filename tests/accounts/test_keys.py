"""Access keys: told once, kept as a digest, limited in time and purpose, revocable, audited."""

import pytest

from cleanheat.accounts.key_actions import issue_key, revoke_key
from cleanheat.accounts.key_queries import Buckets, user_of_key
from cleanheat.accounts.models import AccessKey, User
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import DAY_S

KEYS = "/api/v1/access-keys"


@pytest.fixture
def dispatcher(cast):
    return User.objects.get(username="company.dispatcher")


def _status(call):
    with pytest.raises(Problem) as refused:
        call()
    return refused.value.status


def test_the_secret_is_told_once_and_opens(dispatcher, manual_clock):
    issued = issue_key(dispatcher, " QGIS ", "twin.gis", 30)
    row = AccessKey.objects.get()
    assert issued.secret.split("_")[2] not in (row.digest, row.prefix)
    assert (issued.card.name, issued.card.is_valid) == ("QGIS", True)
    assert user_of_key(issued.secret, "twin.gis", "", "a").pk == dispatcher.pk
    assert user_of_key(issued.secret, "twin.gis", "company.dispatcher", "a").pk == dispatcher.pk
    assert AuditEntry.objects.filter(verb="accounts.issue_key").count() == 1
    assert AccessKey.objects.get().used_s == manual_clock.now()


def test_expired_revoked_foreign_and_invented_keys_are_refused(dispatcher, manual_clock):
    issued = issue_key(dispatcher, "QGIS", "twin.gis", 1)
    for wrong in ("", "x", issued.secret[:-1] + "!", f"chk_{issued.card.prefix}_", "chk_none_x"):
        assert _status(lambda key=wrong: user_of_key(key, "twin.gis", "", key)) == 401
    assert _status(lambda: user_of_key(issued.secret, "twin.gis", "company.reader", "b")) == 401
    manual_clock.advance(DAY_S + 1)
    assert _status(lambda: user_of_key(issued.secret, "twin.gis", "", "c")) == 401
    again = issue_key(dispatcher, "QGIS", "twin.gis", 1)
    revoke_key(dispatcher, again.card.id)
    revoke_key(dispatcher, again.card.id)
    assert _status(lambda: user_of_key(again.secret, "twin.gis", "", "d")) == 401
    assert AuditEntry.objects.filter(verb="accounts.revoke_key").count() == 1


def test_a_key_ends_with_its_user_his_right_and_a_new_password(dispatcher, signed_in, manual_clock):
    issued = issue_key(dispatcher, "QGIS", "twin.gis", 30)
    User.objects.filter(pk=dispatcher.pk).update(role="reader")
    assert _status(lambda: user_of_key(issued.secret, "twin.gis", "", "a")) == 403
    User.objects.filter(pk=dispatcher.pk).update(role="dispatcher", is_active=False)
    assert _status(lambda: user_of_key(issued.secret, "twin.gis", "", "a")) == 401
    User.objects.filter(pk=dispatcher.pk).update(is_active=True)
    signed_in("company.administrator").post(
        f"/api/v1/users/{dispatcher.pk}/password", {"password": "tuHao-92-qiao"}, "application/json"
    )
    assert _status(lambda: user_of_key(issued.secret, "twin.gis", "", "a")) == 401


def test_guessing_and_flooding_are_slowed_down(dispatcher, manual_clock, monkeypatch):
    from cleanheat.accounts import key_queries

    issued = issue_key(dispatcher, "QGIS", "twin.gis", 30)
    monkeypatch.setattr(key_queries, "_failed", Buckets(0.5, 3, now=manual_clock.now))
    monkeypatch.setattr(key_queries, "_asked", Buckets(1.0, 4, now=manual_clock.now))
    guesses = [_status(lambda: user_of_key("chk_a_b", "twin.gis", "", "thief")) for _ in range(4)]
    assert guesses == [401, 401, 401, 429]
    for _ in range(4):
        user_of_key(issued.secret, "twin.gis", "", "office")
    assert _status(lambda: user_of_key(issued.secret, "twin.gis", "", "office")) == 429
    manual_clock.advance(2)
    assert user_of_key(issued.secret, "twin.gis", "", "office").pk == dispatcher.pk


def test_page_lists_ones_own_and_who_looks_after_users_sees_theirs(signed_in, dispatcher, manual_clock):
    own = signed_in("company.dispatcher")
    made = own.post(KEYS, {"name": "QGIS", "days": 30}, "application/json").json()
    assert [k["name"] for k in own.get(KEYS).json()] == ["QGIS"]
    assert "secret" not in own.get(KEYS).json()[0]
    assert signed_in("office.dispatcher").get(KEYS + "?everyone=true").json() == []
    boss = signed_in("company.administrator")
    assert boss.get(KEYS).json() == []
    assert [k["username"] for k in boss.get(KEYS + "?everyone=true").json()] == ["company.dispatcher"]
    assert signed_in("company2.administrator").get(KEYS + "?everyone=true").json() == []
    assert signed_in("office.dispatcher").delete(f"{KEYS}/{made['card']['id']}").status_code == 404
    assert boss.delete(f"{KEYS}/{made['card']['id']}").status_code == 204
    assert own.get(KEYS).json()[0]["is_valid"] is False


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": " "}, 422, "name"),
        ({"name": "a", "days": 0}, 422, "days"),
        ({"name": "a", "days": 366}, 422, "days"),
        ({"name": "a", "permission": "accounts.edit"}, 422, "permission"),
    ],
)
def test_bad_wishes_name_their_field(signed_in, body, status, field):
    answer = signed_in("city.dispatcher").post(KEYS, body, "application/json")
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_readers_get_none_and_nobody_gets_too_many(signed_in, dispatcher, manual_clock):
    assert signed_in("city.reader").post(KEYS, {"name": "a"}, "application/json").status_code == 403
    client = signed_in("company.dispatcher")
    statuses = [client.post(KEYS, {"name": "a"}, "application/json").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [409]
