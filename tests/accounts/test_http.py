"""The session: sign in, lock-out, CSRF, sign out."""

import pytest
from django.test import Client

from cleanheat.infra.models import AuditEntry

SESSION = "/api/v1/session"


@pytest.fixture
def browser():
    """A client that, like a browser, must repeat the CSRF cookie."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get(SESSION)
    return client


def _headers(client):
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


def _sign_in(client, username, password):
    body = {"username": username, "password": password}
    return client.post(SESSION, body, "application/json", headers=_headers(client))


def test_anonymous_session_tells_nothing(browser, db):
    assert browser.get(SESSION).json()["me"] is None


def test_sign_in_tells_who_one_is_and_what_one_may(browser, cast):
    me = _sign_in(browser, "company.dispatcher", cast["company.dispatcher"]).json()["me"]
    assert (me["organisation"]["id"], me["role"], me["scope"]) == (10, "dispatcher", "company:10")
    assert "alerts.handle" in me["permissions"]
    assert "accounts.edit" not in me["permissions"]
    assert browser.get(SESSION).json()["me"]["username"] == "company.dispatcher"
    assert AuditEntry.objects.filter(verb="accounts.sign_in").count() == 1


def test_unknown_name_and_wrong_password_get_the_same_answer(browser, cast):
    wrong = _sign_in(browser, "city.reader", "x")
    unknown = _sign_in(browser, "nobody", "x")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_too_many_failures_lock_even_the_right_password(browser, cast):
    for _ in range(5):
        refused = _sign_in(browser, "city.reader", "x")
    assert refused.status_code == 429
    locked = _sign_in(browser, "city.reader", cast["city.reader"])
    assert (locked.status_code, locked.json()["type"]) == (429, "about:problem/locked-out")
    assert _sign_in(browser, "city.dispatcher", cast["city.dispatcher"]).status_code == 200


def test_sign_in_without_csrf_token_is_refused(browser, cast):
    body = {"username": "city.reader", "password": cast["city.reader"]}
    answer = browser.post(SESSION, body, "application/json")
    assert (answer.status_code, answer.json()["type"]) == (403, "about:problem/csrf")


def test_write_without_csrf_token_is_refused(browser, cast):
    _sign_in(browser, "city.administrator", cast["city.administrator"])
    answer = browser.delete(SESSION)
    assert (answer.status_code, answer.json()["type"]) == (403, "about:problem/csrf")


def test_signed_out_session_is_dead(browser, cast):
    _sign_in(browser, "city.reader", cast["city.reader"])
    stolen = browser.cookies["sessionid"].value
    assert browser.delete(SESSION, headers=_headers(browser)).status_code == 204
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/api/v1/organisations").status_code == 401


def test_missing_password_is_named(browser, db):
    answer = browser.post(SESSION, {"username": "a"}, "application/json", headers=_headers(browser))
    assert (answer.status_code, answer.json()["field"]) == (422, "password")
    assert answer["Content-Type"] == "application/problem+json"


def test_disabled_user_is_out_at_once(signed_in):
    from cleanheat.accounts.models import User

    client = signed_in("company.reader")
    assert client.get("/api/v1/organisations").status_code == 200
    user = User.objects.get(username="company.reader")
    user.is_active = False
    user.save()
    assert client.get("/api/v1/organisations").status_code == 401
