"""Files of strangers: what is no table or too large is refused, and never takes the platform down with it."""

import io
from datetime import datetime

import pytest
import xlsxwriter

from cleanheat.infra.sheets import file_response, read_table
from cleanheat.kernel.errors import Problem


def workbook(*cells):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for row, column, value in cells:
            sheet.write(row, column, value)
    return out.getvalue()


def test_a_workbook_is_read_as_rows():
    body = workbook((0, 0, "编码"), (0, 2, "时间"), (2, 0, 7), (2, 1, 1.5), (2, 2, datetime(2026, 1, 2)))  # noqa: DTZ001
    first, empty, last = read_table("a.xlsx", body)
    assert (first, empty) == (["编码", "", "时间"], ["", "", ""])
    assert last[:2] == [7, 1.5]
    assert str(last[2]).startswith("2026-01-02")


@pytest.mark.parametrize("corner", [(1_048_575, 16_383), (1_000_000, 40)], ids=["never", "many"])
def test_a_few_bytes_that_declare_a_huge_sheet_are_refused(corner):
    body = workbook((0, 0, "编码"), (*corner, "x"))
    assert len(body) < 10_000
    with pytest.raises(Problem) as refused:
        list(read_table("bomb.xlsx", body))
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    "body",
    [b"", b"PK\x03\x04", b"\0" * 5_000, workbook((0, 0, "x"))[:-200]],
    ids=["nothing", "head", "zeros", "cut"],  # never of the bytes: a workbook holds the second it was made
)
def test_what_is_no_workbook_is_refused(body):
    with pytest.raises(Problem):
        list(read_table("a.xlsx", body[:6_000]))


def test_an_endless_cell_of_a_csv_file_is_refused():
    with pytest.raises(Problem):
        list(read_table("a.csv", b'"' + b"a" * 200_000))


@pytest.mark.parametrize("text", ["=1+1", "＝1+1", "+1", "-1", "@A1", "\t=1", "\n=1"])
def test_no_cell_of_a_csv_file_is_run_as_a_formula(text):
    made = file_response("a", "csv", [text, "b"], [[text, 1]]).content.decode("utf-8-sig")
    assert made.count(f"'{text}") == 2
