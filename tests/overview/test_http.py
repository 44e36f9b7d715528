"""Addresses of overviews: what they tell, refuse and hand out as files; how long the way takes."""

import io
import zipfile

import pytest

ROOT = "/api/v1/overview"


@pytest.fixture
def city_reader(troubles, signed_in):
    return signed_in("city.reader")


@pytest.mark.feature("C8-1")
@pytest.mark.parametrize("kind", ["branch", "boiler", "substation", "heat_user"])
def test_every_kind_has_its_page_its_charts_and_its_file(city_reader, kind):
    page = city_reader.get(f"{ROOT}/focus/{kind}?everybody=true").json()
    assert page["total"] == page["seen"] == len(page["rows"])
    assert {s["code"] for s in page["signals"]} == set(page["rows"][0]["values"])
    charts = city_reader.get(f"{ROOT}/focus/{kind}/charts").json()
    assert (charts["owners"]["kind"], charts["reasons"]["kind"], charts["course"]["kind"]) == ("bars", "pie", "series")
    file = city_reader.get(f"{ROOT}/focus/{kind}/export?everybody=true")
    assert zipfile.is_zipfile(io.BytesIO(file.content))


def test_choices_do_not_shrink_by_choosing(city_reader):
    whole = city_reader.get(f"{ROOT}/focus/substation").json()
    chosen = city_reader.get(f"{ROOT}/focus/substation?level=2&model=substation_anomaly").json()
    assert chosen["total"] == 1
    for name in ("levels", "reasons", "sources", "models"):
        assert chosen[name] == whole[name]
    assert whole["levels"] == [0, 1, 2, 0]


def test_pages(city_reader):
    numbers = [city_reader.get(f"{ROOT}/focus/substation?size=2&page={n}").json()["rows"] for n in (1, 2, 3)]
    assert [[row["number"] for row in rows] for rows in numbers] == [[2, 1], [3], []]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("focus/moon", 404), ("focus/substation?level=9", 422), ("focus/substation?reason=mood", 422),
        ("focus/substation?within=branch", 422), ("focus/substation?size=5000", 422), ("way?kind=moon", 404),
        ("way?kind=substation&number=99", 404), ("way?order=mood", 422),
    ],
)  # fmt: skip
def test_nonsense_is_refused(city_reader, path, status):
    assert city_reader.get(f"{ROOT}/{path}").status_code == status


@pytest.mark.feature("A2-10")
@pytest.mark.feature("C5-4")
def test_the_way_leads_from_the_city_to_one_home(city_reader):
    at, walked = ("city", 0), []
    for wanted in ("company", "substation", "community", "building", "heat_user"):
        found = city_reader.get(f"{ROOT}/way?kind={at[0]}&number={at[1]}&shown={wanted}").json()
        assert found["shown"] == wanted
        step = next(s for s in found["steps"] if s["number"] in {10, 1})
        assert step["households"] == {"company": 48, "heat_user": 1}.get(wanted, 48)
        at = (wanted, step["number"])
        walked.append(step["name"])
    assert walked == ["甲热力", "换热站1", "小区1", "楼1", "楼1 1单元201"]
    assert [c["kind"] for c in found["chain"]] == [
        "city",
        "company",
        "plant",
        "branch",
        "substation",
        "community",
        "building",
    ]


@pytest.mark.feature("A2-10")
def test_open_alerts_and_orders_are_counted_on_every_step(city_reader):
    for wanted, number in (("company", 10), ("branch", 1), ("substation", 1)):
        steps = city_reader.get(f"{ROOT}/way?shown={wanted}").json()["steps"]
        step = next(s for s in steps if s["number"] == number)
        assert step["levels"] == {"branch": [0, 1, 1, 0]}.get(wanted, [0, 0, 1, 0])
        assert step["orders"] == 1
    stations = city_reader.get(f"{ROOT}/way?shown=substation").json()["steps"]
    assert [s["number"] for s in stations][:2] == [2, 1]
    assert city_reader.get(f"{ROOT}/way?shown=substation&order=name").json()["steps"][0]["number"] == 1


def test_sources_lead_down_as_companies_do(city_reader):
    found = city_reader.get(f"{ROOT}/way?kind=branch&number=1&order=area").json()
    assert [s["number"] for s in found["steps"]][:2] == [1, 2]
    assert [c["kind"] for c in found["chain"]] == ["city", "plant", "branch"]
    boiler = city_reader.get(f"{ROOT}/way?kind=boiler&number=1").json()
    assert [c["kind"] for c in boiler["chain"]] == ["city", "company", "boiler"]


def test_a_company_walks_its_own_way_alone(troubles, signed_in):
    own = signed_in("company.reader")
    assert [s["name"] for s in own.get(f"{ROOT}/way").json()["steps"]] == ["甲热力"]
    for path in ("way?kind=company&number=20", "way?kind=building&number=2", "way?kind=heat_user&number=2"):
        assert own.get(f"{ROOT}/{path}").status_code == 404
    stations = own.get(f"{ROOT}/way?shown=substation").json()
    assert {s["number"] for s in stations["steps"]} == {1, 3}


@pytest.mark.feature("C5-1")
def test_the_situation_of_every_kind_is_ones_own(troubles, signed_in):
    def told(who):
        return {
            s["kind"]: (s["seen"], s["troubled"], s["levels"]) for s in signed_in(who).get(f"{ROOT}/situation").json()
        }

    assert told("city.reader")["substation"] == (4, 3, [0, 1, 2, 0])
    assert told("company.reader") == {
        "branch": (0, 0, [0, 0, 0, 0]), "boiler": (1, 0, [0, 0, 0, 0]), "substation": (2, 2, [0, 0, 2, 0]),
        "heat_user": (1, 1, [0, 0, 1, 0]),
    }  # fmt: skip
