"""The whole chain with nothing replaced: stored minutes, a rule in force asked again, the order closed or returned."""

import pytest

from cleanheat.alerts.models import Alert
from cleanheat.infra.flow.models import FlowItem, FlowStep
from cleanheat.kernel.time import MINUTE_S
from cleanheat.orders import jobs
from cleanheat.orders.raising import raise_by_hand
from cleanheat.orders.verification import WAIT_S
from cleanheat.telemetry.public import install_store
from tests.orders.conftest import FEEDBACK, alert, step, who
from tests.orders.test_actions import run
from tests.quality.minutes import frame_of

RANGE = "quality.range_unit"
FIRST = 1_768_478_400


@pytest.mark.slow
@pytest.mark.parametrize(("pressure", "state"), [(60, "closed"), (9_999, "handling")])
def test_stored_minutes_decide(world, city, store, pressure, state):
    install_store(store)
    order = raise_by_hand(who("city.dispatcher"), [alert(5, RANGE).pk], "", "", [])
    step(order, "company.dispatcher", "accept")
    step(order, "company.dispatcher", "feedback", **FEEDBACK)
    for n in range(WAIT_S // MINUTE_S):
        frame = frame_of(city, "unit", FIRST + n * MINUTE_S)
        frame.columns[0][:] = frame.columns[0] if pressure == 60 else pressure
        store.append(frame, f"t{n}")
    Alert.objects.update(is_live=False)
    world.advance(WAIT_S)
    run(jobs.verify_orders)
    order.refresh_from_db()
    assert (FlowItem.objects.get().state, order.verification["checks"] > 0) == (state, True), order.verification
    assert "核验" in FlowStep.objects.order_by("-number").first().note
