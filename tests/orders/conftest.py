"""Quality alerts of the small city, and orders raised from them."""

from dataclasses import replace

import pytest

from cleanheat.accounts.models import User
from cleanheat.alerts.models import Alert
from cleanheat.governance.orders import ORDER
from cleanheat.infra import clock
from cleanheat.infra.flow.actions import Request
from cleanheat.kernel.time import utc
from cleanheat.orders.businesses import BUSINESSES, Recheck

RULE = "quality.range_unit"


def who(name):
    return User.objects.get(username=name)


def alert(number=1, source=RULE, level=3, kind="unit", **more):
    """A quality alert at a unit of company 10 (odd) or 20 (even), found now."""
    company, office, district = (10, 11, 2) if number % 2 else (20, 21, 3)
    at = utc(clock.now())
    return Alert.objects.create(
        source=source, object_kind=kind, object_number=number, object_name=f"机组{number}", level=level, text="越界",
        since_at=at, first_at=at, last_at=at, company_id=company, office_id=office, sender_id=company,
        district_id=district, **more,
    )  # fmt: skip


@pytest.fixture
def world(city, cast, manual_clock):
    return manual_clock


@pytest.fixture
def rechecked(monkeypatch):
    """What asking the rule again will find; the list collects what was asked."""
    answers, asked = {"found": Recheck(60, 0)}, []

    def rejudge(about, start, end):
        asked.append((about, start, end))
        return answers["found"]

    monkeypatch.setitem(BUSINESSES._items, ORDER, replace(BUSINESSES[ORDER], rejudge=rejudge))
    answers["asked"] = asked
    return answers


@pytest.fixture
def order(world):
    from cleanheat.orders.raising import raise_by_hand

    return raise_by_hand(who("city.dispatcher"), [alert().pk], "", "请核实", [])


def step(order, name, action, **more):
    from cleanheat.orders import actions

    return actions.act(who(name), order.pk, Request(action, **more))


FEEDBACK = {"note": "换了传感器", "fields": {"cause": "传感器故障", "measure": "更换"}}
