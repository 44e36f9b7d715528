"""``make smoke``: start everything on a small city, let three minutes pass through over HTTP, ask pages and API.

Exits 0 with a summary, or 1 with what failed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tools.platform_process import RunningPlatform, running, signed_in

MINUTES = 3
PAGES = ("/", "/substations", "/alerts", "/status")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="cleanheat-smoke-") as directory:
        began = time.monotonic()
        with running(Path(directory), "--feed", "http", "--speed", "12") as platform:
            print(f"serving after {time.monotonic() - began:.0f} s at {platform.url}")
            return _report(platform)


def _report(platform: RunningPlatform) -> int:
    cast = json.loads((platform.data_dir / "cast.json").read_text("utf-8"))
    city = next(m for m in cast if m["level"] == "city" and m["role"] == "administrator")
    company = next(m for m in cast if m["level"] == "company")
    client = signed_in(platform.url, city["username"], city["password"])
    checks: list[tuple[str, Callable[[], str]]] = [
        (f"{MINUTES} minutes pass through", lambda: _minutes_pass(client)),
        ("city totals", lambda: _totals(client)),
        ("substations with live values", lambda: _substations(client)),
        ("one unit's curve", lambda: _curve(client)),
        ("alerts", lambda: f"{client.get('/api/v1/alerts').raise_for_status().json()['total']} in the list"),
        ("map", lambda: _map(client)),
        ("a company sees only its own", lambda: _tenancy(client, platform.url, company)),
        *((f"page {page}", lambda page=page: _page(client, page)) for page in PAGES),
    ]
    failed = 0
    for name, check in checks:
        try:
            print(f"  ok    {name}: {check()}")
        except Exception as problem:
            failed += 1
            print(f"  FAIL  {name}: {type(problem).__name__}: {problem}")
    if failed:
        print(platform.tail(60))
    print(f"smoke: {len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _json(client: httpx.Client, path: str) -> Any:
    return client.get(path).raise_for_status().json()


def _minutes_pass(client: httpx.Client) -> str:
    """Minutes that went through the line with rows in them, from now on."""
    began = _json(client, "/api/v1/status")["now"]
    deadline = time.monotonic() + 150
    passed: list[dict[str, Any]] = []
    while time.monotonic() < deadline:
        minutes = _json(client, "/api/v1/status")["minutes"]
        passed = [m for m in minutes if m["minute"] >= began - 60 and m["total_rows"]]
        if len(passed) >= MINUTES:
            last = passed[-1]
            return f"{last['total_rows']} rows from {last['senders']} senders in the last, lag {last['lag_s']:.1f} s"
        time.sleep(0.5)
    raise TimeoutError(f"only {len(passed)} minutes in 150 s")


def _totals(client: httpx.Client) -> str:
    results = _json(client, "/api/v1/screens/overview")
    keys = [placed["panel"] for placed in results["cells"]]
    panels = _json(client, "/api/v1/panels?keys=" + ",".join(keys))["panels"]
    broken = [p["key"] for p in panels if p.get("error")]
    if broken:
        raise AssertionError(f"panels in error: {broken}")
    return f"{len(panels)} panels"


def _substations(client: httpx.Client) -> str:
    page = _json(client, "/api/v1/objects/substation?limit=50")
    live = [row for row in page["rows"] if row.get("minute")]
    if not live:
        raise AssertionError("no substation has live values")
    return f"{page['total']} substations, {len(live)} of the first {len(page['rows'])} live"


def _curve(client: httpx.Client) -> str:
    unit = _json(client, "/api/v1/objects/unit?limit=1")["rows"][0]["number"]
    series = _json(client, f"/api/v1/objects/unit/{unit}/series?signals=secondary_supply_temp_c&hours=24&points=300")
    points = len(series["times"])
    if points < 100:
        raise AssertionError(f"only {points} points in 24 h")
    return f"{points} points in 24 h of unit {unit}"


def _map(client: httpx.Client) -> str:
    manifest = _json(client, "/api/v1/twin/manifest")
    network = client.get("/api/v1/twin/network.bin").raise_for_status()
    return f"{len(manifest['layers'])} layers, {len(network.content) // 1024} KiB of network"


def _tenancy(city: httpx.Client, url: str, member: dict[str, str]) -> str:
    own = signed_in(url, member["username"], member["password"])
    all_of_them = _json(city, "/api/v1/objects/substation?limit=1")["total"]
    seen = _json(own, "/api/v1/objects/substation?limit=500")
    companies = {row["company"] for row in seen["rows"]}
    if not 0 < seen["total"] < all_of_them or len(companies) != 1:
        raise AssertionError(f"{seen['total']} of {all_of_them} substations of {companies}")
    return f"{seen['total']} of {all_of_them} substations"


def _page(client: httpx.Client, path: str) -> str:
    answer = client.get(path).raise_for_status()
    if '<div id="app"' not in answer.text:
        raise AssertionError("not the application page")
    return f"{len(answer.content)} bytes"


if __name__ == "__main__":
    sys.exit(main())
