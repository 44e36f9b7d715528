"""The archive's upkeep in the browser: a company asks for a change, the city approves, a version is restored."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.feature("A3-2", "A3-3", "H1-5", "H1-6")
def test_a_change_is_asked_for_approved_and_taken_back(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("archives", cast["company.administrator"], regulator=cast["city.administrator"])
    before, after = str(found["before"]), str(found["before"] + 1)
    assert "现场核实层数" in found["asked"]
    assert "写入档案" in found["approved"]
    assert "第 1 版" in found["restored"]
    assert "版本恢复" in found["restored"]
    assert before in found["restored"]
    assert after in found["restored"]
    assert found["errors"] == []
    assert found["cityErrors"] == []
