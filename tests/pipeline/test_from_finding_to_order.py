"""A diagnosed trouble becomes an alert at the same place, and the alert an order of the company that runs it."""

import pytest

from cleanheat.accounts.models import User
from cleanheat.alerts.models import Alert
from cleanheat.alerts.public import reconcile
from cleanheat.diagnosis.live.grouping import Grouped
from cleanheat.diagnosis.live.keeping import Judged, Keeper
from cleanheat.diagnosis.live.models import Found
from cleanheat.kernel.findings import Contribution, Evidence, Finding, Level
from cleanheat.orders.raising import raise_by_hand

NOW = 1_768_478_400
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        pytest.param("branch", 1),
        pytest.param("boiler", 1, marks=pytest.mark.feature("C2-8")),
        pytest.param("substation", 1, marks=pytest.mark.feature("C3-8")),
    ],
)
def test_a_finding_an_alert_an_order(city, cast, signed_in, manual_clock, kind, number):
    evidence, shares = (Evidence("heat_ratio_24h", 0.7, 0.9, ""),), (Contribution("supply_c", 1.0),)
    found = Finding("diagnosis.under_supply", kind, number, Level.II, NOW, "欠供", evidence, 0.9, shares)
    Keeper().keep(Grouped((found,), {}), Judged(city, {}, NOW), set())
    reconcile([found], NOW)
    row = signed_in("city.reader").get("/api/v1/diagnosis/findings").json()["rows"][0]
    query = f"source={row['source']}&kind={row['kind']}&number={row['number']}"
    alert = signed_in("city.dispatcher").get(f"/api/v1/alerts?{query}").json()["rows"][0]
    assert (alert["text"], alert["level"]) == (row["text"], row["level"]) == ("欠供", 2)
    if kind != "branch":  # a branch's operator is no company: its orders are the supervision's, not data governance's
        order = raise_by_hand(User.objects.get(username="city.dispatcher"), [alert["id"]], "", "欠供", [])
        assert order.pk
        assert Alert.objects.get(pk=alert["id"]).state == "handling"
    assert Found.objects.get().ended_s is None
