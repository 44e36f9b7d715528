"""What open maps receive: whole states, deltas, events; and what they must never receive."""

import asyncio
from types import SimpleNamespace

import numpy as np
import orjson
import pytest
from asgiref.testing import ApplicationCommunicator

from cleanheat.infra import live
from cleanheat.infra.maplayers import layers
from cleanheat.infra.scope import EVERYTHING
from cleanheat.twin import live_frames, public, sockets
from tests.twin.conftest import OUR_SCOPE, THEIR_SCOPE

N = 145
PATIENCE_S = 30
"""How long what is sure to come may take on a busy machine."""


class Socket(ApplicationCommunicator):
    """The browser's end of one WebSocket."""

    def __init__(self, application, headers=(), user=None, session=None):
        scope = {"type": "websocket", "path": "/ws/live", "headers": list(headers), "subprotocols": []}
        known = {"user": user, "session": session}
        super().__init__(application, scope | {name: value for name, value in known.items() if value is not None})

    async def connect(self):
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(PATIENCE_S))["type"] == "websocket.accept"

    async def disconnect(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(PATIENCE_S)


class Browser:
    """A tab as the front end behaves: applies full states and deltas, keeps events."""

    def __init__(self, scope, signed_in=True):
        user = SimpleNamespace(pk=1, is_authenticated=signed_in, row_scope=scope)
        self.socket = Socket(sockets.LiveSocket.as_asgi(), user=user)
        self.states: dict[int, np.ndarray] = {}
        self.seq: dict[int, int] = {}
        self.events: list[dict] = []
        self.deltas = 0
        self.gaps = 0

    async def open(self, theme="operation"):
        await self.socket.connect()
        await self.read_until(lambda: self.has("hello"))
        await self.send({"type": "subscribe", "theme": theme})
        await self.read_until(lambda: self.has("minute"))
        return self

    async def send(self, request):
        await self.socket.send_input({"type": "websocket.receive", "text": orjson.dumps(request).decode()})

    def has(self, sort):
        return any(event["type"] == sort for event in self.events)

    async def read_until(self, reached):
        while not reached():
            output = await self.socket.receive_output(timeout=PATIENCE_S)
            if output.get("text"):
                self.events.append(orjson.loads(output["text"]))
            else:
                self.apply(live_frames.decode(output["bytes"]))

    async def read_minute(self, seq):
        await self.read_until(lambda: bool(self.seq) and min(self.seq.values()) >= seq)

    def apply(self, message):
        last = self.seq.get(message.layer, 0)
        if message.numbers is not None:
            if message.stamp.seq <= last:
                return
            if message.stamp.seq != last + 1:
                self.gaps += 1
                return
            self.deltas += 1
        self.states[message.layer] = message.apply(self.states.get(message.layer, np.zeros(0, np.uint8)))
        self.seq[message.layer] = message.stamp.seq

    def of(self, layer):
        return self.states[layers[layer].code]


@pytest.fixture
def signed_in(town, monkeypatch):
    monkeypatch.setattr(sockets, "scope_of", lambda user: user.row_scope)
    yield town
    for mailbox in live.listeners():
        live.close_mailbox(mailbox)


def _totals(scope):
    return {"running": 19, "stopped": 1} if scope.sees_all else {"running": 9, "key": scope.key}


def _minute(minute, **changes):
    states = np.ones(N, np.uint8)
    states[0] = 0
    for number, state in changes.items():
        states[int(number[1:])] = state
    public.set_states("operation", "buildings", states)
    public.set_states("operation", "substations", states[:21])
    return asyncio.wrap_future(public.publish(minute, _totals))


@pytest.mark.feature("A1-7")
async def test_city_sees_a_full_state_then_changes_as_minutes_pass(signed_in):
    await _minute(60)
    browser = await Browser(EVERYTHING).open()
    assert browser.of("buildings")[1:].tolist() == [1] * (N - 1)
    await _minute(120, n9=5)
    await browser.read_minute(2)
    assert browser.of("buildings")[9] == 5
    assert (browser.deltas, browser.gaps) == (2, 0)
    assert browser.events[-1]["totals"] == {"running": 19, "stopped": 1}
    await browser.socket.disconnect()


async def test_company_never_receives_anothers_state_total_or_alert(signed_in):
    await _minute(60, n4=5)
    ours, theirs = await Browser(OUR_SCOPE).open(), await Browser(THEIR_SCOPE).open()
    await _minute(120, n4=3, n5=4)
    live.send_event({"type": "alert_opened", "number": 4}, {8}, about=("substation", 4))
    live.send_event({"type": "alert_opened", "number": 5}, {7})
    await ours.read_minute(2)
    await theirs.read_minute(2)
    await ours.read_until(lambda: ours.has("alert_opened"))
    await theirs.read_until(lambda: theirs.has("alert_opened"))
    numbers = np.arange(N)
    assert not ours.of("buildings")[numbers % 2 == 0].any()
    assert not theirs.of("buildings")[numbers % 2 == 1].any()
    assert ours.of("buildings")[5] == 4
    assert theirs.of("substations")[4] == 3
    assert [e["number"] for e in ours.events if e["type"] == "alert_opened"] == [5]
    assert [e["number"] for e in theirs.events if e["type"] == "alert_opened"] == [4]
    assert {e["totals"]["key"] for e in ours.events if e["type"] == "minute"} == {OUR_SCOPE.key}
    await ours.socket.disconnect()
    await theirs.socket.disconnect()


async def test_missed_minute_is_healed_by_a_resync(signed_in):
    await _minute(60)
    browser = await Browser(EVERYTHING).open()
    browser.seq.clear()  # as if a message had been lost
    await _minute(120, n9=5)
    await browser.read_until(lambda: browser.gaps == 2)
    await browser.send({"type": "resync"})
    await browser.read_minute(2)
    assert browser.of("buildings")[9] == 5
    await browser.socket.disconnect()


async def test_slow_socket_loses_deltas_and_gets_a_full_state_instead(signed_in):
    box = live.open_mailbox(EVERYTHING)
    box.topics = frozenset({public.state_topic("operation", EVERYTHING), public.minute_topic(EVERYTHING)})
    for minute in range(20):
        await _minute(60 * minute, **{f"n{minute + 1}": 5})
    batch = await box.take()
    assert batch.gap
    assert len(batch.messages) <= live.MAX_WAITING
    await _minute(1260)
    after = await box.take()
    assert not after.gap
    live.close_mailbox(box)


async def test_theme_switch_replaces_the_state(signed_in):
    public.set_states("room_temp", "buildings", np.full(N, 77, np.uint8))
    await _minute(60)
    browser = await Browser(EVERYTHING).open()
    browser.events.clear()
    await browser.send({"type": "subscribe", "theme": "room_temp"})
    await browser.read_until(lambda: browser.has("minute"))
    assert browser.of("buildings")[1] == 77
    await browser.socket.disconnect()


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"type": "subscribe", "theme": "secrets"}, "theme"),
        ({"type": "drop"}, "type"),
        ([], "type"),
        ("x" * 2000, "type"),
    ],
)
async def test_bad_request_is_answered_with_a_problem(signed_in, request_, field):
    browser = Browser(EVERYTHING)
    await browser.socket.connect()
    await browser.send(request_)
    await browser.read_until(lambda: browser.has("problem"))
    assert browser.events[-1]["field"] == field
    await browser.socket.disconnect()


async def test_nobody_listens_without_signing_in(signed_in):
    browser = Browser(OUR_SCOPE, signed_in=False)
    await browser.socket.connect()
    assert await browser.socket.receive_output(timeout=PATIENCE_S) == {
        "type": "websocket.close",
        "code": sockets.SIGNED_OUT,
    }
    assert live.listeners() == []


async def test_foreign_origin_is_refused(signed_in):
    headers = [(b"origin", b"https://elsewhere.example"), (b"host", b"127.0.0.1")]
    assert not await Socket(sockets.websocket_application(), headers).connect()


async def test_plain_totals_are_the_citys_alone(signed_in):
    await asyncio.wrap_future(public.publish(60, {"running": 19}))
    assert public.minute_event(EVERYTHING)["totals"] == {"running": 19}
    assert public.minute_event(OUR_SCOPE)["totals"] == {}


def test_event_for_nobody_in_particular_reaches_all():
    assert live.may_receive(OUR_SCOPE, None, None)
    assert not live.may_receive(OUR_SCOPE, set(), None)
    assert live.may_receive(EVERYTHING, set(), None)


class Session:
    """A session that lasts until it is told to end."""

    session_key, ended = "abc", False

    def exists(self, key):
        return key == self.session_key and not self.ended

    def get(self, _key, default=None):
        return default


async def test_an_open_map_closes_when_its_session_ends(signed_in, monkeypatch):
    monkeypatch.setattr(sockets, "_RECHECK_S", 0.01)
    monkeypatch.setattr(sockets, "_scope_now", lambda _user, _proof, _marked: OUR_SCOPE)
    session = Session()
    browser = Browser(OUR_SCOPE)
    browser.socket = Socket(sockets.LiveSocket.as_asgi(), user=SimpleNamespace(
        pk=1, is_authenticated=True, row_scope=OUR_SCOPE), session=session)  # fmt: skip
    await browser.socket.connect()
    await browser.read_until(lambda: browser.has("hello"))
    session.ended = True
    assert await browser.socket.receive_output(timeout=PATIENCE_S) == {
        "type": "websocket.close",
        "code": sockets.SIGNED_OUT,
    }
    await browser.socket.disconnect()
    assert live.listeners() == []


def test_a_socket_outlives_neither_its_user_nor_his_password(cast):
    from cleanheat.accounts.models import User

    user = User.objects.get(username="company.reader")
    proof = sockets._session_proof(user)

    def marked(found):
        return found

    assert sockets._scope_now(user.pk, proof, marked).key == "company:10"
    user.set_password("tuHao-92-qiao")
    user.save()
    assert sockets._scope_now(user.pk, proof, marked) is None
    user.is_active = False
    user.save()
    assert sockets._scope_now(user.pk, sockets._session_proof(user), marked) is None
