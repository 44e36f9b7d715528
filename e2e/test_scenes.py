"""Process scenes in a real browser: loaded only when opened, alive, walked by keyboard, drawn flat, in a gallery."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.feature("A1-5", "A1-6", "C8-5", "E2-5")
def test_scenes_show_each_device_and_load_only_when_opened(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("scenes", cast["city.administrator"], objects={"substation": 1, "boiler": 1, "device": 1})
    assert found["errors"] == []
    assert found["before"] == 0, "the engine came before a scene was opened"
    for kind, scene in found["scenes"].items():
        assert scene["figures"]["triangles"] > 1_000, kind
        assert scene["figures"]["calls"] <= 40, kind
        assert scene["tags"] >= 4, kind
        assert scene["names"] >= 5, kind
        assert scene["device"], kind
    assert found["boxes"] == found["scenes"]["device"]["names"]
    assert found["gallery"] >= 40
