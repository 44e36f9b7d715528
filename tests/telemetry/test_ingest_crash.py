"""kill -9 in the middle of ingest: what was acknowledged is there, once, and its repeat is known."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

VICTIM = Path(__file__).with_name("ingest_victim.py")


def run(directory: Path, task: str, told: str = "") -> list[list[str]]:
    command = [sys.executable, str(VICTIM), str(directory), task]
    done = subprocess.run(command, input=told, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def kill_at_random(directory: Path, chance: random.Random) -> set[tuple[str, ...]]:
    """The acknowledgements seen before and while the process dies."""
    victim = subprocess.Popen(
        [sys.executable, str(VICTIM), str(directory), "work"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert victim.stdout is not None
    seen = [victim.stdout.readline() for _ in range(chance.randrange(1, 300))]
    victim.send_signal(signal.SIGKILL)
    seen += list(victim.stdout)
    victim.stdout.close()
    victim.wait()
    return {tuple(line.split()) for line in seen if line.endswith("\n")}


def survive(directory: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    run(directory, "prepare")
    acknowledged: set[tuple[str, ...]] = set()
    for _ in range(rounds):
        fresh = kill_at_random(directory, chance)
        assert fresh, "the gateway did not come up again"
        assert not fresh & acknowledged, "a number was acknowledged as new twice"
        acknowledged |= fresh
    answers = run(directory, "report", "\n".join(" ".join(a) for a in sorted(acknowledged)))
    stored = (directory / "stored.txt").read_text().splitlines() if (directory / "stored.txt").exists() else []
    found: dict[tuple[str, str], str] = {}
    for segment, sender, sequence, value in [line.split() for line in stored] + [
        a[1:] for a in answers if a[0] == "waits"
    ]:
        assert found.setdefault((sender, sequence), segment) == segment, "in two segments: would be stored twice"
        assert int(value) == int(sequence) % 30_000
    assert acknowledged <= set(found), "acknowledged but lost"
    repeats = [a for a in answers if a[0] == "again"]
    assert repeats
    assert all(a[3] == "True" for a in repeats)


@pytest.mark.feature("A5-3")
def test_kill_during_ingest(tmp_path: Path) -> None:
    survive(tmp_path, rounds=2, seed=20260115)


@pytest.mark.slow
def test_kill_during_ingest_at_twenty_points(tmp_path: Path) -> None:
    survive(tmp_path, rounds=20, seed=7)
