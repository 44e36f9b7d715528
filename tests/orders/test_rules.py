"""Which rule fits, what merges, and what the numbers of a verification mean."""

import pytest

from cleanheat.alerts.public import AlertCard
from cleanheat.orders.businesses import Recheck
from cleanheat.orders.rules import Rule, is_ripe, merge_key, responsible, rule_for
from cleanheat.orders.verification import MOST_WAIT_S, WAIT_S, verdict


def card(source="quality.range", level=3, company=10, sender=10):
    return AlertCard(
        1, source, "越界", "unit", 5, "机组", level, "new", True, "x", 1_000, 1_000, 1, company, 11, sender, 2
    )


ANY, GRAVE = Rule("governance.order", "quality.", 4, 60, "rule"), Rule("governance.order", "quality.", 2, 15, "object")
LOST = Rule("governance.order", "quality.gateway_lost", 4, 30, "sender")


@pytest.mark.parametrize(
    ("alert", "rule"),
    [
        (card(), ANY),
        (card(level=2), GRAVE),
        (card(level=1), GRAVE),
        (card("quality.gateway_lost", level=1), LOST),
        (card("diagnosis.supply_stopped"), None),
    ],
)
def test_the_most_particular_rule_counts(alert, rule):
    assert rule_for(alert, [ANY, GRAVE, LOST]) == rule


def test_what_merges():
    assert merge_key(card(), ANY) == "governance.order|10|quality.range"
    assert merge_key(card(), GRAVE) == "governance.order|10|quality.range|unit|5"
    assert merge_key(card(company=0, sender=30), LOST) == "governance.order|30"
    assert responsible(card(company=0, sender=0)) == 0
    assert [is_ripe(card(), ANY, now) for now in (4_599, 4_600)] == [False, True]


@pytest.mark.parametrize(
    ("found", "live", "waited", "outcome"),
    [
        (Recheck(60, 0), 0, WAIT_S - 1, "wait"),
        (Recheck(60, 0), 0, WAIT_S, "pass"),
        (Recheck(200, 2), 0, WAIT_S, "pass"),
        (Recheck(200, 3), 0, WAIT_S, "fail"),
        (Recheck(60, 0), 1, WAIT_S, "fail"),
        (Recheck(0, 0), 0, WAIT_S, "wait"),
        (Recheck(0, 0), 0, MOST_WAIT_S, "no_data"),
        (Recheck(0, 0), 1, MOST_WAIT_S, "no_data"),
        (None, 0, WAIT_S, "pass"),
        (None, 2, WAIT_S, "fail"),
    ],
)
def test_numbers_decide(found, live, waited, outcome):
    assert verdict(found, live, 0, waited).outcome == outcome
