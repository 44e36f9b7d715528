"""How is bulk data sealed: SM4-GCM (GB/T 32907, RFC 8998) or AES-256-GCM, one interface, 12-byte nonce, 16-byte tag."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as _BlockCipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class SealError(Exception):
    """The tag does not fit: another key, another nonce, other associated data, or changed bytes."""


class Algorithm(IntEnum):
    """Numbers as they stand on the wire and in the database; never reuse one."""

    SM4_GCM = 1
    AES_256_GCM = 2

    @property
    def key_bytes(self) -> int:
        return 16 if self is Algorithm.SM4_GCM else 32

    @property
    def code(self) -> str:
        return self.name.lower().replace("_", "-")

    @classmethod
    def of(cls, code: str) -> Algorithm:
        """The algorithm called ``sm4-gcm`` or ``aes-256-gcm``; ``ValueError`` for anything else."""
        for algorithm in cls:
            if algorithm.code == code:
                return algorithm
        raise ValueError(f"no algorithm {code!r}")


class Cipher(Protocol):
    """A key in use.  A nonce must never be used twice with different contents under one key."""

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Ciphertext followed by the 16-byte tag."""
        ...

    def open(self, nonce: bytes, sealed: bytes | memoryview, associated: bytes) -> bytes:
        """The plaintext; ``SealError`` unless every byte is what was sealed."""
        ...


class _Sm4Gcm:
    def __init__(self, key: bytes) -> None:
        self._key = SM4(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        encryptor = _BlockCipher(self._key, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated)
        return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag

    def open(self, nonce: bytes, sealed: bytes | memoryview, associated: bytes) -> bytes:
        if len(sealed) < TAG_BYTES:
            raise SealError("shorter than a tag")
        decryptor = _BlockCipher(self._key, GCM(nonce, bytes(sealed[-TAG_BYTES:]))).decryptor()
        decryptor.authenticate_additional_data(associated)
        plaintext = decryptor.update(sealed[:-TAG_BYTES])
        try:
            decryptor.finalize()
        except InvalidTag:
            raise SealError("tag does not fit") from None
        return plaintext


class _Aes256Gcm:
    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
        return self._aead.encrypt(nonce, plaintext, associated)

    def open(self, nonce: bytes, sealed: bytes | memoryview, associated: bytes) -> bytes:
        try:
            return self._aead.decrypt(nonce, sealed, associated)
        except InvalidTag:
            raise SealError("tag does not fit") from None


def cipher(algorithm: Algorithm, key: bytes) -> Cipher:
    """A cipher of the algorithm; ``ValueError`` if the key's length is not the algorithm's."""
    if len(key) != algorithm.key_bytes:
        raise ValueError(f"{algorithm.code} takes a key of {algorithm.key_bytes} bytes, got {len(key)}")
    return _Sm4Gcm(key) if algorithm is Algorithm.SM4_GCM else _Aes256Gcm(key)
