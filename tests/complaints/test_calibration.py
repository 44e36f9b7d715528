"""What hotlines write becomes one form, every correction named; what cannot is refused by its field."""

from datetime import datetime

import pytest

from cleanheat.complaints.calibration import UncalibratableError, calibrate, half_width, words
from cleanheat.complaints.filemap import parse_map, places_of
from cleanheat.complaints.vocabulary import Category, Channel, Satisfaction, TicketState
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import SHANGHAI


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


ROW = {
    "channel": "市民热线",
    "number": "Ｗ－００１",
    "received_at": "2026年1月5日 8时5分",
    "caller_name": "张三 13812341234",
    "caller_phone": "",
    "address": "御景花园３号楼　２单元５０１",
    "category": "",
    "content": "家里冰凉，只有15.5度，不热",
    "state": "已转办",
    "satisfaction": "不满意",
}


@pytest.mark.feature("G6-1")
def test_a_row_takes_our_form_and_says_what_was_changed():
    row = calibrate(ROW)
    v = row.values
    assert (v["channel"], v["number"]) == (Channel.CITY_HOTLINE, "W-001")
    assert v["received_at"] == datetime(2026, 1, 5, 8, 5, tzinfo=SHANGHAI)
    assert (v["caller_name"], v["caller_phone"]) == ("张三", "13812341234")
    assert v["address"] == "御景花园3号楼 2单元501"
    assert (v["category"], v["state"], v["satisfaction"]) == (
        Category.COLD_ROOM,
        TicketState.ASSIGNED,
        Satisfaction.DISSATISFIED,
    )
    assert v["measured_c"] == 15.5
    assert row.corrections.keys() >= {"number", "address", "caller_name", "category", "measured_c"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05 08:05:09", at(2026, 1, 5, 8, 5, 9)),
        ("2026/1/5 8:05", at(2026, 1, 5, 8, 5)),
        ("2026.1.5", at(2026, 1, 5)),
        ("２０２６年１月５日", at(2026, 1, 5)),
        ("2026-01-05T08:05", at(2026, 1, 5, 8, 5)),
        (46027.5, at(2026, 1, 5, 12)),
        (at(2026, 1, 5, 8, 5), at(2026, 1, 5, 8, 5)),
    ],
)
def test_times_as_people_and_spreadsheets_write_them(text, moment):
    assert calibrate(ROW | {"received_at": text}).values["received_at"] == moment


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "x" * 41}, "number"),
        ({"received_at": ""}, "received_at"),
        ({"received_at": "昨天"}, "received_at"),
        ({"closed_at": "2026-13-01"}, "closed_at"),
        ({"channel": "广播电台"}, "channel"),
        ({"channel": ""}, "channel"),
        ({"address": "长" * 201}, "address"),
    ],
)
def test_refusal_names_the_field(change, field):
    with pytest.raises(UncalibratableError) as refused:
        calibrate(ROW | change)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("content", "category"),
    [
        ("暖气一点不热，室内冷", Category.SUPPLY_STOPPED),
        ("地下室跑水", Category.LEAK),
        ("客服态度恶劣", Category.ATTITUDE),
        ("想咨询热费怎么算", Category.CHARGES),
        ("", Category.OTHER),
    ],
)
def test_type_is_read_off_the_content(content, category):
    assert calibrate(ROW | {"content": content}).values["category"] == category


@pytest.mark.parametrize(("phone", "made"), [("无", ""), ("138", ""), ("８１２３４５６７", "81234567")])
def test_phones(phone, made):
    assert calibrate(ROW | {"caller_name": "李", "caller_phone": phone}).values["caller_phone"] == made


def test_impossible_end_and_temperature_are_left_out_and_said():
    row = calibrate(ROW | {"closed_at": "2025-01-01", "measured_c": "85", "content": "不热"})
    assert (row.values["closed_at"], row.values["measured_c"]) == (None, None)
    assert row.corrections.keys() >= {"closed_at", "measured_c"}


def test_chinese_punctuation_stays():
    assert half_width("冷，很冷。　（急）") == "冷，很冷。 (急)"


def test_every_word_belongs_to_a_code():
    known = {"channel": Channel, "category": Category, "state": TicketState, "satisfaction": Satisfaction}
    for table, choices in known.items():
        assert set(words()[table]) <= set(choices.values)
    assert set(words()["category"]) == set(Category.values)


def test_columns_are_found_by_usual_titles_and_by_a_mapping():
    assert places_of(["工单编号", "受理时间", "热线"], parse_map("")) == {"number": 0, "received_at": 1, "channel": 2}
    mapping = parse_map('channel = "12319"\n[columns]\nnumber = "案号"')
    assert places_of(["案号", "登记时间", "x"], mapping) == {"number": 0, "received_at": 1}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("x = 1", "x"),
        ("[columns]\ncolour = 'a'", "columns.colour"),
        ("channel = '110'", "channel"),
        ("[columns", "map"),
        ("[columns]\nnumber = 3", "columns.number"),
    ],
)
def test_wrong_mapping_is_refused_by_its_field(text, field):
    with pytest.raises(Problem) as refused:
        parse_map(text)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("titles", "text", "field"),
    [
        (["受理时间", "渠道"], "", "number"),
        (["工单号", "受理时间"], "", "channel"),
        (["工单号", "受理时间", "渠道"], "[columns]\naddress = '住址'", "columns.address"),
    ],
)
def test_missing_column_is_named(titles, text, field):
    with pytest.raises(Problem) as refused:
        places_of(titles, parse_map(text))
    assert refused.value.field == field
