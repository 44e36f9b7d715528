"""Every spelling that is understood, and every one that could mean two things and is refused."""

import contextlib
import math
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanheat.kernel import unify
from cleanheat.kernel.time import SHANGHAI, utc

NOON = 1_768_449_600  # 2026-01-15 12:00 in Shanghai


@pytest.mark.feature("A5-4")
@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("45.3", "", 45.3),
        ("４５．３", "℃", 45.3),
        (" +45.30 ", "℃", 45.3),
        ("－5.2℃", "℃", -5.2),
        ("−5.2摄氏度", "℃", -5.2),
        ("1,234,567.5", "t", 1_234_567.5),
        ("１，２３４．５", "t", 1_234.5),
        ("1e3", "kWh", 1_000.0),
        (".5", "MPa", 0.5),
        ("350kPa", "MPa", 0.35),
        ("0.35兆帕", "MPa", 0.35),
        ("350 ＫＰＡ", "MPa", 0.35),
        ("3.5巴", "MPa", 0.35),
        ("1MPa", "kPa", 1_000.0),
        ("2,500千瓦", "MW", 2.5),
        ("1 MW", "kW", 1_000.0),
        ("1兆瓦时", "GJ", 3.6),
        ("1000度电", "GJ", 3.6),
        ("100万大卡", "GJ", 4.1868),
        ("1百万大卡", "GJ", 4.1868),
        ("3.6GJ/h", "MW", 1.0),
        ("12吨/小时", "t/h", 12.0),
        ("12 t/h", "t/h", 12.0),
        ("20吨每小时", "t/h", 20.0),
        ("60L/min", "m3/h", 3.6),
        ("85%", "%", 85.0),
        ("８５％", "%", 85.0),
        ("50赫兹", "Hz", 50.0),
        ("212华氏度", "℃", 100.0),
        ("1.2万元", "元", 12_000.0),
        ("1.2亿元", "万元", None),
        ("3亿", "元", 300_000_000.0),
        ("￥1,200", "元", 1_200.0),
        ("1200人民币", "元", 1_200.0),
        ("12万平方米", "m2", 120_000.0),
        ("12公顷", "m²", 120_000.0),
        ("3百", "", 300.0),
        ("", "℃", math.nan),
        ("--", "℃", math.nan),
        ("缺测", "℃", math.nan),
        ("ＮＵＬＬ", "℃", math.nan),
    ],
)
def test_numbers(text, target, expected):
    if expected is None:
        with pytest.raises(ValueError, match=r"不能换算|不认识"):
            unify.number(text, target)
        return
    found = unify.number(text, target)
    assert math.isnan(found) if math.isnan(expected) else found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "target", "why"),
    [
        ("abc", "℃", "不是数值"),
        ("12,34", "t", "不是数值|不认识"),
        ("1.2.3", "t", "不认识|不是"),
        ("5 MPa", "℃", "不能换算"),
        ("5 furlong", "MPa", "不认识"),
        ("5m3/h", "t/h", "不能换算"),
        ("5kPa", "", "不应带单位"),
        ("1e999", "t", "过大"),
        ("∞", "t", "不是数值"),
        ("三十", "t", "不是数值"),
    ],
)
def test_numbers_that_are_none(text, target, why):
    with pytest.raises(ValueError, match=why):
        unify.number(text, target)


def test_volume_flow_needs_a_density():
    assert unify.number("100立方米/小时", "t/h", density_t_m3=0.97) == pytest.approx(97.0)
    assert unify.convert(100, "m³/h", "吨/时", 0.97) == pytest.approx(97.0)


@pytest.mark.parametrize("text", ["mw", "Mw", "毫瓦"])
def test_units_that_only_case_tells_apart_are_not_guessed(text):
    with pytest.raises(ValueError, match="不认识"):
        unify.unit(text)


@pytest.mark.feature("A5-4")
@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15 12:00",
        "2026-01-15T12:00:00+08:00",
        "2026-01-15T04:00:00Z",
        "2026/1/15 12:00:00",
        "2026.01.15 12:00",
        "2026年1月15日 12时",
        "2026年1月15日12时0分0秒",
        "2026年1月15日 中午12点",
        "２０２６年１月１５日　１２：００",
        "20260115 1200",
        "20260115120000",
        "2026-01-15 上午12:00",
        1_768_449_600,
        1_768_449_600_000,
        "1768449600",
        46_037.5,
        "46037.5",
    ],
)
def test_moments(text):
    assert unify.instant(text) == NOON


def test_afternoon_and_date_alone():
    assert unify.instant("2026年1月15日 下午3:05") == NOON + 3 * 3_600 + 300
    assert unify.instant("20260115") == unify.instant("2026-01-15") == NOON - 12 * 3_600
    assert unify.instant("2026-01-15 12:00", UTC) == NOON + 8 * 3_600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "15/01/2026",
        "01-15-2026",
        "2026-13-01",
        "2026-02-30",
        "1815-01-01",
        12,
        1e30,
        True,
        "昨天",
        "26:00",
        "0001-01-01T00:00+23:00",
    ],
)
def test_moments_that_are_none(text):
    with pytest.raises(ValueError, match="时间"):
        unify.instant(text)


@given(st.text(max_size=40))
def test_no_text_does_anything_but_read_or_refuse(text):
    for read in (unify.unit, lambda t: unify.number(t, "MPa"), unify.instant):
        with contextlib.suppress(ValueError):
            read(text)


@given(st.integers(946_684_800, 4_102_444_799))
def test_every_minute_survives_its_spellings(at):
    moment = utc(at).astimezone(SHANGHAI)
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒", "%Y%m%d%H%M%S"):
        assert unify.instant(moment.strftime(pattern)) == at
