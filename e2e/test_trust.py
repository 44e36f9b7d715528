"""Trust in data in the browser: a company reads its report and answers, the city weighs, samples, shares, imports."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from tools.platform_process import RunningPlatform, signed_in

ELEMENT = "telemetry.unit.secondary_supply_temp_c"
PHONE = {"width": 390, "height": 844}
PAGES = [
    *(f"/evaluation{page}" for page in ("", "/weights", "/samples", "/reports", "/life-cycle")),
    *(f"/catalogue{page}" for page in ("", "/lineage", "/shares", "/compliance")),
    *(f"/complaints{page}" for page in ("", "/validity", "/imports")),
    "/governance/trainings",
    "/governance/compliance",
]


@pytest.fixture(scope="module")
def company(platform: RunningPlatform, cast: dict[str, dict[str, str]]) -> str:
    """The short name of the cast's company."""
    member = cast["company.dispatcher"]
    with closing(signed_in(platform.url, member["username"], member["password"])) as client:
        return str(client.get("/api/v1/session").json()["me"]["organisation"]["short_name"])


@pytest.mark.feature("A8-2")
def test_a_report_is_published_answered_closed_and_withdrawn(
    browse: Any, cast: dict[str, dict[str, str]], company: str
) -> None:
    boss = cast["city.administrator"]
    made = browse("trust", boss, walks=["report"], company=company)["found"]["report"]
    assert made["pdf"] == {"type": "application/pdf", "head": "%PDF-", "framed": "SAMEORIGIN"}
    assert made["title"].startswith(company)
    told = browse(
        "trust", cast["company.dispatcher"], walks=["remark"], path=made["path"], text="室温数据缺失系通信中断"
    )
    assert "企业反馈" in told["found"]["remark"]["talk"]
    ended = browse("trust", boss, walks=["settle"], path=made["path"])["found"]["settle"]
    assert "室温数据缺失系通信中断" in ended["talk"]
    assert "监管答复" in ended["talk"]
    assert "草稿" in ended["heading"]


@pytest.mark.feature("A8-6")
def test_the_city_weighs_and_samples(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("trust", cast["city.administrator"], walks=["weights", "sample"])["found"]
    assert found["weights"]["early"], "saving needs a reason"
    assert "全市" in found["weights"]["preview"]
    assert float(found["weights"]["value"]) == 0.9
    drawn = found["sample"]["drawn"]
    assert len(drawn) == 4
    assert all("区 · " in row for row in drawn)
    assert found["sample"]["sums"][4:7] == ["2", "1", "1"]


def test_data_are_shared_by_agreement_and_described_by_import(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    walks = ["share", "knowledge"]
    found = browse("trust", cast["city.administrator"], walks=walks, element=ELEMENT)["found"]
    shared = found["share"]
    assert (shared["got"]["status"], shared["shownAgain"], shared["refused"]) == (200, False, 403)
    assert len(shared["got"]["body"]["rows"]) == len(shared["got"]["body"]["fields"]) == 2
    assert "用途终止" in shared["ended"]
    assert "拒绝 403" in shared["uses"][0]
    assert found["knowledge"]["early"], "importing needs a rehearsal"
    assert "修改 1，未变 0，拒绝 1" in found["knowledge"]["rehearsed"]
    assert "第 3 行" in found["knowledge"]["rehearsed"]


@pytest.mark.feature("G6-1")
def test_hotline_records_are_imported_and_unmasked_with_a_reason(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    tickets = browse("trust", cast["city.administrator"], walks=["complaints"])["found"]["complaints"]
    assert "共 2 行：新增 1，更新 0，未变 0，拒绝 1" in tickets["outcome"]
    assert "第 3 行 受理时间" in tickets["outcome"]
    assert "昨天" in tickets["refused"]
    assert "13812341234" not in tickets["masked"]
    assert "张三丰" in tickets["whole"]


def test_a_company_starts_at_its_own_page_and_sees_nothing_of_others(
    browse: Any, cast: dict[str, dict[str, str]], company: str
) -> None:
    found = browse("trust", cast["company.reader"], walks=["company"])["found"]["company"]
    assert found["title"].startswith(company)
    assert found["scores"] == [company]
    assert found["statuses"] == [403, 200, 200]
    assert found["buttons"] == 0
    assert found["tabs"] == ["目录", "数据血缘"]


def test_every_page_fits_a_phone(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("trust", cast["city.administrator"], walks=["phone"], paths=PAGES, viewport=PHONE, phone=True)
    assert found["found"]["phone"]["wide"] == []
