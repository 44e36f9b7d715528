"""Lists, cards, curves, search: composed, scoped, filtered, and never rendered twice for the same question."""

import pytest

from tests.screens.conftest import MINUTE

LIST = "/api/v1/objects/substation"


def _numbers(answer):
    assert answer.status_code == 200, answer.json()
    return [row["number"] for row in answer.json()["rows"]]


@pytest.mark.feature("C8-1")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4]),
        ("order=secondary_supply_temp_c", [2, 4, 1, 3]),
        ("order=-secondary_supply_temp_c&limit=2", [3, 1]),
        ("limit=2&offset=2", [3, 4]),
        ("company=20", [2, 4]),
        ("district=2", [1, 3]),
        ("q=站3", [3]),
        ("q=hr-000004", [4]),
        ("q=220103-HR", [2, 4]),
        ("state=1", [1, 2, 3, 4]),
        ("state=5,6", []),
        ("order=primary_flow_t_h", [1, 2, 3, 4]),
    ],
)
def test_list_is_filtered_sorted_and_cut(readings, signed_in, query, numbers):
    assert _numbers(signed_in("city.reader").get(f"{LIST}?{query}")) == numbers


@pytest.mark.parametrize(
    ("who", "numbers"),
    [("city", [1, 2, 3, 4]), ("district", [1, 3]), ("company", [1, 3]), ("company2", [2, 4]), ("office", [1, 3])],
)
def test_list_shows_the_viewers_own(readings, signed_in, who, numbers):
    answer = signed_in(f"{who}.reader").get(LIST)
    assert _numbers(answer) == numbers
    assert answer.json()["total"] == len(numbers)


def test_row_says_whose_it_is_and_what_it_reads(readings, signed_in):
    row = signed_in("city.reader").get(LIST).json()["rows"][0]
    assert (row["name"], row["company"], row["district"], row["minute"]) == ("换热站1", "甲热力", "南关区", MINUTE)
    assert row["code"] == "220102-HR-000001"
    assert row["values"]["secondary_supply_temp_c"] == 45
    assert row["values"]["primary_flow_t_h"] is None
    assert row["verdicts"]["primary_flow_t_h"] == 3


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        (f"{LIST}?order=colour", 422, "order"),
        (f"{LIST}?limit=501", 422, "limit"),
        (f"{LIST}?unit=3", 422, "unit"),
        (f"{LIST}?state=1,²", 422, "state"),
        (f"{LIST}?state={'9' * 5_000}", 422, "state"),
        ("/api/v1/objects/unit/5/series?signals=heat_power_gj_h&start=0&end=" + "9" * 18, 422, "end"),
        ("/api/v1/objects/unit/5/series?signals=heat_power_gj_h&start=-5", 422, "start"),
        ("/api/v1/objects/dragon", 404, None),
        ("/api/v1/objects/unit/5/series?signals=colour", 422, "signals"),
        ("/api/v1/objects/unit/5/series?signals=heat_power_gj_h&start=2026-13-01", 422, "start"),
        ("/api/v1/objects/unit/5/series?signals=heat_power_gj_h&start=9&end=8", 422, "start"),
        ("/api/v1/objects/community/1/series?signals=heat_power_gj_h", 404, None),
    ],
)
def test_refusal_names_the_field(readings, stored, signed_in, path, status, field):
    answer = signed_in("city.reader").get(path)
    assert answer.status_code == status
    assert answer.json().get("field") == field


def test_unchanged_list_is_not_sent_again(readings, signed_in):
    client = signed_in("city.reader")
    again = client.get(LIST, headers={"If-None-Match": client.get(LIST)["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_card_has_attributes_family_and_values(readings, signed_in):
    card = signed_in("company.reader").get("/api/v1/objects/substation/1").json()
    assert (card["name"], card["kind_zh"]) == ("换热站1", "换热站")
    assert {a["key"]: a["value"] for a in card["attributes"]}["system"] == "单系统"
    assert [c["kind"] for c in card["children"]] == ["unit", "community"]
    value = next(v for v in card["values"] if v["signal"] == "secondary_supply_temp_c")
    assert (value["value"], value["unit"], value["verdict"], value["at"]) == (45, "℃", 0, MINUTE)


@pytest.mark.feature("H1-4")
@pytest.mark.parametrize("kind", ["plant", "branch", "boiler", "unit", "community", "building", "heat_user", "room"])
def test_every_kind_has_a_card(readings, signed_in, kind):
    number = 5 if kind == "unit" else 1
    assert signed_in("city.reader").get(f"/api/v1/objects/{kind}/{number}").json()["number"] == number


@pytest.mark.feature("H1-3")
def test_curve_of_a_unit(readings, stored, signed_in):
    path = "/api/v1/objects/unit/5/series?signals=secondary_supply_temp_c&hours=1&points=1000"
    curve = signed_in("company.reader").get(path).json()
    assert len(curve["times"]) == len(curve["lines"][0]["values"]) == 59
    assert curve["lines"][0]["values"][-1] == pytest.approx(45, abs=0.05)


@pytest.mark.parametrize(
    "path", ["unit/9", "unit/9/series?signals=heat_power_gj_h", "substation/2", "room/2", "plant/1"]
)
def test_anothers_object_does_not_exist(readings, stored, signed_in, path):
    answer = signed_in("company.reader").get(f"/api/v1/objects/{path}")
    assert answer.status_code == 404


def test_search_finds_only_the_viewers_own(readings, signed_in):
    def found(who, text):
        return [(h["kind"], h["number"]) for h in signed_in(who).get("/api/v1/search", {"q": text}).json()]

    assert found("company.reader", "换热站") == [("substation", 1), ("substation", 3)]
    assert found("city.reader", "HR-000004") == [("substation", 4)]
    assert found("city.reader", "") == []


def test_catalogue_names_every_signal_with_its_unit(signed_in):
    kinds = {k["code"]: k for k in signed_in("company.reader").get("/api/v1/catalogue").json()}
    assert kinds["unit"]["signals"][0]["unit"] == "℃"


SCREENS = {
    "catalogue": "city district company office",
    "company": "city district company office",
    "complaints": "city district company",
    "data_quality": "city district company office",
    "development": "city district company office",
    "diagnosis": "city district company office",
    "focus": "city district company office",
    "governance": "city district company office",
    "guidance": "city district company office",
    "intake": "city district company office",
    "orders": "city district company office",
    "overview": "city district",
    "rules": "city district company office",
    "service": "city district company office",
    "uploads": "city district company office",
}
"""Who may open which screen: a new layout needs its line."""


@pytest.mark.parametrize("level", ["city", "district", "company", "office"])
@pytest.mark.parametrize("role", ["reader", "dispatcher", "administrator"])
def test_screens_are_those_one_may_open(signed_in, level, role):
    client = signed_in(f"{level}.{role}")
    mine = [key for key, levels in SCREENS.items() if level in levels.split()]
    assert [s["key"] for s in client.get("/api/v1/screens").json()] == mine
    for key in SCREENS:
        answer = client.get(f"/api/v1/screens/{key}")
        assert answer.status_code == (200 if key in mine else 403), key
        assert key not in mine or answer.json()["cells"]
    assert client.get("/api/v1/screens/nothing").status_code == 404
