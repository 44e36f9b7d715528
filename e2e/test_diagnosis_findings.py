"""Diagnosis in the browser: the city looks, judges and takes along; a company sees its own; a phone shows all of it."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

import pytest

from tools.platform_process import RunningPlatform, signed_in

PHONE = {"width": 390, "height": 844}
PATH = "/api/v1/diagnosis/findings?is_open=true&order=grave&size=200"


@pytest.mark.feature("A9-18")
def test_the_city_goes_from_the_overview_to_the_evidence(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("diagnosis_findings", cast["city.administrator"], walks=["finding", "overview", "kinds", "feedback"])
    told = found["found"]
    assert told["overview"]["boxes"] == 5
    assert told["overview"]["listed"] > 0
    finding = told["finding"]
    assert finding["state"] in finding["text"]
    assert "可信度" in finding["text"]
    assert "档案版本" in finding["text"]
    assert finding["file"].lstrip("\ufeff").startswith("编号,级别,状态")
    assert told["kinds"]["title"].startswith(told["kinds"]["name"])
    assert "判断界限系数" in told["feedback"]["told"] or "不重复计入" in told["feedback"]["told"]


def test_a_company_sees_its_own_and_may_not_judge(
    platform: RunningPlatform, browse: Any, cast: dict[str, dict[str, str]]
) -> None:
    city, own = cast["city.administrator"], cast["company.reader"]
    with closing(signed_in(platform.url, own["username"], own["password"])) as client:
        mine = client.get("/api/v1/session").json()["me"]["organisation"]["short_name"]
    other = _finding_of_another(platform, city, mine)
    found = browse("diagnosis_findings", own, walks=["foreign"], other=other)["found"]["foreign"]
    assert found["status"] == 404
    assert "没有这条诊断结论" in found["told"]
    assert set(found["companies"]) <= {mine}


def test_every_page_fits_a_phone(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    walked = browse("diagnosis_findings", cast["city.reader"], walks=["phone"], viewport=PHONE, phone=True)
    assert walked["found"]["phone"]["wide"] == []


def _finding_of_another(platform: RunningPlatform, city: dict[str, str], mine: str) -> int:
    with closing(signed_in(platform.url, city["username"], city["password"])) as client:
        for _ in range(240):
            rows = client.get(PATH).json()["rows"]
            if others := [row["id"] for row in rows if row["company"] not in (mine, "")]:
                return int(others[0])
            time.sleep(1)
    raise AssertionError("no finding at another company's object")
