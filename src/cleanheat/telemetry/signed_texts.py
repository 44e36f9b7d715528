"""What exactly is signed with SM2: plain lines of text, so that any library on either side can produce them."""

from __future__ import annotations

from cleanheat.infra.sealing import sm3


def enrolment_text(sender: int, code: str, public_key: str) -> bytes:
    return f"cleanheat-enrol-v1\n{sender}\n{code}\n{public_key}".encode()


def request_text(sender: int, algorithm: str, challenge: str, encrypted_key: str) -> bytes:
    return f"cleanheat-key-v1\n{sender}\n{algorithm}\n{challenge}\n{encrypted_key}".encode()


def answer_text(sender: int, key_id: int, algorithm: str, valid_until: int, key: bytes) -> bytes:
    return f"cleanheat-key-answer-v1\n{sender}\n{key_id}\n{algorithm}\n{valid_until}\n{sm3(key).hex()}".encode()


def proof_text(sender: int, challenge: str) -> bytes:
    return f"cleanheat-proof-v1\n{sender}\n{challenge}".encode()
