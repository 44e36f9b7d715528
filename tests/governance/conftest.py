"""Quality alerts of the small city, and orders raised from them."""

import pytest

from cleanheat.accounts.models import User
from cleanheat.alerts.models import Alert
from cleanheat.governance import verification
from cleanheat.governance.verification import Recheck
from cleanheat.infra import clock
from cleanheat.infra.flow.actions import Request
from cleanheat.kernel.time import utc

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

    monkeypatch.setattr(verification, "_used", [rejudge])
    answers["asked"] = asked
    return answers


@pytest.fixture
def order(world):
    from cleanheat.governance import actions

    return actions.raise_by_hand(who("city.dispatcher"), [alert().pk], "", "请核实", [])


def step(order, name, action, **more):
    from cleanheat.governance import actions

    return actions.act(who(name), order.pk, Request(action, **more))


FEEDBACK = {"note": "换了传感器", "fields": {"cause": "传感器故障", "measure": "更换"}}
