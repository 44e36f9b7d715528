"""How the one process is put together: which engine gets which directory, and in which order they start and stop."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import httpx
import structlog

from cleanheat.assets import public as assets
from cleanheat.config.options import Options
from cleanheat.infra import clock, events, jobs
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, Clock, MachineClock, RunningClock, floor_minute
from cleanheat.pipeline import public as pipeline
from cleanheat.simulator.feed import Feed
from cleanheat.simulator.forecasting import ForecastThread
from cleanheat.simulator.thread import Batch, Deliver, FeedThread
from cleanheat.simulator.weather import Weather
from cleanheat.telemetry import public as telemetry

FeedMode = Literal["direct", "http", "none"]
ClockMode = Literal["simulated", "machine"]
BATCHES_PATH = "/api/v1/ingest/batches"
KEEP_CLOCK_EVERY_S = 5.0
AHEAD_S = 7 * DAY_S
"""How far ahead of the kept time a start looks for stored readings."""
log = structlog.get_logger(__name__)


class Service(Protocol):
    """Something with a thread of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Running:
    """How a platform runs: how fast its clock, and how the simulated companies' batches reach the gateway."""

    speed: float = 1.0
    feed: FeedMode = "direct"
    weather_file: Path | None = None
    clock: ClockMode = "simulated"
    """``machine`` where real companies send: the platform's time is theirs, whatever was kept or built."""


class ClockKeeper:
    """Notes the platform's time on disk, so that a later start goes on where this one ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock-keeper", daemon=True)

    @classmethod
    def kept(cls, path: Path) -> float | None:
        try:
            return float(json.loads(path.read_text("utf-8"))["now"])
        except (OSError, ValueError, KeyError):
            return None

    @classmethod
    def clock(cls, path: Path) -> Clock:
        """The installation's clock as it was last kept: for commands beside the server."""
        kept = cls.kept(path)
        if kept is None or json.loads(path.read_text("utf-8")).get("clock") == "machine":
            return MachineClock()
        return RunningClock(kept)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=KEEP_CLOCK_EVERY_S)
        self._keep()

    def _run(self) -> None:
        while not self._stopping.wait(KEEP_CLOCK_EVERY_S):
            try:
                self._keep()
            except OSError:  # a full disk must not end this thread: the next start would go back to an old time
                log.exception("clock not kept")

    def _keep(self) -> None:
        fresh = self._path.with_suffix(".new")
        mode: ClockMode = "machine" if isinstance(clock.current(), MachineClock) else "simulated"
        fresh.write_text(json.dumps({"now": clock.now(), "clock": mode}), "utf-8")
        fresh.replace(self._path)


@dataclass
class Platform:
    """What runs beside the web server; stopped in the reverse order of starting."""

    services: list[Service] = field(default_factory=list)
    closers: list[Callable[[], object]] = field(default_factory=list)

    def start(self) -> None:
        for service in self.services:
            service.start()

    def stop(self) -> None:
        for end in [*(s.stop for s in reversed(self.services)), *reversed(self.closers)]:
            try:
                end()
            except Exception:  # what fails to stop must not keep the rest running
                log.exception("stopping failed")


@contextlib.contextmanager
def running(options: Options, how: Running, began_at: int) -> Iterator[Platform]:
    """The platform of ``options.data_dir``, running.  ``began_at``: where its clock starts the first time."""
    platform = compose(options, how, began_at)
    platform.start()
    try:
        yield platform
    finally:
        platform.stop()


def compose(options: Options, how: Running, began_at: int) -> Platform:
    """Engines opened in the order in which they need each other; nothing runs yet."""
    data_dir = options.data_dir.resolve()
    kept_clock = data_dir / "clock.json"
    store = telemetry.Store.open(options.tsdb_dsn or data_dir / "tsdb", waiting=data_dir / "traces")
    telemetry.install_store(store)
    clock.install(_clock(store, ClockKeeper.kept(kept_clock), began_at, how))
    archive = assets.archive()
    gateway = telemetry.open_gateway(data_dir, telemetry.owners_of(archive))
    telemetry.install_gateway(gateway)
    line = pipeline.build_line(archive, store, gateway, data_dir, options.retention_days, options.trace_days)
    pipeline.install_line(line)
    platform = Platform([ClockKeeper(kept_clock), events.Dispatcher(), jobs.Worker(), line.runner])
    platform.closers += [store.close, gateway.spool.close]
    if how.feed != "none":
        weather = Weather.from_csv(options.seed, how.weather_file) if how.weather_file else None
        feed = Feed(archive, options.seed, floor_minute(clock.now()), data_dir, weather)
        platform.services.append(FeedThread(feed, clock.current(), _deliver(gateway, archive, how, options)))
        platform.services.append(ForecastThread(feed.city.weather, options.seed, clock.current()))
    return platform


def _clock(store: telemetry.Store, kept: float | None, began_at: int, how: Running) -> Clock:
    if how.clock == "machine":
        return MachineClock()
    return RunningClock(_resume_at(store, kept, began_at), how.speed)


def _resume_at(store: telemetry.Store, kept: float | None, began_at: int) -> float:
    """Never before what is stored already: the kept time is seconds old after a kill, days old after a full disk."""
    if kept is None:
        return began_at
    newest = store.latest_rows("weather", floor_minute(kept) - HOUR_S, floor_minute(kept) + AHEAD_S).minutes
    return max(kept, float(newest.max(initial=0)) + MINUTE_S)


def _deliver(gateway: telemetry.Gateway, archive: assets.Archive, how: Running, options: Options) -> Deliver:
    """Seal batches as their companies would and hand them over: to the gateway's function, or over HTTP."""
    senders = sorted({int(s) for kind in archive.kinds.values() for s in set(kind.links.get("sender", ()))} - {0})
    sessions = telemetry.open_sessions(gateway.senders, senders)

    def sealed(batches: list[Batch]) -> list[bytes]:
        return [telemetry.seal_batch(sessions[sender], sequence, blocks) for sender, sequence, blocks in batches]

    def direct(batches: list[Batch]) -> list[Problem]:
        return [a for a in gateway.receive_all(sealed(batches), BATCHES_PATH) if isinstance(a, Problem)]

    # The web server listens a moment after the feed has begun: connecting is tried for half a minute.
    transport = httpx.HTTPTransport(retries=7)
    http = httpx.Client(base_url=f"http://{options.host}:{options.port}", timeout=30, transport=transport)

    def over_http(batches: list[Batch]) -> list[Problem]:
        answers = [http.post(BATCHES_PATH, content=body) for body in sealed(batches)]
        return [Problem(a.status_code, "refused", "批次被拒绝", a.text[:200]) for a in answers if a.is_error]

    return over_http if how.feed == "http" else direct
