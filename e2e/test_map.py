"""The city map in a real browser: drawn, live, picked, three-dimensional, and offline."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from tools.platform_process import RunningPlatform, signed_in


@pytest.fixture(scope="module")
def substations(platform: RunningPlatform, cast: dict[str, dict[str, str]]) -> list[int]:
    member = cast["city.administrator"]
    with closing(signed_in(platform.url, member["username"], member["password"])) as client:
        rows = client.get("/api/v1/objects/substation?limit=100").raise_for_status().json()["rows"]
    return [row["number"] for row in rows]


@pytest.mark.feature("A2-2", "A2-5", "A1-3", "A1-4", "A1-7", "C5-1", "C8-1")
@pytest.mark.parametrize("renderer", ["", "fallback"])
def test_map_is_live_and_picks_what_it_draws(
    browse: Any, cast: dict[str, dict[str, str]], substations: list[int], renderer: str
) -> None:
    found = browse(
        "map", cast["city.administrator"], substations=substations, boilers=list(range(1, 9)), renderer=renderer
    )
    assert found["renderer"] == (renderer or "webgl2")
    assert found["sameDocument"], "states must arrive without a reload"
    assert found["first"] != found["second"]
    assert len(found["picks"]) == 4
    for pick in found["picks"]:
        assert pick["found"] == {"layer": "substations", "number": pick["wanted"]}, pick
    assert found["errors"] == []


def test_a_company_gets_only_its_own_objects_on_its_map(
    browse: Any, cast: dict[str, dict[str, str]], platform: RunningPlatform, substations: list[int]
) -> None:
    member = cast["company.dispatcher"]
    with closing(signed_in(platform.url, member["username"], member["password"])) as client:
        own = {row["number"] for row in client.get("/api/v1/objects/substation?limit=100").json()["rows"]}
    assert 0 < len(own) < len(substations)
    order = sorted(own) + sorted(set(substations) - own)
    found = browse("map_scope", member, substations=order)
    shown = {n for n, placed in zip(order, found["placed"], strict=True) if placed}
    assert shown == own
    assert all(state == 0 for n, state in zip(order, found["states"], strict=True) if n not in own)
