"""May it come in: every batch is opened, checked and on disk before anyone hears "stored"; the rest is refused by name.

One bad value costs itself, one bad row its row, one bad batch its batch; another sender is never affected.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cleanheat.assets.archive import Archive
from cleanheat.infra import clock
from cleanheat.infra.buckets import Buckets
from cleanheat.infra.sealing import Algorithm, SealError
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S
from cleanheat.telemetry import envelope
from cleanheat.telemetry.envelope import HEADER_BYTES, PATHS, Content, Envelope
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.limits import Limits
from cleanheat.telemetry.refusal_counts import STRANGERS, RefusalCounts
from cleanheat.telemetry.refusals import flooded, refuse
from cleanheat.telemetry.refused_objects import RefusedObjects
from cleanheat.telemetry.replay import ReplayWindow, Seen, digest
from cleanheat.telemetry.rows import decode_rows
from cleanheat.telemetry.senders import Senders
from cleanheat.telemetry.spool import Record, Segment, Spool, Ticket
from cleanheat.telemetry.wire import Decoded, Owners, decode

_PLAIN_PURPOSE = "plain-rows"
REFRESH_MINUTES = 5
DAMAGED_RECORD = "damaged-record"
"""Counted beside the refusals: what was stored and can no longer be read; whose it was is not known any more."""


@dataclass(frozen=True)
class Receipt:
    """The answer to an accepted batch: ``rows`` kept, ``refused`` what was left out by reason, ``faults`` the first odd
    fields by name."""

    sender: int
    sequence: int
    is_repeat: bool
    rows: int
    refused: dict[str, int]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Kept:
    """A batch on its way to the disk; ``ticket`` None: it was there before."""

    receipt: Receipt
    ticket: Ticket | None = None
    body_bytes: int = 0
    strange: Mapping[tuple[str, str, str], int] = field(default_factory=dict)


@dataclass
class Traffic:
    """Since the process started."""

    batches: int = 0
    repeats: int = 0
    rows: int = 0
    body_bytes: int = 0


def owners_of(archive: Archive) -> Owners:
    """Per kind, who sends each object."""
    return {kind: archive[kind].links["sender"] for kind in KINDS}


@dataclass
class Gateway:
    """The door.  Thread-safe; one to a process, which owns the spool's directory."""

    spool: Spool
    senders: Senders
    limits: Limits
    owners: Owners

    def __post_init__(self) -> None:
        limits = self.limits
        self.window = ReplayWindow(self.spool.directory / "window.log")
        for segment in self.spool.backlog():
            self.window.restore(segment.entries)
        self.spool.before_done = lambda segment: self.window.remember(segment.entries)
        self.counts, self.strange = RefusalCounts(), RefusedObjects()
        if self.spool.damaged:
            self.counts.add(STRANGERS, {DAMAGED_RECORD: self.spool.damaged})
        self.traffic = Traffic()
        self._lock, self._many = threading.Lock(), threading.Lock()
        self._floods = Buckets(limits.batches_per_s, limits.batches_burst, refuse=flooded)
        self._failures = Buckets(limits.failures_per_s, limits.failures_burst, refuse=flooded)
        self._key_requests = Buckets(limits.keys_per_s, limits.keys_burst, refuse=flooded)
        self._pruned_hour = 0

    # -- receiving --------------------------------------------------------------------------------------------------

    def receive(self, body: bytes, path: str, remote: str = "") -> Receipt:
        """Take in one sealed batch posted to ``path``; returns when it is on disk, raises the refusal otherwise.

        ``remote`` is the caller's address: whoever sends what does not open is slowed down, not whom he names.
        """
        try:
            return self._finish(self._open_sealed(body, path, remote))
        except Problem as problem:
            self.counts.add(self._blamed(body), {problem.code: 1})
            raise

    def receive_all(self, bodies: Sequence[bytes], path: str) -> list[Receipt | Problem]:
        """Take in many batches with one sync to disk: for a feed that has a whole minute in hand."""
        answers: dict[int, Receipt | Problem] = {}
        begun: dict[bytes, tuple[int, _Kept]] = {}
        with self._many:  # two of these could wait for each other's claims
            try:
                for place, body in enumerate(bodies):
                    number = body[6:10] + body[12:18]
                    if number in begun:  # a repeat waits for the first one's fate
                        self._finish_all(begun, answers)
                    try:
                        begun[number] = place, self._open_sealed(body, path, "")
                    except Problem as problem:
                        self.counts.add(self._blamed(body), {problem.code: 1})
                        answers[place] = problem
            finally:
                self._finish_all(begun, answers)
        return [answers[place] for place in range(len(bodies))]

    def _finish_all(self, begun: dict[bytes, tuple[int, _Kept]], answers: dict[int, Receipt | Problem]) -> None:
        while begun:
            _, (place, kept) = begun.popitem()
            try:
                answers[place] = self._finish(kept)
            except Problem as problem:
                self.counts.add(kept.receipt.sender, {problem.code: 1})
                answers[place] = problem

    def receive_rows(self, text: bytes, token: str, remote: str = "") -> Receipt:
        """Take in plain JSON rows of the sender whose token it is; in the spool they are sealed by the platform."""
        sender = STRANGERS
        try:
            self._failures.check(("token", remote))
            try:
                sender = self.senders.sender_of_token(token).id
            except Problem:
                self._failures.take(("token", remote))
                raise
            self._floods.check(sender)
            self._floods.take(sender)
            decoded = decode_rows(text, sender, None, self.owners, self.limits.wire)
            head = envelope.header(Algorithm.SM4_GCM, Content.PLAIN_ROWS, sender, 0, decoded.sequence)
            body = head + self.senders.box.seal(_PLAIN_PURPOSE, text)
            return self._finish(self._begin(sender, decoded, digest(text), body))
        except Problem as problem:
            self.counts.add(sender, {problem.code: 1})
            raise

    def _open_sealed(self, body: bytes, path: str, remote: str) -> _Kept:
        if len(body) > self.limits.wire.body_bytes:
            raise refuse("body-too-large", f"limit {self.limits.wire.body_bytes} bytes", "body")
        parcel = envelope.parse(body)
        if PATHS.get(parcel.content) != path:
            raise refuse("wrong-path", path, "header.content")
        source = (self._known(parcel.sender), remote)  # strangers share their address's: invented numbers gain nothing
        self._failures.check(source)
        self._floods.check(parcel.sender)
        try:
            self.senders.admitted(parcel.sender)
            session = self.senders.usable(parcel.sender, parcel.key_id, parcel.algorithm)
            plaintext = parcel.open(session.cipher)
        except Problem:
            self._failures.take(source)
            raise
        self._floods.take(parcel.sender)
        return self._begin(parcel.sender, self._decode(parcel, plaintext), digest(plaintext), body)

    def _decode(self, parcel: Envelope, plaintext: bytes) -> Decoded:
        if parcel.content is Content.COLUMNS:
            return decode(plaintext, parcel.sender, parcel.sequence, self.owners, self.limits.wire)
        return decode_rows(plaintext, parcel.sender, parcel.sequence, self.owners, self.limits.wire)

    def _begin(self, sender: int, decoded: Decoded, content: bytes, body: bytes) -> _Kept:
        """Claim the number and write the batch; a repeat needs nothing, a number used otherwise is refused."""
        now, sequence = clock.now(), decoded.sequence
        if self.window.look(sender, sequence, content) is Seen.NEW:
            self._keep_timely(decoded, now)
        _stamp(decoded, now)
        seen = self.window.claim(sender, sequence, content)
        if seen is Seen.OTHER:
            raise refuse("sequence-conflict", f"sequence {sequence}", "sequence")
        if seen is Seen.TOO_OLD:
            raise refuse("sequence-too-old", f"{sequence}, next {self.window.next_sequence(sender)}", "sequence")
        if seen is Seen.SAME:
            return _Kept(Receipt(sender, sequence, True, 0, {}))
        try:
            ticket = self.spool.write(body, (sender, sequence, content), int(now), decoded.blocks)
        except BaseException:
            self.window.settle(sender, sequence, stored=False)
            raise
        receipt = Receipt(sender, sequence, False, decoded.rows, dict(decoded.refused), tuple(decoded.faults))
        return _Kept(receipt, ticket, len(body), decoded.strange)

    def _finish(self, kept: _Kept) -> Receipt:
        """Wait for the disk, then let the number count as used."""
        receipt = kept.receipt
        if kept.ticket is None:
            self._count(repeats=1)
            return receipt
        stored = False
        try:
            self.spool.wait(kept.ticket)
            stored = True
        finally:
            self.window.settle(receipt.sender, receipt.sequence, stored=stored)
        self._count(batches=1, rows=receipt.rows, body_bytes=kept.body_bytes)
        self.counts.add(receipt.sender, receipt.refused)
        self.strange.add(receipt.sender, kept.strange)
        return receipt

    def _keep_timely(self, decoded: Decoded, now: float) -> None:
        """Leave out blocks outside the limits of time; refuses a batch that has no other."""
        earliest, latest = now - self.limits.late_s, now + self.limits.early_s
        timely = [b for b in decoded.blocks if earliest <= b.minute <= latest]
        if len(timely) == len(decoded.blocks):
            return
        first = min(b.minute for b in decoded.blocks)
        if not timely:
            key = "minute-too-late" if first < earliest else "minute-too-early"
            raise refuse(key, f"{first}, the platform's clock says {int(now)}", "minute")
        decoded.refused["row-minute-refused"] += decoded.rows - sum(len(b.ids) for b in timely)
        decoded.blocks = timely

    def _blamed(self, body: bytes) -> int:
        """The sender a refused body names, if we know it."""
        return self._known(int.from_bytes(body[6:10], "big") if len(body) >= HEADER_BYTES else STRANGERS)

    def _known(self, sender: int) -> int:
        try:
            return sender if self.senders.card(sender) is not None else STRANGERS
        except Exception:  # counting must not hide the refusal itself, say behind a busy database
            return STRANGERS

    def _count(self, **increments: int) -> None:
        with self._lock:
            for name, increment in increments.items():
                setattr(self.traffic, name, getattr(self.traffic, name) + increment)

    # -- keys -------------------------------------------------------------------------------------------------------

    def admit_key_request(self, sender: int, remote: str) -> None:
        """Slow down whoever asks for keys, codes or challenges too often (429)."""
        source = (self._known(sender), remote)
        self._key_requests.check(source)
        self._key_requests.take(source)

    def count_refusal(self, sender: int, problem: Problem) -> None:
        """Count a refused key request under the sender it concerns, if we know that sender."""
        self.counts.add(self._known(sender), {problem.code: 1})

    def next_sequence(self, sender: int) -> int:
        """Where a sender that has lost count goes on."""
        return self.window.next_sequence(sender)

    # -- for the pipeline -------------------------------------------------------------------------------------------

    def cut(self) -> list[Segment]:
        return self.spool.cut()

    def open_segment(self, segment: Segment) -> list[Block]:
        """All blocks of a segment in order of arrival: from memory, or from the file after a restart.

        What no longer opens (a lost key) is counted under its sender, never raised: one bad batch costs itself.
        """
        if segment.notes is not None:
            return [block for blocks in segment.notes for block in blocks]
        opened: list[Block] = []
        for record in segment.records():
            try:
                opened += self._reopen(record)
            except Problem as problem:
                self.counts.add(record.entry[0], {problem.code: 1})
        return opened

    def _reopen(self, record: Record) -> list[Block]:
        parcel = envelope.parse(record.body)
        if parcel.content is Content.PLAIN_ROWS:
            try:
                plaintext = self.senders.box.open(_PLAIN_PURPOSE, bytes(parcel.sealed))
            except SealError:
                raise refuse("bad-seal", "spool", "tag") from None
        else:
            known = self.senders.session(parcel.sender, parcel.key_id)
            if known is None:
                raise refuse("unknown-key", f"sender {parcel.sender}, key {parcel.key_id}", "key_id")
            plaintext = parcel.open(known.session.cipher)
        decoded = self._decode(parcel, plaintext)
        self._keep_timely(decoded, record.received)
        _stamp(decoded, record.received)
        return decoded.blocks

    def mark_done(self, segment: Segment) -> None:
        self.spool.mark_done(segment)

    def follow(self, archive: Archive) -> None:
        """Admit what belongs to whom by a newer archive; called when the line has room for it."""
        self.owners = owners_of(archive)

    def settle_minute(self, now: float) -> None:
        """Once a minute: save the counts; now and then notice other processes' changes and drop what is old enough."""
        self.counts.flush()
        self.strange.flush()
        if int(now // MINUTE_S) % REFRESH_MINUTES == 0:
            self.senders.refresh()
        hour = int(now // HOUR_S)
        if hour != self._pruned_hour:
            self._pruned_hour = hour
            self.spool.prune(now - self.limits.spool_days * DAY_S)


def _stamp(decoded: Decoded, received: float) -> None:
    """Notes on every block when it came in."""
    decoded.blocks = [replace(block, received=int(received)) for block in decoded.blocks]


def open_gateway(data_dir: Path, owners: Owners, limits: Limits | None = None) -> Gateway:
    """The gateway of an installation: spool and keys under its data directory.

    ``owners`` are those of the archive that the line was built for; the line tells of newer ones by ``follow``.
    """
    return Gateway(Spool(data_dir / "spool"), Senders(data_dir / "keys"), limits or Limits(), owners)


_installed: list[Gateway] = []


def install_gateway(gateway: Gateway | None) -> None:
    _installed[:] = [] if gateway is None else [gateway]


def gateway() -> Gateway:
    """The gateway of this process; refused (503) while it is not up."""
    if not _installed:
        raise Problem(503, "not-ready", "数据接入服务尚未就绪")
    return _installed[0]
