"""Overviews in a real browser: what the pages show is what the server says, and every way on leads somewhere."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest

from tools.platform_process import RunningPlatform, signed_in

PHONE_PX = 360


@pytest.mark.feature("A2-9", "A2-10", "C5-1", "C5-4", "C6-1", "C7-1", "C8-1", "C8-5", "C13-2")
def test_problems_are_ranked_led_on_from_and_walked_down_to_one_home(
    browse: Any, cast: dict[str, dict[str, str]], platform: RunningPlatform
) -> None:
    member = cast["city.administrator"]
    found = browse("overviews", member)
    with closing(signed_in(platform.url, member["username"], member["password"])) as client:
        page = client.get("/api/v1/overview/focus/substation?everybody=true").raise_for_status().json()
        situation = client.get("/api/v1/overview/situation").raise_for_status().json()
    assert found["errors"] == []
    assert [re.split(r"\s", text.strip())[0] for text in found["kinds"]] == [one["zh"] for one in situation]
    assert found["listed"].startswith(f"{page['seen']} 个中")
    assert found["filtered"]["shown"] > 0
    assert found["filtered"]["shown"] in found["filtered"]["counts"]
    assert found["file"] == "overview-substation.csv"
    leads = dict(found["leads"])
    assert {"地图", "供热范围", "供热来源", "三维工艺"} <= set(leads)
    assert re.fullmatch(r"/twin/scene/substation/\d+", leads["三维工艺"])
    assert "trace=down" in leads["供热范围"]
    assert len(set(found["walked"])) == 4
    assert found["home"]["trail"].startswith("全市")
    assert found["home"]["readings"] >= 4
    assert found["widest"] <= PHONE_PX
    assert "light" in found["theme"]
