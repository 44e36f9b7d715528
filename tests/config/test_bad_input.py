"""Bad input is the caller's fault: 4xx with a problem document, never 500."""

import pytest

from tests.screens.conftest import line, readings, stored  # noqa: F401 - fixtures

HUGE = "9" * 40
TIMES = ("-1", "99999999999999", HUGE, "x")
PATHS = [
    f"/objects/substation/{HUGE}",
    "/objects/substation/-1",
    f"/objects/substation?company={HUGE}",
    f"/objects/substation?limit={HUGE}",
    f"/objects/substation?offset={HUGE}",
    "/objects/substation?state=,,999999,",
    "/objects/substation?order=-",
    "/objects/room?q=%00",
    "/search?q=%00",
    "/search?q=" + "a" * 101,
    *(f"/objects/unit/5/series?signals=heat_power_gj_h&start={t}" for t in TIMES),
    *(f"/objects/unit/5/series?signals=heat_power_gj_h&end={t}" for t in TIMES),
    "/objects/unit/5/series?signals=heat_power_gj_h&start=0&end=4102444800",
    "/objects/unit/5/series?signals=heat_power_gj_h&hours=inf",
    "/objects/unit/5/series?signals=heat_power_gj_h&hours=nan",
    "/objects/unit/5/series?signals=heat_power_gj_h&span=century",
    f"/objects/unit/5/series?signals=heat_power_gj_h&points={HUGE}",
    "/objects/unit/5/series?signals=,,,",
    *(f"/panels?keys=screens.weather_curve&end={t}" for t in TIMES),
    *(f"/panels/screens.weather_curve/export?end={t}" for t in TIMES),
    *(f"/panels/alerts.newest/export?start={t}" for t in TIMES),
    "/panels/screens.weather_curve/export?start=0&end=4102444800",
    "/panels?keys=screens.weather_curve&params=[]",
    "/panels?keys=screens.weather_curve&params=%7B%22screens.weather_curve%22:1%7D",
    "/panels?keys=,",
    f"/alerts/{HUGE}",
    f"/alerts?number={HUGE}",
    f"/alerts?company_id={HUGE}",
    "/alerts?text=" + "%25" * 60_000,
    f"/alerts?page={HUGE}",
    f"/jobs/{HUGE}",
    f"/resources/assets.substation?built_year__gte={HUGE}",
    f"/resources/accounts.user?organisation={HUGE}",
    f"/resources/assets.planned_outage?object_number={HUGE}",
    "/resources/assets.planned_outage?start_at__gte=yesterday",
    "/resources/assets.substation?heated_area_m2__gte=nan",
    "/resources/assets.substation?heated_area_m2__lte=1e400",
    "/resources/assets.substation?q=" + "%25" * 20_000,
    f"/resources/assets.substation/{HUGE}",
    "/resources/assets.substation/abc",
    "/resources/assets.substation?order=company__name",
    "/resources/assets.area?is_rural=perhaps",
    f"/twin/coverage/{HUGE}",
    *(f"/quality/uploads?{side}={t}" for t in TIMES for side in ("start", "end")),
    *(f"/quality/uploads/objects?kind=unit&end={t}" for t in ("0", "4102444800", *TIMES)),
    *(f"/quality/uploads/mismatches?since={t}" for t in TIMES),
    *(f"/quality/uploads/calendar?{side}={t}" for t in TIMES for side in ("start", "end")),
    "/quality/uploads/calendar?kind=moon",
    *(f"/quality/hits?kind=unit&number=5&start=0&end={t}" for t in TIMES),
    *(f"/quality/trace?kind=unit&number=5&signal=heat_power_gj_h&minute={t}" for t in TIMES),
    f"/quality/trace?kind=unit&number={HUGE}&signal=heat_power_gj_h&minute=60",
    "/quality/hits/today/-1",
    f"/quality/hits/today/{HUGE}",
    f"/quality/rules/{HUGE}",
    f"/quality/records/issues?rule={HUGE}",
    f"/quality/records/issues/export?company_id={HUGE}",
    f"/evaluation/samples/{HUGE}/records",
    f"/evaluation/trend?kind=company&number={HUGE}",
    "/evaluation/scores?period=9999-12",
    "/evaluation/scores?span=season&period=0000-S",
    f"/orders?company_id={HUGE}",
    f"/orders/{HUGE}",
    f"/files/{HUGE}/content",
    f"/complaints/imports/{HUGE}",
    f"/catalogue/shares/{HUGE}/uses",
    f"/diagnosis/guidance/unit/{HUGE}",
    "/diagnosis/guidance/unit/-1",
    "/diagnosis/guidance/moon",
    f"/diagnosis/advice/{HUGE}",
    f"/diagnosis/advice?page={HUGE}&limit=-1&days=0",
    "/diagnosis/advice?state=perhaps",
    f"/diagnosis/scenarios/{HUGE}",
    f"/diagnosis/scenarios/compare?ids={HUGE},x,",
    f"/diagnosis/capacity/unit?limit=-{HUGE}",
    "/diagnosis/capacity/moon",
    f"/diagnosis/peak-boilers?days={HUGE}",
]
AGREEMENT = {"client": "a", "resource": "assets.substation", "fields": ["code"], "purpose": "测试用途"}


@pytest.mark.parametrize("path", PATHS, ids=[p[:70] for p in PATHS])
def test_a_bad_address_is_refused_or_answered(line, readings, stored, signed_in, path):  # noqa: F811
    answer = signed_in("city.administrator").get(f"/api/v1{path}")
    assert answer.status_code < 500 or answer.json()["type"].endswith("no-geometry"), answer.content
    assert b"panel-failed" not in answer.content


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/resources/accounts.user", {"username": ["a"], "organisation": {"a": 1}, "role": 7}),
        ("post", "/resources/accounts.user", {"username": "a\x00b", "organisation": 11, "role": "reader"}),
        ("post", "/resources/accounts.user", {"username": "a" * 5_000, "organisation": 11, "role": "reader"}),
        ("post", "/resources/accounts.user", {"username": "a", "organisation": 10**40, "role": "reader"}),
        ("post", "/resources/assets.planned_outage", {"object_kind": None, "object_number": None}),
        ("post", "/resources/assets.planned_outage", {"object_kind": "unit", "object_number": [5]}),
        ("post", "/resources/assets.planned_outage", {"object_kind": "unit", "object_number": 5, "start_at": 10**30}),
        ("patch", "/resources/assets.substation/1", {"name": None}),
        ("patch", "/resources/assets.substation/1", {"name": {"a": "b"}}),
        ("patch", "/resources/assets.substation/1", []),
        ("post", "/users/" + HUGE + "/password", {"password": "tuHao-92-qiao"}),
        ("post", "/session/password", {"current": "a\x00", "password": "\ud83d\ude00"}),
        ("post", "/session", {"username": "a\x00", "password": "b\x00"}),
        ("post", "/alerts/" + HUGE + "/close", {"note": "x"}),
        (
            "post",
            "/ingest/keys",
            {"sender": -1, "algorithm": "x", "challenge": "", "encrypted_key": "", "signature": ""},
        ),
        *(
            ("post", "/catalogue/shares", {**AGREEMENT, "valid_from": start, "valid_until": end})
            for start, end in (
                ("2026-01-01T00:00:00", "2026-02-01T00:00:00Z"),
                ("9999-12-30T00:00:00Z", "9999-12-31T00:00:00Z"),
                ("0001-01-01T00:00:00+14:00", "0001-01-02T00:00:00Z"),
            )
        ),
        ("post", "/flows/governance.order/versions", {"definition": {"a": 2**70}}),
        ("post", "/flows/governance.order/rehearsals", {"definition": {"states": [{}] * 1_000}}),
        ("post", "/evaluation/weights", {"document": {"root": {"weight": 1e308}}, "reason": "x"}),
        ("post", "/evaluation/samples/records/" + HUGE, {"verification": "x"}),
        ("post", "/quality/rules", {"code": "a", "kind": "unit", "data_class": "x", "content": {"expression": "\0"}}),
        ("post", "/ingest/keys/enrol", {"sender": 10**30, "code": "", "public_key": "", "signature": ""}),
    ],
)
def test_a_bad_body_is_refused(line, readings, signed_in, method, path, body):  # noqa: F811
    client = signed_in("city.administrator")
    answer = getattr(client, method)(f"/api/v1{path}", body, "application/json")
    assert answer.status_code < 500 or answer.json()["type"].endswith("not-ready"), answer.content
