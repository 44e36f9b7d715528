"""Who is affected, asked on the map: a source, a building's way to it, a closed valve, a burst pipe."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest

from tools.platform_process import RunningPlatform, signed_in


@pytest.mark.feature("C5-2", "C6-5", "C7-5", "C13-3")
def test_a_source_a_building_a_valve_and_a_burst_are_traced_on_the_map(
    browse: Any, cast: dict[str, dict[str, str]], platform: RunningPlatform
) -> None:
    member = cast["city.administrator"]
    with closing(signed_in(platform.url, member["username"], member["password"])) as client:

        def ask(path: str) -> dict[str, Any]:
            answer: dict[str, Any] = client.get(f"/api/v1{path}").raise_for_status().json()
            return answer

        plant = max((1, 2), key=lambda n: ask(f"/twin/trace/plant/{n}")["totals"]["buildings"])
        expected = ask(f"/twin/trace/plant/{plant}")["totals"]
        of_archive = ask(f"/twin/trace/plant/{plant}?by=archive")["totals"]
        valve = ask(f"/twin/affected/valve?what=down&kind=plant&number={plant}")["rows"][0]["number"]
        pipe = ask(f"/twin/affected/pipe?what=down&kind=plant&number={plant}")["rows"][0]["number"]
    found = browse("tracing", member, plant=plant, building=1, valve=valve, pipe=pipe)
    assert _number(found["down"], "楼宇") == expected["buildings"]
    assert _number(found["byArchive"], "楼宇") == of_archive["buildings"] >= expected["buildings"]
    assert _number(found["down"], "居民户") == expected["households"]
    assert found["listed"] >= min(50, expected["substations"])
    assert _number(found["up"], "距热源") > 0
    assert 0 < _number(found["closed"], "楼宇") <= expected["buildings"]
    assert found["shared"] == found["closed"]
    assert found["mustClose"] > 0
    assert found["errors"] == []


def _number(facts: str, name: str) -> float:
    match = re.search(rf"{name}\s*([\d,.]+)", facts)
    assert match, (name, facts)
    return float(match[1].replace(",", ""))
