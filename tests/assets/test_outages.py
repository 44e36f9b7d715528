"""Announced outages: what they spread to, when they hold, who may announce and see them."""

from datetime import timedelta

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.assets.models import PlannedOutage
from cleanheat.infra import clock
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.time import HOUR_S, utc
from tests.conftest import EVENING

NOW = int(EVENING)
PATH = "/api/v1/resources/assets.planned_outage"


def _announce(kind, number, start=NOW - HOUR_S, end=NOW + HOUR_S, organisation=10):
    return PlannedOutage.objects.create(
        object_kind=kind,
        object_number=number,
        start_at=utc(start),
        end_at=utc(end),
        reason="检修",
        organisation_id=organisation,
    )


def _out(archive, minute=NOW):
    return {kind: np.flatnonzero(mask).tolist() for kind, mask in assets.planned_outages(archive, minute).items()}


def test_without_an_outage_there_is_no_mask(city):
    assert assets.planned_outages(city, NOW) == {}


@pytest.mark.parametrize(
    ("kind", "number", "out"),
    [
        ("unit", 5, {"unit": [5]}),
        ("substation", 2, {"unit": [9]}),
        ("boiler", 1, {"boiler": [1]}),
        ("branch", 1, {"branch": [1], "unit": [5, 9, 13, 17]}),
        ("plant", 1, {"plant": [1], "branch": [1], "unit": [5, 9, 13, 17]}),
        ("substation", 99_999, {}),
    ],
)
def test_an_outage_spreads_to_what_is_supplied(city, kind, number, out):
    _announce(kind, number)
    assert _out(city) == {"plant": [], "branch": [], "boiler": [], "unit": []} | out


def test_it_holds_from_its_start_to_before_its_end(city):
    _announce("unit", 5, NOW, NOW + 120)
    held = [bool(_out(city, minute)) for minute in (NOW - 60, NOW, NOW + 60, NOW + 120)]
    assert held == [False, True, True, False]


def test_it_is_one_query(city, django_assert_num_queries):
    for number in (5, 9, 13):
        _announce("unit", number)
    with django_assert_num_queries(1):
        assets.planned_outages(city, NOW)


def _body(**more):
    start = clock.now_utc()
    times = {"start_at": start.isoformat(), "end_at": (start + timedelta(hours=2)).isoformat()}
    return {"object_kind": "substation", "object_number": 1, "reason": "换阀", **times, **more}


def test_a_company_announces_for_its_own_objects_and_it_is_audited(city, signed_in, manual_clock):
    answer = signed_in("company.administrator").post(PATH, _body(), "application/json")
    assert answer.status_code == 201, answer.content
    row = PlannedOutage.objects.get()
    assert (row.organisation_id, row.object_number) == (10, 1)
    assert AuditEntry.objects.filter(verb="assets.planned_outage.create").count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"object_number": 2}, "object_number"),
        ({"object_kind": "plant", "object_number": 1}, "object_number"),
        ({"object_kind": "weather"}, "object_kind"),
        ({"end_at": "2020-01-01T00:00:00+08:00"}, "end_at"),
        ({"reason": ""}, "reason"),
        ({"object_number": 10**30}, "object_number"),
    ],
)
def test_what_is_not_ones_own_or_makes_no_sense_is_refused(city, signed_in, manual_clock, more, field):
    answer = signed_in("company.administrator").post(PATH, _body(**more), "application/json")
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not PlannedOutage.objects.exists()


def test_who_may_not_maintain_the_archive_announces_nothing(city, signed_in, manual_clock):
    for who in ("company.dispatcher", "office.administrator", "district.administrator"):
        assert signed_in(who).post(PATH, _body(), "application/json").status_code == 403


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("city.reader", {10, 11, 20}),
        ("district.reader", {10, 11}),
        ("company.reader", {10, 11}),
        ("company2.reader", {20}),
        ("office.reader", {11}),
    ],
)
def test_outages_are_seen_within_the_scope_of_who_announced_them(city, signed_in, who, seen):
    made = {_announce("substation", 1, organisation=number).pk: number for number in (10, 11, 20)}
    rows = signed_in(who).get(PATH).json()["rows"]
    assert {made[row["pk"]] for row in rows} == seen
