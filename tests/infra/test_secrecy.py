"""Classes of clients: decided by network, session and permission; grids hide places; settings are versions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from django.test import Client

from cleanheat.accounts.models import User
from cleanheat.infra.models import AuditEntry
from cleanheat.infra.scope import EVERYTHING, Scope, scope_of
from cleanheat.infra.secrecy import actions, classes, clients
from cleanheat.infra.secrecy.classes import Level, policy_of
from cleanheat.kernel.errors import Problem

INSIDE, OUTSIDE = "10.1.2.3", "203.0.113.9"
PHONE = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"


@pytest.fixture
def policy():
    """Put a policy in force for one test."""
    kept = classes.current()
    yield classes.put_in_force
    classes.put_in_force(kept)
    actions.forget()


@pytest.fixture
def regulator(cast):
    return User.objects.get(username="city.reader")


def meta(address=INSIDE, **headers):
    return {"REMOTE_ADDR": address, **headers}


@pytest.mark.parametrize(
    ("seen", "session", "expected"),
    [
        (meta(), {}, "precise"),
        (meta("::ffff:10.1.2.3"), {}, "precise"),
        (meta("fd00::7"), None, "precise"),
        (meta(OUTSIDE), {}, "coarse"),
        (meta(""), {}, "coarse"),
        (meta("not an address"), {}, "coarse"),
        (meta(HTTP_USER_AGENT=PHONE), {}, "coarse"),
        (meta(HTTP_SEC_CH_UA_MOBILE="?1"), {}, "coarse"),
        (meta(), {"client": "phone"}, "coarse"),  # opened on a phone, says nothing of it any more
        (meta(HTTP_X_FORWARDED_FOR=INSIDE), {}, "coarse"),  # an unknown proxy could say anything
        (meta(OUTSIDE, HTTP_X_FORWARDED_FOR=INSIDE), {}, "coarse"),
    ],
    ids=["inside", "mapped", "v6", "outside", "none", "junk", "agent", "hint", "session", "proxied", "spoofed"],
)
def test_the_lowest_of_network_session_and_browser_decides(regulator, seen, session, expected):
    assert clients.client_for(regulator, seen, session).key == expected


def test_without_the_permission_an_inside_client_is_a_plain_one(cast):
    user = User.objects.get(username="city.reader")
    assert clients.client_for(user, meta(), {}).key == "precise"
    user.is_active = False  # may nothing
    assert clients.client_for(user, meta(), {}).key == "plain"


def test_a_known_proxy_speaks_for_whom_it_forwards(regulator, policy):
    policy(policy_of(0, {"networks": {"proxies": ["10.0.0.5"], "phones": ["10.9.0.0/16"]}}))
    for forwarded, expected in (
        (INSIDE, "precise"),
        (OUTSIDE, "coarse"),
        (f"{INSIDE}, {OUTSIDE}", "coarse"),  # what the outside one claims of an inside one is not believed
        ("10.9.4.4", "coarse"),
        ("junk", "coarse"),
    ):
        seen = meta("10.0.0.5", HTTP_X_FORWARDED_FOR=forwarded)
        assert clients.client_for(regulator, seen, {}).key == expected, forwarded


def test_a_session_opened_on_a_phone_stays_a_phones(regulator):
    session = {}
    clients._remember(request=SimpleNamespace(META=meta(HTTP_USER_AGENT=PHONE), session=session))
    clients._remember(request=SimpleNamespace(META=meta(), session=session))
    assert session == {"client": "phone"}
    assert clients.client_for(regulator, meta(), session).key == "coarse"


def test_a_marked_user_has_a_scope_of_his_class_and_the_shared_row_has_not(regulator):
    marked = clients.seen_as(regulator, meta(OUTSIDE), {})
    assert (scope_of(marked).view, scope_of(regulator).view) == ("coarse-0", "")
    assert scope_of(marked).key == scope_of(regulator).key + "@coarse-0"
    assert scope_of(marked).sees_all
    anonymous = SimpleNamespace(is_authenticated=False)
    assert clients.seen_as(anonymous, meta(OUTSIDE), {}) is anonymous


def scope(view):
    return Scope(key=f"all@{view}", sees_all=True, view=view)


def test_kinds_attributes_and_shapes_above_the_clearance_are_hidden():
    coarse, plain = scope("coarse-0"), scope("plain-0")
    assert [k for k in classes.current().kinds if classes.hides(k, plain)] == ["pipe", "valve", "equipment"]
    hidden = {k for k in classes.current().kinds if classes.hides(k, coarse)}
    assert hidden == {"branch", "heat_user", "room", "device", "pipe", "valve", "equipment"}
    assert classes.withheld("unit__design_flow_t_h", plain)
    assert not classes.withheld("floors", coarse)
    assert not classes.withheld("diameter_mm", EVERYTHING)
    assert classes.hides("nobody_has_classed_it", plain)
    assert not classes.hides("nobody_has_classed_it", EVERYTHING)
    assert [s for s in classes.current().shapes if classes.hides_shape(s, coarse)] == ["buildings", "coverage"]


def test_outlines_go_with_exact_places_alone(policy):
    policy(policy_of(1, {"grids": {"plain": 100}}))
    assert classes.hides_shape("buildings", scope("plain-1"))
    assert not classes.hides_shape("base", scope("plain-1"))


def test_a_cell_tells_nothing_of_where_in_it():
    rng = np.random.default_rng(5)
    lon, lat = 125 + rng.random(2_000), 43.5 + rng.random(2_000)
    x, y = classes.places("community", scope("coarse-0"), lon, lat)
    width, height = classes.cell_degrees(500)
    assert np.abs(x - lon).max() <= width / 2 * (1 + 1e-9)
    assert np.abs(y - lat).max() <= height / 2 * (1 + 1e-9)
    again = classes.snapped(500, x, y)
    assert np.allclose(again, (x, y))
    assert len(np.unique(np.column_stack([x, y]).round(9), axis=0)) < 2_000
    exact = classes.places("community", EVERYTHING, lon, lat)
    assert exact[0] is lon
    assert classes.grid_m("device", scope("coarse-0")) == 1_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"levels": {"kinds.pipe": "open"}}, "pipe"),
        ({"levels": {"kinds.ship": "public"}}, "kinds.ship"),
        ({"grids": {"coarse": 0}}, "coarse"),
        ({"grids": {"precise": 10}}, "precise"),
        ({"grids": {"plain": "x"}}, "plain"),
        ({"networks": {"internal": ["300.1.1.1"]}}, "internal"),
        ({"networks": {"other": []}}, "other"),
    ],
    ids=["level", "kind", "exact outside", "coarse inside", "word", "network", "list"],
)
def test_a_wrong_entry_is_named(changes, field):
    with pytest.raises(Problem) as caught:
        policy_of(1, changes)
    assert caught.value.field == field


def test_settings_are_changed_by_the_citys_administrator_with_a_reason_and_audited(
    signed_in, policy, django_capture_on_commit_callbacks
):
    admin = signed_in("city.administrator")
    before = admin.get("/api/v1/secrecy").json()
    assert (before["version"], before["mine"], before["address"]) == (0, "precise", "127.0.0.1")
    body = {
        "seen": 0,
        "reason": "楼宇轮廓改为受限",
        "levels": {"shapes.buildings": "restricted"},
        "grids": {"coarse": 1000},
    }
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post("/api/v1/secrecy", body, "application/json")
    assert answer.status_code == 200, answer.content
    entry = AuditEntry.objects.get(verb="secrecy.change")
    assert entry.detail["after"]["grids"] == {"coarse": 1000}
    assert classes.current().shapes["buildings"].level == Level.RESTRICTED
    after = admin.get("/api/v1/secrecy").json()
    assert after["versions"][0]["reason"] == "楼宇轮廓改为受限"
    assert after["clients"][2]["grid_m"] == 1000
    for wrong, field in ((body, "seen"), (body | {"seen": after["version"], "reason": ""}, "reason")):
        refused = admin.post("/api/v1/secrecy", wrong, "application/json")
        assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_nobody_else_and_nobody_outside_may_see_or_change_the_settings(signed_in):
    for who in ("city.dispatcher", "company.administrator", "district.administrator"):
        assert signed_in(who).get("/api/v1/secrecy").status_code == 403
    admin = signed_in("city.administrator")
    assert admin.get("/api/v1/secrecy", REMOTE_ADDR=OUTSIDE).status_code == 403


def test_a_version_that_another_process_put_in_force_is_noticed(signed_in, policy, manual_clock):
    admin = signed_in("city.administrator")
    admin.get("/api/v1/secrecy")
    user = User.objects.get(username="city.administrator")
    from cleanheat.infra import clock
    from cleanheat.infra.secrecy.models import SecrecyVersion

    row = SecrecyVersion.objects.create(changes={"grids": {"coarse": 900}}, reason="xxxx", by=user, at=clock.now_utc())
    manual_clock.advance(actions.RE_READ_S + 1)
    assert admin.get("/api/v1/secrecy").json()["version"] == row.pk
    assert classes.current().clients["coarse"].grid_m == 900


def test_closed_addresses_say_so_without_a_session_they_say_sign_in(signed_in, db):
    answer = signed_in("city.reader").get("/api/v1/archive/changes", REMOTE_ADDR=OUTSIDE)
    assert (answer.status_code, answer.json()["type"]) == (403, "about:problem/client-class")
    assert signed_in("city.reader").get("/api/v1/archive/changes").status_code == 200
    assert Client().get("/api/v1/archive/changes", REMOTE_ADDR=OUTSIDE).status_code == 401
