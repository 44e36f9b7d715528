"""Real input: two real substations' raw SCADA, and the reference sender over real HTTP, seen in a real browser."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools.platform_process import PLATFORM_START, RunningPlatform, running, signed_in

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared/data/substations_nis"
SEASON = ("2022-10-20T00:00:00+08:00", "2023-04-07T00:00:00+08:00")


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """A platform to which nobody sends but this test."""
    with running(tmp_path_factory.mktemp("quiet"), "--feed", "none", "--at", PLATFORM_START) as started:
        yield started


@pytest.fixture(scope="module")
def client(quiet: RunningPlatform) -> Iterator[httpx.Client]:
    members = json.loads((quiet.data_dir / "cast.json").read_text("utf-8"))
    member = next(m for m in members if m["level"] == "city" and m["role"] == "administrator")
    with closing(signed_in(quiet.url, member["username"], member["password"])) as opened:
        yield opened


def _cleanheat(quiet: RunningPlatform, *arguments: str) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "cleanheat"), *arguments],
        env={**os.environ, "CLEANHEAT_DATA_DIR": str(quiet.data_dir), "CLEANHEAT_SIZE": "small", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:] + quiet.tail(20)
    return done.stdout


@pytest.mark.feature("G3-1", "H1-3", "A5-2")
@pytest.mark.skipif(not REAL.is_dir(), reason="the real series are not beside this checkout")
@pytest.mark.parametrize(("name", "place"), [("L4", 0), ("L17", 1)])
def test_real_seasons_are_imported_and_seen_with_their_losses_and_no_false_stop(
    quiet: RunningPlatform, client: httpx.Client, browse: Any, name: str, place: int
) -> None:
    units = client.get("/api/v1/objects/unit?limit=2").json()["rows"]
    number = units[place]["number"]
    report = _cleanheat(
        quiet,
        "import",
        str(REAL / f"scada_{name}.csv.gz"),
        "--map",
        str(ROOT / f"docs/examples/scada_{name}.toml"),
        "--object",
        str(number),
    )
    assert "45461" in report.replace(",", ""), report
    series = (
        client.get(
            f"/api/v1/objects/unit/{number}/series",
            params={"signals": "secondary_supply_temp_c", "start": SEASON[0], "end": SEASON[1], "points": "1000"},
        )
        .raise_for_status()
        .json()
    )
    assert len(series["times"]) > 500
    lost = [gap["start"] for gap in series["gaps"] if gap["reason"] == "silent"]
    known = int(datetime(2022, 12, 15, 6, tzinfo=UTC).timestamp())  # 07:00 where it was recorded
    assert known in lost, "communication losses of the season must be marked"
    alerts = client.get("/api/v1/alerts", params={"object_kind": "unit", "object_number": number}).json()
    stops = [a for a in alerts["rows"] if a["source"] == "diagnosis.supply_stopped" and a["object_number"] == number]
    assert stops == []
    members = json.loads((quiet.data_dir / "cast.json").read_text("utf-8"))
    member = next(m for m in members if m["level"] == "city")
    found = browse(
        "object",
        member,
        url=quiet.url,
        path=f"/objects/unit/{number}",
        **{"from": "2022-10-20T00:00", "until": "2023-04-07T00:00"},
        shot=f"real-{name}",
        shows="通讯中断",
    )
    assert "通讯中断" in found["text"]
    assert "停供" not in found["text"], "a lost line is no stop"


@pytest.mark.feature("F1-1", "F1-3", "A5-2", "A5-3")
def test_reference_sender_over_http_is_read_back_through_api_and_browser(
    quiet: RunningPlatform, client: httpx.Client, browse: Any, tmp_path: Path
) -> None:
    unit = client.get("/api/v1/objects/unit?limit=1").json()["rows"][0]
    now = client.get("/api/v1/session").json()["clock"]["now"]
    start = datetime.fromtimestamp(now // 60 * 60 - 300, UTC)
    card = client.get(f"/api/v1/objects/unit/{unit['number']}").json()
    readings = tmp_path / "readings.csv"
    sent_c = [round(41.5 + i / 10, 1) for i in range(8)]
    with readings.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["time", "code", "secondary_supply_temp_c", "secondary_return_temp_c", "secondary_flow_t_h"])
        for i, supply_c in enumerate(sent_c):
            rows.writerow([(start + timedelta(minutes=i)).isoformat(), card["code"], supply_c, 33.2, 120.5])
    code = _cleanheat(quiet, "enrol", str(unit["sender_id"])).split()[-1]
    sent = _cleanheat(
        quiet,
        "send",
        str(readings),
        "--url",
        quiet.url,
        "--sender",
        str(unit["sender_id"]),
        "--key",
        str(tmp_path / "sender.key"),
        "--enrol",
        code,
    )
    assert "8 rows stored" in sent, sent
    live = _wait_for_value(client, unit["number"], 42.0)
    assert round(live, 1) in sent_c
    members = json.loads((quiet.data_dir / "cast.json").read_text("utf-8"))
    found = browse(
        "object",
        next(m for m in members if m["level"] == "city"),
        url=quiet.url,
        path=f"/objects/unit/{unit['number']}",
        shot="sent",
        shows=r"二次供水温度\s+[\d.]+",
    )
    shown = re.search(r"二次供水温度\s+([\d.]+)", found["text"])
    assert shown is not None
    assert float(shown[1]) in sent_c, "what is shown is a value that was sent"
    assert float(shown[1]) >= live, "and none older than what was the latest before"


def _wait_for_value(client: httpx.Client, number: int, wanted: float) -> float:
    import time

    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        row = next(r for r in client.get("/api/v1/objects/unit?limit=1").json()["rows"] if r["number"] == number)
        value = (row["values"] or {}).get("secondary_supply_temp_c")
        if value is not None and abs(value - wanted) < 0.6:
            return float(value)
        time.sleep(2)
    raise TimeoutError(f"the sent value never became the latest: {row}")
