"""Who hears of an order through an open browser: its company, office and district, and the city; nobody else."""

import asyncio

import orjson
import pytest

from cleanheat.accounts.models import User
from cleanheat.infra import events, live
from cleanheat.infra.flow import deadlines
from cleanheat.infra.scope import scope_of
from tests.orders.conftest import step


@pytest.fixture
def boxes(order):
    """What waits for the browser of every member of the cast."""
    events.dispatch_pending()
    loop = asyncio.new_event_loop()

    async def opened():
        return {name: live.open_mailbox(scope) for name, scope in scopes.items()}

    scopes = {user.username: scope_of(user) for user in User.objects.all()}
    made = loop.run_until_complete(opened())
    yield made
    for box in made.values():
        live.close_mailbox(box)
    loop.close()


def _heard(boxes, sort):
    """Those who were told, and what."""
    told = {name: [orjson.loads(text) for text in box._waiting] for name, box in boxes.items()}
    return {name: [e for e in found if e["type"] == sort] for name, found in told.items() if found}


@pytest.mark.feature("A6-2")
def test_a_step_and_a_deadline_are_heard_by_those_concerned_alone(order, world, boxes):
    step(order, "company.dispatcher", "accept")
    world.advance(30 * 3_600)
    while deadlines.sweep():
        pass
    while events.dispatch_pending():
        pass
    for sort in ("order_changed", "order_deadline"):
        heard = _heard(boxes, sort)
        assert {name.split(".")[0] for name in heard} == {"city", "district", "company", "office"}
        assert {e["order_id"] for found in heard.values() for e in found} == {order.pk}
        assert all(found for found in heard.values())
    assert {name.split(".")[0] for name in boxes} > {"city", "district", "company", "office"}
