"""Who may send, and with which key is a batch opened: senders and their session keys, read once and kept in memory."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from cleanheat.infra import clock
from cleanheat.infra.sealing import Algorithm, KeyPair, PublicKey, SealError, installation_box, same, sm3, sm3_hmac
from cleanheat.infra.sealing.box import write_secret
from cleanheat.telemetry.envelope import SenderSession
from cleanheat.telemetry.models import Sender, SessionKey
from cleanheat.telemetry.refusals import refuse

CHALLENGE_S: Final = 300
_KEY_PURPOSE: Final = "session-key"
_IDENTITY_PURPOSE: Final = "platform-identity"


@dataclass(frozen=True)
class SenderCard:
    """What the door must know of a sender."""

    id: int
    name: str
    public_key: str
    is_active: bool
    token_digest: str


@dataclass(frozen=True)
class OpenSession:
    session: SenderSession
    valid_until: float


class Senders:
    """The senders of this installation.  Thread-safe; changes go through ``enrolment``, which calls :meth:`forget`."""

    def __init__(self, keys_dir: Path) -> None:
        self._dir = keys_dir
        self.box = installation_box(keys_dir)
        self._lock = threading.Lock()
        self._cards: dict[int, SenderCard | None] = {}
        self._sessions: dict[tuple[int, int], OpenSession] = {}
        self._challenges: dict[str, float] = {}

    @cached_property
    def identity(self) -> KeyPair:
        """The platform's own SM2 pair, made on first use."""
        path = self._dir / "platform-sm2.key"
        if not path.exists():
            write_secret(path, self.box.seal(_IDENTITY_PURPOSE, KeyPair.generate().text.encode()))
        return KeyPair.parse(self.box.open(_IDENTITY_PURPOSE, path.read_bytes()).decode())

    def card(self, sender: int) -> SenderCard | None:
        with self._lock:
            if sender in self._cards:
                return self._cards[sender]
        row = Sender.objects.select_related("organisation").filter(pk=sender).first()
        card = _card(row) if row is not None else None
        with self._lock:
            if card is not None or len(self._cards) < 10_000:  # strangers' guesses must not fill the memory
                self._cards[sender] = card
        return card

    def admitted(self, sender: int) -> SenderCard:
        """The card of a sender that may send now; refuses strangers (401) and those switched off (403)."""
        card = self.card(sender)
        if card is None:
            raise refuse("unknown-sender", str(sender), "sender")
        if not card.is_active:
            raise refuse("sender-disabled", card.name, "sender")
        return card

    def session(self, sender: int, key_id: int, row: SessionKey | None = None) -> OpenSession | None:
        """The session key, expired or not: what lies in the spool must still open.  ``row`` saves the query."""
        with self._lock:
            if (sender, key_id) in self._sessions:
                return self._sessions[sender, key_id]
        row = row or SessionKey.objects.filter(sender_id=sender, key_id=key_id).first()
        if row is None:
            return None
        try:
            key = self.box.open(_KEY_PURPOSE, bytes(row.sealed_key))
        except SealError:  # sealed under another installation's key: the sender must exchange a new one
            return None
        session = SenderSession(sender, key_id, Algorithm(row.algorithm), key)
        opened = OpenSession(session, row.valid_until.timestamp())
        with self._lock:
            self._sessions[sender, key_id] = opened
        return opened

    def usable(self, sender: int, key_id: int, algorithm: int) -> SenderSession:
        """The session a batch may be opened with now."""
        opened = self.session(sender, key_id)
        if opened is None or opened.session.algorithm != algorithm:
            raise refuse("unknown-key", f"sender {sender}, key {key_id}", "key_id")
        if opened.valid_until <= clock.now():
            raise refuse("key-expired", f"sender {sender}, key {key_id}", "key_id")
        return opened.session

    def forget(self) -> None:
        """Read everything anew when it is next needed: after a change."""
        with self._lock:
            self._cards.clear()
            self._sessions.clear()

    def refresh(self) -> None:
        """Read all senders and usable keys at once: at the start, and now and then for another process's changes."""
        cards = {row.pk: _card(row) for row in Sender.objects.select_related("organisation")}
        keys = SessionKey.objects.filter(valid_until__gt=clock.now_utc())
        ends = {(row.sender_id, row.key_id): row for row in keys}
        with self._lock:
            known = self._sessions
            self._cards = dict(cards)
            self._sessions = {
                place: OpenSession(opened.session, ends[place].valid_until.timestamp())
                for place, opened in known.items()
                if place in ends
            }
        newest = {row.sender_id: row for row in ends.values() if (row.sender_id, row.key_id) not in self._sessions}
        for row in newest.values():
            self.session(row.sender_id, row.key_id, row)

    def sealed_key(self, key: bytes) -> bytes:
        return self.box.seal(_KEY_PURPOSE, key)

    def public_key(self, sender: int) -> PublicKey:
        card = self.admitted(sender)
        if not card.public_key:
            raise refuse("unknown-sender", f"{sender} has not enrolled a public key", "sender")
        return PublicKey.parse(card.public_key)

    def sender_of_token(self, token: str) -> SenderCard:
        """``SENDER.SECRET`` → the sender; refused (401) unless the digest fits."""
        number, _, secret = token.partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 10 and secret):
            raise refuse("bad-token", "", "authorization")
        card = self.card(int(number))
        if card is None or not card.token_digest or not same(card.token_digest.encode(), digest(token).encode()):
            raise refuse("bad-token", "", "authorization")
        return self.admitted(card.id)

    # -- challenges: proof that a key request is fresh, without trusting the sender's clock ----------------------------

    def new_challenge(self, sender: int) -> str:
        until = int(clock.machine_now()) + CHALLENGE_S
        body = until.to_bytes(8, "big") + secrets.token_bytes(8)
        return (body + self._challenge_mac(sender, body)).hex()

    def use_challenge(self, sender: int, challenge: str) -> None:
        """Accept a challenge once."""
        now = clock.machine_now()
        try:
            raw = bytes.fromhex(challenge)
        except ValueError:
            raw = b""
        if not same(raw[16:], self._challenge_mac(sender, raw[:16])) or int.from_bytes(raw[:8], "big") < now:
            raise refuse("bad-challenge", "", "challenge")
        with self._lock:
            self._challenges = {c: until for c, until in self._challenges.items() if until >= now}
            if raw.hex() in self._challenges:
                raise refuse("bad-challenge", "used before", "challenge")
            self._challenges[raw.hex()] = int.from_bytes(raw[:8], "big")

    def _challenge_mac(self, sender: int, body: bytes) -> bytes:
        return sm3_hmac(self.box.derive("challenge"), sender.to_bytes(4, "big") + body)[:16]


def _card(row: Sender) -> SenderCard:
    return SenderCard(row.pk, row.organisation.name, row.public_key, row.is_active, row.token_digest)


def digest(secret: str) -> str:
    """How codes and tokens are kept."""
    return sm3(secret.encode()).hex()
