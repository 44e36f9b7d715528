"""Tickets are judged by what the store held around them; statistics and panels count the verdicts."""

import numpy as np
import pytest

from cleanheat.assets.models import HeatUser
from cleanheat.complaints.judging import judge_tickets
from cleanheat.complaints.models import Ticket
from cleanheat.complaints.statistics import validity_statistics
from cleanheat.infra.models import AuditEntry
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import utc
from cleanheat.telemetry.frames import Frame

AT = 1_768_474_800 + 3_600
START, END = AT - 3_600, AT + 3_600


def fill(store, rooms, supply):
    for minute in range(START - 3600, END, 600):
        room, unit = KINDS["room"], KINDS["unit"]
        columns = [room["room_temp_c"].encode(np.array(rooms)), room["humidity_pct"].encode(np.full(2, 40.0))]
        ids = np.array([1, 2], np.uint32)
        store.append(Frame("room", minute, ids, columns, np.zeros((2, 2), np.uint8)), f"r{minute}")
        units = np.array([5, 9], np.uint32)
        values = [np.full(2, np.nan)] * len(unit.signals)
        values[unit.index["secondary_supply_temp_c"]] = np.array(supply)
        verdicts = np.full((len(unit.signals), 2), 3, np.uint8)
        verdicts[unit.index["secondary_supply_temp_c"]] = 0
        encoded = [s.encode(v) for s, v in zip(unit.signals, values, strict=True)]
        store.append(Frame("unit", minute, units, encoded, verdicts), f"u{minute}")


def ticket(number, home, **more):
    owner = {1: (10, 11), 2: (20, 21), None: (None, None)}[home]
    given = {"category": "cold_room", "received_at": utc(AT), **more}
    return Ticket.objects.create(
        channel="12345", number=number, building_id=home, community_id=home, heat_user_id=home,
        company_id=owner[0], office_id=owner[1], **given,
    )  # fmt: skip


@pytest.fixture
def judged(city, store):
    fill(store, [16.5, 21.0], [45.0, 46.0])
    ticket("cold", 1)
    ticket("warm", 2)
    ticket("stopped", 2, category="supply_stopped")
    ticket("nowhere", None)
    ticket("again", 1, received_at=utc(AT + 1800))
    ticket("summer", 1, received_at=utc(AT + 170 * 86_400))
    judge_tickets(store, START, AT + 171 * 86_400, lambda *_: None)


@pytest.mark.feature("G6-4")
def test_verdicts_follow_from_readings_and_archive(judged):
    found = {t.number: (t.validity, t.reasons, t.room_temp_c, t.supply_temp_c) for t in Ticket.objects.all()}
    assert found == {
        "cold": ("valid", ["room_cold", "neighbours_cold"], 16.5, 45.0),
        "warm": ("doubtful", ["room_warm"], 21.0, 46.0),
        "stopped": ("invalid", ["room_warm"], 21.0, 46.0),
        "nowhere": ("doubtful", ["no_address"], None, None),
        "again": ("invalid", ["repeated"], 16.5, 45.0),
        "summer": ("invalid", ["out_of_season"], None, None),
    }
    assert AuditEntry.objects.get(verb="complaints.judge").detail == {"valid": 1, "doubtful": 2, "invalid": 3}


def test_user_off_the_grid_is_doubtful(city, store):
    fill(store, [16.5, 21.0], [45.0, 46.0])
    HeatUser.objects.filter(number=1).update(state="suspended")
    ticket("cold", 1)
    assert judge_tickets(store, START, END, lambda *_: None) == {"doubtful": 1}


def test_judging_again_gives_the_same(judged, store):
    before = list(Ticket.objects.values("number", "validity", "reasons"))
    judge_tickets(store, START, END, lambda *_: None)
    assert list(Ticket.objects.values("number", "validity", "reasons")) == before


@pytest.mark.feature("G6-4")
def test_statistics_by_company_type_and_reason(judged):
    found = validity_statistics(EVERYTHING, START, END)
    assert [found[n] for n in ("total", "valid", "doubtful", "invalid", "unjudged")] == [5, 1, 2, 2, 0]
    companies = {row["company"]: (row["total"], row["valid_ratio"]) for row in found["by_company"]}
    assert companies == {"甲热力": (2, 0.5), "乙热力": (2, 0.0), "未匹配": (1, 0.0)}
    assert found["by_reason"][0]["zh"]
    own = validity_statistics(Scope("company:10", 10, company_ids=frozenset({10})), START, END)
    assert own["total"] == 2


PANELS = "totals,by_category,by_day,by_company,validity,reasons,newest"


@pytest.mark.parametrize("who", ["city.reader", "company.reader"])
def test_panels(judged, signed_in, who):
    keys = ",".join(f"complaints.{name}" for name in PANELS.split(","))
    answer = signed_in(who).get(f"/api/v1/panels?keys={keys}&start={START}&end={END}").json()["panels"]
    found = {panel["key"]: panel for panel in answer}
    assert [key for key, panel in found.items() if panel["error"]] == []
    n = 5 if who.startswith("city") else 2
    assert found["complaints.totals"]["result"]["measures"][0]["value"] == n
    assert found["complaints.newest"]["result"]["total"] == n
    assert sum(line["values"][0] for line in found["complaints.by_day"]["result"]["lines"]) == n


def test_judging_on_demand_is_the_citys(judged, signed_in):
    path = f"/api/v1/complaints/judge?start={START}&end={END}"
    assert signed_in("city.administrator").post(path).status_code == 202
    assert signed_in("company.administrator").post(path).status_code == 403
    path = f"/api/v1/complaints/validity?start={START}&end={END}"
    assert signed_in("company.reader").get(path).json()["total"] == 2
