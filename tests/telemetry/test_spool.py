"""The spool: on disk before "stored", whole after a crash, nothing half-kept on a full disk; and the replay window."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.telemetry.replay import WIDTH, ReplayWindow, Seen, digest
from cleanheat.telemetry.spool import Spool

T0 = 1_768_471_200


def put(spool: Spool, n: int, body: bytes | None = None, note: object = None) -> None:
    content = b"batch %d" % n if body is None else body
    spool.append(content, (7, n, digest(content)), T0, note)


def bodies(spool: Spool) -> list[bytes]:
    return [record.body for segment in spool.cut() for record in segment.records()]


def test_segments_live_from_open_to_done(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert spool.cut() == []
    put(spool, 1, note="one")
    put(spool, 2, note="two")
    (first,) = spool.cut()
    assert first.notes == ["one", "two"]
    assert [r.entry[1] for r in first.records()] == [1, 2]
    put(spool, 3)
    assert [str(s) for s in spool.cut()] == ["0000000001", "0000000002"]
    spool.mark_done(first)
    (second,) = spool.cut()
    spool.mark_done(second)
    assert spool.cut() == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0000000001.done", "0000000002.done"]
    assert Spool(tmp_path)._next == 3


def test_a_segment_that_cannot_be_renamed_goes_on_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    put(spool, 1)
    (segment,) = spool.cut()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", full)
        with pytest.raises(OSError, match="full"):
            spool.mark_done(segment)
    assert spool.cut() == [segment]
    spool.mark_done(segment)
    assert spool.cut() == []


def test_retention_keeps_the_newest_so_that_numbers_never_repeat(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for n in range(3):
        spool.append(b"x", (7, n, bytes(8)), T0 + n * 100, None)
        spool.mark_done(spool.cut()[0])
    assert spool.prune(T0 + 150) == 2
    assert spool.prune(T0 + 10_000) == 0
    put(Spool(tmp_path), 9)
    assert (tmp_path / "0000000004.open").exists()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_tail_is_cut_off(tmp_path: Path, cut: int) -> None:
    spool = Spool(tmp_path)
    put(spool, 1)
    put(spool, 2)
    path = tmp_path / "0000000001.open"
    os.truncate(path, path.stat().st_size - cut)
    again = Spool(tmp_path)
    assert bodies(again) == ([b"batch 1"] if cut <= 41 else [])  # a record of seven bytes takes 41
    assert all(s.notes is None and s.size == s.path.stat().st_size for s in again.backlog())


def flip(path: Path, place: int) -> bytes:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    return bytes(content)


def test_flipped_bits_in_what_a_crash_left_cost_their_record(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for n in range(3):
        put(spool, n)
    flip(tmp_path / "0000000001.open", -50)  # in the second record
    again = Spool(tmp_path)
    assert bodies(again) == [b"batch 0", b"batch 2"]
    assert again.damaged == 1


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        (-50, [b"batch 0", b"batch 2"]),  # the second record's body
        (-5, [b"batch 0", b"batch 1"]),  # the last one's
        (16 + 41 + 3, [b"batch 0"]),  # the second record's length: nothing leads on
        (16 + 3, []),
        (0, []),  # no segment any more, by its head
    ],
)
def test_a_damaged_closed_segment_is_left_as_it_is(tmp_path: Path, place: int, kept: list[bytes]) -> None:
    spool = Spool(tmp_path)
    for n in range(3):
        put(spool, n)
    (segment,) = spool.cut()
    content = flip(segment.path, place)
    again = Spool(tmp_path)
    assert bodies(again) == kept
    assert again.damaged == 1
    assert segment.path.read_bytes() == content
    put(again, 9)
    assert (tmp_path / "0000000002.open").exists()


def test_many_writers_share_a_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, syncs, real = Spool(tmp_path), [0], os.fdatasync

    def counted(handle: int) -> None:
        syncs[0] += 1
        real(handle)

    monkeypatch.setattr(os, "fdatasync", counted)
    gate = threading.Barrier(16)

    def write(n: int) -> None:
        gate.wait()
        for k in range(20):
            put(spool, n * 20 + k)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bodies(spool)) == sorted(b"batch %d" % n for n in range(320))
    assert syncs[0] < 320


def test_full_segments_are_closed_and_long_backlogs_leave_memory(tmp_path: Path) -> None:
    spool = Spool(tmp_path, segment_bytes=1_000, notes_bytes=500)
    for n in range(40):
        put(spool, n, bytes(100), note=n)
    segments = spool.cut()
    assert len(segments) > 3
    assert all(s.notes is None for s in segments[:-1])
    assert sum(len(list(s.records())) for s in segments) == 40


# -- a disk that fails -------------------------------------------------------------------------------------------------


def test_a_full_disk_keeps_nothing_by_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, real = Spool(tmp_path), os.write
    put(spool, 1)

    def half_then_full(handle: int, content: bytes) -> int:
        if len(content) > 20:
            return real(handle, content[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half_then_full)
    with pytest.raises(Problem) as refusal:
        put(spool, 2)
    assert (refusal.value.status, refusal.value.code) == (507, "storage-full")
    monkeypatch.undo()
    put(spool, 3)
    assert bodies(spool) == [b"batch 1", b"batch 3"]
    assert bodies(Spool(tmp_path)) == [b"batch 1", b"batch 3"]


def test_a_failed_sync_refuses_all_who_waited_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    put(spool, 1, note="one")

    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    monkeypatch.setattr(os, "ftruncate", lambda _handle, _size: broken(0))
    for n in (2, 3):
        with pytest.raises(Problem, match="storage-full"):
            put(spool, n, note="lost")
    monkeypatch.undo()
    put(spool, 4, note="four")
    (segment,) = spool.cut()
    assert [r.body for r in segment.records()] == [b"batch 1", b"batch 4"]
    assert segment.notes == ["one", "four"]
    assert [e[1] for e in segment.entries] == [1, 4]


def test_below_the_reserve_nothing_is_taken(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="storage-full"):
        put(Spool(tmp_path, reserve_bytes=1 << 60), 1)
    assert list(tmp_path.iterdir()) == []


_LIMITED = """
import resource, sys
from cleanheat.kernel.errors import Problem
from cleanheat.telemetry.spool import Spool
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
spool, kept = Spool(sys.argv[1]), 0
for n in range(100):
    try:
        spool.append(bytes([n]) * 300, (1, n, bytes(8)), 1, None)
        kept += 1
    except Problem as problem:
        assert problem.status == 507, problem
print(kept)
"""


def test_a_real_limit_of_the_file_system_is_a_clean_refusal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    kept = int(done.stdout)
    assert 10 < kept < 20
    assert bodies(Spool(tmp_path)) == [bytes([n]) * 300 for n in range(kept)]


# -- kill -9 -----------------------------------------------------------------------------------------------------------

_VICTIM = """
import sys, threading
from pathlib import Path
from cleanheat.telemetry.replay import ReplayWindow, Seen, digest
from cleanheat.telemetry.spool import Spool

directory = Path(sys.argv[1])
spool, window = Spool(directory, segment_bytes=20_000), ReplayWindow(directory / "window.log")
for segment in spool.backlog():
    window.restore(segment.entries)
spool.before_done = lambda segment: window.remember(segment.entries)
lock = threading.Lock()

def send(sender):
    for n in range(window.next_sequence(sender), 1_000_000):
        body = b"%d %d " % (sender, n) * 50
        if window.claim(sender, n, digest(body)) is Seen.NEW:
            spool.append(body, (sender, n, digest(body)), 1, None)
            window.settle(sender, n, stored=True)
        with lock:
            print(sender, n, flush=True)

for sender in range(4):
    threading.Thread(target=send, args=(sender,), daemon=True).start()
while True:
    for segment in spool.cut():
        lines = [f"{segment} {r.entry[0]} {r.entry[1]}\\n" for r in segment.records()]
        with (directory / "stored.txt").open("ab", buffering=0) as store:
            store.write("".join(lines).encode())
        spool.mark_done(segment)
"""


def kill_rounds(directory: Path, rounds: int, seed: int) -> None:
    """Kill a busy process at random points; then every acknowledged batch is there, and there once."""
    chance, acknowledged = random.Random(seed), set()
    for _ in range(rounds):
        victim = subprocess.Popen([sys.executable, "-c", _VICTIM, str(directory)], stdout=subprocess.PIPE, text=True)
        assert victim.stdout is not None
        for _ in range(chance.randrange(1, 400)):
            acknowledged.add(tuple(map(int, victim.stdout.readline().split())))
        victim.send_signal(signal.SIGKILL)
        acknowledged |= {tuple(map(int, line.split())) for line in victim.stdout if line.endswith("\n")}
        victim.stdout.close()
        victim.wait()
    spool = Spool(directory)
    waiting = [r.entry[:2] for s in spool.backlog() for r in s.records()]
    done = [r.entry[:2] for p in sorted(directory.glob("*.done")) for r in _records(p)]
    kept = waiting + done
    assert len(kept) == len(set(kept)), "stored twice"
    assert acknowledged <= set(kept), "acknowledged but lost"
    # The pipeline may repeat a whole segment after a crash, under the same name: the store's token absorbs that.
    lines = [line.split() for line in (directory / "stored.txt").read_text().splitlines() if line.count(" ") == 2]
    owner: dict[tuple[str, str], str] = {}
    for segment, sender, sequence in lines:
        assert owner.setdefault((sender, sequence), segment) == segment


def _records(path: Path):
    from cleanheat.telemetry.spool import _scan

    return (record for record, _ in _scan(path) if record is not None)


@pytest.mark.feature("A5-3")
def test_kill_at_random_points_loses_and_doubles_nothing(tmp_path: Path) -> None:
    kill_rounds(tmp_path, rounds=4, seed=20260115)


@pytest.mark.slow
def test_kill_at_twenty_random_points(tmp_path: Path) -> None:
    kill_rounds(tmp_path, rounds=20, seed=1)


# -- replay ------------------------------------------------------------------------------------------------------------


def store(window: ReplayWindow, sequence: int, content: bytes = b"12345678", sender: int = 7) -> Seen:
    seen = window.claim(sender, sequence, content)
    if seen is Seen.NEW:
        window.settle(sender, sequence, stored=True)
    return seen


def test_the_window_tells_new_same_other_and_too_old(tmp_path: Path) -> None:
    window = ReplayWindow(tmp_path / "window.log")
    assert store(window, 10) is Seen.NEW
    assert store(window, 10) is Seen.SAME
    assert store(window, 10, b"87654321") is Seen.OTHER
    assert store(window, 10, sender=8) is Seen.NEW
    assert store(window, 9) is Seen.NEW
    assert store(window, 10 + WIDTH) is Seen.NEW
    assert store(window, 10) is Seen.SAME
    assert store(window, 8) is Seen.TOO_OLD
    assert window.next_sequence(7) == 11 + WIDTH
    assert window.next_sequence(99) == 0


def test_a_batch_that_could_not_be_written_is_not_remembered(tmp_path: Path) -> None:
    window = ReplayWindow(tmp_path / "window.log")
    assert window.claim(7, 1, b"12345678") is Seen.NEW
    assert window.next_sequence(7) == 2
    window.settle(7, 1, stored=False)
    assert store(window, 1, b"87654321") is Seen.NEW


def test_who_repeats_while_the_first_is_being_written_waits_for_its_fate(tmp_path: Path) -> None:
    window, seen = ReplayWindow(tmp_path / "window.log"), []
    assert window.claim(7, 1, b"12345678") is Seen.NEW
    assert window.claim(7, 1, b"87654321") is Seen.OTHER
    other = threading.Thread(target=lambda: seen.append(window.claim(7, 1, b"12345678")))
    other.start()
    window.settle(7, 1, stored=True)
    other.join()
    assert seen == [Seen.SAME]


def test_the_log_survives_restarts_torn_tails_and_compaction(tmp_path: Path) -> None:
    path = tmp_path / "window.log"
    ReplayWindow(path).remember((7, n, b"%08d" % n) for n in range(3 * WIDTH))
    with path.open("ab") as file:
        file.write(b"torn")
    window = ReplayWindow(path)
    assert window.look(7, 3 * WIDTH - 1, b"%08d" % (3 * WIDTH - 1)) is Seen.SAME
    assert window.look(7, 5, b"00000005") is Seen.TOO_OLD
    assert path.stat().st_size == WIDTH * 22
