"""What stands outside a batch: 18 bytes in clear that say who, which key, which number; the rest is sealed.

``CHB1`` | algorithm 1 B | content 1 B | sender 4 B | key id 2 B | sequence 6 B | ciphertext | tag 16 B, big-endian.
The last twelve header bytes are the nonce; header and address are authenticated with the content.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

from cleanheat.infra.sealing import TAG_BYTES, Algorithm, Cipher, SealError, cipher
from cleanheat.telemetry.refusals import refuse

MAGIC: Final = b"CHB1"
HEADER_BYTES: Final = 18
MAX_SEQUENCE: Final = (1 << 48) - 1
_HEADER = struct.Struct(">4sBBIHHI")  # the 48-bit sequence as 16 + 32


class Content(IntEnum):
    """What lies under the seal."""

    COLUMNS = 1
    ROWS = 2
    PLAIN_ROWS = 3
    """JSON rows that came unsealed over TLS: sealed by the platform itself, in its own files only."""


PATHS: Final = {Content.COLUMNS: "/api/v1/ingest/batches", Content.ROWS: "/api/v1/ingest/rows"}


@dataclass(frozen=True)
class SenderSession:
    """One sender's session key in use: what both ends need to seal and open."""

    sender: int
    key_id: int
    algorithm: Algorithm
    key: bytes

    @cached_property
    def cipher(self) -> Cipher:
        return cipher(self.algorithm, self.key)


@dataclass(frozen=True, slots=True)
class Envelope:
    header: bytes
    algorithm: int
    content: Content
    sender: int
    key_id: int
    sequence: int
    sealed: memoryview

    @property
    def nonce(self) -> bytes:
        return self.header[6:]

    def open(self, opener: Cipher) -> bytes:
        """The content; refused unless sealed under this key for this content's address."""
        try:
            return opener.open(self.nonce, self.sealed, associated(self.header, self.content))
        except SealError:
            raise refuse("bad-seal", f"sender {self.sender}, key {self.key_id}", "tag") from None


def header(algorithm: int, content: Content, sender: int, key_id: int, sequence: int) -> bytes:
    return _HEADER.pack(MAGIC, algorithm, content, sender, key_id, sequence >> 32, sequence & 0xFFFFFFFF)


def associated(head: bytes, content: Content) -> bytes:
    return head + PATHS[content].encode()


def seal(session: SenderSession, content: Content, sequence: int, plaintext: bytes) -> bytes:
    """A whole request body."""
    head = header(session.algorithm, content, session.sender, session.key_id, sequence)
    return head + session.cipher.seal(head[6:], plaintext, associated(head, content))


def parse(body: bytes) -> Envelope:
    """Header and sealed part of a request body; nothing is trusted yet."""
    if len(body) < HEADER_BYTES + TAG_BYTES:
        raise refuse("malformed-envelope", f"{len(body)} bytes", "header")
    magic, algorithm, content, sender, key_id, high, low = _HEADER.unpack_from(body)
    if magic != MAGIC:
        raise refuse("malformed-envelope", "does not begin with CHB1", "header.magic")
    if content not in {Content.COLUMNS, Content.ROWS, Content.PLAIN_ROWS}:
        raise refuse("malformed-envelope", f"content {content}", "header.content")
    return Envelope(
        header=body[:HEADER_BYTES],
        algorithm=algorithm,
        content=Content(content),
        sender=sender,
        key_id=key_id,
        sequence=(high << 32) | low,
        sealed=memoryview(body)[HEADER_BYTES:],
    )
