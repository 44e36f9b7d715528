"""The map's themes, marks and replay in a real browser: what is counted, filtered, clicked and played again."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from tools.platform_process import RunningPlatform, signed_in


@pytest.mark.feature("A1-7", "A2-4", "A2-7", "A2-8", "A2-9", "C5-1", "C13-1", "C13-2")
def test_themes_count_filter_and_are_played_again(
    browse: Any, cast: dict[str, dict[str, str]], platform: RunningPlatform
) -> None:
    member = cast["city.administrator"]
    with closing(signed_in(platform.url, member["username"], member["password"])) as client:
        themes = [t["key"] for t in client.get("/api/v1/twin/manifest").raise_for_status().json()["themes"]]
    assert len(themes) >= 10
    found = browse("themes", member, themes=themes)
    assert set(found["seen"]) == set(themes)
    assert min(found["seen"].values()) > 0
    assert found["isPressed"] == "true"
    assert 0 < found["filtered"] <= found["listed"]
    assert found["path"].startswith(("/alerts/", "/orders/", "/governance/orders/"))
    assert found["value"]
    assert found["stepped"] < found["newest"]
    assert found["past"] <= found["stepped"], "another theme shows the same moment, or its own picture before it"
    assert "不随时间变化" in found["unchanging"]
    assert found["errors"] == []


@pytest.mark.feature("A2-9")
def test_legend_and_replay_fit_a_phone(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    viewport = {"width": 360, "height": 720}
    found = browse("themes", cast["company.administrator"], phone=True, viewport=viewport)
    assert found["overflow"] <= 0
    assert found["errors"] == []
