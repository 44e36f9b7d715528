"""How well companies upload: counts by company and kind, gaps, delay, mismatches, silent objects, calendar, scope."""

import numpy as np
import pytest

from cleanheat.infra import clock
from cleanheat.infra.scope import EVERYTHING
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, utc
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality import panels, supervision
from cleanheat.quality.supervision import runs_of_silence
from cleanheat.telemetry.models import RefusedObject, Sender, SessionKey
from cleanheat.telemetry.public import install_store
from cleanheat.telemetry.refused_objects import MOST_OF_A_SENDER, RefusedObjects
from cleanheat.telemetry.traces import Arrivals

UNIT = KINDS["unit"]
NOW = 1_768_478_400  # 2026-01-15 20:00 in Shanghai
TODAY = NOW - 20 * HOUR_S


def send(store, number, first_h, hours, bad=0):
    """Rows of a unit in every minute of some of today's hours, the first values bad; rolled up."""
    n = 60 * hours
    times = TODAY + HOUR_S * first_h + 60 * np.arange(n)
    words = np.zeros(n, np.uint64)
    words[:bad] = Verdict.BAD
    columns = [np.full(n, 50, s.dtype) for s in UNIT.signals]
    ids = np.full(n, number, np.uint32)
    store.append_rows("unit", ids, times, columns, words, f"{number}-{first_h}")


@pytest.fixture
def day(city, manual_clock, store):
    """Company 10's units 5 and 13 (5 pauses for an hour, 13 is silent), company 20's unit 9 all day, 17 never."""
    install_store(store)
    send(store, 5, 0, 10, bad=30)
    send(store, 5, 11, 9)
    send(store, 9, 0, 20)
    store.roll_up_objects("unit", TODAY, NOW, np.array([5, 9]))
    store._log_new(UNIT, np.arange(TODAY, NOW, HOUR_S))
    return store


def one(rows, sender, kind="unit"):
    return next(r for r in rows if (r.sender, r.kind) == (sender, kind))


@pytest.mark.feature("A4-4")
def test_expected_against_received_by_company_and_kind(day):
    rows = supervision.uploads(TODAY, NOW, EVERYTHING)
    ten, twenty = one(rows, 10), one(rows, 20)
    assert (ten.objects, ten.expected_rows, ten.received_rows) == (2, 2 * 20 * 60, 19 * 60)
    assert ten.completeness_ratio == pytest.approx(19 / 40)
    means = sum(not s.is_counter for s in UNIT.signals)
    assert ten.invalid_share == pytest.approx(30 / (19 * 60 * means))
    assert ten.valid_ratio == pytest.approx(1 - ten.invalid_share)
    assert (ten.interruptions, ten.longest_min, ten.current_min) == (1, 60, 0)
    assert (twenty.interruptions, twenty.completeness_ratio) == (0, 0.5)
    assert (ten.silent_objects, ten.never_heard) == (1, 1)
    assert ten.mean_lag_s is None


@pytest.mark.feature("A4-4")
def test_delay_and_short_interruptions_come_from_arrivals(day):
    minutes = TODAY + 60 * np.array([0, 1, 2, 30, 31])
    lags = np.array([5, 5, 5, 900, 5])
    five = np.ones(5, np.uint32)
    day.append_arrivals(
        Arrivals(["unit"] * 5, five * 10, np.arange(5, dtype=np.uint64), minutes, minutes + 60 + lags, five, 0 * five),
        "a",
    )
    ten = one(supervision.uploads(TODAY, NOW, EVERYTHING), 10)
    assert (ten.mean_lag_s, ten.late_share) == (184.0, 0.2)
    assert (ten.interruptions, ten.longest_min) == (1, 60)


def test_a_company_sees_its_own_and_an_office_its_objects(day, signed_in):
    told = signed_in("company.reader").get("/api/v1/quality/uploads").json()
    assert {row["sender"] for row in told["rows"]} == {10}
    office = signed_in("office.reader").get("/api/v1/quality/uploads?kind=unit").json()["rows"]
    assert [row["objects"] for row in office] == [2]
    assert office[0]["mean_lag_s"] is None


@pytest.mark.feature("A4-4")
def test_the_list_is_filtered_ordered_paged_and_exported(day, signed_in):
    client = signed_in("city.reader")
    page = client.get("/api/v1/quality/uploads?kind=unit&order=-received_rows&limit=1").json()
    assert (page["total"], page["rows"][0]["sender"]) == (2, 20)
    assert client.get("/api/v1/quality/uploads?kind=unit&below=0.4").json()["total"] == 1
    assert client.get("/api/v1/quality/uploads?q=乙&kind=unit").json()["rows"][0]["name"] == "乙热力"
    assert client.get("/api/v1/quality/uploads?order=colour").json()["field"] == "order"
    assert client.get("/api/v1/quality/uploads?start=5&end=5").json()["field"] == "end"
    text = client.get("/api/v1/quality/uploads/export?kind=unit").content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("数据来源,对象类型,应报对象")
    assert "甲热力" in text
    xlsx = client.get("/api/v1/quality/uploads/export?format=xlsx")
    assert xlsx.content[:2] == b"PK"


@pytest.mark.feature("A4-4")
def test_silent_objects_are_named(day, signed_in):
    told = signed_in("city.reader").get("/api/v1/quality/uploads/objects?kind=unit").json()
    assert [(r["number"], r["state"], r["sender"]) for r in told["rows"]] == [(13, "never", 10), (17, "never", 20)]
    mine = signed_in("company.reader").get("/api/v1/quality/uploads/objects?kind=unit&state=never").json()
    assert [r["number"] for r in mine["rows"]] == [13]
    later = NOW + 30 * HOUR_S
    total, rows = supervision.unheard("unit", later, EVERYTHING, "silent", None, 10, 0)
    assert (total, [(r.number, r.last) for r in rows]) == (2, [(5, NOW - HOUR_S), (9, NOW - HOUR_S)])


@pytest.mark.feature("H1-2")
def test_what_does_not_fit_the_archive_is_summed_up(day, signed_in):
    refused = RefusedObjects()
    for _ in range(2):
        refused.add(10, {("unit", "999", "unknown-object"): 3, ("", "XX-1", "row-malformed"): 1})
        refused.add(20, {("unit", "5", "foreign-object"): 2})
        refused.flush()
    told = signed_in("city.reader").get("/api/v1/quality/uploads/mismatches").json()
    assert [(r["sender"], r["key"], r["rows"], r["reason_zh"]) for r in told["rows"]] == [
        (10, "XX-1", 2, "数据行无法解析"),
        (10, "999", 6, "对象不存在"),
        (20, "5", 4, "对象不属于发送方"),
    ]
    mine = signed_in("company.reader").get("/api/v1/quality/uploads/mismatches").json()
    assert {r["sender"] for r in mine["rows"]} == {10}
    assert one(supervision.uploads(TODAY, NOW, EVERYTHING), 10).unknown_codes == 1
    text = signed_in("city.reader").get("/api/v1/quality/uploads/mismatches/export?reason=foreign-object")
    assert "乙热力" in text.content.decode("utf-8-sig")
    assert "甲热力" not in text.content.decode("utf-8-sig")


def test_invented_codes_do_not_fill_the_database(organisations, manual_clock):
    refused = RefusedObjects()
    refused.add(10, {("unit", str(n), "unknown-object"): 1 for n in range(MOST_OF_A_SENDER + 50)})
    refused.flush()
    assert RefusedObject.objects.count() == MOST_OF_A_SENDER


@pytest.mark.feature("A4-4")
def test_the_calendar_shows_each_companys_days(day, signed_in):
    told = signed_in("city.reader").get(f"/api/v1/quality/uploads/calendar?kind=unit&start={TODAY - DAY_S}").json()
    assert told["labels"] == ["01-14", "01-15"]
    assert told["names"] == ["甲热力", "乙热力"]
    assert told["completeness"][0] == [0.0, pytest.approx(19 / 40)]
    assert told["validity"][1] == [None, 1.0]
    mine = signed_in("company.reader").get("/api/v1/quality/uploads/calendar").json()
    assert mine["names"] == ["甲热力"]


@pytest.mark.feature("A4-4")
def test_days_before_a_sender_was_connected_are_history_and_no_bad_days(day, signed_in):
    """Units of company 10 since noon of the second day; what came before was imported."""
    Sender.objects.create(organisation_id=10, enrolled_at=utc(TODAY + 12 * HOUR_S))
    keyed = Sender.objects.create(organisation_id=20)  # given keys on the platform's own machine, never enrolled
    since, until = utc(TODAY + 2 * DAY_S), utc(TODAY + 9 * DAY_S)
    SessionKey.objects.create(sender=keyed, key_id=1, algorithm=1, sealed_key=b"k", valid_from=since, valid_until=until)
    told = signed_in("city.reader").get(f"/api/v1/quality/uploads/calendar?kind=unit&start={TODAY - DAY_S}").json()
    assert told["completeness"][0] == [None, 1.0]
    assert told["completeness"][1] == [None, None]
    assert told["imported"] == [[False, False], [False, True]]


def test_panels_show_the_same(day):
    from cleanheat.infra.panels.declare import PanelQuery

    query = PanelQuery(EVERYTHING, NOW - DAY_S, NOW, "hour")
    heat = panels.CALENDAR.load(query)
    assert (len(heat.columns), heat.rows[:2]) == (30, ["甲热力", "乙热力"])
    assert panels.UPLOADS.load(query).total > 2
    measures = {m.label: m.value for m in panels.SUMMARY.load(query).measures}
    assert measures["未接入对象"] >= 2
    assert panels.MISMATCHES.load(query).total == 0
    assert panels.VALIDITY.load(query).unit == "%"
    assert clock.now() == NOW


@pytest.mark.parametrize(
    ("silent", "expected"),
    [([], (0, 0, 0)), ([0, 0], (0, 0, 0)), ([1, 0, 1, 1], (2, 2, 2)), ([1, 1, 0], (1, 2, 0)), ([1], (1, 1, 1))],
)
def test_runs_of_silence(silent, expected):
    assert runs_of_silence(np.array(silent, bool)) == expected
