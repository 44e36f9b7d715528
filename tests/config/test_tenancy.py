"""No address leaks: every route is listed here with how it keeps companies apart, and each promise is tried.

A new route fails ``test_every_route_is_listed`` until it has its line.  How a route keeps companies apart:

* ``public``: without a session, tells nothing of anybody;
* ``signed``: the sender's own key or seal instead of a session (tested with the gateway);
* ``same``: the same for everybody who is signed in;
* ``own``: answers differ by scope; tried with a company's object under the other company's eyes.
"""

from __future__ import annotations

import pytest
from django.test import Client

from cleanheat.alerts.models import Alert
from cleanheat.config.api import api
from cleanheat.infra import clock, jobs
from cleanheat.infra.models import Job
from tests.screens.conftest import readings, stored  # noqa: F401 - fixtures

ROUTES = {
    "GET /session": "public",
    "POST /session": "public",
    "DELETE /session": "same",
    "POST /session/password": "same",
    "POST /users/{user_id}/password": "own",
    "GET /catalogue": "same",
    "GET /resources": "same",
    "GET /screens": "same",
    "GET /screens/{key}": "same",
    "GET /status": "own",
    "GET /totals": "own",
    "GET /organisations": "own",
    "GET /jobs/{job_id}": "own",
    "POST /jobs/{job_id}/cancel": "own",
    "GET /panels": "own",
    "GET /panels/{key}/export": "own",
    "GET /resources/{key}": "own",
    "POST /resources/{key}": "own",
    "GET /resources/{key}/export": "own",
    "POST /resources/{key}/import": "own",
    "GET /resources/{key}/{pk}": "own",
    "PATCH /resources/{key}/{pk}": "own",
    "GET /objects/{kind}": "own",
    "GET /objects/{kind}/{number}": "own",
    "GET /objects/{kind}/{number}/series": "own",
    "GET /search": "own",
    "GET /alerts": "own",
    "GET /alerts/standing": "own",
    "GET /alerts/{alert_id}": "own",
    "POST /alerts/{alert_id}/confirm": "own",
    "POST /alerts/{alert_id}/false": "own",
    "POST /alerts/{alert_id}/close": "own",
    "GET /catalogue/elements": "same",
    "GET /catalogue/elements/{key}": "same",
    "PATCH /catalogue/elements/{key}": "own",
    "GET /catalogue/elements/{key}/versions": "same",
    "GET /catalogue/tree": "same",
    "GET /catalogue/resources/{key}": "own",
    "GET /catalogue/search": "same",
    "GET /catalogue/lineage/{node}": "same",
    "GET /catalogue/words": "same",
    "GET /catalogue/compliance": "own",
    "GET /catalogue/export": "same",
    "POST /catalogue/import": "own",
    "GET /catalogue/shares": "own",
    "POST /catalogue/shares": "own",
    "GET /catalogue/shares/fields/{resource}": "own",
    "GET /catalogue/shares/{agreement_id}/uses": "own",
    "POST /catalogue/shares/{agreement_id}/revoke": "own",
    "GET /catalogue/share/{resource}": "own",
    "POST /complaints/imports": "own",
    "GET /complaints/imports": "own",
    "GET /complaints/imports/{import_id}": "own",
    "GET /complaints/imports/{import_id}/refused": "own",
    "POST /complaints/judge": "own",
    "GET /complaints/validity": "own",
    "GET /quality/rules": "same",
    "POST /quality/rules": "same",
    "GET /quality/rules/{number}": "same",
    "PATCH /quality/rules/{number}": "same",
    "POST /quality/rules/{number}/publish": "same",
    "POST /quality/rules/{number}/retire": "same",
    "POST /quality/rules/{number}/copy": "same",
    "POST /quality/rules/{number}/restore": "same",
    "GET /quality/rules/{number}/versions": "same",
    "GET /quality/language": "same",
    "GET /quality/hits/today": "own",
    "GET /quality/hits/today/{number}": "own",
    "POST /quality/expressions/check": "same",
    "POST /quality/previews": "same",
    "GET /quality/previews/{job_id}": "own",
    "GET /quality/records/checks": "own",
    "POST /quality/records/checks": "same",
    "GET /quality/records/summary": "own",
    "GET /quality/records/issues": "own",
    "GET /quality/records/issues/export": "own",
    "POST /quality/records/issues/{issue_id}/accept": "own",
    "POST /quality/records/issues/{issue_id}/dismiss": "own",
    "GET /twin/manifest": "own",
    "GET /twin/network.bin": "own",
    "GET /twin/coverage/{kind}": "own",
    "GET /evaluation/words": "same",
    "GET /evaluation/rounds": "same",
    "GET /evaluation/life-cycle": "same",
    "GET /evaluation/scores": "own",
    "GET /evaluation/scores/export": "own",
    "GET /evaluation/ranking": "own",
    "GET /evaluation/trend": "own",
    "GET /evaluation/checks": "own",
    "GET /evaluation/objects": "own",
    "GET /evaluation/problems": "own",
    "GET /evaluation/weights": "own",
    "POST /evaluation/weights": "own",
    "POST /evaluation/weights/preview": "own",
    "GET /evaluation/improvement": "own",
    "POST /evaluation/rounds/{span}/{period}/compute": "own",
    "POST /evaluation/rounds/{span}/{period}/publish": "own",
    "POST /evaluation/rounds/{span}/{period}/withdraw": "own",
    "GET /evaluation/samples": "own",
    "POST /evaluation/samples": "own",
    "GET /evaluation/samples/{sample_id}/records": "own",
    "POST /evaluation/samples/records/{record_id}": "own",
    "GET /evaluation/reports": "own",
    "POST /evaluation/reports": "own",
    "GET /evaluation/reports/{report_id}": "own",
    "GET /evaluation/reports/{report_id}/pdf": "own",
    "GET /evaluation/reports/{report_id}/export": "own",
    "POST /evaluation/reports/{report_id}/publish": "own",
    "POST /evaluation/reports/{report_id}/withdraw": "own",
    "POST /evaluation/reports/{report_id}/comments": "own",
    "POST /evaluation/reports/{report_id}/close": "own",
    "GET /quality/uploads": "own",
    "GET /quality/uploads/export": "own",
    "GET /quality/uploads/objects": "own",
    "GET /quality/uploads/mismatches": "own",
    "GET /quality/uploads/mismatches/export": "own",
    "GET /quality/uploads/calendar": "own",
    "GET /quality/trace": "own",
    "GET /quality/hits": "own",
    "GET /quality/values/confirmations": "own",
    "POST /quality/values/confirm": "own",
    "POST /quality/values/confirm/{confirmation_id}/undo": "own",
    "GET /governance/orders": "own",
    "POST /governance/orders": "own",
    "GET /governance/orders/counts": "own",
    "GET /governance/orders/export": "own",
    "POST /governance/orders/steps": "own",
    "GET /governance/orders/{order_id}": "own",
    "POST /governance/orders/{order_id}/steps": "own",
    "GET /governance/trainings/{training_id}/files": "own",
    "POST /governance/trainings/{training_id}/files": "own",
    "POST /files": "same",
    "GET /files/{file_id}": "own",
    "DELETE /files/{file_id}": "own",
    "GET /files/{file_id}/content": "own",
    "GET /flows": "same",
    "GET /flows/{key}": "same",
    "POST /flows/{key}/rehearsals": "same",
    "POST /flows/{key}/versions": "same",
    "POST /flows/{key}/versions/{version_id}/publish": "same",
    "POST /ingest/batches": "signed",
    "POST /ingest/rows": "signed",
    "GET /ingest/keys": "signed",
    "POST /ingest/keys": "signed",
    "POST /ingest/keys/enrol": "signed",
    "GET /ingest/objects": "signed",
}

FOREIGN = {
    "GET /jobs/{job_id}": "/jobs/{job}",
    "POST /jobs/{job_id}/cancel": "/jobs/{job}/cancel",
    "POST /users/{user_id}/password": "/users/{user}/password",
    "GET /resources/{key}/{pk}": "/resources/accounts.user/{user}",
    "PATCH /resources/{key}/{pk}": "/resources/accounts.user/{user}",
    "GET /objects/{kind}/{number}": "/objects/substation/2",
    "GET /objects/{kind}/{number}/series": "/objects/unit/9/series?signals=heat_power_gj_h",
    "GET /quality/trace": "/quality/trace?kind=unit&number=9&signal=heat_power_gj_h&minute=1768478340",
    "GET /quality/hits": "/quality/hits?kind=unit&number=9&start=1768478000&end=1768478400",
    "GET /quality/values/confirmations": "/quality/values/confirmations?kind=unit&number=9&start=1&end=9",
    "GET /alerts/{alert_id}": "/alerts/{alert}",
    "POST /alerts/{alert_id}/confirm": "/alerts/{alert}/confirm",
    "POST /alerts/{alert_id}/false": "/alerts/{alert}/false",
    "POST /alerts/{alert_id}/close": "/alerts/{alert}/close",
    "GET /governance/orders/{order_id}": "/governance/orders/{order}",
    "POST /governance/orders/{order_id}/steps": "/governance/orders/{order}/steps",
    "GET /governance/trainings/{training_id}/files": "/governance/trainings/{training}/files",
    "POST /governance/trainings/{training_id}/files": "/governance/trainings/{training}/files",
    "GET /files/{file_id}": "/files/{file}",
    "DELETE /files/{file_id}": "/files/{file}",
    "GET /files/{file_id}/content": "/files/{file}/content",
    "GET /evaluation/trend": "/evaluation/trend?kind=company&number=20",
    "GET /evaluation/checks": "/evaluation/checks?kind=company&number=20",
    "GET /evaluation/objects": "/evaluation/objects?kind=company&number=20",
    "GET /evaluation/problems": "/evaluation/problems?kind=company&number=20",
    "GET /evaluation/samples/{sample_id}/records": "/evaluation/samples/{sample}/records",
    "GET /evaluation/reports/{report_id}": "/evaluation/reports/{report}",
    "GET /evaluation/reports/{report_id}/pdf": "/evaluation/reports/{report}/pdf",
    "GET /evaluation/reports/{report_id}/export": "/evaluation/reports/{report}/export",
}
"""Routes to one thing, pointed at a thing of company 20: for company 10 it must not exist."""

SHARED = {
    "GET /quality/uploads": "/quality/uploads",
    "GET /quality/uploads/export": "/quality/uploads/export",
    "GET /quality/uploads/objects": "/quality/uploads/objects?kind=unit",
    "GET /quality/uploads/mismatches": "/quality/uploads/mismatches",
    "GET /quality/uploads/mismatches/export": "/quality/uploads/mismatches/export",
    "GET /quality/uploads/calendar": "/quality/uploads/calendar",
    "GET /catalogue/resources/{key}": "/catalogue/resources/assets.substation",
    "GET /complaints/imports": "/complaints/imports",
    "GET /complaints/validity": "/complaints/validity",
    "GET /organisations": "/organisations",
    "GET /panels": "/panels?keys=screens.coldest_substations,screens.live_totals,alerts.newest",
    "GET /panels/{key}/export": "/panels/screens.coldest_substations/export",
    "GET /resources/{key}": "/resources/accounts.user?limit=500",
    "GET /resources/{key}/export": "/resources/accounts.organisation/export",
    "GET /objects/{kind}": "/objects/substation",
    "GET /search": "/search?q=换热站",
    "GET /alerts": "/alerts",
    "GET /alerts/standing": "/alerts/standing?family=diagnosis",
    "GET /governance/orders": "/governance/orders",
    "GET /governance/orders/counts": "/governance/orders/counts",
    "GET /governance/orders/export": "/governance/orders/export?format=csv",
    "GET /evaluation/scores": "/evaluation/scores?data_set=*&period=2025-12",
    "GET /evaluation/scores/export": "/evaluation/scores/export?data_set=*&format=csv&period=2025-12",
    "GET /evaluation/ranking": "/evaluation/ranking?period=2025-12",
    "GET /evaluation/weights": "/evaluation/weights",
    "GET /evaluation/improvement": "/evaluation/improvement",
    "GET /evaluation/samples": "/evaluation/samples",
    "GET /evaluation/reports": "/evaluation/reports",
}
"""Routes to many things: what company 10 gets must not hold the marks of company 20, and those of its own it must."""

ELSEWHERE = {
    "GET /quality/hits/today": "tests/quality/test_rule_http.py: hits of today are those of one's own senders",
    "GET /quality/hits/today/{number}": "tests/quality/test_rule_http.py",
    "GET /quality/previews/{job_id}": "tests/quality/test_rule_http.py: another's preview does not exist",
    "GET /quality/records/checks": "tests/quality/test_records.py",
    "GET /quality/records/summary": "tests/quality/test_records.py",
    "GET /quality/records/issues": "tests/quality/test_records.py",
    "GET /quality/records/issues/export": "tests/quality/test_records.py",
    "POST /quality/records/issues/{issue_id}/accept": "tests/quality/test_records.py",
    "POST /quality/records/issues/{issue_id}/dismiss": "tests/quality/test_records.py",
    "POST /governance/orders": "tests/governance/test_actions.py: an alert of another company",
    "POST /governance/orders/steps": "tests/governance/test_http.py: each order answers for itself",
    "PATCH /catalogue/elements/{key}": "tests/catalogue/test_knowledge.py: the city alone edits",
    "POST /catalogue/import": "tests/catalogue/test_knowledge.py: the city alone edits",
    "GET /catalogue/compliance": "tests/catalogue/test_sharing.py: the city alone",
    "GET /catalogue/shares": "tests/catalogue/test_sharing.py: agreements are the city's alone",
    "POST /catalogue/shares": "tests/catalogue/test_sharing.py: agreements are the city's alone",
    "GET /catalogue/shares/fields/{resource}": "tests/catalogue/test_sharing.py: agreements are the city's alone",
    "GET /catalogue/shares/{agreement_id}/uses": "tests/catalogue/test_sharing.py: agreements are the city's alone",
    "POST /catalogue/shares/{agreement_id}/revoke": "tests/catalogue/test_sharing.py: agreements are the city's alone",
    "GET /catalogue/share/{resource}": "tests/catalogue/test_sharing.py: rows of the agreement alone",
    "POST /quality/values/confirm": "tests/quality/test_provenance.py: who may confirm and what",
    "POST /quality/values/confirm/{confirmation_id}/undo": "tests/quality/test_provenance.py",
    "POST /complaints/imports": "tests/complaints/test_importing.py: the city alone imports",
    "POST /complaints/judge": "tests/complaints/test_judging.py: the city alone has them judged",
    "GET /complaints/imports/{import_id}": "tests/complaints/test_importing.py: files are the city's alone",
    "GET /complaints/imports/{import_id}/refused": "tests/complaints/test_importing.py: files are the city's alone",
    "POST /resources/{key}": "tests/infra/test_resources.py: another company's organisation is refused",
    "POST /resources/{key}/import": "tests/infra/test_resources.py: line 3 of the import",
    "POST /evaluation/weights": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/weights/preview": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/rounds/{span}/{period}/compute": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/rounds/{span}/{period}/publish": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/rounds/{span}/{period}/withdraw": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/samples": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/reports": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/reports/{report_id}/publish": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/reports/{report_id}/close": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/reports/{report_id}/withdraw": "tests/evaluation/test_http.py: the city alone",
    "POST /evaluation/reports/{report_id}/comments": "tests/evaluation/test_reports.py: another's report is not there",
    "POST /evaluation/samples/records/{record_id}": "tests/evaluation/test_samples.py: regulators, in their district",
    "GET /status": "tests/pipeline",
    "GET /totals": "tests/pipeline",
    "GET /twin/manifest": "tests/twin",
    "GET /twin/network.bin": "tests/twin/test_network.py",
    "GET /twin/coverage/{kind}": "tests/twin",
}
MARKS_OF_20 = ("乙热力", "乙一分", "换热站2", "换热站4", "H20", "company2.")


def _routes():
    paths = api.get_openapi_schema(path_prefix="")["paths"]
    return {f"{method.upper()} /{path.lstrip('/')}" for path, methods in paths.items() for method in methods}


def test_every_route_is_listed():
    assert _routes() == set(ROUTES), "say in ROUTES how each route keeps companies apart"


def test_every_scoped_route_is_tried():
    own = {route for route, how in ROUTES.items() if how == "own"}
    assert own == set(FOREIGN) | set(SHARED) | set(ELSEWHERE)


@pytest.fixture
def things_of_20(readings, cast):  # noqa: F811
    """A user, an alert and a job of company 20."""
    from cleanheat.accounts.models import User

    theirs = User.objects.get(username="company2.reader")
    at = clock.now_utc()
    alert = Alert.objects.create(
        source="test", object_kind="substation", object_number=2, object_name="换热站2", level=1, text="停供",
        since_at=at, first_at=at, last_at=at, company_id=20, office_id=21, sender_id=20, district_id=3,
    )  # fmt: skip
    job = Job.objects.create(name=next(iter(jobs.JOBS)).key, owner=theirs, created_at=at)
    return {"user": theirs.pk, "alert": alert.pk, "job": job.pk, **_evaluated(at), **_governed(alert)}


def _evaluated(at):
    """A score, a published report and a sampled record of company 20."""
    from cleanheat.evaluation.models import Report, Round, Sample, Score
    from cleanheat.evaluation.queries.indicators import version_at

    made = Round.objects.create(
        span="month", period="2025-12", start_s=0, end_s=1, indicators=version_at(0), rules_version=1, computed_at=at
    )
    Score.objects.create(round=made, subject_kind="company", subject_id=20, checks=1, violations=0, place=1)
    about = {"subject_kind": "company", "subject_id": 20, "round": made, "state": "published"}
    report = Report.objects.create(**about, content={"subject": {"name": "乙热力"}}, at=at)
    sample = Sample.objects.create(round_span="month", period="2025-12", kind="substation", size=1, seed=1, at=at)
    sample.records.create(stratum=0, number=2, company_id=20, district_id=3)
    return {"report": report.pk, "sample": sample.pk}


def _governed(alert):
    """A governance order, a training and a file of company 20."""
    from datetime import date
    from io import BytesIO

    from cleanheat.accounts.models import User
    from cleanheat.governance import actions
    from cleanheat.governance.models import Training
    from cleanheat.infra.files.actions import upload

    city, theirs = (User.objects.get(username=f"{name}.dispatcher") for name in ("city", "company2"))
    order = actions.raise_by_hand(city, [alert.pk], "", "乙热力", [])
    training = Training.objects.create(
        organisation_id=20, topic="乙热力", held_on=date(2026, 1, 1), organiser="x", trainees=1, hours=1
    )
    file = upload(theirs, "x.txt", BytesIO(b"x"), 1)
    return {"order": order.pk, "training": training.pk, "file": file.pk}


def _send(client, route, path):
    method = route.split()[0].lower()
    given = {"note": "x", "password": "tuHao-92-qiao", "action": "accept", "files": [1]}
    body = (given, "application/json") if method in {"post", "patch"} else ()
    return getattr(client, method)(f"/api/v1{path}", *body)


@pytest.mark.parametrize("route", sorted(r for r, how in ROUTES.items() if how in {"same", "own"}))
def test_without_a_session_nothing_is_told(route, db):
    path = FOREIGN.get(route) or SHARED.get(route) or route.split()[1]
    path = path.replace("{job}", "1").replace("{user}", "1").replace("{alert}", "1")
    path = path.replace("{report}", "1").replace("{sample}", "1")
    path = path.replace("{order}", "1").replace("{training}", "1").replace("{file}", "1")
    for name in ("{key}", "{kind}", "{pk}", "{number}"):
        path = path.replace(name, "1")
    assert _send(Client(raise_request_exception=False), route, path).status_code == 401


@pytest.mark.parametrize("who", ["company.administrator", "office.dispatcher"])
@pytest.mark.parametrize("route", sorted(FOREIGN))
def test_anothers_thing_does_not_exist(route, who, things_of_20, stored, signed_in):  # noqa: F811
    path = FOREIGN[route].format(**things_of_20)
    answer = _send(signed_in(who), route, path)
    assert answer.status_code in ({404} if who.startswith("company") else {403, 404}), answer.content


@pytest.mark.parametrize("route", sorted(SHARED))
def test_nothing_of_another_company_is_in_a_list(route, things_of_20, stored, signed_in):  # noqa: F811
    answer = signed_in("company.administrator").get(f"/api/v1{SHARED[route]}")
    assert answer.status_code == 200, answer.content
    text = answer.content.decode()
    assert [mark for mark in MARKS_OF_20 if mark in text] == []
