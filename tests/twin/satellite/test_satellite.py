"""Satellite images by way of our server: lined up, bounded, and without the key in any answer or log."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from PIL import Image

from cleanheat.calc.geo.shifted import from_gcj02
from cleanheat.kernel.errors import Problem
from cleanheat.twin import http_tools
from cleanheat.twin.satellite import fetching, serving, sources
from cleanheat.twin.satellite.kept import Kept
from cleanheat.twin.satellite.reprojection import lonlat_of_pixels

CHANGCHUN = (125.3235, 43.8171)
STEP = 0.002
"""Degrees between the grid's lines, drawn in WGS-84: the test looks for them where they are."""


def paint(lon, lat):
    """Smooth waves that tell a position to a small part of a pixel: one period a step."""
    east = 127.5 + 127.5 * np.cos(2 * np.pi * lon / STEP)
    north = 127.5 + 127.5 * np.cos(2 * np.pi * lat / STEP)
    return np.stack([east, north, np.full_like(east, 90.0)], axis=-1)


class TileServer(ThreadingHTTPServer):
    """A map service on the loopback: draws the known grid in whichever system and grid the address names."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.answer = None  # (status, content type, body) instead of a tile


class Handler(BaseHTTPRequestHandler):
    server: TileServer

    def do_GET(self):
        self.server.asked.append(self.path)
        status, kind, body = self.server.answer or (200, "image/png", self.tile())
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def tile(self):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        z, x, y = (int(asked[name]) for name in ("TILEMATRIX", "TILECOL", "TILEROW"))
        if asked["TILEMATRIXSET"] == "c":
            degrees = 360.0 / 2**z
            lon, lat = np.meshgrid(
                -180 + (x + (np.arange(256) + 0.5) / 256) * degrees, 90 - (y + (np.arange(256) + 0.5) / 256) * degrees
            )
        else:
            lon, lat = lonlat_of_pixels(z, x, y, 256)
        if asked["LAYER"] == "shifted":
            lon, lat = from_gcj02(lon, lat)
        out = io.BytesIO()
        Image.fromarray(np.rint(paint(lon, lat)).astype(np.uint8)).save(out, "PNG")
        return out.getvalue()

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def server():
    made = TileServer()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def declared(tmp_path, settings, server):
    """``satellite.toml`` with these sources, all on the loopback server."""
    settings.SATELLITE_FILE = tmp_path / "satellite.toml"
    settings.DATA_DIR = tmp_path
    settings.SATELLITE_CACHE_BYTES = 10_000_000
    fetching._failed_at.clear()

    def write(*extra):
        rows = []
        for layer, matrix_set, system in extra or (("plain", "w", "wgs84"),):
            rows.append(
                f'[[source]]\nkey = "{layer}-{matrix_set}"\nzh = "影像"\nservice = "wmts"\n'
                f'url = "http://127.0.0.1:{server.server_port}/wmts"\nlayer = "{layer}"\n'
                f'tile_matrix_set = "{matrix_set}"\ncoordinate_system = "{system}"\n'
                'token = "geheim-42"\ntoken_parameter = "tk"\nmax_zoom = 18\ntimeout_s = 5\n'
            )
        settings.SATELLITE_FILE.write_text("\n".join(rows), "utf-8")

    return write


def address(z, lon=CHANGCHUN[0], lat=CHANGCHUN[1]):
    n = 2**z
    return z, int((lon / 360 + 0.5) * n), int((0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * n)


def phases_px(pixels, z, x, y):
    """How far the waves in an image lie beside where they belong, in pixels, east and north."""
    lon, lat = lonlat_of_pixels(z, x, y, 256)
    found = []
    for band, degrees, axis in ((0, lon, 1), (1, lat, 0)):
        wave = pixels[..., band].astype(float) - 127.5
        turn = np.angle((wave * np.exp(-2j * np.pi * degrees / STEP)).sum())
        per_px = abs(np.diff(degrees, axis=axis).mean())
        found.append(turn / (2 * np.pi) * STEP / per_px)
    return found


@pytest.mark.feature("A1-2")
@pytest.mark.parametrize("zoom", [14, 16, 18])
@pytest.mark.parametrize(
    ("layer", "matrix_set", "system"),
    [("plain", "w", "cgcs2000"), ("shifted", "w", "gcj02"), ("plain", "c", "cgcs2000"), ("shifted", "c", "gcj02")],
)
def test_images_of_every_system_and_grid_line_up(declared, layer, matrix_set, system, zoom):
    declared((layer, matrix_set, system))
    z, x, y = address(zoom)
    picture = serving.tile(f"{layer}-{matrix_set}", z, x, y)
    pixels = np.asarray(Image.open(io.BytesIO(picture.body)).convert("RGB"))
    # a tile holds few or many periods: what is left over at its edges is no shift, so the same is done to the truth
    wanted = phases_px(paint(*lonlat_of_pixels(z, x, y, 256)), z, x, y)
    for got, true in zip(phases_px(pixels, z, x, y), wanted, strict=True):
        assert abs(got - true) < 0.25
    truth = paint(*lonlat_of_pixels(z, x, y, 256))
    assert np.abs(pixels.astype(float) - truth)[..., :2].mean() < 6


@pytest.mark.feature("A1-2")
def test_without_correction_the_shift_would_be_hundreds_of_pixels(declared):
    declared(("shifted", "w", "wgs84"))
    z, x, y = address(16)
    pixels = np.asarray(Image.open(io.BytesIO(serving.tile("shifted-w", z, x, y).body)).convert("RGB"))
    assert np.abs(pixels.astype(float) - paint(*lonlat_of_pixels(z, x, y, 256)))[..., :2].mean() > 40


def test_a_tile_is_fetched_once_and_the_key_stays_here(declared, server, caplog, tmp_path):
    declared()
    z, x, y = address(15)
    first = serving.tile("plain-w", z, x, y)
    assert serving.tile("plain-w", z, x, y).body == first.body
    assert len(server.asked) == 1
    assert "tk=geheim-42" in server.asked[0]
    assert first.media_type == "image/png"
    assert "geheim" not in repr(serving.mode())
    assert "geheim" not in caplog.text
    assert not [path for path in tmp_path.rglob("*") if "geheim" in path.name]


@pytest.mark.parametrize(
    ("answer", "status", "word"),
    [
        ((200, "text/html", b"<html>quota</html>"), 502, "没有响应"),
        ((200, "image/png", b"no image at all"), 502, "不是图片"),
        ((200, "image/png", b"x" * (fetching.MAX_BYTES + 1)), 502, "没有响应"),
        ((302, "image/png", b""), 502, "没有响应"),
        ((500, "image/png", b""), 502, "没有响应"),
        ((200, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), 502, "不是图片"),
    ],
)
def test_what_is_no_tile_is_refused_and_not_kept(declared, server, answer, status, word):
    declared()
    server.answer = answer
    with pytest.raises(Problem) as refused:
        serving.tile("plain-w", *address(15))
    assert refused.value.status == status
    assert word in refused.value.title
    assert "127.0.0.1" not in str(refused.value.document())
    server.answer = None
    fetching._failed_at.clear()
    assert serving.tile("plain-w", *address(15)) is not None


def test_a_tile_of_another_size_is_refused(declared, server):
    declared()
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "PNG")
    server.answer = (200, "image/png", out.getvalue())
    with pytest.raises(Problem) as refused:
        serving.tile("plain-w", *address(15))
    assert "64×64" in refused.value.detail


def test_a_dead_source_is_not_asked_again_at_once(declared, server):
    declared()
    server.answer = (500, "image/png", b"")
    for _ in range(3):
        with pytest.raises(Problem):
            serving.tile("plain-w", *address(15))
    assert len(server.asked) == 1


def test_where_the_source_has_nothing_the_answer_is_empty(declared, server):
    declared(("shifted", "w", "gcj02"))
    server.answer = (404, "text/plain", b"")
    assert serving.tile("shifted-w", *address(15)) is None
    assert len(server.asked) > 0
    before = len(server.asked)
    assert serving.tile("shifted-w", *address(15)) is None
    assert len(server.asked) == before


@pytest.mark.parametrize("zxy", [(19, 0, 0), (0, 0, 0), (15, 1 << 15, 0), (15, 0, 1 << 15)])
def test_addresses_outside_the_declared_zooms_and_the_grid_do_not_exist(declared, server, zxy):
    declared()
    with pytest.raises(Problem) as refused:
        serving.tile("plain-w", *zxy)
    assert refused.value.status == 404
    assert server.asked == []


@pytest.mark.feature("A1-2")
def test_without_a_source_the_mode_says_what_is_missing_and_how_to_add_it(tmp_path, settings):
    settings.SATELLITE_FILE = tmp_path / "none.toml"
    told = serving.mode()
    assert told.sources == []
    assert "尚未配置" in told.missing
    assert "satellite.toml" in told.how
    settings.SATELLITE_FILE.write_text(told.example, "utf-8")
    found, faults = sources.read(settings.SATELLITE_FILE)  # the example itself is complete but for its key
    assert found == []
    assert "CLEANHEAT_SATELLITE_TOKEN" in faults[0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('url = "ftp://h/{z}/{x}/{y}"', "http"),
        ('url = "http://{x}/{z}/{x}/{y}"', "主机名"),
        ('url = "http://h/{z}/{x}/{y}/{q}"', "占位符"),
        ('url = "http://h/{z}"', "{x}"),
        ('url = "http://{s}.h/{z}/{x}/{y}"', "subdomains"),
        ('url = "http://h/w"\nservice = "wmts"', "layer"),
        ('url = "http://h/w"\ntile_matrix_set = "moon"', "瓦片矩阵集"),
        ('url = "http://h/{z}/{x}/{y}"\nmin_zoom = 9\nmax_zoom = 3', "min_zoom"),
        ('url = "http://h/{z}/{x}/{y}"\ncoordinate_system = "bd09"', "coordinate_system"),
        ('url = "http://h/{z}/{x}/{y}"\ntoken = "geheim"\nsecret = 1', "secret"),
    ],
)
def test_a_faulty_source_is_named_without_its_key(tmp_path, row, says):
    path = tmp_path / "satellite.toml"
    path.write_text(f'[[source]]\nkey = "a"\nzh = "甲"\n{row}\n', "utf-8")
    found, faults = sources.read(path)
    assert found == []
    assert "第 1 个来源" in faults[0]
    assert says in faults[0]
    assert "geheim" not in faults[0]


def test_a_file_that_is_no_toml_is_told(tmp_path):
    path = tmp_path / "satellite.toml"
    path.write_bytes(b"\xff\xfe[[")
    assert "无法读取" in sources.read(path)[1][0]


def test_addresses_are_filled_in_for_xyz_and_tms_rows():
    source = sources.Source(key="a", zh="甲", url="http://t{s}.h/{z}/{x}/{-y}?k={token}", subdomains=("0",), token="k")
    assert source.address(3, 1, 2) == "http://t0.h/3/1/5?k=k"


def test_the_cache_never_outgrows_its_bound(tmp_path):
    kept = Kept(tmp_path, bound_bytes=10_000)
    for n in range(40):
        kept.write("a-1", (10, n, 1), b"x" * 1_000)
    assert sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()) <= 10_000
    assert kept.read("a-1", (10, 39, 1), days=1) == b"x" * 1_000
    assert kept.read("a-1", (10, 39, 1), days=-1) is None


def test_images_need_a_session(declared):
    declared()
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert http_tools.satellite_tile(request, "plain-w", *address(15)).status_code == 401
    request.user = SimpleNamespace(is_authenticated=True)
    answer = http_tools.satellite_tile(request, "plain-w", *address(15))
    assert answer["Content-Type"] == "image/png"
    assert "private" in answer["Cache-Control"]
    assert http_tools.satellite_tile(request, "other", *address(15)).status_code == 404
