"""How soon does a process scene stand, and how large is what the browser must load for it?

A small city served from the built front end, three scenes opened in Chromium without a graphics card at 1280 × 720.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import tempfile
from pathlib import Path

from bench.harness import Figure
from tools.platform_process import running

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "web/dist/assets"
CHUNKS = ("three-", "SceneStage-", "ScenePage-", "SceneSchematic-")
SCENES = {
    "substation": "/twin/scenes/substation.2.tank",
    "boiler": "/twin/scenes/boiler.coal.3",
    "rural": "/twin/scenes/device.heat_pump_water.5.radiator",
}
READY_MS, CHUNK_KB = 3_000, 220


def run(long: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), "--feed", "direct") as platform:
        cast = json.loads((platform.data_dir / "cast.json").read_text("utf-8"))
        member = next(m for m in cast if (m["level"], m["role"]) == ("city", "administrator"))
        who = {"username": member["username"], "password": member["password"]}
        argument = {"url": platform.url, "shots": folder, "paths": SCENES, **who}
        command = ["node", "browser/scene_figures.mjs", json.dumps(argument)]
        done = subprocess.run(command, cwd=ROOT / "e2e", capture_output=True, text=True, timeout=420, check=True)
    seen = json.loads(done.stdout.splitlines()[-1])["seen"]
    figures = [Figure("twin.scene_chunk_kb", chunk_kb(), "kB gzip", target=CHUNK_KB)]
    for name, scene in seen.items():
        figures += [
            Figure(f"twin.scene_ready_ms.{name}", scene["readyMs"], "ms", target=READY_MS),
            Figure(f"twin.scene_build_ms.{name}", scene["buildMs"], "ms"),
            Figure(f"twin.scene_first_frame_ms.{name}", scene["firstFrameMs"], "ms"),
            Figure(f"twin.scene_frame_js_ms.{name}", scene["script"], "ms"),
            Figure(f"twin.scene_frame_ms.{name}", scene["full"], "ms"),
            Figure(f"twin.scene_triangles.{name}", scene["triangles"], ""),
            Figure(f"twin.scene_draw_calls.{name}", scene["calls"], ""),
        ]
    return figures


def chunk_kb() -> float:
    """Script that is loaded only for scenes, compressed as it is served."""
    files = [path for path in ASSETS.glob("*.js") if path.name.startswith(CHUNKS)]
    if len(files) < len(CHUNKS):
        raise SystemExit("the front end is not built: make web")
    return round(sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) / 1_000, 1)
