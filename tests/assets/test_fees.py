"""Fees: drawn believably, loaded once, each company its own, the payer masked."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.assets.models import HeatFee
from cleanheat.simulator.fees import SEASONS, draw_fees
from tests.conftest import EVENING


@pytest.fixture
def fees(city):
    return draw_fees(city, 7, int(EVENING))


@pytest.mark.feature("C4-6")
def test_fees_are_loaded_once_and_read_as_columns(fees, city):
    users = city["heat_user"].count
    assert assets.load_fees(fees) == SEASONS * users
    assert assets.load_fees(fees) == 0
    found = assets.fee_columns(season_year=2025)
    assert found.heat_user.tolist() == city["heat_user"].numbers.tolist()
    assert (found.due_yuan > 0).all()
    assert (np.isnan(found.late_days) == (found.paid_yuan < found.due_yuan)).all()
    assert assets.fee_columns(users=[]).due_yuan.size == 0


def test_most_pay_early_and_the_same_seed_gives_the_same_fees(city, fees):
    many = SimpleNamespace(
        numbers=np.arange(1, 5_001), values={"position": np.zeros(5_001), "area_m2": np.full(5_001, 80.0)}
    )
    drawn = draw_fees({"heat_user": many}, 11, int(EVENING))
    assert drawn["due_yuan"][0] == pytest.approx(2_160)
    paid = drawn["paid_yuan"] >= drawn["due_yuan"]
    assert 0.9 < paid.mean() < 0.985
    again = draw_fees(city, 7, int(EVENING))
    assert all((again[name] == fees[name]).all() for name in fees)


@pytest.mark.feature("C4-6", "C4-5")
def test_a_company_sees_its_own_users_fees_and_no_payer_whole(fees, city, signed_in):
    assets.load_fees(fees)
    client = signed_in("company.reader")
    page = client.get("/api/v1/resources/assets.heat_fee").json()
    of_user = city["heat_user"].links["company"]
    rows = HeatFee.objects.filter(heat_user__building__company_id=10).count()
    assert page["total"] == rows == SEASONS * int((of_user == 10).sum())
    text = json.dumps(page, ensure_ascii=False)
    assert "某" not in text
    assert "1990001" not in text
    foreign = HeatFee.objects.filter(heat_user__building__company_id=20).first()
    assert client.get(f"/api/v1/resources/assets.heat_fee/{foreign.pk}").status_code == 404


@pytest.mark.feature("C4-6")
def test_a_file_of_fees_comes_in_row_by_row(city, signed_in):
    from django.core.files.uploadedfile import SimpleUploadedFile

    body = (
        "缴费编号,热用户,采暖季起始年,应缴,已缴,缴费期限,缴清日期\n"
        "A1,YH1,2025,2000,2000,2025-09-20,2025-09-01\n"
        "A2,YH2,2025,2000,0,2025-09-20,\n"
        "A3,YH1,2024,2000,-5,2024-09-20,\n"
    ).encode()
    client = signed_in("company.administrator")
    answer = client.post("/api/v1/resources/assets.heat_fee/import", {"file": SimpleUploadedFile("f.csv", body)})
    assert answer.status_code == 200, answer.content
    assert answer.json()["created"] == 1  # the second is another company's user, the third pays less than nothing
    assert [r["field"] for r in answer.json()["refused"]] == ["heat_user", "paid_yuan"]
