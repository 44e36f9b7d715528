"""The small city with a minute of readings, an alert, a finding and complaints."""

import pytest

from cleanheat.accounts.models import User
from cleanheat.alerts.models import Alert
from cleanheat.complaints.models import Ticket
from cleanheat.diagnosis.models import Found
from cleanheat.infra import clock
from cleanheat.kernel.time import epoch
from cleanheat.orders.raising import raise_by_hand
from tests.screens.conftest import readings, stored

__all__ = ["readings", "stored"]


def owner(n):
    odd = bool(n % 2)
    return {"company_id": 10 if odd else 20, "office_id": 11 if odd else 21, "sender_id": 10 if odd else 20,
            "district_id": 2 if odd else 3}  # fmt: skip


def alert(kind, number, level, source, text="异常", station=None):
    at = clock.now_utc()
    return Alert.objects.create(
        source=source, object_kind=kind, object_number=number, object_name=f"{kind}{number}", level=level, text=text,
        since_at=at, first_at=at, last_at=at, **owner(station or number),
    )  # fmt: skip


def finding(kind, number, level, state, confidence, station=None):
    at = epoch(clock.now_utc())
    return Found.objects.create(
        source=f"diagnosis.{state}", state_key=state, object_kind=kind, object_number=number, level=level, worst=level,
        since_s=at, found_s=at, judged_s=at, confidence=confidence, text="供温不足", archive_version="v",
        **owner(station or number),
    )  # fmt: skip


def call(number, building, company, user=None):
    return Ticket.objects.create(
        channel="12345", number=f"T{number}", received_at=clock.now_utc(), category="cold", building_id=building,
        community_id=building, heat_user_id=user, company_id=company, district_id=2 if company == 10 else 3,
    )  # fmt: skip


@pytest.fixture
def troubles(readings, cast):
    """Substation 1: a quality alert of level Ⅲ at its unit 5, with an order, and two complaints of home 1; substation 2
    (company 20): stopped, level Ⅱ; substation 3: a finding of level Ⅲ at its unit 13; substation 4: nothing."""
    quality = alert("unit", 5, 3, "quality.range.secondary_supply_temp_c", "二次供温超限", station=1)
    alert("substation", 2, 2, "diagnosis.supply_stopped", "停供")
    finding("unit", 13, 3, "under_supply", 0.5, station=3)
    raise_by_hand(User.objects.get(username="city.dispatcher"), [quality.pk], "", "", ())
    for n in (1, 2):
        call(n, 1, 10, user=1)
    return quality
