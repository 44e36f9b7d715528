"""The verdict on a complaint follows from its evidence: a truth table."""

from math import nan

import pytest

from cleanheat.complaints.judging import limits
from cleanheat.complaints.validity import Evidence, judge

COLD, STOPPED, LATE, FEE = "cold_room", "supply_stopped", "not_on_time", "charges"


@pytest.mark.feature("G6-4")
@pytest.mark.parametrize(
    ("category", "evidence", "verdict", "reasons"),
    [
        (COLD, {"room_c": 16.0, "neighbours_c": 20.0, "supply_c": 45.0}, "valid", ["room_cold"]),
        (COLD, {"room_c": 19.0, "neighbours_c": 17.0}, "valid", ["neighbours_cold"]),
        (COLD, {"room_c": 17.0, "neighbours_c": 17.0, "supply_c": 20.0}, "valid",
         ["room_cold", "neighbours_cold", "supply_low"]),
        (COLD, {"room_c": 16.0, "measured_c": 21.0, "neighbours_c": 21.0}, "doubtful", ["room_warm"]),
        (COLD, {"room_c": 21.0, "measured_c": 16.0}, "valid", ["room_cold"]),
        (COLD, {"room_c": 20.0, "supply_c": 45.0}, "doubtful", ["room_warm"]),
        (COLD, {"room_c": 19.0}, "doubtful", ["room_fine"]),
        (COLD, {"room_c": 18.0}, "doubtful", ["room_fine"]),
        (COLD, {"neighbours_c": 21.0}, "doubtful", ["room_warm"]),
        (COLD, {}, "doubtful", ["no_readings"]),
        (COLD, {"room_c": 16.0, "user_state": "suspended"}, "doubtful", ["not_on_grid"]),
        (COLD, {"room_c": 16.0, "user_state": "on_grid"}, "valid", ["room_cold"]),
        (COLD, {"room_c": 16.0, "in_season": False}, "invalid", ["out_of_season"]),
        (COLD, {"room_c": 16.0, "is_repeated": True}, "invalid", ["repeated"]),
        (COLD, {"room_c": 16.0, "has_address": False}, "doubtful", ["no_address"]),
        (STOPPED, {"supply_c": 20.0}, "valid", ["supply_low"]),
        (STOPPED, {"room_c": 22.0, "supply_c": 45.0}, "invalid", ["room_warm"]),
        (STOPPED, {"room_c": 22.0}, "doubtful", ["room_warm"]),
        (LATE, {"neighbours_c": 22.0, "supply_c": 45.0}, "invalid", ["room_warm"]),
        (FEE, {"in_season": False}, "valid", ["archive_match"]),
        (FEE, {"has_address": False}, "doubtful", ["no_address"]),
    ],
)  # fmt: skip
def test_verdict(category, evidence, verdict, reasons):
    found = judge(Evidence(**{"category": category, "in_season": True, "has_address": True, **evidence}), limits())
    assert found == (verdict, reasons)


def test_nothing_known_is_nan():
    assert Evidence(COLD, True, True).room_c is not None
    assert judge(Evidence(COLD, True, True, room_c=nan), limits())[1] == ["no_readings"]
