"""The protocol page says what the code does: generated parts are fresh, and its example opens byte by byte."""

from __future__ import annotations

import re
import struct

import msgspec
import numpy as np
import pytest
import zstandard
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from cleanheat.infra.sealing import PublicKey
from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry import envelope, protocol_page
from cleanheat.telemetry.http import ingest_router
from cleanheat.telemetry.wire import WireLimits, decode

TEXT = protocol_page.PAGE.read_text("utf-8")


def step(name: str) -> bytes:
    example = TEXT.split("<!-- generated: example -->")[1].split("<!-- end -->")[0]
    found = re.search(rf"^{name}\n((?:  [0-9a-f]+\n)+)", example, re.MULTILINE)
    assert found, name
    return bytes.fromhex("".join(found[1].split()))


def test_generated_parts_are_fresh() -> None:
    """If this fails: python -m cleanheat.telemetry.protocol_page"""
    assert protocol_page.refreshed(TEXT) == TEXT


@pytest.mark.feature("F1-1")
def test_the_example_follows_from_the_page_alone() -> None:
    """As a company's programmer would, with nothing of the platform's code."""
    document = {
        "v": 1,
        "sender": 7,
        "seq": 42,
        "minute": 1768471200,
        "kinds": {
            "room": {
                "ids": struct.pack("<II", 101, 102),
                "columns": {"room_temp_c": struct.pack("<hh", 214, -32768), "humidity_pct": struct.pack("<bb", 35, 41)},
            }
        },
    }
    assert msgspec.msgpack.encode(document) == step("MessagePack")
    assert zstandard.decompress(step("zstd")) == step("MessagePack")
    header = b"CHB1" + bytes([1, 1]) + struct.pack(">IH", 7, 1) + (42).to_bytes(6, "big")
    assert header == step("header")
    assert header[6:18] == step("nonce")
    assert header + b"/api/v1/ingest/batches" == step("associated data")
    encryptor = Cipher(SM4(step("session key")), GCM(header[6:18])).encryptor()
    encryptor.authenticate_additional_data(step("associated data"))
    assert encryptor.update(step("zstd")) + encryptor.finalize() == step("ciphertext")
    assert encryptor.tag == step("tag")
    assert header + step("ciphertext") + step("tag") == step("request body")


def test_the_platform_takes_the_example() -> None:
    parcel = envelope.parse(step("request body"))
    plaintext = parcel.open(protocol_page.EXAMPLE_SESSION.cipher)
    owners = {kind: np.full(103, 7, np.int32) for kind in KINDS}
    (block,) = decode(plaintext, 7, 42, owners, WireLimits()).blocks
    np.testing.assert_array_equal(KINDS["room"]["room_temp_c"].decode(block.columns[0]), [21.4, np.nan])


def test_the_signature_on_the_page_verifies() -> None:
    public, code, signature = (
        re.search(rf"^{name} +([0-9a-f]+)$", TEXT, re.MULTILINE)[1] for name in ("public_key", "code", "signature")
    )
    text = f"cleanheat-enrol-v1\n7\n{code}\n{public}".encode()
    assert PublicKey.parse(public).verifies(text, bytes.fromhex(signature))


def test_every_address_is_on_the_page() -> None:
    for path, view in ingest_router.path_operations.items():
        for operation in view.operations:
            for method in operation.methods:
                assert re.search(rf"`{method}` \| `/api/v1/ingest{path}[`?]", TEXT), (
                    f"{method} {path} is not on the page"
                )


def test_a_page_without_its_parts_is_noticed() -> None:
    with pytest.raises(ValueError, match="signals"):
        protocol_page.refreshed("empty")
