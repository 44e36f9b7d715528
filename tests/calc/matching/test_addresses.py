"""Addresses as people write them fall into the same parts, whatever they look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanheat.calc.matching.addresses import half_width, numeral, parse, serial_of

DISTRICTS = ("南关区", "宽城区")


@pytest.mark.feature("G2-1")
@pytest.mark.parametrize(
    "text",
    [
        "吉林省长春市南关区御景花园12号楼2单元501室",
        "南关区御景花园　１２栋　２单元　５０１",
        "南关区御景花园12-2-501",
        "南关区御景花园十二幢二门501",
        "南关区御景花园12#2-501",
        "南关区，御景花园（12座）2单元501户",
        "南关区永昌街道御景花园12#楼2单元501",
        "南关区人民大街1234号御景花园第12栋2单元501",
    ],
)
def test_one_home_many_ways(text):
    found = parse(text, DISTRICTS)
    assert (found.district, found.community) == ("南关区", "御景花园")
    assert (found.building, found.stair, found.door) == ("12", "2", "501")


@pytest.mark.parametrize(
    ("text", "community", "building", "stair", "floor", "door"),
    [
        ("永安二期八号楼3单元12层1203", "永安二期", "8", "3", "12", "1203"),
        ("铁路宿舍3#2-501", "铁路宿舍", "3", "2", "", "501"),
        ("建工一条5栋401", "建工一条", "5", "", "", "401"),
        ("一汽楼区3号楼2单元三楼", "一汽楼区", "3", "2", "3", ""),
        ("御景花园A座", "御景花园", "A", "", "", ""),
        ("某小区 5单元 1201室", "某小区", "", "5", "", "1201"),
        ("人民大街某处", "人民大街某处", "", "", "", ""),
        ("", "", "", "", "", ""),
    ],
)
def test_parts(text, community, building, stair, floor, door):
    found = parse(text, DISTRICTS)
    assert (found.community, found.building, found.stair, found.floor, found.door) == (
        community,
        building,
        stair,
        floor,
        door,
    )


def test_street_and_road_are_told_apart_from_names_that_hold_such_words():
    assert parse("永昌街道和平小区3栋").street == "永昌街道"
    assert parse("解放大路88号和平小区3栋").road == "解放大路88号"
    assert parse("铁路小区3栋").community == "铁路小区"
    assert parse("御景小镇3栋").community == "御景小镇"


@pytest.mark.parametrize(
    ("text", "number"), [("十", "10"), ("二十一", "21"), ("九", "9"), ("007", "7"), ("一二", "12")]
)
def test_numerals(text, number):
    assert numeral(text) == number


def test_serials_of_building_names():
    assert [serial_of(n) for n in ("御景花园12号楼", "楼1", "主楼", "二栋")] == ["12", "1", "", "2"]


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text):
    found = parse(text, DISTRICTS)
    assert half_width(half_width(text)) == half_width(text) or found
