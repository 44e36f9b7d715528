"""Which column of a hotline's file is which field?  A mapping file where the titles are not the usual ones."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cleanheat.complaints.calibration import half_width, words
from cleanheat.complaints.vocabulary import Channel
from cleanheat.kernel.errors import invalid

REQUIRED: Final = ("number", "received_at")


@dataclass(frozen=True)
class FileMap:
    """``columns``: field → title in the file; ``channel`` of all rows where the file has no such column."""

    columns: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""


def parse_map(text: str) -> FileMap:
    """A mapping file; a wrong or unknown field is refused by its name."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise invalid("map", "映射文件不是有效的 TOML", str(error)) from error
    if extra := document.keys() - {"channel", "columns"}:
        raise invalid(sorted(extra)[0], "映射文件中没有此字段", "channel、columns")
    channel = str(document.get("channel", ""))
    if channel and channel not in Channel.values:
        raise invalid("channel", "不认识的渠道", "、".join(Channel.values))
    columns = document.get("columns", {})
    if not isinstance(columns, dict):
        raise invalid("columns", "应为 字段 = 列名")
    for name, title in columns.items():
        if name not in words()["columns"]:
            raise invalid(f"columns.{name}", "没有此字段", "、".join(words()["columns"]))
        if not isinstance(title, str):
            raise invalid(f"columns.{name}", "列名应为文本")
    return FileMap(columns, channel)


def places_of(titles: Sequence[object], mapping: FileMap) -> dict[str, int]:
    """Field → column number; the fields a ticket cannot do without must be there."""
    known = {half_width(str(title)): i for i, title in reversed(list(enumerate(titles)))}
    places: dict[str, int] = {}
    for name, usual in words()["columns"].items():
        wanted = [half_width(mapping.columns[name])] if name in mapping.columns else [*usual, name]
        found = next((known[title] for title in wanted if title in known), None)
        if found is not None:
            places[name] = found
        elif name in mapping.columns:
            raise invalid(f"columns.{name}", "文件中没有这一列", mapping.columns[name])
    for name in REQUIRED:
        if name not in places:
            raise invalid(name, "文件缺少必需的列", "、".join(words()["columns"][name]))
    if "channel" not in places and not mapping.channel:
        raise invalid("channel", "文件没有渠道列，映射文件也未给出渠道", "12345 或 12319")
    return places
