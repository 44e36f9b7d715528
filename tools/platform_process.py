"""A running platform for smoke and end-to-end tests: its own directory, its own port, stopped at the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PLATFORM_START = "2027-01-15T19:00"
"""Where time begins in end-to-end tests, whatever the machine's calendar says: an evening in the cold of the season."""


@dataclass(frozen=True)
class RunningPlatform:
    url: str
    data_dir: Path
    log: Path
    process: subprocess.Popen[bytes]

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data_dir: Path, *arguments: str, port: int | None = None, size: str = "small") -> RunningPlatform:
    """Start ``cleanheat run`` on a free loopback port without waiting for it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    environment = {
        **os.environ,
        "CLEANHEAT_DATA_DIR": str(data_dir),
        "CLEANHEAT_SIZE": size,
        "CLEANHEAT_PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "cleanheat.config.settings",
    }
    log = data_dir / "server.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "cleanheat"), "run", *arguments],
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return RunningPlatform(f"http://127.0.0.1:{port}", data_dir, log, process)


def wait_until_serving(platform: RunningPlatform, timeout_s: float = 240) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if platform.process.poll() is not None:
            raise RuntimeError(f"the platform ended with {platform.process.returncode}:\n{platform.tail()}")
        try:
            if httpx.get(f"{platform.url}/api/v1/session", timeout=5).status_code < 500:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise TimeoutError(f"not serving after {timeout_s} s:\n{platform.tail()}")


def stop(platform: RunningPlatform) -> int:
    if platform.process.poll() is None:
        platform.process.send_signal(signal.SIGTERM)
        try:
            platform.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(platform.process.pid, signal.SIGKILL)
            platform.process.wait(10)
    return int(platform.process.returncode)


@contextmanager
def running(data_dir: Path, *arguments: str) -> Iterator[RunningPlatform]:
    platform = start(data_dir, *arguments)
    try:
        wait_until_serving(platform)
        yield platform
    finally:
        stop(platform)


def signed_in(url: str, username: str, password: str) -> httpx.Client:
    """A browser-like client: session cookie and CSRF token."""
    client = httpx.Client(base_url=url, timeout=30)
    client.get("/api/v1/session")
    token = client.cookies.get("csrftoken", "")
    answer = client.post(
        "/api/v1/session", json={"username": username, "password": password}, headers={"X-CSRFToken": token}
    )
    answer.raise_for_status()
    client.headers["X-CSRFToken"] = client.cookies.get("csrftoken", token)
    return client
