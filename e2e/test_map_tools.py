"""The tools of the city map in a real browser: modes, layers, areas, search, measure, print, link, network check."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from cleanheat.calc.matching.shelves import spelled
from tools.platform_process import RunningPlatform, signed_in


@pytest.fixture(scope="module")
def station(platform: RunningPlatform, cast: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A substation with its name, its initials and its place."""
    member = cast["city.administrator"]
    with closing(signed_in(platform.url, member["username"], member["password"])) as client:
        row = client.get("/api/v1/twin/search?q=换热站&limit=1").raise_for_status().json()[0]
        findings = client.get("/api/v1/twin/connectivity").raise_for_status().json()["findings"]
    return {
        "name": row["name"],
        "number": row["number"],
        "initials": spelled(row["name"])[1],
        "at": [row["longitude"], row["latitude"]],
        "findings": len(findings),
    }


@pytest.mark.feature("A1-1", "A1-2", "A1-4", "A2-1", "A2-3", "A2-5", "A2-6", "A2-8")
def test_tools_of_the_map(browse: Any, cast: dict[str, dict[str, str]], station: dict[str, Any]) -> None:
    found = browse("map_tools", cast["city.administrator"], station=station, hasImages=False)
    assert any(station["name"] in hit for hit in found["hits"])
    assert found["cameBack"] == {"company": True, "community": False, "weather": True, "medium": True}
    assert found["three"] != found["two"]
    assert found["two"].endswith("m")
    assert found["area"].endswith(("公顷", "m²", "km²"))
    assert found["ended"] == 0
    assert found["file"].endswith(".png")
    assert (found["paper"]["width"], found["paper"]["height"]) == (2480, 1754)
    assert found["paper"]["colours"] > 30, "the sheet shows the map, not an empty buffer"
    assert found["findings"] == station["findings"] > 0
    assert "尚未配置" in found["notice"]
    assert "satellite.toml" in found["notice"]
    assert found["gone"] == 0
    assert [e for e in found["errors"] if "favicon" not in e] == []


def test_tools_on_a_phone(browse: Any, cast: dict[str, dict[str, str]], station: dict[str, Any]) -> None:
    found = browse(
        "map_tools_phone",
        cast["city.administrator"],
        station=station,
        viewport={"width": 360, "height": 720},
        phone=True,
    )
    assert "sel=substation" in found["selected"]
    assert found["width"] <= 360
