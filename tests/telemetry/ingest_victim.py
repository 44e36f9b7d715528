"""A process to be killed: a whole gateway with senders at work.  ``ingest_victim.py DIRECTORY prepare|work|report``."""

# ruff: noqa: T201  # it speaks to the test through its output

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import django

IS_VICTIM = __name__ == "__main__"  # and not pytest looking for doctests
DIRECTORY = Path(sys.argv[1]) if IS_VICTIM else Path()
if IS_VICTIM:
    os.environ.update(CLEANHEAT_DATA_DIR=str(DIRECTORY), DJANGO_SETTINGS_MODULE="cleanheat.config.settings")
    django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402

from cleanheat.accounts.models import Organisation  # noqa: E402
from cleanheat.infra import clock  # noqa: E402
from cleanheat.infra.sealing import Algorithm  # noqa: E402
from cleanheat.kernel.quantities import KINDS  # noqa: E402
from cleanheat.kernel.time import ManualClock  # noqa: E402
from cleanheat.telemetry import public as telemetry  # noqa: E402
from cleanheat.telemetry.frames import Block  # noqa: E402

MINUTE, SENDERS = 1_768_471_200, (1, 2, 3)
PATH = "/api/v1/ingest/batches"
KEYS, STORED = DIRECTORY / "sessions.json", DIRECTORY / "stored.txt"


def open_door() -> telemetry.Gateway:
    owners = {kind: np.array([0, *SENDERS], np.int32) for kind in KINDS}
    return telemetry.open_gateway(DIRECTORY, owners, telemetry.Limits(batches_burst=10**9))


def sessions() -> dict[int, telemetry.SenderSession]:
    known = json.loads(KEYS.read_text())
    return {
        int(s): telemetry.SenderSession(int(s), i, Algorithm.SM4_GCM, bytes.fromhex(k)) for s, (i, k) in known.items()
    }


def body(session: telemetry.SenderSession, sequence: int) -> bytes:
    """A batch that says its own number: the temperature of the sender's room."""
    column = np.array([sequence % 30_000], np.int16)
    block = Block(0, 0, "room", MINUTE, np.array([session.sender], np.uint32), [column, None])
    return telemetry.seal_batch(session, sequence, [block])


def prepare() -> None:
    call_command("migrate", verbosity=0)
    for sender in SENDERS:
        Organisation.objects.create(id=sender, kind="company", code=f"C{sender}", name="供热", path=f"/{sender}/")
    made = telemetry.open_sessions(open_door().senders, SENDERS)
    KEYS.write_text(json.dumps({s: (session.key_id, session.key.hex()) for s, session in made.items()}))


def work() -> None:
    door, lock = open_door(), threading.Lock()

    def send(session: telemetry.SenderSession) -> None:
        for sequence in range(door.next_sequence(session.sender), 10**6):
            door.receive(body(session, sequence), PATH)
            with lock:
                print(session.sender, sequence, flush=True)

    for session in sessions().values():
        threading.Thread(target=send, args=(session,), daemon=True).start()
    while True:
        for segment in door.cut():
            lines = [f"{segment} {b.sender} {b.sequence} {int(b.columns[0][0])}\n" for b in door.open_segment(segment)]
            with STORED.open("ab", buffering=0) as store:  # one write: whole or not at all
                store.write("".join(lines).encode())
            door.mark_done(segment)


def report() -> None:
    """What waits, and what the door says when every acknowledged batch comes again."""
    door, known = open_door(), sessions()
    for segment in door.cut():
        for block in door.open_segment(segment):
            print("waits", segment, block.sender, block.sequence, int(block.columns[0][0]))
    for line in sys.stdin:
        sender, sequence = map(int, line.split())
        if sequence > door.next_sequence(sender) - 4_000:
            print("again", sender, sequence, door.receive(body(known[sender], sequence), PATH).is_repeat)


if IS_VICTIM:
    clock.install(ManualClock(MINUTE))
    {"prepare": prepare, "work": work, "report": report}[sys.argv[2]]()
