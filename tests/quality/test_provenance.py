"""Where a value comes from, the red table, and people's word on values: complete, within the scope, undoable."""

import numpy as np
import pytest

from cleanheat.infra import clock
from cleanheat.infra.models import AuditEntry
from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict, unpack
from cleanheat.quality.models import Rule, RuleVersion
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.latest import latest
from cleanheat.telemetry.public import install_store
from cleanheat.telemetry.traces import WHOLE_ROW, Arrivals, Cleaned, Hits, Method

UNIT = KINDS["unit"]
SUPPLY = UNIT.index["secondary_supply_temp_c"]
START = 1_768_478_400 - 3_600
ODD = START + 5 * 60


def a_rule():
    rule = Rule.objects.create(code="own_range", title="量程", data_class="substation", kind="unit", version=2)
    RuleVersion.objects.create(
        rule=rule, version=2, title="二次供温量程", expression="值 >= 下限 and 值 <= 上限", family="boundary",
        dimension="accuracy", level=Level.III, at=clock.now_utc(),
    )  # fmt: skip
    return rule.number


def trace_of(kind, number, minute, signal, rule, raw):
    one = np.array
    return Hits(
        kind, one([number], np.uint32), one([minute]), one([signal], np.uint8), one([rule], np.uint32),
        one([2], np.uint16), one([raw], np.int32),
    )  # fmt: skip


@pytest.fixture
def past(city, manual_clock, store):
    """Ten minutes of units 5 (company 10) and 9 (company 20); unit 5 reads 999.9 ℃ in the sixth (put right: 45)."""
    install_store(store)
    rule = a_rule()
    minutes = START + 60 * np.arange(10)
    for number in (5, 9):
        columns = [np.full(10, s.missing, s.dtype) for s in UNIT.signals]
        columns[SUPPLY] = np.full(10, 450, np.int16)
        words = np.full(10, sum(3 << 3 * i for i in range(len(UNIT.signals)) if i != SUPPLY), np.uint64)
        if number == 5:
            columns[SUPPLY][5] = 9_999
            words[5] |= np.uint64(Verdict.BAD << 3 * SUPPLY)
        store.append_rows("unit", np.full(10, number, np.uint32), minutes, columns, words, f"u{number}")
    hit = trace_of("unit", 5, ODD, SUPPLY, rule, 9_999)
    late = trace_of("unit", 5, START, WHOLE_ROW, 777, 0)
    put = Cleaned(
        "unit", hit.ids, hit.minutes, hit.signals, hit.raw, np.array([450], np.int32),
        np.array([Verdict.IMPUTED], np.uint8), np.array([Method.HOLD], np.uint8), hit.rules, hit.versions,
    )  # fmt: skip
    store.append_judged([hit, late], [put], "judged")
    times = np.array([ODD, ODD], np.int64)
    again = np.array([0, 2], np.uint32)
    store.append_arrivals(
        Arrivals(
            ["unit", "unit"], np.array([10, 10], np.uint32), np.array([41, 42], np.uint64), times,
            times + np.array([75, 400]), np.array([2, 2], np.uint32), again,
        ),
        "arrived",
    )  # fmt: skip
    return rule


def get(client, path, **asked):
    return client.get(f"/api/v1{path}", asked)


@pytest.mark.feature("C11-2")
def test_a_value_is_traced_to_company_batch_rule_and_what_was_put_in_its_place(past, signed_in):
    answer = get(
        signed_in("company.reader"), "/quality/trace",
        kind="unit", number=5, signal="secondary_supply_temp_c", minute=ODD + 17,
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["company"]["name"], told["sender"]["id"]) == ("甲热力", 10)
    assert [(b["sequence"], b["lag_s"], b["is_repeat"], b["repeated_rows"]) for b in told["batches"]] == [
        (41, 15, False, 0),
        (42, 340, True, 2),
    ]
    assert (told["stored"]["value"], told["stored"]["verdict_zh"]) == (999.9, "错误")
    (hit,) = told["hits"]
    assert (hit["number"], hit["version"], hit["name"], hit["family_zh"]) == (past, 2, "二次供温量程", "边界值")
    assert hit["expression"] == "值 >= 下限 and 值 <= 上限"
    (put,) = told["cleaned"]
    assert (put["raw"], put["value"], put["method_zh"], put["rule"]["code"]) == (999.9, 45.0, "沿用上值", "own_range")


@pytest.mark.feature("C11-2")
def test_the_red_table_flags_abnormal_items_of_original_rows(past, signed_in):
    asked = {"kind": "unit", "number": 5, "start": START, "end": START + 600}
    told = get(signed_in("city.reader"), "/quality/hits", **asked, only_abnormal=False).json()
    assert (told["total"], told["received"]) == (10, 10)
    red = {row["minute"]: row for row in told["rows"]}[ODD]
    assert red["values"][SUPPLY] == 999.9
    assert red["batch"]["sequence"] == 41
    item = next(i for i in red["items"] if i["signal"] == "secondary_supply_temp_c")
    assert (item["rules"][0]["name"], item["cleaned"]["value"]) == ("二次供温量程", 45.0)
    late = told["rows"][0]["row_rules"]
    assert [(r["number"], r["name"]) for r in late] == [(777, "规则 777")]
    assert all(i["signal"] != "secondary_supply_temp_c" for i in told["rows"][1]["items"])
    page = get(signed_in("city.reader"), "/quality/hits", **asked, limit=1, offset=1).json()
    assert [row["minute"] for row in page["rows"]] == [ODD]


def test_a_meter_that_an_object_has_not_is_no_fault_of_its_rows(past, signed_in):
    told = get(
        signed_in("city.reader"), "/quality/hits", kind="unit", number=5, start=START, end=START + 600,
    ).json()  # fmt: skip
    reported = [head["signal"] for head in told["signals"] if head["is_reported"]]
    assert reported == ["secondary_supply_temp_c"]
    assert (told["abnormal"], told["received"]) == (2, 10)
    assert {item["signal"] for row in told["rows"] for item in row["items"]} == {"secondary_supply_temp_c"}


@pytest.mark.feature("C11-2")
def test_curves_carry_raw_hits_and_the_cleaned_value_over_them(past, signed_in):
    path = "/objects/unit/5/series"
    told = get(signed_in("city.reader"), path, signals="secondary_supply_temp_c", start=START, end=START + 600).json()
    (marks,) = told["marks"]
    assert marks["hits"] == {"times": [ODD], "values": [999.9], "rules": [past]}
    assert marks["cleaned"]["values"] == [45.0]


@pytest.mark.parametrize("path", ["/quality/trace", "/quality/hits", "/quality/values/confirmations"])
def test_another_companys_object_does_not_exist(past, signed_in, path):
    asked = {"kind": "unit", "number": 9, "signal": "secondary_supply_temp_c", "minute": ODD}
    answer = get(signed_in("company.administrator"), path, **asked, start=START, end=START + 600)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "pipe"}, "kind"),
        ({"signal": "colour"}, "signal"),
    ],
)
def test_what_cannot_be_traced_is_refused_by_field(past, signed_in, asked, field):
    usual = {"kind": "unit", "number": 5, "signal": "secondary_supply_temp_c", "minute": ODD}
    answer = get(signed_in("city.reader"), "/quality/trace", **{**usual, **asked})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    answer = get(signed_in("city.reader"), "/quality/hits", kind="unit", number=5, start=9, end=9)
    assert answer.json()["field"] == "end"


def confirm(client, **more):
    said = {
        "kind": "unit", "number": 5, "signal": "secondary_supply_temp_c", "start": ODD, "end": ODD + 60,
        "verdict": "good", "reason": "现场核对属实", **more,
    }  # fmt: skip
    return client.post("/api/v1/quality/values/confirm", said, "application/json")


@pytest.mark.feature("G4-1")
def test_a_person_confirms_values_and_takes_it_back(past, signed_in):
    client = signed_in("city.dispatcher")
    made = confirm(client)
    assert made.status_code == 200, made.content
    assert (made.json()["values"], made.json()["is_good"]) == (1, True)
    asked = {"kind": "unit", "number": 5, "signal": "secondary_supply_temp_c", "minute": ODD}
    told = get(client, "/quality/trace", **asked).json()
    assert [(c["method_zh"], c["verdict_zh"], c["value"]) for c in told["cleaned"]] == [
        ("沿用上值", "补全", 45.0),
        ("人工核定", "人工确认", 999.9),
    ]
    assert told["confirmations"][0]["reason"] == "现场核对属实"
    path = f"/api/v1/quality/values/confirm/{made.json()['id']}/undo"
    assert client.post(path).status_code == 200
    assert len(get(client, "/quality/trace", **asked).json()["cleaned"]) == 1
    assert client.post(path).status_code == 409
    verbs = AuditEntry.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["telemetry.confirm", "telemetry.unconfirm"]
    listed = get(client, "/quality/values/confirmations", kind="unit", number=5, start=START, end=ODD + 60).json()
    assert listed[0]["undone_at"] is not None


def test_a_decision_on_the_newest_value_shows_at_once(past, store, signed_in):
    client, now = signed_in("city.dispatcher"), latest()
    rows = store.rows("unit", ODD, ODD + 60, 5, 5)
    columns = [c.copy() for c in rows.columns]
    held = Frame("unit", ODD, rows.ids, columns, unpack(rows.words, len(rows.columns)))
    held.columns[SUPPLY][:], held.verdicts[SUPPLY] = 450, Verdict.IMPUTED
    now.update(held)
    made = confirm(client)
    assert now["unit"].trusted("secondary_supply_temp_c", ODD)[5] == 999.9
    assert client.post(f"/api/v1/quality/values/confirm/{made.json()['id']}/undo").status_code == 200
    assert (now["unit"].values[SUPPLY][5], now["unit"].verdicts[SUPPLY, 5]) == (450, Verdict.IMPUTED)
    confirm(client, verdict="bad")
    assert np.isnan(now["unit"].trusted("secondary_supply_temp_c", ODD)[5])
    confirm(client, start=START, end=ODD)
    assert now["unit"].verdicts[SUPPLY, 5] == Verdict.BAD


def test_good_values_may_be_called_bad(past, signed_in):
    client = signed_in("city.dispatcher")
    assert confirm(client, start=START, end=START + 300, verdict="bad", reason="表计检修").json()["values"] == 5
    asked = {"kind": "unit", "number": 5, "signal": "secondary_supply_temp_c", "minute": START + 60}
    assert get(client, "/quality/trace", **asked).json()["cleaned"][0]["verdict_zh"] == "错误"


@pytest.mark.parametrize(
    ("who", "more", "status"),
    [
        ("company.administrator", {}, 403),
        ("city.reader", {}, 403),
        ("city.dispatcher", {"reason": " "}, 422),
        ("city.dispatcher", {"end": ODD}, 422),
        ("city.dispatcher", {"signal": "colour"}, 422),
        ("city.dispatcher", {"signal": "heat_power_gj_h"}, 422),
        ("city.dispatcher", {"number": 99}, 404),
        ("district.dispatcher", {"number": 9}, 404),
    ],
)
def test_who_may_confirm_and_what(past, signed_in, who, more, status):
    assert confirm(signed_in(who), **more).status_code == status
