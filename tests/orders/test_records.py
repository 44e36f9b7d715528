"""The rules that raise orders are shipped, then the city's to keep."""

from cleanheat.orders.models import RaisingRule
from cleanheat.orders.shipped import load_shipped


def test_raising_rules_are_the_citys(city, cast, signed_in):
    assert RaisingRule.objects.filter(is_active=True).exists()
    path = "/api/v1/resources/orders.rule"
    rows = signed_in("city.administrator").get(path).json()["rows"]
    row = next(r for r in rows if r["source"] == "quality.gateway_lost")
    assert (
        signed_in("city.administrator")
        .patch(f"{path}/{row['pk']}", {"after_min": 5}, "application/json")
        .json()["after_min"]
        == 5
    )
    assert signed_in("district.administrator").patch(f"{path}/{row['pk']}", {}, "application/json").status_code == 403
    assert signed_in("company.administrator").get(path).status_code == 403
    RaisingRule.objects.filter(business="orders.supervision").delete()
    assert load_shipped() == 3  # the other business keeps what people edited
    assert RaisingRule.objects.get(pk=row["pk"]).after_min == 5
