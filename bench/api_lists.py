"""Lists under load: 100 requests a second, open loop, on a real server, while it takes in minutes.

The server is a process of its own with city-sized kinds (3,500 substations, 7,000 units, 162 boiler rooms); a thread in
it appends a minute of all units to the store every two seconds, thirty times the real pace, so that every list is
rendered anew again and again.  Requests go out on a fixed schedule whatever the answers take: waiting counts.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.harness import Figure

RATE = 100
SUBSTATIONS, UNITS_EACH, BOILERS, COMPANIES = 3_500, 2, 162, 72
PATHS = (
    "/objects/substation?limit=50&order=-secondary_supply_temp_c",
    "/objects/substation?limit=50&offset={offset}",
    "/objects/unit?limit=50&offset={offset}",
    "/objects/boiler?limit=50",
    "/objects/substation?limit=50&company={company}",
    "/objects/substation?limit=50&q=站1{company}",
    "/resources/accounts.organisation?limit=50",
    "/organisations",
)


def run(long: bool) -> list[Figure]:
    """p50 and p95 over all list requests, in milliseconds from the moment each was due."""
    seconds = 60 if long else 20
    with tempfile.TemporaryDirectory(prefix="cleanheat-api-") as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "bench.api_lists", str(port)]
        environment = os.environ | {"CLEANHEAT_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "cleanheat.config.settings"}
        with subprocess.Popen(command, env=environment) as server:
            try:
                cookie = _wait(server, Path(folder) / "ready")
                before = _cpu_s(server.pid)
                waits, errors = asyncio.run(_ask(f"http://127.0.0.1:{port}/api/v1", cookie, seconds))
                cpu_s = _cpu_s(server.pid) - before
            finally:
                server.kill()
    if errors:
        raise RuntimeError(f"{errors} of {len(waits) + errors} requests failed")
    cuts = statistics.quantiles(waits, n=100)
    return [
        Figure("api_lists.p95_ms", cuts[94] * 1_000, "ms", target=100, peer="list with a checked schema: 136 ms p50"),
        Figure("api_lists.p50_ms", cuts[49] * 1_000, "ms"),
        Figure("api_lists.server_cpu_ms", cpu_s / (len(waits) + 2 * RATE) * 1_000, "CPU-ms/request, ingest included"),
        Figure("api_lists.requests", len(waits), "", better="higher"),
    ]


def _cpu_s(pid: int) -> float:
    """CPU seconds a process has used: on a crowded machine the honest figure beside the waiting."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait(server: subprocess.Popen[bytes], ready: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        if ready.exists() and (cookie := ready.read_text()):
            return cookie
        time.sleep(0.2)
    raise RuntimeError("the server did not start")


async def _ask(url: str, cookie: str, seconds: int) -> tuple[list[float], int]:
    """Requests by the clock, warm-up left out."""
    rng, waits, errors = np.random.default_rng(7), [], 0
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(cookies={"sessionid": cookie}, limits=limits, timeout=30) as client:

        async def one(path: str, due: float, counts: bool) -> None:
            nonlocal errors
            answer = await client.get(url + path)
            if answer.status_code != 200:
                errors += 1
            elif counts:
                waits.append(time.perf_counter() - due)

        began, pending, warm = time.perf_counter() + 0.5, set(), 2 * RATE
        for i in range(RATE * seconds + warm):
            due = began + i / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            path = PATHS[i % len(PATHS)].format(offset=50 * int(rng.integers(40)), company=1 + int(rng.integers(9)))
            task = asyncio.create_task(one(path, due, i >= warm))
            pending.add(task)
            task.add_done_callback(pending.discard)
        await asyncio.gather(*pending)
    return waits, errors


# --- the server's process ---


def _tables() -> dict[str, dict[str, Any]]:
    n = np.arange(1, SUBSTATIONS + 1)
    units = np.concatenate([n * 4 + place for place in range(1, UNITS_EACH + 1)])
    b = np.arange(1, BOILERS + 1)
    return {
        "area": {"id": [1], "level": ["district"], "code": ["220102"], "name": ["南关区"], "parent_id": [0],
                 "longitude": [125.3], "latitude": [43.9]},
        "plant": _asset(np.array([1]), "DC", "电厂") | {"operator_id": [101], "capacity_mw": [600.0]},
        "branch": _asset(np.array([1]), "ZX", "支线")
        | {"operator_id": [101], "plant_id": [1], "design_flow_t_h": [5e3], "length_km": [9.0]},
        "boiler": _asset(b, "GL", "锅炉房") | _owner(b)
        | _same(b, use="area", fuel="coal", branch_id=0, boilers=2, capacity_mw=58.0),
        "substation": _asset(n, "HR", "换热站") | _owner(n)
        | _same(n, street_id=1, branch_id=1, boiler_room_id=0, system="dual", heated_area_m2=5e4),
        "unit": {"number": units, "code": [f"JZ{u}" for u in units], "name": [f"机组{u}" for u in units],
                 "substation_id": units // 4}
        | _same(units, zone="low", terminal="radiator", heated_area_m2=25e3, heat_index_w_m2=45.0,
                design_supply_temp_c=50.0, design_return_temp_c=40.0, design_flow_t_h=50.0),
    }  # fmt: skip


def _same(numbers: np.ndarray, **values: Any) -> dict[str, list[Any]]:
    return {name: [value] * len(numbers) for name, value in values.items()}


def _asset(numbers: np.ndarray, letters: str, name: str) -> dict[str, Any]:
    place = _same(numbers, district_id=1, longitude=125.3, latitude=43.9, built_year=2005)
    codes = [f"220102-{letters}-{i:06d}" for i in numbers]
    return {"number": numbers, "code": codes, "name": [f"{name}{i}" for i in numbers], **place}


def _owner(numbers: np.ndarray) -> dict[str, Any]:
    company = 1_000 + numbers % COMPANIES
    return {"company_id": company, "office_id": company + 1_000}


def _organisations() -> list[Any]:
    from cleanheat.accounts.public import OrganisationRow

    rows = [
        OrganisationRow(1, "city", "C", "市中心", "市中心"),
        OrganisationRow(101, "plant_operator", "P", "热电", "热电", 1),
    ]
    for i in range(COMPANIES):
        rows.append(OrganisationRow(1_000 + i, "company", f"H{i}", f"热力{i}", f"热力{i}", 1))
        rows.append(OrganisationRow(2_000 + i, "office", f"F{i}", f"分公司{i}", f"分{i}", 1_000 + i))
    return rows


def _ingest(data_dir: Path) -> None:
    """A minute of all units and boiler rooms into the store and the latest state, every two seconds."""
    from cleanheat.assets import public as assets
    from cleanheat.kernel.quantities import KINDS
    from cleanheat.telemetry.frames import Frame
    from cleanheat.telemetry.latest import latest
    from cleanheat.telemetry.public import Store
    from cleanheat.twin import public as twin

    store, rng, minute = Store.open(data_dir / "tsdb"), np.random.default_rng(3), int(time.time() // 60) * 60
    while True:
        for kind in ("unit", "boiler"):
            spec, ids = KINDS[kind], assets.archive()[kind].numbers.astype(np.uint32)
            columns = [s.encode(rng.uniform(s.low, min(s.high, 3_000), ids.size)) for s in spec.signals]
            frame = Frame(kind, minute, ids, columns, np.zeros((len(columns), ids.size), np.uint8))
            store.append(frame, f"{kind}-{minute}")
            latest().update(frame)
        states = rng.integers(1, 6, assets.archive()["substation"].size).astype(np.uint8)
        twin.set_states("operation", "substations", states)
        twin.publish(minute, {})
        minute += 60
        time.sleep(2)


def serve(port: int) -> None:
    import django

    django.setup()
    import uvicorn
    from django.conf import settings
    from django.contrib.sessions.backends.cached_db import SessionStore
    from django.core.management import call_command

    from cleanheat.accounts.models import User
    from cleanheat.accounts.public import load_organisations
    from cleanheat.assets import public as assets
    from cleanheat.telemetry.latest import Latest, install_latest

    call_command("migrate", verbosity=0)
    load_organisations(_organisations())
    assets.load(_tables())
    install_latest(Latest(assets.archive()))
    user = User.objects.create(username="bench", organisation_id=1, role="administrator", password="!")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "cleanheat.accounts.sessions.KeepingBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    threading.Thread(target=_ingest, args=[Path(settings.DATA_DIR)], daemon=True).start()
    threading.Timer(2, lambda: (Path(settings.DATA_DIR) / "ready").write_text(session.session_key)).start()
    uvicorn.run("cleanheat.config.asgi:application", host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
