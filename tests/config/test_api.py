"""What every answer of the API keeps to: problem documents, nothing leaked, a description that is always the same."""

import json

import pytest

from cleanheat.config import api as module
from cleanheat.config.frontend import CONTENT_SECURITY_POLICY


def _problem(answer):
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert {"type", "title", "status"} <= set(document)
    assert document["status"] == answer.status_code
    return document


def test_unknown_address_is_a_problem(client):
    assert _problem(client.get("/api/v1/nothing"))["type"] == "about:problem/not-found"


def test_anonymous_is_asked_to_sign_in(client, db):
    assert _problem(client.get("/api/v1/organisations"))["status"] == 401


def test_broken_json_is_a_problem(signed_in):
    answer = signed_in("company.administrator").post(
        "/api/v1/resources/accounts.user", "{", content_type="application/json"
    )
    assert _problem(answer)["status"] == 400


def test_invalid_query_names_the_field(signed_in):
    document = _problem(signed_in("company.reader").get("/api/v1/resources/accounts.user?limit=0"))
    assert (document["status"], document["field"]) == (422, "limit")
    assert "limit" in document["errors"]


def test_our_own_fault_is_told_without_its_trace(signed_in, monkeypatch):
    def fail(_scope):
        raise ZeroDivisionError("password=hunter2")

    client = signed_in("company.reader")
    monkeypatch.setattr("cleanheat.accounts.http.queries.list_organisations", fail)
    answer = client.get("/api/v1/organisations")
    assert _problem(answer)["status"] == 500
    assert b"hunter2" not in answer.content


def test_every_answer_carries_the_security_headers(client, db):
    for path in ("/", "/api/v1/session", "/api/v1/nothing"):
        answer = client.get(path)
        assert answer["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
    script = next(part for part in CONTENT_SECURITY_POLICY.split("; ") if part.startswith("script-src"))
    assert script == "script-src 'self'"


def test_pages_are_the_application_whatever_their_address(client, monkeypatch, tmp_path):
    (tmp_path / "index.html").write_text('<div id="app"></div>')
    monkeypatch.setattr("cleanheat.config.frontend.DIST", tmp_path)
    for path in ("/", "/alerts", "/objects/unit/5"):
        assert b'id="app"' in client.get(path).content
    assert client.post("/alerts").status_code == 405
    assert client.get("/assets/missing.js").status_code == 404


def test_description_is_the_same_each_time_and_checkable(tmp_path):
    path = tmp_path / "openapi.json"
    assert not module.write_openapi(path)
    assert module.write_openapi(path, check=True)
    assert json.loads(path.read_text())["info"]["title"] == "CleanHeat"
    path.write_text("{}")
    assert not module.write_openapi(path, check=True)
    assert path.read_text() == "{}"


@pytest.mark.django_db
async def test_web_process_answers_over_asgi():
    """The threaded handler: a whole request through ASGI, and a body longer than any address takes."""
    from cleanheat.config.asgi import ThreadedDjango

    sent = []

    async def send(message):
        sent.append(message)

    async def ask(method, chunks):
        messages = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
        messages.append({"type": "http.request", "body": b""})

        async def receive():
            return messages.pop(0)

        scope = {"type": "http", "method": method, "path": "/api/v1/nothing", "query_string": b"", "headers": []}
        await handler(scope, receive, send)
        return sent[-2]["status"], sent[-1]["body"]

    handler = ThreadedDjango(threads=1)
    assert (await ask("GET", []))[0] == 404
    assert (await ask("POST", [b"x" * 20_000_000] * 2))[0] == 413
