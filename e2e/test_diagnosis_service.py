"""Service quality, rooms, heat users and cold snaps in the browser, as the city and a company meet them."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from tools.platform_process import RunningPlatform, signed_in

PHONE = {"width": 390, "height": 844}
PAGES = [
    f"/diagnosis{page}"
    for page in ("/service", "/rooms", "/portraits", "/special-users", "/demands", "/visits", "/forecast", "/scenarios")
]


@pytest.fixture(scope="module")
def others(platform: RunningPlatform, cast: dict[str, dict[str, str]]) -> tuple[str, int]:
    """The cast's own company by short name, and the number of another one."""
    city, member = cast["city.administrator"], cast["company.reader"]
    with closing(signed_in(platform.url, member["username"], member["password"])) as client:
        own = client.get("/api/v1/session").json()["me"]["organisation"]
    with closing(signed_in(platform.url, city["username"], city["password"])) as client:
        found = client.get("/api/v1/organisations").json()
    other = next(one["id"] for one in found if one["kind"] == "company" and one["id"] != own["id"])
    return str(own["short_name"]), int(other)


@pytest.mark.feature("C4-2", "C4-6")
def test_a_cold_room_leads_to_its_heat_user(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("diagnosis_service", cast["city.dispatcher"], walks=["rooms", "portraits"])["found"]
    assert [row.split(" ")[0] for row in found["rooms"]["horizons"]] == ["1", "6", "24", "48"]
    assert "低于 18 ℃" in found["rooms"]["portrait"]
    assert "热费缴纳" in found["rooms"]["portrait"]
    assert [row.split("\t")[0] for row in found["portraits"]["special"]] == [
        "中间户", "边户", "顶层户", "顶角户", "底层户",
    ]  # fmt: skip


@pytest.mark.feature("C4-8")
def test_a_demand_is_made_stands_and_is_closed(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    made = browse("diagnosis_service", cast["city.administrator"], walks=["demand"], community=2, reason="连日不热")
    assert "连日不热" in made["found"]["demand"]["told"]
    assert made["found"]["demand"]["demands"] == ["连日不热"]


@pytest.mark.feature("A9-11")
def test_weather_comes_in_and_a_cold_snap_is_gone_through(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("diagnosis_service", cast["city.administrator"], walks=["forecast", "snap"])["found"]
    assert "缺少列" in found["forecast"]["refused"]
    assert "验收气象台" in found["forecast"]["figures"]
    plain, tripped = found["snap"]["told"]
    assert "12 小时内降至 -25 ℃，持续 48 小时" in plain
    assert "停运" not in plain
    assert "停运" in tripped
    assert found["snap"]["map"].startswith("/?focus=substation:")
    assert "寒潮甲" in found["snap"]["compared"]


def test_every_page_of_service_fits_a_phone(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse(
        "diagnosis_service", cast["city.administrator"], walks=["phone"], paths=PAGES, viewport=PHONE, phone=True
    )
    assert found["found"]["phone"]["wide"] == []


@pytest.mark.feature("C4-4", "C4-1")
def test_service_is_read_from_the_city_down_to_a_substation(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("diagnosis_service", cast["city.administrator"], walks=["service"])["found"]["service"]
    assert "95% 区间" in found["figures"]
    assert "覆盖率" in found["figures"]
    assert "合格率权重" in found["numbers"]
    assert len(found["csv"].splitlines()) == found["count"] + 1
    assert found["title"].endswith("：服务质量供热企业")


def test_a_company_sees_its_own_part_and_presses_nothing(
    browse: Any, cast: dict[str, dict[str, str]], others: tuple[str, int]
) -> None:
    own, foreign = others
    found = browse("diagnosis_service", cast["company.reader"], walks=["company"], foreign=foreign)["found"]["company"]
    assert found == {"status": 404, "buttons": 0, "uploads": 0, "companies": [own]}
