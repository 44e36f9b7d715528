"""Every page on a desk and on a phone: headings, no failed state, no sideways scrolling, no error in the console."""

from __future__ import annotations

from typing import Any

import pytest

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PAGES = {
    "map": ("/", "图层与主题"),
    "overview": ("/screens/overview", "全市运行总览"),
    "substations": ("/substations", "换热站"),
    "boilers": ("/boilers", "锅炉房"),
    "object-substation": ("/objects/substation/1", "运行曲线"),
    "alerts": ("/alerts", "告警"),
    "archives": ("/archives", "档案"),
    "status": ("/status", "接入状态"),
}


@pytest.mark.feature("H1-1", "H1-4", "C8-1")
@pytest.mark.parametrize(("viewport", "suffix"), [(DESK, ""), (PHONE, "-phone")], ids=["desk", "phone"])
def test_every_page_shows_what_it_is_for(
    browse: Any, cast: dict[str, dict[str, str]], viewport: dict[str, int], suffix: str
) -> None:
    found = browse(
        "pages",
        cast["city.administrator"],
        pages={name: path for name, (path, _) in PAGES.items()},
        says={} if suffix else {name: word for name, (_, word) in PAGES.items()},
        viewport=viewport,
        suffix=suffix,
        phone=bool(suffix),
    )
    assert found["errors"] == []
    for name, seen in found["seen"].items():
        assert seen["failed"] == 0, f"{name} shows a problem:\n{seen['text'][:800]}"
        assert seen["overflow"] <= 0, f"{name} scrolls sideways by {seen['overflow']} px"
        if not suffix:
            assert PAGES[name][1] in seen["text"], f"{name}:\n{seen['text'][:800]}"


def test_signed_out_is_sent_to_sign_in(browse: Any) -> None:
    found = browse("pages", pages={"login": "/substations"}, says={"login": "登录"}, viewport=DESK)
    assert "登录" in found["seen"]["login"]["text"]
