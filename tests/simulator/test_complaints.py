"""Calls follow from the seed, and homes near faults call more."""

from collections import Counter

import numpy as np
import pytest

from cleanheat.complaints.models import Ticket
from cleanheat.complaints.public import load_tickets
from cleanheat.kernel.time import epoch, season_of
from cleanheat.simulator import complaints
from cleanheat.simulator.complaints import draw_tickets
from cleanheat.simulator.faults import Schedule
from tests import small_city

UNTIL = 1_768_475_400


@pytest.fixture
def many(monkeypatch):
    monkeypatch.setattr(complaints, "CITY_BUILDINGS", 100)


def _draw(city, seed=1, until=UNTIL):
    return draw_tickets(city, small_city.tables(), seed, until)


def test_calls_follow_from_the_seed_and_lie_in_the_season(city, many):
    rows = _draw(city)
    assert rows == _draw(city) != _draw(city, seed=2)
    assert len(rows) > 150
    times = [epoch(row.received_at) for row in rows]
    assert times == sorted(times)
    assert season_of(UNTIL).start <= times[0] <= times[-1] < UNTIL
    assert len({(row.channel, row.number) for row in rows}) == len(rows)


def test_calls_name_real_homes_and_their_owners(city, many):
    for row in _draw(city):
        assert row.heat_user_id in (1, 2)
        assert row.building_id == row.heat_user_id == row.community_id
        assert row.company_id == (10 if row.building_id == 1 else 20)
        assert row.address == f"楼{row.building_id}1单元201室"
        assert row.closed_at is None or row.closed_at > row.received_at


def test_faults_bring_calls_about_them(city, many):
    rows = _draw(city)
    labels = Schedule(city, 1).labels(season_of(UNTIL).start, UNTIL)
    stops = labels[(labels["kind"] == "unit") & np.isin(labels["fault"], (1, 2))]
    told = [row for row in rows if row.category == "supply_stopped"]
    assert told
    for row in told:
        unit = int(city["building"].links["unit"][row.building_id])
        at = epoch(row.received_at)
        near = (stops["number"] == unit) & (stops["start"] <= at) & (at <= stops["end"] + complaints.AFTER_S)
        assert near.any()
    assert Counter(row.category for row in rows)["cold_room"] > 0


def test_out_of_season_nobody_calls(city, many):
    assert _draw(city, until=season_of(UNTIL).start) == []


def test_tickets_load_once(city, many):
    rows = _draw(city)
    load_tickets(rows)
    load_tickets(rows)
    assert Ticket.objects.count() == len(rows)
