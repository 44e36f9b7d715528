"""What the protocol page says of signals, answers, limits and bytes: the parts of it that follow from the code.

``python -m cleanheat.telemetry.protocol_page`` writes them into ``docs/protocol.md``; a test keeps them fresh.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import zstandard

from cleanheat.infra.sealing import Algorithm
from cleanheat.kernel.ids import OBJECT_CLASSES
from cleanheat.kernel.quantities import KINDS, Kind, Signal
from cleanheat.telemetry import envelope
from cleanheat.telemetry.envelope import HEADER_BYTES, PATHS, Content, SenderSession
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.limits import Limits
from cleanheat.telemetry.refusals import REFUSALS
from cleanheat.telemetry.replay import WIDTH
from cleanheat.telemetry.wire import encode

PAGE: Final = Path(__file__).parents[3] / "docs" / "protocol.md"
EXAMPLE_SESSION: Final = SenderSession(7, 1, Algorithm.SM4_GCM, bytes.fromhex("0123456789abcdeffedcba9876543210"))
EXAMPLE_SEQUENCE: Final = 42
EXAMPLE_MINUTE: Final = 1_768_471_200


def example_block() -> Block:
    """Two rooms: 21.4 ℃ and 35 %, and a thermometer that says nothing beside a hygrometer that says 41 %."""
    room = KINDS["room"]
    columns = [
        room["room_temp_c"].encode(np.array([21.4, np.nan])),
        room["humidity_pct"].encode(np.array([35.0, 41.0])),
    ]
    return Block(0, 0, "room", EXAMPLE_MINUTE, np.array([101, 102], np.uint32), columns)


def signals() -> str:
    return "\n\n".join(_kind(kind) for kind in KINDS.values())


def _kind(kind: Kind) -> str:
    letters = OBJECT_CLASSES[kind.code]
    head = f"**`{kind.code}`** {kind.zh} · letters `{letters}` in archive codes · every {kind.cadence_s} s"
    columns = "| signal | meaning | unit | scale | bytes | missing | plausible |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, "", columns, *map(_signal, kind.signals)])


def _signal(s: Signal) -> str:
    meaning = f"{s.zh} (counter)" if s.is_counter else s.zh
    bounds = f"{s.low:.10g} … {s.high:.10g}"
    return f"| `{s.code}` | {meaning} | {s.unit or '–'} | ×{s.scale} | {s.bits // 8} | {s.missing} | {bounds} |"


def answers() -> str:
    rows = [f"| {r.status} | `{r.key}` | {r.zh} | {r.en} |" for r in REFUSALS if not r.is_partial]
    return "| status | code | title | meaning |\n|---|---|---|---|\n" + "\n".join(rows)


def left_out() -> str:
    rows = [f"| `{r.key}` | {r.zh} | {r.en} |" for r in REFUSALS if r.is_partial]
    return "| reason | title | what happens |\n|---|---|---|\n" + "\n".join(rows)


def limits() -> str:
    limit = Limits()
    wire = limit.wire
    facts = [
        ("request body", f"{wire.body_bytes:,} bytes"),
        ("after unpacking", f"{wire.unpacked_bytes:,} bytes"),
        ("rows in a batch of columns", f"{wire.rows:,}"),
        ("rows in a JSON batch", f"{wire.json_rows:,}, of at most {wire.json_minutes} different minutes"),
        ("how late a minute may be", f"{limit.late_s // 3600} h"),
        ("how early a minute may be", f"{limit.early_s // 60} min"),
        ("batches of one sender", f"{limit.batches_per_s:g} a second, {limit.batches_burst} at once"),
        (
            "failed attempts of one address",
            f"one in {1 / limit.failures_per_s:g} s, {limit.failures_burst} at once",
        ),
        (
            "requests to `/ingest/keys` and for objects",
            f"one in {1 / limit.keys_per_s:g} s, {limit.keys_burst} at once",
        ),
        ("life of a session key", f"{limit.key_lifetime_s // 3600} h"),
        ("sequence numbers remembered", f"{WIDTH:,} a sender"),
    ]
    return "| what | limit |\n|---|---|\n" + "\n".join(f"| {what} | {value} |" for what, value in facts)


def example() -> str:
    plaintext = encode(EXAMPLE_SESSION.sender, EXAMPLE_SEQUENCE, EXAMPLE_MINUTE, [example_block()])
    packed = zstandard.decompress(plaintext)
    body = envelope.seal(EXAMPLE_SESSION, Content.COLUMNS, EXAMPLE_SEQUENCE, plaintext)
    head = body[:HEADER_BYTES]
    steps = [
        ("session key", EXAMPLE_SESSION.key),
        ("MessagePack", packed),
        ("zstd", plaintext),
        ("header", head),
        ("nonce", head[6:]),
        ("associated data", envelope.associated(head, Content.COLUMNS)),
        ("ciphertext", body[HEADER_BYTES:-16]),
        ("tag", body[-16:]),
        ("request body", body),
    ]
    assert msgspec.msgpack.decode(packed)["minute"] == EXAMPLE_MINUTE  # noqa: S101  # the page must not lie
    lines = "\n".join(f"{name}\n{_wrapped(content)}" for name, content in steps)
    return f"```text\nPOST {PATHS[Content.COLUMNS]}\n\n{lines}\n```"


def _wrapped(content: bytes) -> str:
    text = content.hex()
    return "\n".join(f"  {text[i : i + 96]}" for i in range(0, len(text), 96))


PARTS: Final[dict[str, Callable[[], str]]] = {
    "signals": signals,
    "answers": answers,
    "left-out": left_out,
    "limits": limits,
    "example": example,
}


def refreshed(page: str) -> str:
    """The page with every generated part written anew."""
    for name, write in PARTS.items():
        pattern = re.compile(rf"(?<=<!-- generated: {name} -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
        if len(pattern.findall(page)) != 1:
            raise ValueError(f"the page needs the part {name!r} once")
        start, end = pattern.search(page).span()  # type: ignore[union-attr]  # just found
        page = page[:start] + write() + page[end:]
    return page


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
