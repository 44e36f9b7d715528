"""The door: who may come in, what is refused and counted, and that no sender suffers from another."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import orjson
import pytest
from django.test import Client

from cleanheat.accounts.models import Organisation
from cleanheat.assets.archive import Archive, KindTable
from cleanheat.infra import clock
from cleanheat.infra.buckets import Buckets
from cleanheat.infra.sealing import Algorithm, KeyPair
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import ManualClock, local
from cleanheat.telemetry import enrolment, envelope
from cleanheat.telemetry import gateway as door_module
from cleanheat.telemetry.envelope import PATHS, Content, SenderSession
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.gateway import DAMAGED_RECORD, Gateway, Receipt, open_gateway, owners_of
from cleanheat.telemetry.limits import Limits
from cleanheat.telemetry.models import RefusalCount, SessionKey
from cleanheat.telemetry.queries import list_refusals
from cleanheat.telemetry.refetching import RefetchRow, ask_again
from cleanheat.telemetry.sender import KeyFile, ReferenceSender, SendError, send_csv
from cleanheat.telemetry.senders import Senders
from cleanheat.telemetry.signed_texts import enrolment_text, proof_text, request_text
from cleanheat.telemetry.spool import Spool
from cleanheat.telemetry.wire import seal_batch

pytestmark = pytest.mark.django_db

MINUTE = 1_768_471_200
BATCHES = PATHS[Content.COLUMNS]
OWN, OTHER, STRANGER = 7, 9, 55


def owners() -> dict[str, Any]:
    """Objects 1–3 belong to sender 7, object 4 to sender 9."""
    return {kind: np.array([0, OWN, OWN, OWN, OTHER], np.int32) for kind in KINDS}


@pytest.fixture
def watch() -> Iterator[ManualClock]:
    before, manual = clock.current(), ManualClock(MINUTE + 30.0)
    clock.install(manual)
    yield manual
    clock.install(before)


@pytest.fixture
def door(tmp_path: Path, watch: ManualClock, db: None) -> Gateway:
    for number in (OWN, OTHER):
        Organisation.objects.create(
            id=number, kind="company", code=f"C{number}", name=f"供热{number}", path=f"/{number}/"
        )
    return build(tmp_path)


def build(tmp_path: Path, limits: Limits | None = None) -> Gateway:
    return Gateway(Spool(tmp_path / "spool"), Senders(tmp_path / "keys"), limits or Limits(), owners())


@pytest.fixture
def session(door: Gateway) -> SenderSession:
    return enrolment.open_sessions(door.senders, [OWN, OTHER])[OWN]


def block(minute: int = MINUTE, ids: tuple[int, ...] = (1, 2, 3), kind: str = "unit") -> Block:
    columns = [np.arange(len(ids)).astype(s.dtype) for s in KINDS[kind].signals]
    return Block(0, 0, kind, minute, np.array(ids, np.uint32), columns)


def send(door: Gateway, session: SenderSession, sequence: int, *blocks: Block) -> Receipt:
    return door.receive(seal_batch(session, sequence, blocks or (block(),)), BATCHES)


def refused(door: Gateway, body: bytes, path: str = BATCHES, remote: str = "") -> Problem:
    with pytest.raises(Problem) as refusal:
        door.receive(body, path, remote)
    assert refusal.value.document()["title"]
    return refusal.value


# -- accepted ----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("A5-2")
@pytest.mark.feature("A5-3")
def test_what_was_sealed_reaches_the_pipeline_once(door: Gateway, session: SenderSession) -> None:
    assert send(door, session, 1) == Receipt(OWN, 1, False, 3, {})
    assert send(door, session, 1) == Receipt(OWN, 1, True, 0, {})
    (segment,) = door.cut()
    (got,) = door.open_segment(segment)
    np.testing.assert_array_equal(got.ids, [1, 2, 3])
    assert (got.sender, got.sequence, got.kind, got.minute) == (OWN, 1, "unit", MINUTE)
    door.mark_done(segment)
    assert door.cut() == []
    assert door.traffic.batches == door.traffic.repeats == 1


def test_the_file_gives_the_same_blocks_as_memory(door: Gateway, session: SenderSession) -> None:
    send(door, session, 1, block(ids=(3, 4, 1)), block(kind="room"))
    (segment,) = door.cut()
    remembered = door.open_segment(segment)
    segment.notes = None
    for one, other in zip(remembered, door.open_segment(segment), strict=True):
        assert (one.sender, one.sequence, one.kind, one.minute) == (
            other.sender,
            other.sequence,
            other.kind,
            other.minute,
        )
        np.testing.assert_array_equal(one.ids, other.ids)
        for a, b in zip(one.columns, other.columns, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.feature("A5-3")
def test_after_a_restart_repeats_are_known_and_waiting_batches_open(
    tmp_path: Path, door: Gateway, session: SenderSession
) -> None:
    send(door, session, 1)
    (segment,) = door.cut()
    door.mark_done(segment)
    send(door, session, 2)
    again = build(tmp_path)  # as after kill -9: the first door is never closed
    assert send(again, session, 1).is_repeat
    assert send(again, session, 2).is_repeat
    assert refused(again, seal_batch(session, 2, [block(ids=(1,))])).code == "sequence-conflict"
    (waiting,) = again.cut()
    assert [b.sequence for b in again.open_segment(waiting)] == [2]
    assert again.next_sequence(OWN) == 3


def test_a_retry_under_a_new_key_is_the_same_batch(door: Gateway, session: SenderSession) -> None:
    send(door, session, 1)
    newer = enrolment.open_sessions(door.senders, [OWN], lifetime_s=900 * 86_400)[OWN]
    assert newer.key_id == session.key_id + 1
    assert send(door, newer, 1).is_repeat


def test_a_restart_goes_on_with_the_keys_it_has(tmp_path: Path, door: Gateway, watch: ManualClock) -> None:
    first = enrolment.open_sessions(door.senders, [OWN, OTHER])
    again = Senders(tmp_path / "keys")
    assert enrolment.open_sessions(again, [OWN, OTHER]) == first
    watch.advance(300 * 86_400)
    later = enrolment.open_sessions(again, [OWN, OTHER])
    assert later[OWN].key_id == first[OWN].key_id + 1
    elsewhere = Senders(tmp_path / "other")  # the installation's key is gone: what it sealed opens no more
    assert enrolment.open_sessions(elsewhere, [OWN])[OWN].key_id == later[OWN].key_id + 1
    assert SessionKey.objects.count() == 5


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_both_algorithms_are_taken(door: Gateway, session: SenderSession, algorithm: Algorithm) -> None:
    chosen = enrolment.open_sessions(door.senders, [OWN], algorithm)[OWN]
    assert send(door, chosen, 1).rows == 3
    other = replace(chosen, algorithm=Algorithm.SM4_GCM, key=bytes(16))
    if algorithm is not Algorithm.SM4_GCM:
        assert refused(door, seal_batch(other, 2, [block()])).code == "unknown-key"


@pytest.mark.feature("F1-4")
def test_plain_rows_with_a_token_are_sealed_in_the_spool(door: Gateway, session: SenderSession) -> None:
    token = enrolment.issue_token(door.senders, OWN)
    rows = [{"kind": "room", "number": 2, "room_temp_c": 21.37}, {"kind": "room", "number": 4, "room_temp_c": 20}]
    text = msgspec.json.encode({"sequence": 1, "minute": MINUTE, "rows": rows})
    assert door.receive_rows(text, token) == Receipt(OWN, 1, False, 1, {"foreign-object": 1})
    assert door.receive_rows(text, token).is_repeat
    (segment,) = door.cut()
    assert b"room_temp_c" not in segment.path.read_bytes()
    segment.notes = None
    (got,) = door.open_segment(segment)
    np.testing.assert_array_equal(got.columns[0], [214])
    for wrong in (token[:-1], f"{OTHER}.x", "x", f"{STRANGER}.x", ""):
        with pytest.raises(Problem, match="bad-token"):
            door.receive_rows(text, wrong)


def test_sealed_rows_are_taken_at_their_own_address(door: Gateway, session: SenderSession) -> None:
    text = msgspec.json.encode({"minute": MINUTE, "rows": [{"kind": "room", "number": 2, "room_temp_c": 21.37}]})
    body = envelope.seal(session, Content.ROWS, 4, text)
    assert door.receive(body, PATHS[Content.ROWS]).rows == 1
    assert refused(door, body).code == "wrong-path"


# -- refused -----------------------------------------------------------------------------------------------------------


def test_strangers_wrong_keys_and_changed_bytes(door: Gateway, session: SenderSession) -> None:
    good = seal_batch(session, 1, [block()])
    others = enrolment.open_sessions(door.senders, [OTHER])[OTHER]
    tampered = bytearray(good)
    tampered[40] ^= 1
    lifted = bytearray(good)
    lifted[17] ^= 2  # another sequence number in the header
    signed_with_anothers_key = replace(session, key=others.key)
    cases = [
        (b"", 400, "malformed-envelope"),
        (good[:30], 400, "malformed-envelope"),
        (b"XXXX" + good[4:], 400, "malformed-envelope"),
        (good[:-1], 403, "bad-seal"),
        (bytes(tampered), 403, "bad-seal"),
        (bytes(lifted), 403, "bad-seal"),
        (seal_batch(signed_with_anothers_key, 1, [block()]), 403, "bad-seal"),
        (seal_batch(replace(session, sender=STRANGER), 1, [block()]), 401, "unknown-sender"),
        (seal_batch(replace(session, key_id=77), 1, [block()]), 401, "unknown-key"),
        (bytes(3 << 20), 413, "body-too-large"),
        (envelope.seal(session, Content.COLUMNS, 1, b"no zstd"), 400, "malformed-batch"),
        (envelope.header(1, Content.PLAIN_ROWS, OWN, 0, 1) + bytes(60), 400, "wrong-path"),
    ]
    for body, status, code in cases:
        refusal = refused(door, body)
        assert (refusal.status, refusal.code) == (status, code)
        assert refusal.field
    assert send(door, session, 1).rows == 3
    counted = {(s, reason): n for (s, _, reason), n in door.counts.unsaved().items()}
    assert counted[OWN, "bad-seal"] == 4
    assert counted[0, "unknown-sender"] == 1


def test_another_companys_objects_are_refused_row_by_row(door: Gateway, session: SenderSession) -> None:
    receipt = send(door, session, 1, block(ids=(1, 4, 9)))
    assert receipt.rows == 1
    assert receipt.refused == {"foreign-object": 1, "unknown-object": 1}
    assert door.counts.total() == receipt.refused


def test_an_object_added_while_the_line_runs_is_unknown_to_it(tmp_path: Path, session: SenderSession) -> None:
    """The line's arrays are as long as the archive was at the start."""
    slots = np.zeros(5)
    at_start = {k: KindTable(k, np.arange(1, 5), slots, slots, {"sender": owners()[k]}) for k in KINDS}
    door = open_gateway(tmp_path, owners_of(Archive("1", at_start)))
    assert send(door, session, 1, block(ids=(3, 5))) == Receipt(OWN, 1, False, 1, {"unknown-object": 1})


def test_late_early_and_out_of_order(door: Gateway, session: SenderSession) -> None:
    now = MINUTE + 30
    for n, minute in enumerate((MINUTE + 600, MINUTE - 72 * 3600 + 60, MINUTE, MINUTE - 60)):
        assert send(door, session, n, block(minute)).rows == 3
    early = refused(door, seal_batch(session, 10, [block(MINUTE + 660)]))
    late = refused(door, seal_batch(session, 11, [block(MINUTE - 72 * 3600)]))
    assert (early.status, early.code, early.field) == (422, "minute-too-early", "minute")
    assert (late.status, late.code) == (422, "minute-too-late")
    assert str(now) in early.detail
    assert send(door, session, 10).rows == 3, "a refused number is free again"


def test_a_clock_that_jumps_refuses_clearly_and_recovers(
    door: Gateway, session: SenderSession, watch: ManualClock
) -> None:
    send(door, session, 1)
    watch.at -= 30 * 86_400
    assert refused(door, seal_batch(session, 2, [block()])).code == "minute-too-early"
    assert send(door, session, 1).is_repeat
    watch.at += 60 * 86_400
    assert refused(door, seal_batch(session, 2, [block()])).code == "minute-too-late"
    watch.at -= 30 * 86_400
    assert send(door, session, 2).rows == 3


def test_a_flood_is_slowed_and_others_are_not(tmp_path: Path, door: Gateway, watch: ManualClock) -> None:
    strict = build(
        tmp_path / "strict", Limits(batches_per_s=0.5, batches_burst=3, failures_per_s=0.1, failures_burst=2)
    )
    sessions = enrolment.open_sessions(strict.senders, [OWN, OTHER])
    for n in range(3):
        send(strict, sessions[OWN], n)
    flood = refused(strict, seal_batch(sessions[OWN], 3, [block()]))
    assert (flood.status, flood.code) == (429, "too-many-requests")
    assert getattr(flood, "retry_after_s") == 2  # noqa: B009
    assert send(strict, sessions[OTHER], 1, block(ids=(4,))).rows == 1
    watch.advance(2)
    assert send(strict, sessions[OWN], 3).rows == 3


def test_a_stranger_cannot_lock_out_the_sender_he_names(tmp_path: Path, door: Gateway) -> None:
    strict = build(tmp_path / "strict", Limits(failures_per_s=0.1, failures_burst=2))
    session = enrolment.open_sessions(strict.senders, [OWN])[OWN]
    forged = envelope.header(1, Content.COLUMNS, OWN, session.key_id, 5) + os.urandom(50)
    codes = [refused(strict, forged, remote="6.6.6.6").code for _ in range(4)]
    assert codes == ["bad-seal", "bad-seal", "too-many-requests", "too-many-requests"]
    assert strict.receive(seal_batch(session, 1, [block()]), BATCHES, "1.2.3.4").rows == 3


def test_invented_senders_share_their_addresss_bucket(tmp_path: Path, door: Gateway) -> None:
    strict = build(tmp_path / "strict", Limits(failures_per_s=0.1, failures_burst=2))
    forged = [envelope.header(1, Content.COLUMNS, n, 1, 5) + os.urandom(50) for n in range(100, 104)]
    codes = [refused(strict, body, remote="6.6.6.6").code for body in forged]
    assert codes == ["unknown-sender", "unknown-sender", "too-many-requests", "too-many-requests"]
    assert refused(strict, forged[0], remote="6.6.6.7").code == "unknown-sender"


def test_many_keys_push_out_the_longest_unused_only(watch: ManualClock) -> None:
    buckets = Buckets(rate=0.001, burst=1, most_keys=3)
    for key in "abc":
        buckets.take(key)
    with pytest.raises(Problem):
        buckets.check("a")  # used just now
    buckets.take("d")
    with pytest.raises(Problem):
        buckets.check("a")
    buckets.check("b")


def test_sequence_numbers_in_the_past(door: Gateway, session: SenderSession) -> None:
    send(door, session, 10_000)
    old = refused(door, seal_batch(session, 10_000 - 4_096, [block()]))
    assert (old.status, old.code) == (409, "sequence-too-old")
    assert "10001" in old.detail
    assert send(door, session, 10_000 - 4_095).rows == 3
    other = refused(door, seal_batch(session, 10_000, [block(ids=(1,))]))
    assert (other.status, other.code, other.field) == (409, "sequence-conflict", "sequence")


def test_a_full_disk_acknowledges_nothing_and_the_retry_is_taken(
    door: Gateway, session: SenderSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    assert refused(door, seal_batch(session, 1, [block()])).status == 507
    monkeypatch.undo()
    assert send(door, session, 1) == Receipt(OWN, 1, False, 3, {})


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_from_many_threads_is_stored_once(door: Gateway, session: SenderSession) -> None:
    send(door, session, 0)  # sender and key are in memory now: the threads need no database
    body, receipts = seal_batch(session, 1, [block()]), []
    threads = [threading.Thread(target=lambda: receipts.append(door.receive(body, BATCHES))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(r.is_repeat for r in receipts) == [False] + [True] * 7
    (segment,) = door.cut()
    assert len(segment.entries) == 2


def test_a_whole_minute_costs_one_sync(door: Gateway, session: SenderSession, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs, real = [], os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda handle: (syncs.append(handle), real(handle))[1])
    bodies = [seal_batch(session, n, [block(MINUTE - 60 * n)]) for n in range(20)]
    answers = door.receive_all([*bodies, b"garbage"], BATCHES)
    assert [a.sequence for a in answers if isinstance(a, Receipt)] == list(range(20))
    assert isinstance(answers[20], Problem)
    assert len(syncs) == 1
    assert [getattr(a, "is_repeat", None) for a in door.receive_all([bodies[3], bodies[3]], BATCHES)] == [True, True]
    twice = seal_batch(session, 30, [block()])
    assert [getattr(a, "is_repeat", None) for a in door.receive_all([twice, twice], BATCHES)] == [False, True]


def test_a_minute_on_a_full_disk_is_refused_batch_by_batch(
    door: Gateway, session: SenderSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [seal_batch(session, n, [block()]) for n in range(3)]
    monkeypatch.setattr(os, "fdatasync", lambda _handle: (_ for _ in ()).throw(OSError(28, "full")))
    assert [getattr(a, "status", 200) for a in door.receive_all(bodies, BATCHES)] == [507] * 3
    monkeypatch.undo()
    assert [getattr(a, "is_repeat", None) for a in door.receive_all(bodies, BATCHES)] == [False] * 3
    (segment,) = door.cut()
    assert len(segment.entries) == len(door.open_segment(segment)) == 3


def test_a_lost_key_costs_its_batch_not_the_segment(door: Gateway, session: SenderSession) -> None:
    others = enrolment.open_sessions(door.senders, [OTHER])[OTHER]
    send(door, session, 1)
    send(door, others, 1, block(ids=(4,)))
    (segment,) = door.cut()
    segment.notes = None
    SessionKey.objects.filter(sender_id=OWN).delete()
    door.senders.forget()
    assert [b.sender for b in door.open_segment(segment)] == [OTHER]
    assert door.counts.total() == {"unknown-key": 1}


def test_what_the_disk_lost_is_counted(tmp_path: Path, door: Gateway, session: SenderSession) -> None:
    for n in range(3):
        send(door, session, n, block())
    (segment,) = door.cut()
    content = bytearray(segment.path.read_bytes())
    content[len(content) // 2] ^= 1
    segment.path.write_bytes(content)
    again = build(tmp_path)
    (waiting,) = again.cut()
    assert [b.sequence for b in again.open_segment(waiting)] == [0, 2]
    assert again.counts.total() == {DAMAGED_RECORD: 1}


def test_refusals_are_added_up_in_the_database(door: Gateway, session: SenderSession, watch: ManualClock) -> None:
    for sequence in (1, 2):
        send(door, session, sequence, block(ids=(1, 4)))
        door.settle_minute(watch.now())
    refused(door, b"garbage")
    door.settle_minute(watch.now())
    today = local(watch.now()).date()
    rows = list_refusals(today, today + timedelta(days=1))
    assert [(r.sender, r.reason, r.count) for r in rows] == [(0, "malformed-envelope", 1), (OWN, "foreign-object", 2)]
    assert rows[1].zh == "对象不属于发送方"
    assert list_refusals(today, today + timedelta(days=1), frozenset({OTHER})) == []
    assert RefusalCount.objects.count() == 2


# -- keys --------------------------------------------------------------------------------------------------------------


def exchange(door: Gateway, pair: KeyPair, **changes: Any) -> enrolment.IssuedKey:
    given = {
        "algorithm": "sm4-gcm",
        "challenge": door.senders.new_challenge(OWN),
        "encrypted_key": door.senders.identity.public.encrypt(bytes(range(16))).hex(),
        **changes,
    }
    signature = pair.sign(request_text(OWN, given["algorithm"], given["challenge"], given["encrypted_key"]))
    return enrolment.exchange_key(door.senders, OWN, **given, signature=signature, lifetime_s=3_600)


def test_enrolment_needs_the_code_and_the_private_key(door: Gateway, watch: ManualClock) -> None:
    pair, thief = KeyPair.generate(), KeyPair.generate()
    code = enrolment.issue_enrolment_code(OWN)
    text = enrolment_text(OWN, code, pair.public.text)

    def attempt(code: str, signature: bytes, key: str = pair.public.text) -> None:
        enrolment.enrol(door.senders, OWN, code, key, signature)

    for wrong, arguments in (
        ("bad-enrolment-code", ("guess", pair.sign(text))),
        ("bad-signature", (code, thief.sign(text))),
        ("unusable-key", (code, pair.sign(text), "04ff")),
    ):
        with pytest.raises(Problem, match=wrong):
            attempt(*arguments)
    attempt(code, pair.sign(text))
    with pytest.raises(Problem, match="bad-enrolment-code"):
        attempt(code, pair.sign(text))
    late = enrolment.issue_enrolment_code(OWN)
    watch.advance(enrolment.ENROLMENT_CODE_S + 1)
    with pytest.raises(Problem, match="bad-enrolment-code"):
        attempt(late, pair.sign(enrolment_text(OWN, late, pair.public.text)))
    with pytest.raises(Problem, match="not-found"):
        enrolment.issue_enrolment_code(STRANGER)


def test_a_session_key_is_exchanged_kept_sealed_and_expires(door: Gateway, watch: ManualClock) -> None:
    pair = KeyPair.generate()
    enrolment.trust_public_key(door.senders, OWN, pair.public.text)
    issued = exchange(door, pair)
    assert bytes(range(16)) not in bytes(SessionKey.objects.get().sealed_key)
    session = SenderSession(OWN, issued.key_id, Algorithm.SM4_GCM, bytes(range(16)))
    assert send(door, session, 1).rows == 3
    assert exchange(door, pair).key_id == issued.key_id + 1
    assert send(door, session, 2).rows == 3, "the former key stays good until its time"
    watch.advance(3_601)
    assert refused(door, seal_batch(session, 3, [block()])).code == "key-expired"


def test_key_requests_that_do_not_fit_are_refused(door: Gateway) -> None:
    pair, thief = KeyPair.generate(), KeyPair.generate()
    with pytest.raises(Problem, match="unknown-sender"):
        exchange(door, pair)
    enrolment.trust_public_key(door.senders, OWN, pair.public.text)
    challenge = door.senders.new_challenge(OWN)
    exchange(door, pair, challenge=challenge)
    for wrong, who, changes in (
        ("bad-challenge", pair, {"challenge": challenge}),
        ("bad-challenge", pair, {"challenge": door.senders.new_challenge(OTHER)}),
        ("bad-challenge", pair, {"challenge": "zz"}),
        ("bad-signature", thief, {}),
        ("unusable-key", pair, {"algorithm": "rot13"}),
        ("unusable-key", pair, {"algorithm": "aes-256-gcm"}),
        ("unusable-key", pair, {"encrypted_key": "00"}),
        ("unusable-key", pair, {"encrypted_key": thief.public.encrypt(bytes(16)).hex()}),
    ):
        with pytest.raises(Problem, match=wrong):
            exchange(door, who, **changes)


def test_a_new_identity_ends_the_old_sessions_and_a_switch_ends_all(door: Gateway, session: SenderSession) -> None:
    send(door, session, 1)
    enrolment.trust_public_key(door.senders, OWN, KeyPair.generate().public.text)
    assert refused(door, seal_batch(session, 2, [block()])).code == "key-expired"
    (segment,) = door.cut()
    segment.notes = None
    assert len(door.open_segment(segment)) == 1, "what was acknowledged still opens"
    enrolment.switch(door.senders, OWN, is_active=False)
    assert refused(door, seal_batch(session, 2, [block()])).code == "sender-disabled"


# -- over HTTP ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def web(door: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """An httpx client whose requests go to the application itself."""
    door_module.install_gateway(door)
    known = {"unit": [{"code": "220102-JZ-000001", "number": 1}, {"code": "220102-JZ-000002", "number": 2}]}
    monkeypatch.setattr("cleanheat.telemetry.http.objects_of", lambda _sender: known)
    django = Client(enforce_csrf_checks=True)  # a sender has no cookies and needs none

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in {"content-length", "host"}}
        got = django.generic(
            request.method,
            request.url.raw_path.decode(),
            request.content,
            content_type=request.headers.get("content-type", "application/octet-stream"),
            headers=headers,
        )
        return httpx.Response(got.status_code, headers=dict(got.items()), content=got.content)

    with httpx.Client(base_url="http://127.0.0.1", transport=httpx.MockTransport(answer)) as client:
        yield client
    door_module.install_gateway(None)


@pytest.mark.feature("F1-1")
@pytest.mark.feature("F1-3")
def test_the_reference_sender_enrols_exchanges_and_sends(web: httpx.Client, door: Gateway, tmp_path: Path) -> None:
    table = tmp_path / "readings.csv"
    table.write_text(
        "time,code,secondary_supply_temp_c,valve_opening_pct,colour\n"
        "2026-01-15T18:00:00+08:00,220102-JZ-000001,45.3,60,\n"
        "2026-01-15T18:00:20+08:00,220102-JZ-000002,44.1,,red\n"
        "2026-01-15T17:59:00+08:00,220102-JZ-000001,45.1,hot,\n"
        "2026-01-15T17:59:00,220102-JZ-000001,45.1,1,\n"
        "2026-01-15T17:59:00+08:00,999999-JZ-000001,45.1,1,\n"
        "2025-01-15T17:59:00+08:00,220102-JZ-000001,45.1,1,\n",
        encoding="utf-8",
    )
    sender = ReferenceSender(web, OWN, KeyFile.open(tmp_path / "sender.key"), pause=lambda _s: None)
    sender.enrol(enrolment.issue_enrolment_code(OWN))
    report = send_csv(sender, table)
    assert (report.batches, report.rows, report.repeats) == (2, 3, 0)
    assert dict(report.refused) == {"csv-row-unreadable": 2, "csv-value-unreadable": 1, "csv-column-unknown": 1}
    assert len(report.failures) == 1
    assert "minute-too-late" in report.failures[0]
    (segment,) = door.cut()
    first, second = door.open_segment(segment)
    assert (first.minute, second.minute) == (MINUTE - 60, MINUTE)
    column = second.columns[KINDS["unit"].index["secondary_supply_temp_c"]]
    np.testing.assert_array_equal(column, [453, 441])
    again = ReferenceSender(web, OWN, KeyFile.open(tmp_path / "sender.key"), Algorithm.AES_256_GCM)
    assert again.send([block(ids=(1,))])["sequence"] == 3


def test_the_reference_sender_takes_a_new_key_and_retries(
    web: httpx.Client, door: Gateway, tmp_path: Path, watch: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    sender = ReferenceSender(web, OWN, KeyFile.open(tmp_path / "sender.key"), pause=waited.append)
    enrolment.trust_public_key(door.senders, OWN, sender.keys.pair.public.text)
    assert sender.send([block(ids=(1,))])["status"] == "stored"
    watch.advance(2 * 86_400)
    assert sender.send([block(MINUTE, ids=(2,))])["status"] == "stored"
    assert waited == []
    monkeypatch.setattr(os, "fdatasync", lambda _handle: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(SendError, match="storage-full"):
        sender.send([block(MINUTE, ids=(3,))])
    assert waited == [1, 2, 4, 8, 16, 30]


def test_a_platform_with_another_key_is_not_trusted(web: httpx.Client, door: Gateway, tmp_path: Path) -> None:
    keys = KeyFile.open(tmp_path / "sender.key")
    keys.trust(KeyPair.generate().public.text)
    enrolment.trust_public_key(door.senders, OWN, keys.pair.public.text)
    with pytest.raises(SendError, match="has changed"):
        ReferenceSender(web, OWN, keys).send([block()])


def test_answers_over_http(web: httpx.Client, door: Gateway, session: SenderSession) -> None:
    post = web.post
    stored = post(BATCHES, content=seal_batch(session, 1, [block(ids=(1, 4))]))
    assert stored.json() == {
        "status": "stored", "sender": OWN, "sequence": 1, "rows": 1, "refused": {"foreign-object": 1}
    }  # fmt: skip
    garbage = post(BATCHES, content=b"garbage")
    assert garbage.status_code == 400
    assert garbage.headers["content-type"] == "application/problem+json"
    assert garbage.json()["field"] == "header"
    assert post(BATCHES, content=bytes(4 << 20)).status_code == 413
    assert post("/api/v1/ingest/keys", content=b"{}").status_code == 400
    assert web.get("/api/v1/ingest/keys?sender=x").status_code == 401
    assert web.get(f"/api/v1/ingest/keys?sender={STRANGER}").status_code == 401


def test_tokens_travel_over_tls_or_from_this_machine_only(door: Gateway, web: httpx.Client) -> None:
    token = enrolment.issue_token(door.senders, OWN)
    text = orjson.dumps(
        {"sequence": 3, "minute": MINUTE, "rows": [{"kind": "unit", "number": 1, "valve_opening_pct": 5}]}
    )

    def post(**extra: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return Client(enforce_csrf_checks=True).generic("POST", PATHS[Content.ROWS], text, headers=headers, **extra)

    assert post().json()["rows"] == 1
    assert post(REMOTE_ADDR="10.0.0.8").json()["type"].endswith("tls-required")
    assert post(REMOTE_ADDR="10.0.0.8", secure=True).json()["status"] == "already-stored"
    headers = {"Authorization": f"Bearer {token}"}
    assert web.get("/api/v1/ingest/objects", headers=headers).json()["kinds"]["unit"][0]["number"] == 1
    assert web.get("/api/v1/ingest/objects").status_code == 401


def test_objects_are_shown_to_who_signs_a_fresh_challenge(door: Gateway, web: httpx.Client) -> None:
    pair = KeyPair.generate()
    enrolment.trust_public_key(door.senders, OWN, pair.public.text)
    challenge = web.get(f"/api/v1/ingest/keys?sender={OWN}").json()["challenge"]
    headers = {"X-Challenge": challenge, "X-Signature": pair.sign(proof_text(OWN, challenge)).hex()}
    assert web.get(f"/api/v1/ingest/objects?sender={OWN}", headers=headers).status_code == 200
    assert web.get(f"/api/v1/ingest/objects?sender={OWN}", headers=headers).status_code == 401


@pytest.mark.feature("A5-5")
def test_a_sender_is_told_what_to_send_again_and_only_its_own(door: Gateway, web: httpx.Client) -> None:
    ask_again([RefetchRow(OWN, "unit", MINUTE, MINUTE + 120, 1), RefetchRow(OTHER, "unit", MINUTE, MINUTE + 60)])
    headers = {"Authorization": f"Bearer {enrolment.issue_token(door.senders, OWN)}"}
    answer = web.get("/api/v1/ingest/refetch", headers=headers).json()
    (told,) = answer["requests"]
    assert (answer["sender"], told["kind"], told["number"], told["start"]) == (OWN, "unit", 1, MINUTE)
    assert web.get("/api/v1/ingest/refetch").status_code == 401
    assert web.get(f"/api/v1/ingest/refetch?sender={OWN}", headers={"X-Challenge": "00"}).status_code == 401


def test_key_requests_are_rationed(door: Gateway, web: httpx.Client) -> None:
    document = {"sender": OWN, "code": "x", "public_key": KeyPair.generate().public.text, "signature": "00"}
    answers = [web.post("/api/v1/ingest/keys/enrol", json=document) for _ in range(21)]
    assert {a.status_code for a in answers[:-1]} == {403}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
