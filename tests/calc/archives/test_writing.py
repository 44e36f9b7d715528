"""One way of writing codes, names and addresses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanheat.calc.archives.writing import RULES, standardise


def new(text: str, what: str) -> str:
    return next((r.new for r in standardise([text], what)), text)


@pytest.mark.feature("G2-1", "G2-2")
@pytest.mark.parametrize(
    ("what", "old", "wanted"),
    [
        ("name", "御景花园３栋", "御景花园3号楼"),
        ("name", "御景花园 三 幢", "御景花园3号楼"),
        ("name", "御景花园12#楼", "御景花园12号楼"),
        ("name", "御景花园A座", "御景花园A号楼"),
        ("name", "御景花园(2期)03#", "御景花园（二期）3号楼"),
        ("name", "南湖Ⅱ期十二号楼", "南湖二期12号楼"),
        ("name", "南湖第一期3号楼2门", "南湖一期3号楼2单元"),
        ("name", "中医院门诊楼", "中医院门诊楼"),
        ("name", "银座大厦", "银座大厦"),
        ("name", "Block B", "Block B"),
        ("company", "长春市热力(集团) 有限责任公司（盖章）", "长春市热力（集团）有限责任公司"),
        ("company", "某某供热有限公司有限公司", "某某供热有限公司"),
        ("code", "220102hr000123", "220102-HR-000123"),
        ("code", "２２０１０２－ｈｒ－０００１２３", "220102-HR-000123"),
        ("code", "220102-ZZ-000123", "220102-ZZ-000123"),
        ("address", "御景花园三栋二单元501", "御景花园3号楼2单元501室"),
        ("address", "御景花园12-3-1204", "御景花园12号楼3单元1204室"),
        ("address", "人民大街", "人民大街"),
    ],
)
def test_one_way_of_writing(what, old, wanted):
    assert new(old, what) == wanted


@pytest.mark.parametrize("what", sorted(RULES))
@given(text=st.text("御景花园一二三123０栋幢座#号楼期()（） -AI单元门", max_size=14))
@settings(max_examples=150, deadline=None)
def test_what_is_standard_stays_as_it_is(what, text):
    once = new(text, what)
    if what != "address":  # an address is cut anew; what is left of nonsense may read otherwise
        assert new(once, what) == once


def test_a_rule_that_is_not_accepted_changes_nothing():
    (found,) = standardise(["ok", "南湖２期３栋"], "name", frozenset({"width", "phase"}))
    assert (found.row, found.new, found.rules) == (1, "南湖二期3栋", ("width", "phase"))
