"""What does the city map cost in a browser without a graphics card, and what do other engines cost beside it?

The whole city runs in a process of its own; the application is opened over it.  The same network file, tiles and state
messages are then drawn by four pages: our map alone, MapLibre alone (vector tiles, feature states), deck.gl over the
same base map, and CesiumJS.  First renders alternate between the engines, each in a fresh browser.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import twin_pages
from bench.harness import Figure, median, spent
from tools.platform_process import RunningPlatform, signed_in, start, stop, wait_until_serving

SHOTS = Path("build/bench-twin")
ROUNDS = 3
SEED = 20_261_123
TROUBLED = 0.05
CHANGED = 1_000
BUILD_LIMIT_S = 1_800
"""The whole city with its history and its diagnosis models."""
REACH_PX = 3
"""Renderers are compared where one object covers this much around a pixel: their lines differ in width."""
VIEWS = {
    "city": {"center": [125.32, 43.88], "zoom": 11, "pitch": 50, "bearing": 0},
    "district": {"center": [125.32, 43.88], "zoom": 15, "pitch": 60, "bearing": 25},
}


def run() -> list[Figure]:
    twin_pages.build_pages()
    with tempfile.TemporaryDirectory(prefix="cleanheat-bench-") as folder:
        platform = start(Path(folder), "--feed", "direct", "--speed", "1", size="city")
        try:
            wait_until_serving(platform, BUILD_LIMIT_S)
            return measured(platform)
        finally:
            stop(platform)


def measured(platform: RunningPlatform) -> list[Figure]:
    """All figures over a city that runs already."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    cast = json.loads((platform.data_dir / "cast.json").read_text("utf-8"))
    member = next(m for m in cast if (m["level"], m["role"]) == ("city", "administrator"))
    who = {"username": member["username"], "password": member["password"]}
    with tempfile.TemporaryDirectory(prefix="cleanheat-bench-") as name:
        folder = Path(name)
        fetched = _fetch(platform, folder, who)
        app = _node("app", url=platform.url, rounds=ROUNDS, folder=str(folder), shots=str(SHOTS.resolve()), **who)
        geometry = platform.data_dir / "twin" / (platform.data_dir / "twin/current").read_text("ascii").strip()
        sets = {"base": geometry / "base.pmtiles", "buildings": geometry / "buildings.pmtiles"}
        sets["city"] = twin_pages.build_tiles(folder, fetched)
        with twin_pages.serving(folder, sets) as url:
            pages = _node(
                "pages",
                url=url,
                rounds=ROUNDS,
                shots=str(SHOTS.resolve()),
                pages=["ours", "maplibre", "deck", "cesium"],
                use=["ours", "maplibre", "deck", "cesium"],
                views=list(VIEWS),
                oracle=["district"],
                reach=REACH_PX,
            )
        (SHOTS / "measured.json").write_text(json.dumps({"app": app, "pages": pages}, ensure_ascii=False))
        return [
            *_tiles(geometry),
            *_frames(folder),
            *_application(app),
            *_rendering(pages),
            *_use(pages),
            *_oracle(pages),
        ]


def _fetch(platform: RunningPlatform, folder: Path, who: dict[str, str]) -> bytes:
    """Manifest and network file as the server gives them; tile addresses become the page server's."""
    with closing(signed_in(platform.url, **who)) as client:
        manifest = client.get("/api/v1/twin/manifest").raise_for_status().json()
        packed: bytes = client.get(manifest["network"]).raise_for_status().content
    manifest["network"] = "/data/network.bin"
    for name, spec in manifest["tiles"].items():
        spec["url"] = f"/tiles/{name}/1/{{z}}/{{x}}/{{y}}"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "views.json").write_text(json.dumps(VIEWS))
    (folder / "network.bin").write_bytes(packed)
    return packed


def _node(script: str, **given: Any) -> Any:
    command = ["node", f"browser/{script}.mjs", json.dumps(given)]
    done = subprocess.run(
        command, cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True, timeout=3_600, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _tiles(geometry: Path) -> list[Figure]:
    from cleanheat.twin import geometry_store, tiles

    loaded = geometry_store.load(geometry)
    with tempfile.TemporaryDirectory(prefix="cleanheat-bench-") as folder:
        built = spent(lambda: tiles.build(Path(folder), loaded))
    return [Figure("twin.tiles_build_s", built.wall_s, "s wall", target=60)]


def _frames(folder: Path) -> list[Figure]:
    """The server's own messages, and what it costs to make them when every twentieth object is in some other state."""
    from cleanheat.twin import live_frames

    sent = [path.read_bytes() for path in sorted(folder.glob("frame-*.bin"))]
    news = [path.read_bytes() for path in sorted(folder.glob("delta-*.bin"))]
    found = [live_frames.decode(message) for message in sent]
    chance = np.random.default_rng(SEED)
    troubled = [_troubled(message.states, chance) for message in found]
    largest = max(range(len(found)), key=lambda i: len(troubled[i]))
    changed = np.sort(chance.choice(len(troubled[largest]), CHANGED, replace=False))

    def encode() -> list[bytes]:
        pairs = zip(found, troubled, strict=True)
        return [live_frames.full(it.stamp, it.theme, it.layer, states) for it, states in pairs]

    it = found[largest]
    delta = live_frames.delta(it.stamp, it.theme, it.layer, changed, troubled[largest][changed])
    encoded = median(encode, 21)
    copied = median(lambda: [states.tobytes() for states in troubled], 21)
    objects = sum(map(len, troubled))
    return [
        Figure("twin.frame_kb", sum(map(len, encode())) / 1e3, f"kB, {objects:,} objects", target=60),
        Figure("twin.frame_sent_kb", sum(map(len, sent)) / 1e3, "kB, as the city sent it"),
        Figure("twin.frame_encode_ms", encoded.cpu_s * 1e3, "ms CPU", target=10, floor=copied.cpu_s * 1e3),
        Figure("twin.delta_kb", len(delta) / 1e3, f"kB, {CHANGED:,} objects", target=6),
        Figure("twin.delta_sent_kb", sum(map(len, news)) / 1e3, "kB, one minute's"),
    ]


def _troubled(states: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    """The states with a twentieth of the objects in one of the eight at random: worse than any day of the city."""
    changed = states.copy()
    hit = chance.random(len(states)) < TROUBLED
    changed[hit] = chance.integers(0, 8, int(hit.sum()))
    return changed


def _application(app: Any) -> list[Figure]:
    rounds = app["rounds"]
    if outside := [address for found in rounds for address in found["outside"]]:
        raise AssertionError(f"the application asked outside: {outside}")
    return [
        Figure("twin.app_first_render_s", _median(found["wall_s"] for found in rounds), "s wall, signed in"),
        Figure("twin.app_first_render_cpu_s", _median(found["cpu_s"] for found in rounds), "s CPU, whole browser"),
        Figure("twin.transferred_mb", max(found["bytes"] for found in rounds) / 1e6, "MB", target=5),
        Figure("twin.heap_mb", _median(found["heap"]["used"] for found in rounds), "MB", target=120),
        Figure("twin.heap_buffers_mb", _median(found["heap"]["buffers"] for found in rounds), "MB beside the heap"),
    ]


def _rendering(pages: Any) -> list[Figure]:
    rounds = pages["rounds"]
    ours = _median(found["ours"]["cpu_s"] for found in rounds)
    figures = [
        Figure("twin.first_render_s", _median(found["ours"]["wall_s"] for found in rounds), "s wall"),
        Figure("twin.first_render_cpu_s", ours, "s CPU"),
    ]
    for peer, target in (("maplibre", 1), ("deck", 3), ("cesium", 2)):
        for unit in ("cpu_s", "wall_s"):
            ratio = _median(found[peer][unit] / found["ours"][unit] for found in rounds)
            theirs = f"{peer} {_median(found[peer][unit] for found in rounds):.1f} {unit.replace('_', ' ')}"
            name = f"twin.first_render_{'cpu_' if unit == 'cpu_s' else ''}vs_{peer}_ratio"
            figures.append(Figure(name, ratio, "×", target, peer=theirs, better="higher"))
    return figures


def _use(pages: Any) -> list[Figure]:
    figures = []
    for view, recolour_ms, turn_ms in (("city", 40, 80), ("district", 80, 80)):
        seen = pages["use"]
        own = seen[f"ours.{view}"]
        floor = _median(own["floor"])
        peers = {step: _peers(seen, view, step) for step in ("recolour", "turn")}
        delta = max(0.0, _median(own["delta"]) - _median(own["frame"]))
        turn_target = 16 if view == "city" else turn_ms
        picks = sorted(pick["ms"] for pick in own["picks"])
        figures += [
            Figure(
                "twin.recolour_all_ms" + _of(view),
                _median(own["recolour"]),
                "ms main thread",
                recolour_ms,
                floor,
                peers["recolour"],
            ),
            Figure(
                "twin.turn_js_ms" + _of(view), _median(own["turn"]), "ms main thread", turn_target, floor, peers["turn"]
            ),
            Figure("twin.delta_ms" + _of(view), delta, "ms beside a frame", 5, _median(own["frame"])),
            Figure("twin.pick_ms" + _of(view), _median(picks), "ms wall", 8),
            Figure("twin.pick_p95_ms" + _of(view), picks[int(0.95 * len(picks))], "ms wall"),
        ]
    return figures


def _of(view: str) -> str:
    return "" if view == "city" else f".{view}"


def _peers(seen: Any, view: str, step: str) -> str:
    return ", ".join(
        f"{name.split('.')[0]} {_median(found[step]):.0f}"
        for name, found in seen.items()
        if name.endswith(view) and not name.startswith("ours")
    )


def _oracle(pages: Any) -> list[Figure]:
    figures = []
    for view, found in pages["oracle"].items():
        met = found["asked"] - found["beside"]
        told = f"MapLibre's features, {found['beside']} pixels beside an object left out"
        figures.append(
            Figure(f"twin.pick_differs.{view}", len(found["differs"]), f"of {met} pixels", target=0, peer=told)
        )
    return figures


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)
