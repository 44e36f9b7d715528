"""How does a company send: the reference sender.  It uses what ``docs/protocol.md`` says and nothing of the server.

A key file holds the sender's SM2 pair, the platform's public key and the current session; a state of sequence numbers
is not needed, the platform says where to go on.
"""

from __future__ import annotations

import csv
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np

from cleanheat.infra.sealing import Algorithm, KeyPair, PublicKey
from cleanheat.infra.sealing.box import write_secret
from cleanheat.kernel.quantities import KINDS
from cleanheat.telemetry.envelope import PATHS, Content, SenderSession
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.signed_texts import answer_text, enrolment_text, proof_text, request_text
from cleanheat.telemetry.wire import WireLimits, seal_batch

RETRIES: Final = 6
_PLACE: Final = frozenset({"code", "number", "kind", "time"})

Progress = Callable[[int, int], None]


class SendError(Exception):
    """The platform refused for good, or could not be reached; the message says which."""


@dataclass
class Report:
    """What became of a file."""

    batches: int = 0
    repeats: int = 0
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


@dataclass
class KeyFile:
    """The sender's secrets in one file, readable by its owner only."""

    path: Path
    pair: KeyPair
    platform: str = ""

    @classmethod
    def open(cls, path: Path) -> KeyFile:
        """Read the file; make it with a new pair if there is none."""
        if not path.exists():
            made = cls(path, KeyPair.generate())
            write_secret(path, made._text())
            return made
        document = json.loads(path.read_text("utf-8"))
        return cls(path, KeyPair.parse(document["pair"]), document.get("platform", ""))

    def trust(self, platform_public_key: str) -> None:
        """Remember the platform's key on first sight; another one later is refused."""
        if self.platform and self.platform != platform_public_key:
            raise SendError("the platform's public key has changed: ask its administrator before going on")
        if not self.platform:
            self.platform = platform_public_key
            self.path.write_bytes(self._text())

    def _text(self) -> bytes:
        return json.dumps({"pair": self.pair.text, "platform": self.platform}).encode()


@dataclass
class ReferenceSender:
    """One sender's conversation with the platform over ``http`` (its base URL is the platform's)."""

    http: httpx.Client
    sender: int
    keys: KeyFile
    algorithm: Algorithm = Algorithm.SM4_GCM
    pause: Callable[[float], None] = time.sleep
    _session: SenderSession | None = None
    _sequence: int = 0

    def enrol(self, code: str) -> None:
        """Hand in the public key with the one-time code."""
        public = self.keys.pair.public.text
        signature = self.keys.pair.sign(enrolment_text(self.sender, code, public)).hex()
        document = {"sender": self.sender, "code": code, "public_key": public, "signature": signature}
        self.keys.trust(self._ask("POST", "/api/v1/ingest/keys/enrol", json=document)["platform_public_key"])

    def exchange_key(self) -> None:
        """Make a session key, send it encrypted and signed, check the platform's answer."""
        challenge = self._challenge()
        platform = PublicKey.parse(self.keys.platform)
        key = secrets.token_bytes(self.algorithm.key_bytes)
        encrypted = platform.encrypt(key).hex()
        text = request_text(self.sender, self.algorithm.code, challenge, encrypted)
        document = {
            "sender": self.sender,
            "algorithm": self.algorithm.code,
            "challenge": challenge,
            "encrypted_key": encrypted,
            "signature": self.keys.pair.sign(text).hex(),
        }
        answer = self._ask("POST", "/api/v1/ingest/keys", json=document)
        expected = answer_text(self.sender, answer["key_id"], self.algorithm.code, answer["valid_until"], key)
        if not platform.verifies(expected, bytes.fromhex(answer["signature"])):
            raise SendError("the answer to the key request does not carry the platform's signature")
        self._session = SenderSession(self.sender, answer["key_id"], self.algorithm, key)
        self._sequence = max(self._sequence, answer["next_sequence"])

    def objects(self) -> dict[str, dict[str, int]]:
        """Kind → code → number of everything this sender reports."""
        challenge = self._challenge()
        signature = self.keys.pair.sign(proof_text(self.sender, challenge)).hex()
        headers = {"X-Challenge": challenge, "X-Signature": signature}
        answer = self._ask("GET", f"/api/v1/ingest/objects?sender={self.sender}", headers=headers)
        return {kind: {o["code"]: o["number"] for o in objects} for kind, objects in answer["kinds"].items()}

    def send(self, blocks: Sequence[Block]) -> dict[str, Any]:
        """Seal and post blocks of one minute; a batch is repeated byte for byte until it is answered."""
        if self._session is None:
            self.exchange_key()
        sequence = self._sequence
        self._sequence += 1
        for is_last in (False, True):
            if self._session is None:
                raise SendError("no session key")
            try:
                body = seal_batch(self._session, sequence, blocks)
                return self._ask("POST", PATHS[Content.COLUMNS], content=body)
            except RefusedError as refused:
                if is_last or refused.code not in {"key-expired", "unknown-key"}:
                    raise
                self.exchange_key()
        raise AssertionError("not reached")

    def _challenge(self) -> str:
        answer = self._ask("GET", f"/api/v1/ingest/keys?sender={self.sender}")
        self.keys.trust(answer["platform_public_key"])
        return str(answer["challenge"])

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """The JSON answer; waits and tries again after 429, 5xx and broken connections."""
        trouble = ""
        for attempt in range(RETRIES):
            wait_s = float(min(2**attempt, 30))
            try:
                response = self.http.request(method, path, **request)
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__}: {error}"
            else:
                if response.is_success:
                    return dict(response.json())
                problem = _problem(response)
                if response.status_code != httpx.codes.TOO_MANY_REQUESTS and not response.is_server_error:
                    raise problem
                trouble = str(problem)
                wait_s = float(response.headers.get("Retry-After", wait_s))
            self.pause(wait_s)
        raise SendError(f"no answer after {RETRIES} attempts: {trouble}")


class RefusedError(SendError):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def _problem(response: httpx.Response) -> RefusedError:
    try:
        document = response.json()
    except ValueError:
        document = {}
    code = str(document.get("type", "")).rpartition("/")[2]
    parts = [str(response.status_code), code, document.get("title", ""), document.get("detail", "")]
    if document.get("field"):
        parts.append(f"(field {document['field']})")
    return RefusedError(code, " ".join(p for p in parts if p))


# -- CSV --------------------------------------------------------------------------------------------------------------


def read_csv(path: Path, codes: dict[str, dict[str, int]], report: Report) -> Iterator[list[Block]]:
    """Blocks of each minute in order of time.

    Columns: ``time`` (ISO 8601 with offset, or epoch seconds), ``code`` or ``kind`` and ``number``, and one column a
    signal in physical units; an empty cell is a missing value.  What cannot be read is counted and left out.
    """
    numbers = {code: (kind, number) for kind, known in codes.items() for code, number in known.items()}
    minutes: dict[int, dict[str, dict[int, dict[str, float]]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            place = _place(row, numbers)
            if place is None:
                report.refused["csv-row-unreadable"] += 1
                continue
            minute, kind, number = place
            readings = minutes.setdefault(minute, {}).setdefault(kind, {}).setdefault(number, {})
            readings.update(_readings(row, kind, report))
    for minute in sorted(minutes):
        blocks = [_block(kind, minute, objects) for kind, objects in minutes[minute].items()]
        yield from _split(blocks)


def _place(row: dict[str, Any], numbers: dict[str, tuple[str, int]]) -> tuple[int, str, int] | None:
    try:
        moment = row["time"]
        seconds = float(moment) if moment.replace(".", "", 1).isdigit() else _instant(moment)
        kind, number = numbers[row["code"]] if row.get("code") else (row["kind"], int(row["number"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return (int(seconds) // 60 * 60, kind, number) if kind in KINDS and number > 0 else None


def _instant(text: str) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset")
    return moment.timestamp()


def _readings(row: dict[str, Any], kind: str, report: Report) -> dict[str, float]:
    readings = {}
    for code, text in row.items():
        if code in _PLACE or not text:
            continue
        if code not in KINDS[kind].index:
            report.refused["csv-column-unknown"] += 1
            continue
        try:
            readings[code] = float(text)
        except (TypeError, ValueError):
            report.refused["csv-value-unreadable"] += 1
    return readings


def _block(kind: str, minute: int, objects: dict[int, dict[str, float]]) -> Block:
    numbers = sorted(objects)
    columns: list[Any] = []
    for signal in KINDS[kind].signals:
        values = np.array([objects[n].get(signal.code, np.nan) for n in numbers])
        columns.append(None if np.isnan(values).all() else signal.encode(values))
    return Block(0, 0, kind, minute, np.array(numbers, np.uint32), columns)


def _split(blocks: list[Block]) -> Iterator[list[Block]]:
    """One minute in as few batches as the row limit allows."""
    limit = WireLimits().rows
    if sum(len(b.ids) for b in blocks) <= limit:
        yield blocks
        return
    for block in blocks:
        for start in range(0, len(block.ids), limit):
            part = slice(start, start + limit)
            columns = [None if c is None else c[part] for c in block.columns]
            yield [Block(0, 0, block.kind, block.minute, block.ids[part], columns)]


def send_csv(sender: ReferenceSender, path: Path, progress: Progress = lambda _done, _total: None) -> Report:
    """Send a whole file, oldest minute first; a refused batch is reported and the next one sent."""
    report = Report()
    batches = list(read_csv(path, sender.objects(), report))
    for done, blocks in enumerate(batches, 1):
        try:
            answer = sender.send(blocks)
        except RefusedError as refused:
            report.failures.append(f"minute {blocks[0].minute}: {refused}")
        else:
            report.batches += 1
            report.repeats += answer["status"] == "already-stored"
            report.rows += answer["rows"]
            report.refused.update(answer["refused"])
        progress(done, len(batches))
    return report
