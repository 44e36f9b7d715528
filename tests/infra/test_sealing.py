"""Known answers of the national algorithms, and that a seal breaks when anything under it changes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given
from hypothesis import strategies as st

from cleanheat.infra.sealing import Algorithm, KeyPair, PublicKey, SealError, cipher, installation_box, sm3, sm3_hmac

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")


def test_sm4_block_of_gb_t_32907() -> None:
    encryptor = BlockCipher(SM4(KEY), ECB()).encryptor()
    assert encryptor.update(KEY).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_of_rfc_8998() -> None:
    nonce = bytes.fromhex("00001234567800000000abcd")
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([b]) * 8 for b in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = cipher(Algorithm.SM4_GCM, KEY).seal(nonce, plain, associated)
    assert sealed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert sealed[:16].hex() == "17f399f08c67d5ee19d0dc9969c4bb7d"


def test_sm3_abc_of_gb_t_32905() -> None:
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3_hmac(b"key", b"abc") != sm3_hmac(b"kez", b"abc")


def test_sm2_signature_of_gb_t_32918_5() -> None:
    public = PublicKey.parse(
        "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    )
    signature = bytes.fromhex(
        "3046022100F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "022100B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    assert public.verifies(b"message digest", signature)
    assert not public.verifies(b"message digesT", signature)
    assert not public.verifies(b"message digest", b"")
    assert not public.verifies(b"message digest", signature[:40])


def test_sm2_pair_signs_and_decrypts_and_no_other_does() -> None:
    pair, other = KeyPair.generate(), KeyPair.generate()
    assert KeyPair.parse(pair.text) == pair
    assert pair.public.verifies(b"x", pair.sign(b"x"))
    assert not other.public.verifies(b"x", pair.sign(b"x"))
    sealed = pair.public.encrypt(KEY)
    assert pair.decrypt(sealed) == KEY
    for wrong in (sealed[:-1], b"", b"\x00" * 100):
        with pytest.raises(ValueError, match="not encrypted"):
            pair.decrypt(wrong)
    with pytest.raises(ValueError, match="not encrypted"):
        other.decrypt(sealed)
    with pytest.raises(ValueError, match="not belong"):
        KeyPair.parse((other.private + pair.public.raw).hex())


@pytest.mark.parametrize("text", ["", "00", "zz", "04" + "11" * 64, "11" * 64])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        PublicKey.parse(text)


@pytest.mark.parametrize("algorithm", list(Algorithm))
@given(plain=st.binary(max_size=300), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_changed_bit_breaks_the_seal(algorithm: Algorithm, plain: bytes, place: int, bit: int) -> None:
    key = cipher(algorithm, bytes(range(algorithm.key_bytes)))
    sealed = key.seal(b"n" * 12, plain, b"aad")
    assert key.open(b"n" * 12, sealed, b"aad") == plain
    tampered = bytearray(sealed)
    tampered[place % len(sealed)] ^= 1 << bit
    for nonce, body, associated in (
        (b"n" * 12, bytes(tampered), b"aad"),
        (b"m" * 12, sealed, b"aad"),
        (b"n" * 12, sealed, b"aae"),
        (b"n" * 12, sealed[:10], b"aad"),
    ):
        with pytest.raises(SealError):
            key.open(nonce, body, associated)


def test_algorithms_are_found_by_code_and_check_their_key() -> None:
    assert [Algorithm.of(a.code) for a in Algorithm] == list(Algorithm)
    with pytest.raises(ValueError, match="no algorithm"):
        Algorithm.of("rot13")
    with pytest.raises(ValueError, match="32 bytes"):
        cipher(Algorithm.AES_256_GCM, KEY)


def test_the_box_keeps_secrets_by_purpose(tmp_path: Path) -> None:
    box = installation_box(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys" / "installation.key").stat().st_mode) == 0o600
    sealed = box.seal("session-key", b"secret")
    assert installation_box(tmp_path / "keys").open("session-key", sealed) == b"secret"
    assert b"secret" not in sealed
    assert box.seal("session-key", b"secret") != sealed
    for purpose, body in (("other", sealed), ("session-key", sealed[:-1]), ("session-key", b"")):
        with pytest.raises(SealError):
            box.open(purpose, body)
    with pytest.raises(SealError):
        installation_box(tmp_path / "elsewhere").open("session-key", sealed)
