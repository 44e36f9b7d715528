"""How does a sender become one: enrolment of its SM2 key, exchange of session keys, tokens.  All writes are audited.

The texts that are signed are plain lines, so that any SM2 library can produce them; see ``docs/protocol.md``.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from cleanheat.accounts.models import Organisation
from cleanheat.infra import audit, clock
from cleanheat.infra.sealing import Algorithm, PublicKey, same
from cleanheat.kernel.errors import not_found
from cleanheat.telemetry.envelope import SenderSession
from cleanheat.telemetry.models import Sender, SessionKey
from cleanheat.telemetry.refusals import refuse
from cleanheat.telemetry.senders import Senders, digest
from cleanheat.telemetry.signed_texts import answer_text, enrolment_text, proof_text, request_text

ENROLMENT_CODE_S: Final = 72 * 3_600
MAX_KEY_ID: Final = 0xFFFF
KEPT_DAYS: Final = 30


@dataclass(frozen=True)
class IssuedKey:
    """The platform's answer to a key request; ``signature`` is the platform's own over the same facts."""

    sender: int
    key_id: int
    algorithm: Algorithm
    valid_until: int
    signature: str


def prove(senders: Senders, sender: int, challenge: str, signature: bytes) -> None:
    """Refuse unless the signature over a fresh challenge is the sender's."""
    if not senders.public_key(sender).verifies(proof_text(sender, challenge), signature):
        raise refuse("bad-signature", "", "X-Signature")
    senders.use_challenge(sender, challenge)


def issue_enrolment_code(sender: int, actor: Any = None) -> str:
    """A code with which the organisation may enrol its public key once; handed over out of band."""
    code = secrets.token_hex(16)
    with transaction.atomic():
        row = _row(sender)
        row.code_digest = digest(code)
        row.code_until = clock.now_utc() + timedelta(seconds=ENROLMENT_CODE_S)
        row.save()
        audit.record(actor, "telemetry.issue_enrolment_code", "sender", sender)
    return code


def enrol(senders: Senders, sender: int, code: str, public_key: str, signature: bytes) -> None:
    """Take over the sender's public key; the signature proves that it holds the private one."""
    key = _public_key(public_key)
    with transaction.atomic():
        row = Sender.objects.select_for_update().filter(pk=sender).first()
        fits = row is not None and same(row.code_digest.encode(), digest(code).encode())
        if row is None or not fits or row.code_until is None or row.code_until < clock.now_utc():
            raise refuse("bad-enrolment-code", "", "code")
        if not key.verifies(enrolment_text(sender, code, public_key), signature):
            raise refuse("bad-signature", "", "signature")
        row.code_digest, row.code_until = "", None
        _trust(row, key, actor=None)
    senders.forget()


def trust_public_key(senders: Senders, sender: int, public_key: str, actor: Any = None) -> None:
    """An administrator enters a public key that reached him in another trusted way."""
    key = _public_key(public_key)
    with transaction.atomic():
        _trust(_row(sender), key, actor)
    senders.forget()


def switch(senders: Senders, sender: int, *, is_active: bool, actor: Any = None) -> None:
    with transaction.atomic():
        row = _row(sender)
        row.is_active = is_active
        row.save()
        audit.record(actor, "telemetry.switch_sender", "sender", sender, {"is_active": is_active})
    senders.forget()


def issue_token(senders: Senders, sender: int, actor: Any = None) -> str:
    """A bearer token for plain JSON rows; the former one ends."""
    token = f"{sender}.{secrets.token_hex(24)}"
    with transaction.atomic():
        row = _row(sender)
        row.token_digest = digest(token)
        row.save()
        audit.record(actor, "telemetry.issue_token", "sender", sender)
    senders.forget()
    return token


def exchange_key(
    senders: Senders, sender: int, algorithm: str, challenge: str, encrypted_key: str, signature: bytes, lifetime_s: int
) -> IssuedKey:
    """Take over a session key that the sender made, encrypted for the platform and signed."""
    text = request_text(sender, algorithm, challenge, encrypted_key)
    if not senders.public_key(sender).verifies(text, signature):
        raise refuse("bad-signature", "", "signature")
    senders.use_challenge(sender, challenge)
    try:
        chosen = Algorithm.of(algorithm)
    except ValueError as error:
        raise refuse("unusable-key", str(error), "algorithm") from None
    try:
        key = senders.identity.decrypt(bytes.fromhex(encrypted_key))
    except ValueError as error:
        raise refuse("unusable-key", str(error), "encrypted_key") from None
    if len(key) != chosen.key_bytes:
        raise refuse("unusable-key", f"{algorithm} takes {chosen.key_bytes} bytes", "encrypted_key")
    row = _add_key(senders, sender, chosen, key, lifetime_s)
    valid_until = int(row.valid_until.timestamp())
    answer = answer_text(sender, row.key_id, chosen.code, valid_until, key)
    return IssuedKey(sender, row.key_id, chosen, valid_until, senders.identity.sign(answer).hex())


def open_sessions(
    senders: Senders, ids: Iterable[int], algorithm: Algorithm = Algorithm.SM4_GCM, lifetime_s: int = 400 * 86_400
) -> dict[int, SenderSession]:
    """Session keys for senders that live in the platform's own process (the simulator, benchmarks): no exchange.

    Keys that have half their life left are taken again, so that restarts do not fill the table.
    """
    enough = clock.now_utc() + timedelta(seconds=lifetime_s // 2)
    wanted = sorted(ids)
    valid = SessionKey.objects.filter(sender_id__in=wanted, algorithm=algorithm, valid_until__gte=enough)
    newest = {row.sender_id: row for row in valid.order_by("id")}
    sessions = {}
    with transaction.atomic():
        for sender in wanted:
            known = newest.get(sender)
            opened = senders.session(sender, known.key_id, known) if known else None
            if opened is not None:
                sessions[sender] = opened.session
                continue
            _row(sender).save()
            key = secrets.token_bytes(algorithm.key_bytes)
            row = _add_key(senders, sender, algorithm, key, lifetime_s)
            sessions[sender] = SenderSession(sender, row.key_id, algorithm, key)
    senders.refresh()
    return sessions


def _row(sender: int) -> Sender:
    """The sender's row, new for an organisation that never sent."""
    if not Organisation.objects.filter(pk=sender).exists():
        raise not_found("没有这个组织", f"organisation {sender}")
    return Sender.objects.filter(pk=sender).first() or Sender(organisation_id=sender)


def _public_key(text: str) -> PublicKey:
    try:
        return PublicKey.parse(text)
    except ValueError as error:
        raise refuse("unusable-key", str(error), "public_key") from None


def _trust(row: Sender, key: PublicKey, actor: Any) -> None:
    row.public_key, row.enrolled_at = key.text, clock.now_utc()
    row.save()
    # A new identity ends what the old one agreed on; the rows stay, for what still lies in the spool.
    SessionKey.objects.filter(sender=row, valid_until__gt=row.enrolled_at).update(valid_until=row.enrolled_at)
    audit.record(actor, "telemetry.enrol_sender", "sender", row.pk, {"public_key": key.text})


def _add_key(senders: Senders, sender: int, algorithm: Algorithm, key: bytes, lifetime_s: int) -> SessionKey:
    now = clock.now_utc()
    with transaction.atomic():
        last = SessionKey.objects.filter(sender_id=sender).order_by("-id").first()
        key_id = last.key_id % MAX_KEY_ID + 1 if last else 1
        ended = Q(valid_until__lt=now - timedelta(days=KEPT_DAYS)) | Q(key_id=key_id)
        SessionKey.objects.filter(ended, sender_id=sender).delete()
        return SessionKey.objects.create(
            sender_id=sender,
            key_id=key_id,
            algorithm=algorithm,
            sealed_key=senders.sealed_key(key),
            valid_from=now,
            valid_until=now + timedelta(seconds=lifetime_s),
        )
