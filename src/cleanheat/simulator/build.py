"""How does a data directory become a city: archive, map and past from one seed, once, whole or not at all."""

from __future__ import annotations

import json
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from cleanheat.accounts import public as accounts
from cleanheat.accounts.vocabulary import Role
from cleanheat.assets import public as assets
from cleanheat.complaints import public as complaints
from cleanheat.diagnosis import public as diagnosis
from cleanheat.infra import clock
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S, SHANGHAI, epoch, local, season_of
from cleanheat.simulator import forecasting, past
from cleanheat.simulator.city import CityDataset, make_city
from cleanheat.simulator.complaints import draw_tickets
from cleanheat.simulator.fees import draw_fees
from cleanheat.simulator.weather import Weather
from cleanheat.telemetry import public as telemetry
from cleanheat.twin import public as twin

Progress = Callable[[str, int, int], None]
"""Told (step, done, total) as a step goes on; ``done == total`` ends it."""

STEPS = ("数据库", "生成城市", "档案入库", "账号", "地图", "历史数据", "投诉记录", "诊断模型")
_MADE_HERE = ("tsdb", "twin", "simulator", "spool", "files", "models")
_FILES_MADE_HERE = ("archive-*", "tsdb.engine.xml", "platform.sqlite3*", "cast.json", "clock.json")


@dataclass(frozen=True)
class Built:
    """What ``built.json`` says; the file is written last, so that what it stands beside is complete."""

    size: str
    seed: int
    version: str
    clock_start: int
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class BuiltOtherwiseError(RuntimeError):
    """The directory holds another city."""


def default_start() -> int:
    """19:00 on 15 January of the season that contains the machine's date, or of the latest before it."""
    winter = season_of(clock.machine_now())
    return epoch(datetime(winter.year + 1, 1, 15, 19, tzinfo=SHANGHAI))


def built(data_dir: Path) -> Built | None:
    """The city that stands ready in a directory."""
    path = data_dir / "built.json"
    return Built(**json.loads(path.read_text("utf-8"))) if path.exists() else None


def ensure_built(size: str, seed: int, at: int | None, data_dir: Path, progress: Progress | None = None) -> Built:
    """The city of the directory, built now if there is none; one of another size or seed is never overwritten."""
    present = built(data_dir)
    if present is None:
        return build(size, seed, at, data_dir, progress)
    if (present.size, present.seed) != (size, seed):
        raise BuiltOtherwiseError(
            f"{data_dir} holds the city size={present.size} seed={present.seed}; "
            f"give another CLEANHEAT_DATA_DIR for size={size} seed={seed}, or delete that directory"
        )
    call_command("migrate", verbosity=0, interactive=False)
    return present


def build(size: str, seed: int, at: int | None, data_dir: Path, progress: Progress | None = None) -> Built:
    """Make the city from nothing; whatever an interrupted build left behind is removed first."""
    if data_dir.resolve() != Path(settings.DATA_DIR).resolve():
        raise ValueError(f"the platform is set up for {settings.DATA_DIR}, not for {data_dir}: set CLEANHEAT_DATA_DIR")
    watch = _Watch(progress or _silent)
    start = (at if at is not None else default_start()) // MINUTE_S * MINUTE_S
    _sweep(data_dir)
    with watch.step(STEPS[0]):
        call_command("migrate", verbosity=0, interactive=False)
        if assets.version():  # a server's database outlives the directory
            call_command("flush", verbosity=0, interactive=False)
    with watch.step(STEPS[1]):
        city = make_city(size, seed)
    with ThreadPoolExecutor(1, thread_name_prefix="tiles") as pool:
        # tippecanoe runs in a process of its own: the map is made beside everything else
        tiles = pool.submit(_draw_map, watch, city)
        with watch.step(STEPS[2]):
            accounts.load_organisations(city.organisations)
            version = assets.load(city.tables, note=f"simulated city, size {size}, seed {seed}")
            archive = assets.archive()
        with watch.step(STEPS[3]):
            _write_cast(data_dir)
        with watch.step(STEPS[6]):
            _write_complaints(archive, city, seed, start)
            assets.load_fees(draw_fees(archive, seed, start))
        forecasting.keep_past(Weather(seed), seed, start)
        with watch.step(STEPS[5]):
            _write_past(watch, archive, size, seed, start, data_dir)
        with watch.step(STEPS[7]):
            _train_models(watch, start, data_dir)
        tiles.result()
    done = Built(size, seed, version, start, city.counts(), watch.seconds)
    _write_whole(data_dir / "built.json", json.dumps(asdict(done), ensure_ascii=False, indent=1))
    return done


def _silent(_step: str, _done: int, _total: int) -> None:
    """No one is watching."""


class _Watch:
    """Tells how far each step is and how long it took."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._lock = threading.Lock()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        self.tell(name, 0, 1)
        yield
        self.seconds[name] = round(time.monotonic() - began, 2)
        self.tell(name, 1, 1)

    def tell(self, name: str, done: int, total: int) -> None:
        with self._lock:
            self._progress(name, done, total)


def _sweep(data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "built.json").unlink(missing_ok=True)
    connections.close_all()
    assets.forget()
    for folder in _MADE_HERE:
        shutil.rmtree(data_dir / folder, ignore_errors=True)
    for pattern in _FILES_MADE_HERE:
        for path in data_dir.glob(pattern):
            path.unlink()


def _write_cast(data_dir: Path) -> None:
    """Passwords are this installation's own: the same on every machine they would be no secret."""
    made = accounts.create_demo_cast(secrets.randbits(63))
    cast = [asdict(m) | {"role_zh": Role(m.role).label} for m in made]
    _write_whole(data_dir / "cast.json", json.dumps(cast, ensure_ascii=False, indent=1))
    (data_dir / "cast.json").chmod(0o600)


def _write_complaints(archive: assets.Archive, city: CityDataset, seed: int, until: int) -> None:
    """Whether they hold is judged in the background once the platform runs: it takes the past's readings."""
    if rows := draw_tickets(archive, city.tables, seed, until):
        complaints.load_tickets(rows)
        complaints.request_judging(epoch(rows[0].received_at), until)


def _draw_map(watch: _Watch, city: CityDataset) -> None:
    with watch.step(STEPS[4]):
        twin.store_geometry(city.geometry)


def _write_past(watch: _Watch, archive: assets.Archive, size: str, seed: int, until: int, data_dir: Path) -> None:
    store = telemetry.Store.open(settings.TSDB_DSN or data_dir / "tsdb")
    try:
        with store.merges_postponed(*KINDS, hours=True):
            past.write_past(
                archive, store, seed, until, lambda done, total, _: watch.tell(STEPS[5], done, total), size, data_dir
            )
    finally:
        store.close()


def _train_models(watch: _Watch, until: int, data_dir: Path) -> None:
    """What the past teaches: a new city is judged from its first minute."""
    store = telemetry.Store.open(settings.TSDB_DSN or data_dir / "tsdb")
    try:
        diagnosis.train_first(store, until, lambda done, total, _: watch.tell(STEPS[7], done, total))
        diagnosis.measure_first(store, until, lambda done, total, _: watch.tell(STEPS[7], done, total))
    finally:
        store.close()


def _write_whole(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def clock_zh(start: int) -> str:
    """The clock's start for people."""
    return local(start).strftime("%Y-%m-%d %H:%M")
