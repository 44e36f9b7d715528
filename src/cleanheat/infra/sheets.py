"""Tables as files: CSV and XLSX out, CSV and XLSX in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, Literal

import xlsxwriter
from django.http import HttpResponse

from cleanheat.infra import clock
from cleanheat.infra.opened_sheet import UnreadableError, rows_of
from cleanheat.kernel.errors import Problem, invalid
from cleanheat.kernel.time import local

Format = Literal["csv", "xlsx"]
CONTENT_TYPES: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAX_UPLOAD_BYTES = 10 * 1024 * 1024
WATERMARK: Final = "导出水印"


def watermark(user: Any) -> str:
    """Who takes a file with him, and when: the last line of every export."""
    name = getattr(user, "display_name", "") or getattr(user, "username", "")
    at = local(int(clock.now()))
    return f"{WATERMARK}：{name}（{getattr(user, 'username', '')}）{at:%Y-%m-%d %H:%M:%S}"


def file_response(
    name: str, kind: Format, header: Sequence[str], rows: Iterable[Sequence[Any]], mark: str = ""
) -> HttpResponse:
    """A download; ``name`` is ASCII and without ending, ``mark`` the watermark of its last line."""
    body = (_csv if kind == "csv" else _xlsx)(header, chain(rows, [[mark]] if mark else []))
    response = HttpResponse(body, content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([_harmless(cell) for cell in row] for row in chain([header], rows))
    return text.getvalue().encode("utf-8-sig")  # the mark makes spreadsheet programs read it as UTF-8


_FORMULA: Final = frozenset("=+-@＝＋－＠\t\r\n")


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA else cell


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, header, bold)
        for at, row in enumerate(rows, 1):
            sheet.write_row(at, 0, [cell if isinstance(cell, int | float | None) else str(cell) for cell in row])
    return out.getvalue()


def read_table(name: str, body: bytes, max_bytes: int = MAX_UPLOAD_BYTES) -> Iterator[list[Any]]:
    """Rows of an uploaded file, header first; empty cells are ``""``.  Problem when it is no readable table.

    The watermark of a file that was exported here is no row.
    """
    if len(body) > max_bytes:
        raise Problem(413, "file-too-large", "文件过大", f"最大 {max_bytes // 1024 // 1024} MB", "file")
    for row in _lines(name, body):
        if not (row and str(row[0]).startswith(WATERMARK)):
            yield row


def _lines(name: str, body: bytes) -> Iterator[list[Any]]:
    is_csv = name.lower().endswith(".csv")
    try:
        yield from csv.reader(io.StringIO(_decoded(body))) if is_csv else map(_whole_numbers, rows_of(body))
    except (UnreadableError, csv.Error) as error:
        raise invalid("file", "不是可读的 CSV 或 XLSX 文件") from error


def _whole_numbers(row: list[Any]) -> list[Any]:
    return [int(c) if isinstance(c, float) and c.is_integer() else c for c in row]


def _decoded(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):  # what spreadsheet programs here write
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise invalid("file", "无法识别文件编码", "UTF-8 或 GB18030")
