"""Passwords: changed by who knows the old one, set by an administrator within his subtree, weak ones refused."""

import pytest
from django.test import Client

from cleanheat.accounts.models import User
from cleanheat.infra.models import AuditEntry

OWN = "/api/v1/session/password"
STRONG = "tuHao-92-qiao"


def _user(name):
    return User.objects.get(username=name)


def _set(client, name, password=STRONG):
    return client.post(f"/api/v1/users/{_user(name).pk}/password", {"password": password}, "application/json")


def _change(client, current, password=STRONG):
    return client.post(OWN, {"current": current, "password": password}, "application/json")


def test_own_password_changes_and_only_this_session_goes_on(cast, signed_in):
    here, there = signed_in("company.reader"), signed_in("company.reader")
    assert _change(here, cast["company.reader"]).status_code == 204
    assert _user("company.reader").check_password(STRONG)
    assert here.get("/api/v1/organisations").status_code == 200
    assert there.get("/api/v1/organisations").status_code == 401
    entry = AuditEntry.objects.get(verb="accounts.change_password")
    assert entry.actor_id == int(entry.object_id) == _user("company.reader").pk
    assert STRONG not in str(entry.detail)


@pytest.mark.parametrize(
    "weak", ["short-1", "password123", "12345678901234", "company.reader", "company.reader1"], ids=str
)
def test_weak_passwords_are_refused_by_both_ways(cast, signed_in, weak):
    for answer in (
        _change(signed_in("company.reader"), cast["company.reader"], weak),
        _set(signed_in("company.administrator"), "company.reader", weak),
    ):
        assert (answer.status_code, answer.json()["field"]) == (422, "password")
        assert answer.json()["detail"]
    assert _user("company.reader").check_password(cast["company.reader"])


def test_a_wrong_old_password_and_the_same_again_are_refused(cast, signed_in):
    client = signed_in("company.reader")
    wrong = _change(client, "not-it")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "current")
    same = _change(client, cast["company.reader"], cast["company.reader"])
    assert (same.status_code, same.json()["field"]) == (422, "password")
    assert not AuditEntry.objects.filter(verb="accounts.change_password").exists()


def test_guessing_the_old_password_locks_out(cast, signed_in):
    client = signed_in("company.reader")
    for _ in range(5):
        refused = _change(client, "guess")
    assert refused.status_code == 429
    assert _change(client, cast["company.reader"]).status_code == 429


def test_too_long_a_password_is_not_even_hashed(cast, signed_in):
    client = signed_in("company.reader")
    assert _change(client, "x" * 129).json()["field"] == "current"
    assert _change(client, "x", "y" * 129).json()["field"] == "password"


def test_an_administrator_sets_one_within_his_subtree_and_ends_its_sessions(cast, signed_in):
    theirs = signed_in("office.reader")
    assert _set(signed_in("company.administrator"), "office.reader").status_code == 204
    assert theirs.get("/api/v1/organisations").status_code == 401
    assert _user("office.reader").check_password(STRONG)
    entry = AuditEntry.objects.get(verb="accounts.set_password")
    assert (entry.actor_id, int(entry.object_id)) == (_user("company.administrator").pk, _user("office.reader").pk)


def test_a_new_user_signs_in_with_the_password_set_for_him(cast, signed_in):
    administrator = signed_in("company.administrator")
    body = {"username": "new.reader", "organisation": 11, "role": "reader", "is_active": True}
    assert administrator.post("/api/v1/resources/accounts.user", body, "application/json").status_code == 201
    assert _set(administrator, "new.reader").status_code == 204
    client = Client()
    body = {"username": "new.reader", "password": STRONG}
    assert client.post("/api/v1/session", body, "application/json").json()["me"]["username"] == "new.reader"


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("company.administrator", "company2.reader", 404),
        ("company.administrator", "city.reader", 404),
        ("company.dispatcher", "company.reader", 403),
        ("office.administrator", "office.reader", 403),
        ("district.administrator", "district.reader", 403),
        ("city.administrator", "company2.reader", 204),
        ("city.administrator", "city.administrator", 403),
    ],
)
def test_who_may_set_whose(cast, signed_in, who, whom, status):
    assert _set(signed_in(who), whom).status_code == status
    assert _user(whom).check_password(cast[whom]) is (status != 204)


def test_nobody_takes_over_the_superuser(cast, signed_in):
    root = User.objects.create_superuser("root", password=STRONG)
    assert _set(signed_in("city.administrator"), "root", "another-92-qiao").status_code == 403
    root.refresh_from_db()
    assert root.check_password(STRONG)


def test_without_csrf_token_nothing_changes(cast):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(_user("company.reader"), "cleanheat.accounts.sessions.KeepingBackend")
    assert _change(client, cast["company.reader"]).status_code == 403
