"""``make soak``: two simulated days at 60 times real speed, run by hand; prints and judges memory and lag.

``SOAK_HOURS`` (48) and ``SOAK_SPEED`` (60) shorten or hasten it, ``SIZE`` (city) is the size of the city,
``SOAK_DIR`` keeps or reuses a data directory.  Fails when the last quarter's memory is more than 10 % above the second
quarter's, or when a minute is more than five platform minutes late at the end.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.platform_process import RunningPlatform, signed_in, start, stop, wait_until_serving

OUT = Path("build/soak.json")
SAMPLE_EVERY_S = 20


@dataclass(frozen=True)
class Sample:
    at_s: float
    minute: int
    rows: int
    lag_s: float
    rss_mib: float
    cpu_s: float


def main() -> int:
    hours = float(os.environ.get("SOAK_HOURS", "48"))
    speed = float(os.environ.get("SOAK_SPEED", "60"))
    with tempfile.TemporaryDirectory(prefix="cleanheat-soak-") as scratch:
        directory = Path(os.environ.get("SOAK_DIR", scratch))
        platform = start(directory, "--speed", str(speed), size=os.environ.get("SIZE", "city"))
        try:
            wait_until_serving(platform, 900)
            samples = _watch(platform, hours * 3600 / speed)
        finally:
            stop(platform)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(s) for s in samples]) + "\n")
    return _judge(samples)


def _watch(platform: RunningPlatform, wall_s: float) -> list[Sample]:
    cast = json.loads((platform.data_dir / "cast.json").read_text("utf-8"))
    member = next(m for m in cast if m["level"] == "city" and m["role"] == "administrator")
    client = signed_in(platform.url, member["username"], member["password"])
    began, samples = time.monotonic(), list[Sample]()
    while (passed := time.monotonic() - began) < wall_s:
        time.sleep(SAMPLE_EVERY_S)
        status = client.get("/api/v1/status").raise_for_status().json()
        last = status["minutes"][-1] if status["minutes"] else {"minute": 0, "total_rows": 0, "lag_s": 0.0}
        samples.append(Sample(passed, last["minute"] // 60, last["total_rows"], last["lag_s"], *_cost(platform)))
        s = samples[-1]
        print(
            f"{s.at_s:6.0f} s  minute {s.minute} {s.rows:7d} rows  lag {s.lag_s:6.1f} s  "
            f"{s.rss_mib:7.0f} MiB  {s.cpu_s:7.1f} CPU-s",
            flush=True,
        )
    return samples


def _cost(platform: RunningPlatform) -> tuple[float, float]:
    """Resident MiB and CPU seconds so far of the platform's process."""
    root = Path(f"/proc/{platform.process.pid}")
    pages = int((root / "statm").read_text().split()[1])
    fields = (root / "stat").read_text().rsplit(")", 1)[1].split()
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _judge(samples: list[Sample]) -> int:
    quarter = len(samples) // 4
    if not quarter:
        print("too short to judge")
        return 1
    early = statistics.median(s.rss_mib for s in samples[quarter : 2 * quarter])
    late = statistics.median(s.rss_mib for s in samples[-quarter:])
    minutes = samples[-1].minute - samples[0].minute
    cpu = (samples[-1].cpu_s - samples[0].cpu_s) / max(minutes, 1)
    print(
        f"memory {early:.0f} → {late:.0f} MiB, lag at the end {samples[-1].lag_s:.0f} s, "
        f"{cpu:.2f} CPU-s a minute, feed included"
    )
    flat = late <= early * 1.10
    prompt = samples[-1].lag_s <= 300
    print("flat" if flat else "MEMORY GROWS", "and", "prompt" if prompt else "LATE")
    return 0 if flat and prompt else 1


if __name__ == "__main__":
    sys.exit(main())
