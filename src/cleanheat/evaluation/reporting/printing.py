"""How does a report become a PDF?  A typst template filled with the report's content; needs a Chinese typeface."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson
import typst

from cleanheat.infra import clock
from cleanheat.kernel.errors import Problem

FAMILIES: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Serif CJK SC", "WenQuanYi Zen Hei")
FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/opt/fonts")
FONT_FOLDER: Final = "CLEANHEAT_FONT_DIR"


@cache
def typeface() -> tuple[str, typst.Fonts]:
    """The first Chinese family this machine has, and the fonts it was found among."""
    folders = [Path(f).expanduser() for f in (os.environ.get(FONT_FOLDER, ""), *FOLDERS) if f]
    fonts = typst.Fonts(font_paths=[str(f) for f in folders if f.is_dir()])
    present = set(fonts.families())
    family = next((f for f in FAMILIES if f in present), None)
    if family is None:
        raise Problem(
            503,
            "no-typeface",
            "服务器缺少中文字体，无法生成 PDF",
            f"安装 fonts-noto-cjk，或将字体目录写入 {FONT_FOLDER}",
        )
    return family, fonts


def printed(content: dict[str, Any]) -> bytes:
    """The report as PDF; the same content at the same time gives the same bytes."""
    family, fonts = typeface()
    template = files("cleanheat.evaluation.reporting").joinpath("report.typ").read_bytes()
    compiler = typst.Compiler(
        template, font_paths=fonts, sys_inputs={"report": orjson.dumps(content).decode(), "family": family}
    )
    made = compiler.compile(format="pdf", timestamp=int(clock.now()))
    if not isinstance(made, bytes):
        raise TypeError("a report is one file")
    return made
