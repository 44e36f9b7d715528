"""What formulas mean: values, applicability, units, spelling and places of refusals, by hand-computed tables."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cleanheat.calc.expressions import (
    ExpressionError,
    FieldLeaf,
    ReadingLeaf,
    compile_blocks,
    describe,
    evaluate,
    name_of,
    parse,
)
from tests.calc.formula_city import CITY

NOW = {
    "t_sup": 60.0, "t_ret": 45.0, "p": 0.5, "flow": 100.0, "heat": 6.28, "power": 1.744, "pm25": 35.0, "on": 1.0,
    "area": 40_000.0, "limit": 95.0, "step": 2.0, "plain_a": 3.0, "plain_b": -2.0, "plain_c": 0.0,
}  # fmt: skip
READINGS = {"prev": 58.0, "delta": 2.0, "rate": 2.0, "avg": 59.0, "sum_children": 6.0, "match": 1.0, "equals": 0.0}


def operand(leaf):
    return NOW.get(leaf.code) if isinstance(leaf, FieldLeaf) else READINGS.get(leaf.function)


def answer(text, expects="truth", values=operand):
    """The formula's answer, the same from single values and from arrays."""
    formula = parse(text, CITY, expects)
    one = evaluate(formula, values)
    held = {leaf: np.full(3, math.nan if values(leaf) is None else values(leaf)) for leaf in formula.leaves}
    many = compile_blocks(formula).run(held.__getitem__, 3)
    assert (many.applicable is None or many.applicable.all()) == one.applicable
    if one.applicable:
        got = many.truth if formula.is_truth else many.value
        assert (got == (one.truth if formula.is_truth else one.value)).all()
    return one.truth if formula.is_truth else one.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("-plain_a ** 2", -9.0),
        ("2 ** 3", 8.0),
        ("plain_a²", 9.0),
        ("plain_a³", 27.0),
        ("7 / 2", 3.5),
        ("+plain_a - -plain_b", 1.0),
        ("供水温度 - 回水温度", 15.0),
        ("1.163 * 流量 * (供水温度 - 回水温度) / 1000", 1.7445),
        ("abs(乙)", 2.0),
        ("min(甲, 乙, 丙)", -2.0),
        ("较大(甲, 乙, 丙, 9)", 9.0),
        ("限幅(甲, 0, 1)", 1.0),
        ("clip(乙, 0, 1)", 0.0),
        ("sqrt(9)", 3.0),
        ("exp(0)", 1.0),
        ("log10(1000)", 3.0),
        ("sign(乙)", -1.0),
        ("round(2.5)", 2.0),
        ("round(3.14159, 2)", 3.14),
        ("如果(甲 > 0, 1, 2)", 1.0),
        ("1 if 甲 < 0 else 2", 2.0),
        ("否则取(1 / 丙, 乙)", -2.0),
        ("coalesce(sqrt(乙), log10(丙), 5)", 5.0),
        ("where(丙 > 0, 甲 / 丙, 0)", 0.0),
        ("上次(供水温度)", 58.0),
        ("下级合计(机组, 机组热量)", 6.0),
        ("１２．５", 12.5),
        ("运行 + 1", 2.0),
    ],
)
def test_numbers(text, value):
    assert answer(text, "number") == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("供水温度 > 50", True),
        ("供水温度＞５０且回水温度＜４０", False),
        ("abs(供水温度-回水温度)>3 and 供水温度>70", False),
        ("供水温度≥60 或 回水温度≠45", True),
        ("非(供水温度 > 50)", False),
        ("not 供水温度 > 50", False),
        ("0 <= 供水温度 <= 95", True),
        ("0 < 供水温度 < 回水温度 < 95", False),
        ("介于(供水温度, 60, 60)", True),
        ("运行", True),
        ("运行 且 甲 == 3", True),
        ("非运行", False),
        ("供水温度>50且运行", True),
        ("供水温度 <= 限值", True),
        ("变化率(供水温度) <= 升温限值", True),
        ("PM2.5 < 75", True),
        ("瞬时热量 <= 3.6 * 热功率 * 1.2", True),
        ("缺失(1 / 丙)", True),
        ("缺失(甲)", False),
        ("符合格式(名称, “^[0-9]{3}$”)", True),
        ("名称 == '甲站'", False),
        ("名称 != “甲站”", True),
        ("如果(甲 > 0, 乙 < 0, 丙 > 0)", True),
        ("甲 > 0\n  and 乙 < 0", True),
    ],
)  # fmt: skip
def test_conditions(text, truth):
    assert answer(text) is truth


@pytest.mark.parametrize(
    "text",
    [
        "1 / 丙 > 0",
        "甲 > 0 or 1 / 丙 > 0",
        "0 / 丙 == 0",
        "1 / (1 / 丙) == 0",
        "min(1 / 丙, 3) == 3",
        "sqrt(乙) > 0",
        "log10(丙) < 0",
        "丙 ** -1 > 0",
        "乙 ** 0.5 > 0",
        "exp(1000) > 0",
        "1 / exp(1000) == 0",
        "1e300 * 1e300 > 0",
        "1e200 * 甲 * 1e200 > 0",
        "not (sqrt(乙) > 0)",
        "sign(1 / 丙) == 1",
        "如果(甲 > 0, 1 / 丙, 0) > 0",
        "如果(1 / 丙 > 0, 1, 0) > 0",
        "否则取(1 / 丙, sqrt(乙)) > 0",
        "t_ret > 0",
        "t_ret > 0 or 甲 == 3",
        "t_ret ** 0 == 1",
        "t_ret * 0 == 0",
        "between(甲, t_ret, 9)",
        "中位(甲, 5) > 0",
    ],
)
def test_not_applicable(text):
    """A missing operand or a step without a finite result: neither true nor false."""
    without = {k: v for k, v in NOW.items() if k != "t_ret"}
    assert answer(text, values=lambda leaf: without.get(leaf.code) if isinstance(leaf, FieldLeaf) else None) is None


@pytest.mark.parametrize(
    "text",
    [
        "缺失(t_ret)",
        "缺失(t_ret + 1) 且 甲 > 0",
        "缺失(t_ret > 1)",
        "否则取(t_ret, 1) == 1",
        "where(缺失(t_ret), 甲, t_ret) == 3",
        "where(甲 > 0, 乙 < 0, t_ret > 0)",
    ],
)
def test_what_bears_a_missing_operand(text):
    assert answer(text, values=lambda leaf: None if leaf == FieldLeaf("t_ret") else operand(leaf)) is True


@pytest.mark.parametrize(
    ("text", "leaf"),
    [
        ("平均(供水温度, 10) > 1", ReadingLeaf("avg", "t_sup", (10.0,))),
        ("分位(供水温度, 30, 0.9) > 1", ReadingLeaf("quantile", "t_sup", (30.0, 0.9))),
        ("下级合计(机组, 机组热量) > 1", ReadingLeaf("sum_children", "q", ("unit",))),
        ("parent('unit', q) > 1", ReadingLeaf("parent", "q", ("unit",))),
        ("疑似互换(供水温度, 回水温度)", ReadingLeaf("swapped", "t_sup", ("t_ret",))),
        ("通道全零()", ReadingLeaf("row_all_zero", "")),
        ("符合格式(名称, '^a$')", ReadingLeaf("match", "name", ("^a$",))),
        ("名称 == 'a'", ReadingLeaf("equals", "name", ("a",))),
        ("名称 == 联系人", ReadingLeaf("same", "name", ("owner",))),
        ("缺失(名称)", ReadingLeaf("is_empty", "name")),
        ("长度(名称) == 11", ReadingLeaf("length", "name")),
    ],
)
def test_functions_of_history_and_text_become_leaves(text, leaf):
    assert parse(text, CITY).leaves == (leaf,)


def test_what_the_engine_asks_of_a_formula():
    formula = parse("供水温度 - 中位(供水温度, 20) > 3 and 变化(供水温度) < 5", CITY)
    assert (formula.lookback_min, formula.operations, formula.is_truth) == (20, 4, True)
    assert parse("供水温度 - 回水温度", CITY, "number").unit == "℃"
    assert parse("斜率(供水温度, 30)", CITY, "number").unit == "℃/h"


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("供水温度 + 供水压力 > 3", "单位不一致：℃ 与 MPa 不能相加减或比较", 1, 8),
        ("供水湿度 > 3", "未知的名称“供水湿度”，是否指“供水温度”？", 1, 1),
        ("甲 > 0 and\n  乙 ＞ 丁", "未知的名称“丁”", 2, 7),
        ("甲 = 3", "判断相等请写 ==", 1, 3),
        ("(甲 > 3", "括号没有配对", 1, 1),
        ("甲 > 3)", "括号没有配对", 1, 6),
        ("甲 +", "写法有误或不完整", 1, 3),
        ("如果（甲＞０，１） > 0", "参数个数不对，应为 如果(条件, 是, 否)", 1, 1),
        ("变化率(供水温度) <= 限值", "单位不一致：℃/min 与 ℃ 不能相加减或比较", 1, 14),
        ("平均(供水温度, 90) > 1", "这里需要整数常数，1 到 60", 1, 10),
        ("平均(供热面积, 9) > 1", "“供热面积”没有历史，这里需要信号", 1, 4),
        ("平方(甲) > 1", "未知的函数“平方”", 1, 1),
        ("甲 > 2 %", "公式中不能使用“%”", 1, 7),
        ("名称 + 1 > 1", "“名称”是文本：只能与文字比较，或用于文本函数", 1, 1),
        ("甲 + 1", "这里需要条件（比较、且、或、非），而不是数值", 1, 1),
    ],
)
def test_refusals_say_why_and_where(text, message, line, column):
    with pytest.raises(ExpressionError) as refusal:
        parse(text, CITY)
    assert (refusal.value.message, refusal.value.line, refusal.value.column) == (message, line, column)
    assert str(refusal.value) == f"第 {line} 行第 {column} 列：{message}"


@pytest.mark.parametrize(
    "text",
    [
        "供水温度 - 回水温度 > 3",
        "供水温度 > 0.5 * 限值",
        "abs(瞬时热量 - 4.1868 * 流量 * (供水温度 - 回水温度) / 1000) <= 0.1 * 瞬时热量",
        "瞬时热量 > 3.6 * 热功率",
        "供水温度 / 供水压力 > 3",
        "供水温度 / 回水温度 > 供水压力 / 3",
        "变化(供水温度) / 5 <= 限值",
        "斜率(供水压力, 30) > 0.1",
        "变化(供水温度) <= 升温限值 * 5",
        "abs(变化(瞬时热量) * 60) <= 3.6 * 热功率",
    ],
)
def test_units_that_go_together(text):
    assert parse(text, CITY).is_truth


@pytest.mark.parametrize(
    "text",
    [
        "瞬时热量 > 热功率",
        "0.5 * 供水温度 > 供水压力",
        "min(供水温度, 流量) > 1",
        "供水温度 - 2 * 流量 > 1",
        "斜率(供水温度, 9) > 升温限值",
    ],
)
def test_units_that_do_not(text):
    with pytest.raises(ExpressionError, match="单位不一致"):
        parse(text, CITY)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 <= 供水温度 <= 95", "供水温度 不小于 0 且 不大于 95 ℃"),
        ("非 运行 或 供水温度 > 3", "非 运行，或 供水温度 大于 3 ℃"),
        ("(甲 + 乙) * 丙 < -1", "(甲 + 乙) × 丙 小于 −1"),
        ("甲 - (乙 - 丙) > 0", "甲 − (乙 − 丙) 大于 0"),
        ("not 缺失(甲) and (甲 > 1 or 乙 > 1)", "甲 有值，且 (甲 大于 1，或 乙 大于 1)"),
        ("(甲 if 甲 > 0 else 乙) < 5", "(若 甲 大于 0 则 甲，否则 乙) 小于 5"),
        ("abs(变化(供水温度)) <= 升温限值 * 5", "|变化(供水温度)| 不大于 升温限值 × 5"),
        ("名称 != “甲站”", "非 名称为“甲站”"),
        ("round(甲, 2) == 1", "甲 取 2 位小数 等于 1"),
    ],
)
def test_formulas_are_said_in_chinese(text, said):
    assert describe(parse(text, CITY)) == said


def test_names_have_one_spelling():
    assert name_of(" ＰＭ2.5 ") == "PM2_5"
    assert parse("ｔ＿ｓｕｐ > 1", CITY).leaves == (FieldLeaf("t_sup"),)
    assert CITY.extended([]).find("供 水 温 度") is not None
