"""The rule library and checks of records, as a city administrator works in them and as a company sees them."""

from __future__ import annotations

from typing import Any

import pytest

DESK = {"width": 1440, "height": 900}
Cast = dict[str, dict[str, str]]


@pytest.mark.feature("A4-3", "G2-1")
def test_a_rule_is_written_tried_published_and_records_are_checked(browse: Any, cast: Cast) -> None:
    found = browse("quality_rules", cast["city.administrator"], viewport=DESK)
    assert found["errors"] == []
    library = found["library"]
    assert library["covered"] >= 8
    assert library["families"] == ["边界值"]
    assert "range_unit" in library["found"]
    writing = found["writing"]
    assert writing["offered"][0].startswith("二次供水温度")
    assert writing["completed"] == "二次供水温度"
    assert "第 1 行第 11 列" in writing["fault"]["text"]
    assert writing["fault"]["underlined"] == "供水的温"
    assert "二次供水温度 不大于 上限温度" in writing["sentence"]
    preview = found["preview"]
    assert preview["hits"] > 0
    assert "不代表全天" in preview["basis"]
    assert "二次供水温度" in preview["example"] or "整行" in preview["example"]
    assert "不代表全天" not in preview["day"]
    published = found["published"]
    assert published["needsReason"]
    assert "已发布 v1" in published["text"]
    assert "撤销停用" in published["text"]
    assert "本市经验" in published["text"]
    assert found["stayed"]
    records = found["records"]
    assert "名称书写不统一" in records["detail"]
    assert "→" in records["detail"]
    assert "已忽略" in records["dismissed"]


@pytest.mark.feature("A4-3")
def test_a_company_reads_rules_and_writes_none(browse: Any, cast: Cast) -> None:
    pages = {
        "rules": "/quality/rules",
        "rule": "/quality/rules/1",
        "new": "/quality/rules/new",
        "records": "/quality/records",
    }
    found = browse("pages", cast["company.administrator"], pages=pages, viewport=DESK)
    assert found["errors"] == []
    seen = {name: one["text"] for name, one in found["seen"].items()}
    assert "新建规则" not in seen["rules"]
    assert "介于" in seen["rule"] or "缺失" in seen["rule"]
    assert "修改" not in seen["rule"]
    assert "无权访问" in seen["new"]
    assert "立即核查" not in seen["records"]
    assert all(one["failed"] == 0 and one["overflow"] <= 0 for one in found["seen"].values())
