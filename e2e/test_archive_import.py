"""The import wizard in a browser: a bad GBK file is told row by row and kept out, a good one goes in and comes back."""

from __future__ import annotations

import base64
import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.assets.importing.files import HEAD

DESK = {"width": 1440, "height": 900}
WITH_NAMES = """
SELECT c.code, d.code, o.code, u.code, b.longitude, b.latitude FROM assets_building b
JOIN assets_community c ON c.number = b.community_id JOIN assets_unit u ON u.number = b.unit_id
JOIN assets_area d ON d.id = b.district_id JOIN accounts_organisation o ON o.id = b.company_id ORDER BY b.number LIMIT 1
"""


def rows(database: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Good and bad lines about a community of the city that is there."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as open_:
        community, district, company, unit, x, y = open_.execute(WITH_NAMES).fetchone()

    def line(name: str, **more: str) -> list[str]:
        told = dict(
            zip(
                HEAD,
                [name, community, district, company, unit, "2005年", "6", "18", "0.41", "50", "节能50%"],
                strict=False,
            )
        )
        return list((told | {"lng": str(x), "lat": str(y)} | more).values())

    good = [line(f"演练小区{n}栋") for n in range(101, 141)]
    bad = [
        line("演练小区201栋"),
        line("演练小区202栋", 所属小区="没有的小区"),
        line("演练小区203栋", lng=str(y), lat=str(x)),
        line("演练小区204栋", 层数="很高"),
    ]
    return good, bad


def gbk(name: str, lines: list[list[str]]) -> dict[str, str]:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *lines])
    return {"name": name, "base64": base64.b64encode(text.getvalue().encode("gbk")).decode()}


@pytest.mark.feature("A3-1", "A3-3", "G2-1", "G2-5")
def test_a_bad_file_is_kept_out_and_a_good_one_goes_in_and_comes_back(browse: Any, cast: Any, platform: Any) -> None:
    good, bad = rows(platform.data_dir / "platform.sqlite3")
    found = browse(
        "archive_import",
        cast["city.administrator"],
        viewport=DESK,
        good=gbk("楼栋.csv", good),
        bad=gbk("错误.csv", bad),
    )
    assert found["errors"] == []
    assert found["first"]["counts"].split() == ["共", "4", "新增", "1", "更新", "0", "未变", "0", "未通过", "3"]
    for word in ("没有这个小区", "经度与纬度颠倒", "不是数"):
        assert word in found["told"]
    assert found["sheet"].endswith(".xlsx")
    assert found["keptOut"]
    assert "演练小区101栋" in found["second"]["previewed"]
    assert "4100" in found["second"]["previewed"]
    assert "新增 40" in found["done"]
