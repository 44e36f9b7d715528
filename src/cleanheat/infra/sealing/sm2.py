"""Who signed it and who may read it: SM2 (GB/T 32918) signatures and key encryption.

Keys are raw bytes (public X‖Y 64, private 32).  Signatures and ciphertexts are ASN.1 DER (GB/T 35276: r, s and
C1 C3 C2), signer id ``1234567812345678`` (GB/T 35276), as every SM2 library reads them by default.
"""

from __future__ import annotations

from dataclasses import dataclass

import gmssl_pyx

_MAX_PLAINTEXT = 255


@dataclass(frozen=True)
class PublicKey:
    """The point X‖Y, 64 bytes."""

    raw: bytes

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """From hex: X‖Y, ``04``‖X‖Y or compressed; ``ValueError`` unless the point lies on the curve."""
        try:
            return cls(gmssl_pyx.normalize_sm2_public_key(bytes.fromhex(text.strip())))
        except (gmssl_pyx.InvalidValueError, IndexError) as error:
            raise ValueError(f"not an SM2 public key: {error}") from None

    @property
    def text(self) -> str:
        return "04" + self.raw.hex()

    def verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            return bool(gmssl_pyx.sm2_verify(self.raw, message, signature))
        except gmssl_pyx.GmsslInnerError:  # also what the library says of a signature that is no signature at all
            return False

    def encrypt(self, secret: bytes) -> bytes:
        """The secret (1–255 bytes) so that only the owner of the private key can read it."""
        if not 0 < len(secret) <= _MAX_PLAINTEXT:
            raise ValueError("SM2 encrypts 1 to 255 bytes")
        return bytes(gmssl_pyx.sm2_encrypt(self.raw, secret))


@dataclass(frozen=True)
class KeyPair:
    public: PublicKey
    private: bytes

    @classmethod
    def generate(cls) -> KeyPair:
        public, private = gmssl_pyx.sm2_key_generate()
        return cls(PublicKey(public), private)

    @classmethod
    def parse(cls, text: str) -> KeyPair:
        """From hex: private key ‖ public key, as :attr:`text` writes it; ``ValueError`` if they are not a pair."""
        raw = bytes.fromhex(text.strip())
        if len(raw) != 96:
            raise ValueError("an SM2 key pair is 96 bytes: private key, X, Y")
        pair = cls(PublicKey.parse(raw[32:].hex()), raw[:32])
        if not pair.public.verifies(b"pair", pair.sign(b"pair")):
            raise ValueError("private and public key do not belong together")
        return pair

    @property
    def text(self) -> str:
        return (self.private + self.public.raw).hex()

    def sign(self, message: bytes) -> bytes:
        try:
            return bytes(gmssl_pyx.sm2_sign(self.private, self.public.raw, message))
        except gmssl_pyx.GmsslInnerError as error:
            raise ValueError(f"not an SM2 private key: {error}") from None

    def decrypt(self, ciphertext: bytes) -> bytes:
        """The secret; ``ValueError`` if it was not encrypted for this key."""
        try:
            return bytes(gmssl_pyx.sm2_decrypt(self.private, ciphertext))
        except gmssl_pyx.GmsslInnerError as error:
            raise ValueError(f"not encrypted for this key: {error}") from None
