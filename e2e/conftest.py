"""A small city running in a process of its own, and real Chromium driven against it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.platform_process import PLATFORM_START, RunningPlatform, running

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "build/e2e"


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    with running(tmp_path_factory.mktemp("city"), "--feed", "http", "--speed", "10", "--at", PLATFORM_START) as started:
        yield started


@pytest.fixture(scope="session")
def cast(platform: RunningPlatform) -> dict[str, dict[str, str]]:
    """One member a level and role: ``cast["city.administrator"]``."""
    members = json.loads((platform.data_dir / "cast.json").read_text("utf-8"))
    found: dict[str, dict[str, str]] = {}
    for member in members:
        found.setdefault(f"{member['level']}.{member['role']}", member)
    return found


@pytest.fixture(scope="session")
def browse(platform: RunningPlatform) -> Callable[..., dict[str, Any]]:
    """Run a scenario of ``e2e/browser`` and return what it found."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def run(name: str, member: dict[str, str] | None = None, **extra: Any) -> dict[str, Any]:
        who = {"username": member["username"], "password": member["password"]} if member else {}
        argument = {"url": platform.url, "shots": str(SHOTS), **who, **extra}
        done = subprocess.run(
            ["node", f"browser/{name}.mjs", json.dumps(argument)],
            cwd=ROOT / "e2e",
            capture_output=True,
            text=True,
            timeout=420,
            check=False,
            env=os.environ,
        )
        assert done.returncode == 0, f"{name}: {done.stderr[-4000:]}\nserver:\n{platform.tail(30)}"
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        assert answer["outside"] == [], "the page asked for outside addresses"
        return answer

    return run
