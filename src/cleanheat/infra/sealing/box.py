"""Where do secrets rest: in a box under the installation's own key, one file readable by its owner only.

Losing the key file loses the session keys (senders exchange new ones) and the platform's identity (senders must be
told its new public key): it belongs in the backup, apart from the database.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cleanheat.infra.sealing.ciphers import NONCE_BYTES, Algorithm, Cipher, SealError, cipher
from cleanheat.infra.sealing.digests import sm3_hmac


class Box:
    """SM4-GCM with a random nonce: sealed = nonce ‖ ciphertext ‖ tag.  One key per purpose, derived by HMAC-SM3."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose only."""
        return sm3_hmac(self._key, purpose.encode())

    def seal(self, purpose: str, secret: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher(purpose).seal(nonce, secret, purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The secret; ``SealError`` if it was sealed for another purpose or under another installation's key."""
        if len(sealed) < NONCE_BYTES:
            raise SealError("shorter than a nonce")
        return self._cipher(purpose).open(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())

    def _cipher(self, purpose: str) -> Cipher:
        return cipher(Algorithm.SM4_GCM, self.derive(purpose)[: Algorithm.SM4_GCM.key_bytes])


def installation_box(keys_dir: Path) -> Box:
    """The box of this installation; its key is made on first use."""
    path = keys_dir / "installation.key"
    if not path.exists():
        write_secret(path, secrets.token_bytes(32))
    return Box(path.read_bytes())


def write_secret(path: Path, secret: bytes) -> None:
    """Write a file only its owner may read, whole or not at all; an existing one is left as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secret)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its key is the installation's
    finally:
        draft.unlink()
