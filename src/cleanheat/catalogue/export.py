"""The catalogue as a standard: element set and resource directory as XLSX and JSON, the same bytes for the same state.

Columns follow the core metadata of GB/T 21063 (resources) and GB/T 18391 (elements).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import xlsxwriter

from cleanheat.catalogue.queries import Entry, data_resources, elements_by_resource, entries, version_numbers
from cleanheat.catalogue.subjects import subjects
from cleanheat.catalogue.vocabulary import ElementKind, Sharing
from cleanheat.infra.masking import MASKS, Level
from cleanheat.kernel.glossary import glossary

ELEMENT_TITLES: Final = {
    "key": "标识",
    "identifier": "数据元标识符",
    "zh": "中文名称",
    "code": "英文代码",
    "kind": "类别",
    "resource": "数据资源",
    "definition": "定义",
    "source": "来源系统",
    "owner": "责任单位",
    "steward": "联系人",
    "format": "表示格式",
    "unit": "计量单位",
    "domain": "值域",
    "frequency": "更新频率",
    "level": "敏感级别",
    "mask": "脱敏规则",
    "sharing": "共享类型",
    "version": "版本",
    "digest": "内容摘要",
    "remarks": "备注",
}
RESOURCE_TITLES: Final = {
    "identifier": "信息资源标识符",
    "key": "信息资源代码",
    "zh": "信息资源名称",
    "subject": "信息资源分类",
    "provider": "信息资源提供方",
    "steward": "责任单位",
    "format": "信息资源格式",
    "elements": "数据元数",
    "frequency": "更新周期",
    "level": "敏感级别",
    "sharing": "共享类型",
}


def element_row(entry: Entry, versions: dict[str, int]) -> dict[str, Any]:
    """One element in words, as tables and files show it."""
    e = entry.element
    version = versions.get(e.key, 1)
    return {
        "key": e.key,
        "identifier": f"{subjects().authority}-{e.key}-V{version}",
        "zh": e.zh,
        "code": e.code,
        "kind": str(ElementKind(e.kind).label),
        "resource": e.resource,
        "definition": e.definition,
        "source": e.source,
        "owner": e.owner,
        "steward": entry.steward or subjects().steward,
        "format": e.format,
        "unit": e.unit,
        "domain": e.domain,
        "frequency": frequency_zh(e.frequency_s),
        "level": Level(e.level).zh,
        "mask": MASKS[e.mask].rule if e.mask else "",
        "sharing": str(Sharing(e.sharing).label),
        "version": version,
        "digest": entry.derived.digest,
        "remarks": entry.remarks,
    }


def frequency_zh(seconds: int) -> str:
    if not seconds:
        return "按需"
    if seconds < 3_600:
        return f"{seconds // 60} 分钟" if seconds >= 60 else f"{seconds} 秒"
    return f"{seconds // 3_600} 小时"


def element_rows() -> list[dict[str, Any]]:
    versions = version_numbers()
    return [element_row(entry, versions) for entry in entries().values()]


def resource_rows() -> list[dict[str, Any]]:
    by_resource = elements_by_resource()
    rows = []
    for key, resource in sorted(data_resources().items()):
        mine = [entry.element for entry in by_resource.get(key, [])]
        strictest = max((e.level for e in mine), default=int(Level.INTERNAL))
        rows.append(
            {
                "identifier": resource.identifier,
                "key": key,
                "zh": resource.zh,
                "subject": resource.subject.zh,
                "provider": resource.provider,
                "steward": subjects().steward,
                "format": "时序" if resource.kind == "telemetry" else "结构化数据",
                "elements": len(mine),
                "frequency": frequency_zh(min((e.frequency_s for e in mine if e.frequency_s), default=0)),
                "level": Level(strictest).zh,
                "sharing": str(_widest(e.sharing for e in mine).label),
            }
        )
    return rows


def _widest(sharing: Iterable[str]) -> Sharing:
    """A resource may be shared as far as its freest element."""
    found = set(sharing)
    return next((s for s in Sharing if s.value in found), Sharing.CONDITIONAL)


def document() -> dict[str, Any]:
    """Everything, with a checksum over the rest (SHA-256 of the compact JSON with sorted keys)."""
    body = {
        "standard": "GB/T 18391、GB/T 21063、GB/T 43697-2024",
        "authority": subjects().authority,
        "elements": element_rows(),
        "resources": resource_rows(),
        "masks": [
            {"key": m.key, "zh": m.zh, "level": m.level.zh, "rule": m.rule, "example": m.example}
            for m in MASKS.values()
        ],
        "glossary": [{"zh": t.zh, "word": t.word, "note": t.note} for t in glossary()],
    }
    return {**body, "checksum": checksum(body)}


def checksum(body: dict[str, Any]) -> str:
    rest = {name: value for name, value in body.items() if name != "checksum"}
    return hashlib.sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def as_json() -> bytes:
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2)


def as_workbook(mark: str = "") -> bytes:
    """Three sheets: elements (to be filled in and imported again), resources, and what the file is."""
    told, out = document(), io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC), "title": "数据资源目录"})
        bold = book.add_format({"bold": True})
        _sheet(book, bold, "数据元", ELEMENT_TITLES, told["elements"])
        _sheet(book, bold, "数据资源目录", RESOURCE_TITLES, told["resources"])
        _sheet(
            book, bold, "脱敏规则", {"zh": "类别", "level": "级别", "rule": "规则", "example": "示例"}, told["masks"]
        )
        about = [
            {"name": "标准", "text": told["standard"]},
            {"name": "校验和", "text": told["checksum"]},
            {"name": "导出", "text": mark},
        ]
        _sheet(book, bold, "说明", {"name": "项目", "text": "内容"}, about)
    return out.getvalue()


def _sheet(book: Any, bold: Any, name: str, titles: dict[str, str], rows: Sequence[dict[str, Any]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, list(titles.values()), bold)
    sheet.freeze_panes(1, 0)
    for at, row in enumerate(rows, 1):
        sheet.write_row(at, 0, [row[key] for key in titles])
