"""Models and guidance in the browser: train, compare, adopt, roll back, set, advise, answer; each as its role may."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from tools.platform_process import RunningPlatform, signed_in

PHONE = {"width": 390, "height": 844}
DIAGNOSIS = "/api/v1/diagnosis"


@pytest.fixture(scope="module")
def unit(platform: RunningPlatform, cast: dict[str, dict[str, str]]) -> int:
    """A unit with parameters of its own, at which an alert has once been found false."""
    boss = cast["city.administrator"]
    with closing(signed_in(platform.url, boss["username"], boss["password"])) as client:
        version = next(v for v in client.get(f"{DIAGNOSIS}/models?kind=unit").json() if v["state"] == "adopted")
        rows = client.get(f"{DIAGNOSIS}/models/{version['id']}/objects?order=number").json()["rows"]
        number = int(next(row["number"] for row in rows if row["slope"] is not None))
        said = {"kind": "unit", "number": number, "outcome": "false_alarm", "reference": "e2e"}
        assert client.post(f"{DIAGNOSIS}/feedback", json=said).status_code == 200
        return number


def test_training_needs_a_reason_and_is_listed(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("diagnosis_models", cast["city.administrator"], walks=["train"])["found"]["train"]
    assert found["early"], "training needs a reason"
    assert "锅炉房 · 整类" in found["training"]


@pytest.mark.feature("A9-13")
def test_a_coefficient_is_set_within_bounds_and_ended(browse: Any, cast: dict[str, dict[str, str]], unit: int) -> None:
    found = browse("diagnosis_models", cast["city.administrator"], walks=["override", "learned"], unit=unit)["found"]
    assert found["override"]["early"], "setting needs a reason"
    assert float(found["override"]["bounded"]) == 10.0
    assert any("末端改造后偏冷" in row for row in found["override"]["records"])
    assert all(name in found["override"]["expectations"] for name in ("供水温度", "回水温度", "流量", "热量"))
    assert "误报" in found["learned"]["feedback"]
    assert "结束" in found["learned"]["ended"]


def test_the_city_is_told_who_would_not_keep_rooms_warm(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("diagnosis_models", cast["city.dispatcher"], walks=["guidance", "capacity"])["found"]
    assert "K" in found["guidance"]["failing"]
    assert found["guidance"]["hours"] == 73
    assert "供水温度" in found["guidance"]["now"]
    assert "不满足供热需求" in found["guidance"]["why"]
    assert [row.split("\t")[0] for row in found["capacity"]["systems"]] == ["单系统", "双系统", "多系统"]
    assert len(found["capacity"]["stations"]) == 50
    assert found["capacity"]["peaks"]


def test_advice_is_answered_by_the_company_and_handed_over_by_the_city(
    browse: Any, cast: dict[str, dict[str, str]]
) -> None:
    no = {"deed": "不采纳", "text": "正在检修换热器"}
    company = browse("diagnosis_models", cast["company.dispatcher"], walks=["advice"], **no)["found"]["advice"]
    assert "转督办" not in company["buttons"], "handing over is the regulator's"
    assert "企业说明不采纳" in company["after"]
    handed = {"deed": "转督办", "text": "请于今日落实"}
    city = browse("diagnosis_models", cast["city.administrator"], walks=["advice"], **handed)["found"]["advice"]
    assert "转预警督办" in city["after"]


def test_a_reader_changes_nothing(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("diagnosis_models", cast["company.reader"], walks=["reader"])["found"]["reader"]
    assert found == {"mayTrain": 0, "answers": 0, "status": 403}


def test_every_page_fits_a_phone(browse: Any, cast: dict[str, dict[str, str]], unit: int) -> None:
    paths = [
        *(f"/diagnosis/{page}" for page in ("models", "models/1", "overrides", "drift", "feedback")),
        *(f"/diagnosis/{page}" for page in ("guidance", "guidance?show=advice", "capacity", "peak-boilers")),
        *(f"/diagnosis/{page}/unit/{unit}" for page in ("parameters", "guidance")),
    ]
    member = cast["city.administrator"]
    found = browse("diagnosis_models", member, walks=["phone"], paths=paths, viewport=PHONE, phone=True)
    assert found["found"]["phone"]["wide"] == []


@pytest.mark.feature("A9-16")
def test_a_version_is_compared_adopted_and_rolled_back(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("diagnosis_models", cast["city.administrator"], walks=["compare"])["found"]["compare"]
    assert found["needed"], "going back needs a reason"
    assert len(found["rows"]) >= 7
    assert "已回退" in found["versions"][0]
    assert "使用中" in found["versions"][1]
