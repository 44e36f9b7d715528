"""What people decide about an alert of a model reaches the limits of its object."""

import pytest

from cleanheat.alerts import actions as alerts
from cleanheat.alerts.models import Alert
from cleanheat.diagnosis import fleet
from cleanheat.diagnosis.models import Outcome
from cleanheat.infra import clock, events
from tests.diagnosis.fleet.conftest import who

pytestmark = pytest.mark.django_db(transaction=True)


def alert(number, source="diagnosis.under_supply"):
    at = clock.now_utc()
    return Alert.objects.create(
        source=source, object_kind="unit", object_number=number, object_name="机组", level=3, text="欠供",
        since_at=at, first_at=at, last_at=at, company_id=10, office_id=11, sender_id=10, district_id=2,
    )  # fmt: skip


@pytest.mark.feature("A9-13")
def test_a_false_alarm_widens_and_a_confirmed_one_narrows(models):
    alerts.mark_false(who("city.dispatcher"), alert(5).pk, "检修")
    alerts.close(who("city.dispatcher"), alert(13).pk, "已处理")
    alerts.mark_false(who("city.dispatcher"), alert(9, "quality.range_unit").pk, "x")
    events.dispatch_pending()
    factors = fleet.current("unit").coefficients["limit_factor"]
    assert [round(float(factors[n]), 2) for n in (5, 13, 9)] == [1.15, 0.97, 1.0]
    assert {o.author.username for o in Outcome.objects.all()} == {"city.dispatcher"}


def test_an_alert_that_ends_by_itself_teaches_nothing(models):
    alert(5)
    alerts.reconcile([], int(clock.now()) + 86_400)
    events.dispatch_pending()
    assert not Outcome.objects.exists()
