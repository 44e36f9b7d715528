"""A definition that contradicts itself is refused; one that could strand an item is never published."""

import pytest
from pydantic import ValidationError

from cleanheat.assets.changes import CHANGE_FLOW
from cleanheat.governance.public import ORDER_FLOW
from cleanheat.infra.flow.definition import FlowDefinition, body_of, parsed
from cleanheat.infra.flow.people import unstaffed
from cleanheat.infra.flow.proof import faults
from cleanheat.infra.flow.simulate import rehearse, walk
from cleanheat.orders.supervision import SUPERVISION_FLOW
from tests.infra.flow_cast import FLOW


def changed(**parts):
    return FlowDefinition.model_validate(FLOW.model_dump() | parts)


def without(*keys):
    return changed(transitions=[t.model_dump() for t in FLOW.transitions if t.key not in keys])


def edited(key, **parts):
    return changed(transitions=[t.model_dump() | (parts if t.key == key else {}) for t in FLOW.transitions])


@pytest.mark.parametrize(
    "flow",
    [FLOW, ORDER_FLOW.definition(), SUPERVISION_FLOW.definition(), CHANGE_FLOW.definition()],
    ids=["test", "governance", "supervision", "archive"],
)
def test_a_sound_flow_has_no_faults(flow):
    assert faults(flow) == ()
    assert parsed(body_of(flow)) == flow


@pytest.mark.parametrize(
    ("flow", "where"),
    [
        (without("take", "hand"), "work"),  # nothing leads there any more
        (without("good", "stop", "bad"), "check"),  # no way out
        (without("stop"), "check"),  # the platform alone could end it
        (edited("stop", guard="级别 >= 3"), "wait"),  # a guard may never hold
        (edited("stop", counts="backs"), "wait"),  # a counter may be used up
        (edited("stop", guard="级别 >="), "stop"),
        (edited("stop", guard="锅炉 > 1"), "stop"),
        (edited("good", starts=["done"]), "good"),  # an end is an end
        (edited("grant", answers="nothing"), "grant"),
        (edited("ask", form=[]), "ask"),  # an extension without hours
        (edited("take", permission=""), "take"),
        (edited("hand", form=[]), "hand"),
        (changed(clocks=[{"key": "finish", "zh": "x", "states": ["done"], "minutes": [1, 1, 1, 1]}]), "finish"),
    ],
)
def test_an_unsound_flow_is_named_at_its_fault(flow, where):
    assert where in {fault.where for fault in faults(flow)}


@pytest.mark.parametrize(
    "parts",
    [
        {"initial": ["nowhere"]},
        {"states": [*FLOW.model_dump()["states"], {"key": "wait", "zh": "又一个"}]},
        {"counters": []},
        {"clocks": []},  # an extension of no clock
        {"surprise": 1},
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(parts):
    with pytest.raises(ValidationError):
        changed(**parts)


def test_posts_nobody_holds_are_named():
    readers = frozenset({("company", "reader"), ("city", "reader")})
    assert "wait" in unstaffed(edited("stop", who=[{"relation": "regulator", "roles": ["dispatcher"]}]), readers)
    assert unstaffed(FLOW, frozenset({("city", "dispatcher"), ("company", "dispatcher")})) == {}


def test_generated_orders_all_end_and_take_every_way():
    seen = walk(FLOW, orders=300, seed=1)
    assert (seen.orders, seen.ended, dict(seen.stuck), seen.never) == (300, 300, {}, ())


def test_a_dead_end_shows_in_generated_orders():
    assert walk(without("good", "stop", "bad"), orders=200, seed=1).stuck["check"] > 0


@pytest.mark.slow
@pytest.mark.feature("A6-3")
def test_a_hundred_thousand_steps_strand_no_governance_order():
    flow = ORDER_FLOW.definition()
    seen = walk(flow, orders=30_000, seed=20_260_115)
    assert seen.steps >= 100_000
    assert (seen.ended, dict(seen.stuck), seen.never) == (seen.orders, {}, ())


def test_past_timelines_are_tried_on_a_draft():
    opened = ("opened", {"standing": {"state": "wait"}})
    past = {1: [opened, ("take", {}), ("stop", {})], 2: [opened, ("take", {}), ("pause", {}), ("go_on", {})]}
    assert rehearse(FLOW, past) == []
    (misfit,) = rehearse(without("pause"), past)
    assert (misfit.item_id, misfit.step, misfit.state, misfit.action) == (2, 3, "work", "pause")
