"""The wire format: what goes in comes out, and whatever is wrong costs no more than itself."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanheat.infra.sealing import Algorithm
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry import envelope
from cleanheat.telemetry.envelope import Content, SenderSession
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.rows import decode_rows, read_minute
from cleanheat.telemetry.wire import Decoded, WireLimits, decode, encode, seal_batch

MINUTE = 1_768_471_200
LIMITS = WireLimits()
OWNERS = {kind: np.array([0, 7, 7, 7, 9, 0, 7], np.int32) for kind in KINDS}
"""Objects 1, 2, 3 and 6 belong to sender 7, object 4 to sender 9; 0 and 5 do not exist."""


def block(kind: str = "room", ids: list[int] | None = None, sender: int = 7) -> Block:
    numbers = np.array([1, 2, 3] if ids is None else ids, np.uint32)
    columns = [np.arange(len(numbers)).astype(s.dtype) + 1 for s in KINDS[kind].signals]
    return Block(sender, 5, kind, MINUTE, numbers, columns)


def document(**changes: Any) -> dict[str, Any]:
    room = {"ids": b"\x01\0\0\0\x02\0\0\0", "columns": {"room_temp_c": b"\xd6\0\xd7\0"}}
    return {"v": 1, "sender": 7, "seq": 5, "minute": MINUTE, "kinds": {"room": room}, **changes}


def packed(content: object) -> bytes:
    return zstandard.compress(msgspec.msgpack.encode(content), 1)


def opened(content: object) -> Decoded:
    return decode(packed(content), 7, 5, OWNERS, LIMITS)


@pytest.mark.feature("A5-2")
@pytest.mark.feature("A5-3")
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_sealed_batch_comes_out_as_it_went_in(algorithm: Algorithm) -> None:
    session = SenderSession(7, 3, algorithm, bytes(range(algorithm.key_bytes)))
    sent = [block("unit"), block("room", [1, 6]), block("boiler", [2])]
    parcel = envelope.parse(seal_batch(session, 5, sent))
    assert (parcel.sender, parcel.key_id, parcel.sequence, parcel.algorithm) == (7, 3, 5, algorithm)
    decoded = decode(parcel.open(session.cipher), 7, 5, OWNERS, LIMITS)
    assert not decoded.refused
    assert decoded.rows == 6
    for one, other in zip(sent, decoded.blocks, strict=True):
        assert (one.kind, one.minute, one.sender) == (other.kind, other.minute, other.sender)
        np.testing.assert_array_equal(one.ids, other.ids)
        for a, b in zip(one.columns, other.columns, strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype


def test_header_says_exactly_what_the_page_says() -> None:
    head = envelope.header(1, Content.COLUMNS, 0x0A0B0C0D, 0x0102, 0x030405060708)
    assert head.hex() == "43484231" + "01" + "01" + "0a0b0c0d" + "0102" + "030405060708"


def test_a_batch_carries_one_minute() -> None:
    session = SenderSession(7, 1, Algorithm.SM4_GCM, bytes(16))
    other = Block(7, 5, "room", MINUTE + 60, np.array([1], np.uint32), [None, None])
    with pytest.raises(ValueError, match="one minute"):
        seal_batch(session, 5, [block(), other])


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"v": 2}, "malformed-batch", "v"),
        ({"sender": 9}, "header-mismatch", "sender"),
        ({"seq": 6}, "header-mismatch", "seq"),
        ({"minute": -60}, "malformed-batch", "minute"),
        ({"minute": 1 << 40}, "malformed-batch", "minute"),
        ({"minute": "noon"}, "malformed-batch", "batch"),
        ({"kinds": []}, "malformed-batch", "batch"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Problem) as refusal:
        opened(document(**changes))
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_one_bad_thing_costs_only_itself() -> None:
    good = document()["kinds"]["room"]
    decoded = opened(
        document(
            kinds={
                "room": {**good, "columns": {**good["columns"], "humidity_pct": b"\x01", "taste": b"\x01\x02"}},
                "submarine": good,
                "unit": {"ids": b"\x01\0\0", "columns": {}},
                "boiler": 17,
                "device": {"ids": b"\x01\0\0\0", "columns": {"power_w": [1, 2], "is_on": b"\x01"}},
            }
        )
    )
    assert dict(decoded.refused) == {
        "column-malformed": 2,
        "unknown-signal": 1,
        "unknown-kind": 1,
        "block-malformed": 2,
    }
    room, device = decoded.blocks
    np.testing.assert_array_equal(room.columns[0], [214, 215])
    assert room.columns[1] is None
    np.testing.assert_array_equal(device.columns[0], [1])


def test_rows_of_others_of_nobody_and_twice_are_left_out() -> None:
    sent = block(ids=[3, 4, 1, 3, 5, 99, 2, 0])
    decoded = decode(encode(7, 5, MINUTE + 59, [sent]), 7, 5, OWNERS, LIMITS)
    (kept,) = decoded.blocks
    assert kept.minute == MINUTE
    np.testing.assert_array_equal(kept.ids, [3, 1, 2])
    np.testing.assert_array_equal(kept.columns[0], [1, 3, 7])
    assert dict(decoded.refused) == {"unknown-object": 3, "foreign-object": 1, "duplicate-object": 1}


def test_bombs_and_giants_are_refused_before_they_unfold() -> None:
    limits = WireLimits(unpacked_bytes=1 << 16, rows=2)
    bomb = zstandard.compress(bytes(1 << 26), 1)
    stream = zstandard.ZstdCompressor(level=1, write_content_size=False).compress(bytes(1 << 26))
    for sent, code in ((bomb, "unpacked-too-large"), (stream, "malformed-batch")):
        with pytest.raises(Problem) as refusal:
            decode(sent, 7, 5, OWNERS, limits)
        assert refusal.value.code == code
    with pytest.raises(Problem) as refusal:
        decode(encode(7, 5, MINUTE, [block()]), 7, 5, OWNERS, limits)
    assert (refusal.value.status, refusal.value.code) == (413, "too-many-rows")


@given(garbage=st.binary(max_size=400))
def test_garbage_is_refused_never_raised(garbage: bytes) -> None:
    for sent in (garbage, zstandard.compress(garbage, 1)):
        with pytest.raises(Problem):
            decode(sent, 7, 5, OWNERS, LIMITS)


@settings(max_examples=200)
@given(cut=st.integers(0, 400), place=st.integers(0, 400), byte=st.integers(0, 255))
def test_changed_and_truncated_batches_are_decoded_or_refused(cut: int, place: int, byte: int) -> None:
    raw = bytearray(msgspec.msgpack.encode(document()))
    raw[place % len(raw)] = byte
    for sent in (bytes(raw), bytes(raw)[: cut % len(raw)]):
        try:
            decoded = decode(zstandard.compress(sent, 1), 7, 5, OWNERS, LIMITS)
        except Problem:
            continue
        else:
            for kept in decoded.blocks:
                assert all(c is None or len(c) == len(kept.ids) for c in kept.columns)


@given(body=st.binary(max_size=80))
def test_any_envelope_is_parsed_or_refused(body: bytes) -> None:
    for sent in (body, b"CHB1" + body):
        try:
            parcel = envelope.parse(sent)
        except Problem:
            continue
        else:
            assert len(parcel.nonce) == 12


# -- JSON rows ---------------------------------------------------------------------------------------------------------


def rows(*given: object, **head: object) -> Decoded:
    text = msgspec.json.encode({"sequence": 5, "minute": "2026-01-15T18:00:00+08:00", "rows": given, **head})
    return decode_rows(text, 7, None, OWNERS, LIMITS)


@pytest.mark.feature("F1-3")
def test_json_rows_become_scaled_columns() -> None:
    decoded = rows(
        {"code": "220102-JZ-000002", "secondary_supply_temp_c": 45.34, "valve_opening_pct": None},
        {"kind": "unit", "number": 1, "secondary_supply_temp_c": 44, "minute": MINUTE + 61},
        {"kind": "device", "number": 3, "is_on": True},
    )
    assert not decoded.refused
    first, second, device = decoded.blocks
    place = KINDS["unit"].index["secondary_supply_temp_c"]
    np.testing.assert_array_equal(first.columns[place], [453])
    assert (first.minute, second.minute) == (MINUTE, MINUTE + 60)
    assert [i for i, c in enumerate(first.columns) if c is not None] == [place]
    np.testing.assert_array_equal(device.columns[0], [1])


def test_bad_rows_and_values_are_counted() -> None:
    decoded = rows(
        "row",
        {"kind": "room"},
        {"code": "220102-ZZ-000002"},
        {"kind": "room", "number": True},
        {"kind": "room", "number": 1, "minute": "15/01/2026 18:00"},
        {"kind": "ship", "number": 1},
        {"kind": "room", "number": 1, "room_temp_c": "warm", "humidity_pct": 40},
        {"kind": "room", "number": 1, "room_temp_c": 20},
        {"kind": "room", "number": 2, "room_temp_c": 1e9, "smell": 3},
        {"kind": "room", "number": 4, "room_temp_c": 20},
        {"kind": "room", "number": 3, "room_temp_c": 10**400},
    )
    assert dict(decoded.refused) == {
        "row-malformed": 5,
        "unknown-kind": 1,
        "bad-value": 2,
        "duplicate-object": 1,
        "value-out-of-width": 1,
        "unknown-signal": 1,
        "foreign-object": 1,
    }
    (kept,) = decoded.blocks
    np.testing.assert_array_equal(kept.ids, [1, 2, 3])
    assert kept.columns[0] is not None
    np.testing.assert_array_equal(kept.columns[0], [-32768] * 3)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"", "body"),
        (b"[]", "body"),
        (b"\xff", "body"),
        (b"[" * 5000, "body"),
        (b'{"rows": []}', "sequence"),
        (b'{"rows": [], "sequence": -1}', "sequence"),
        (b'{"rows": [], "sequence": true}', "sequence"),
        (b'{"rows": [], "sequence": 1, "sender": 8}', "sender"),
        (b'{"rows": [], "sequence": 1, "minute": "now"}', "minute"),
        (b'{"rows": [' + b"1," * 6000 + b'1], "sequence": 1}', "rows"),
    ],
)
def test_json_that_is_no_batch_is_refused(text: bytes, field: str) -> None:
    with pytest.raises(Problem) as refusal:
        decode_rows(text, 7, None, OWNERS, LIMITS)
    assert refusal.value.field == field


@pytest.mark.feature("A5-4")
def test_minutes_are_read_in_every_spelling_of_one_moment() -> None:
    assert read_minute("2026-01-15T18:00:59+08:00") == MINUTE == read_minute(MINUTE + 59.9)
    for spelled in (
        "2026-01-15T18:00:00",
        "2026年1月15日 18时",
        "２０２６／１／１５ １８：００",
        46_037.75,
        "20260115 1800",
    ):
        assert read_minute(spelled) == MINUTE
    for wrong in ("", "15/01/2026 18:00", None, True, -1, 1e300, [], float("nan")):
        assert read_minute(wrong) is None


@pytest.mark.feature("A5-4")
def test_texts_and_foreign_units_become_the_catalogues_and_odd_fields_are_named() -> None:
    batch = {
        "sequence": 1,
        "minute": "2026/1/15 18:00",
        "units": {"humidity_pct": "ratio"},
        "rows": [
            {"kind": "room", "number": 1, "room_temp_c": "２１．４℃", "humidity_pct": 0.35},
            {"kind": "room", "number": 2, "room_temp_c": "70.52华氏度", "humidity_pct": "３５％"},
            {"kind": "room", "number": 3, "room_temp_c": "twenty", "humidity_pct": "0.4"},
        ],
    }
    decoded = decode_rows(json.dumps(batch, ensure_ascii=False).encode(), 7, None, OWNERS, LIMITS)
    (block,) = decoded.blocks
    assert block.minute == MINUTE
    room = KINDS["room"]
    assert room["room_temp_c"].decode(block.columns[0]).tolist()[:2] == [21.4, 21.4]
    assert room["humidity_pct"].decode(block.columns[1]).tolist() == [35, 35, 40]
    assert decoded.faults == ["rows[2].room_temp_c: twenty"]
    assert decoded.refused["bad-value"] == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"units": []}, "units"),
        ({"units": {"room_temp_c": "MPa"}}, "units.room_temp_c"),
        ({"units": {"colour": "MPa"}}, "units.colour"),
        ({"units": {"primary_flow_t_h": "m3/h"}}, "units.primary_flow_t_h"),
        ({"density_t_m3": "heavy"}, "density_t_m3"),
    ],
)
def test_units_that_cannot_be_meant_refuse_the_batch_by_field(more, field) -> None:
    batch = json.dumps({"sequence": 1, "minute": MINUTE, "rows": [], **more}).encode()
    with pytest.raises(Problem) as refusal:
        decode_rows(batch, 7, None, OWNERS, LIMITS)
    assert refusal.value.field == field


def test_decoding_costs_no_python_per_row() -> None:
    """A hundred times the rows cost far less than a hundred times the time: nothing is done row by row."""

    def cost(n: int) -> float:
        owners = {**OWNERS, "room": np.full(n + 1, 7, np.int32)}
        sent = encode(7, 5, MINUTE, [block(ids=list(range(1, n + 1)))])
        times = []
        for _ in range(9):
            start = time.process_time_ns()
            for _ in range(10):
                decode(sent, 7, 5, owners, LIMITS)
            times.append(time.process_time_ns() - start)
        return float(min(times))

    assert cost(40_000) < 60 * cost(400)
