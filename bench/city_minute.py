"""The city-minute: 235,595 rows in 95 sealed batches → on disk, opened, judged, stored, diagnosed, on the map.

Batches are sealed beforehand by a child process, so that every CPU second of this process belongs to the platform:
door, spool, pipeline, the store's background merges and roll-ups.  Short form: an hour and a bit; long: a day.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import resource
import statistics
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import City
from bench.harness import Figure, Spent, spent
from cleanheat.kernel.time import MINUTE_S, SHANGHAI, ManualClock, epoch
from cleanheat.telemetry.frames import Block

if TYPE_CHECKING:
    from cleanheat.telemetry.envelope import SenderSession

EVENING = epoch(datetime(2026, 1, 15, 19, 0, tzinfo=SHANGHAI))
PLAIN_MIN, FLOOR_RUNS, SIZES_EACH, SHORT_MIN, LONG_MIN = 7, 5, 5, 66, 1_440
SHARES = (0.01, 0.1, 1.0)
PATH = "/api/v1/ingest/batches"
MERGE_QUIET_S = 0.5


def run(long: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="cleanheat-bench-") as folder:
        bench = _Bench(Path(folder))
        try:
            return bench.figures(long)
        finally:
            bench.close()


@dataclass(frozen=True)
class Minute:
    """All sealed batches of one minute."""

    minute: int
    rows: int
    bodies: list[bytes]


def _seal_minutes(sessions: dict[int, SenderSession], folder: Path, orders: Connection) -> None:
    """The child: for each order, a list of (minute, share of the city), one file a minute; the city goes on between."""
    from cleanheat.telemetry.wire import seal_batch

    city = City()
    while plan := orders.recv():
        for minute, share in plan:
            sequence = minute // MINUTE_S
            by_sender: dict[int, list[Block]] = {}
            for b in city.minute(minute):
                n = max(round(b.ids.size * share), 1)
                part = Block(b.sender, sequence, b.kind, minute, b.ids[:n], [c[:n] for c in b.columns])
                by_sender.setdefault(b.sender, []).append(part)
            rows = sum(b.ids.size for blocks in by_sender.values() for b in blocks)
            bodies = [seal_batch(sessions[s], sequence, blocks) for s, blocks in by_sender.items()]
            (folder / f"{minute}.bin").write_bytes(pickle.dumps(Minute(minute, rows, bodies)))
        orders.send("done")


class _Bench:
    """One platform in a temporary directory, driven by hand."""

    def __init__(self, folder: Path) -> None:
        os.environ["CLEANHEAT_DATA_DIR"] = str(folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from cleanheat.infra import clock
        from cleanheat.pipeline.public import build_line
        from cleanheat.telemetry import public as telemetry

        self.folder = folder
        self.clock = ManualClock(EVENING)
        clock.install(self.clock)
        city = City()
        self.senders = found_city(city, folder)
        self.gateway = telemetry.open_gateway(folder, telemetry.owners_of(city.archive))
        self.sessions = telemetry.open_sessions(self.gateway.senders, self.senders)
        self.store = telemetry.Store.open(folder / "tsdb")
        self.line = build_line(city.archive, self.store, self.gateway, folder, retention_days=400)
        fork = multiprocessing.get_context("spawn")
        self.orders, far = fork.Pipe()
        self.child = fork.Process(target=_seal_minutes, args=(self.sessions, folder, far), daemon=True)
        self.child.start()

    def close(self) -> None:
        self.child.kill()
        self.child.join()
        self.store.close()

    # -- input -------------------------------------------------------------------------------------------------------

    def prepare(self, plan: list[tuple[int, float]]) -> None:
        """Have these minutes sealed by another process, and wait: its work must not disturb what is measured."""
        self.orders.send(plan)
        self.orders.recv()

    def take(self, minute: int) -> Minute:
        path = self.folder / f"{minute}.bin"
        made: Minute = pickle.loads(path.read_bytes())
        path.unlink()
        return made

    # -- measured ----------------------------------------------------------------------------------------------------

    def feed(self, made: Minute) -> None:
        """What the platform does with one minute."""
        self.clock.at = made.minute + MINUTE_S + 8.0
        self.gateway.receive_all(made.bodies, PATH)
        self.line.runner.step()

    def figures(self, long: bool) -> list[Figure]:
        start = EVENING
        plain = range(start, start + PLAIN_MIN * MINUTE_S, MINUTE_S)
        shares = [(plain.stop + i * MINUTE_S, s) for i, s in enumerate(SHARES * SIZES_EACH)]
        self.prepare([(m, 1.0) for m in plain] + shares)
        self._merges("STOP")
        made = [self.take(m) for m in plain]
        plain_cost = _median([spent(lambda m=m: self.feed(m)) for m in made][2:])
        last = made[-1]
        floor = _median(self._floor(last) for _ in range(FLOOR_RUNS))
        growth = self._growth(shares)
        self._merges("START")
        merged = self._with_merges(shares[-1][0] + MINUTE_S, LONG_MIN if long else SHORT_MIN)
        return [
            Figure("city_minute.cpu_s", merged.cpu_s, "CPU-s", 0.4, floor.cpu_s, "prototype 0.22 quiet, 0.38 busy"),
            Figure("city_minute.cpu_s_no_merge", plain_cost.cpu_s, "CPU-s", 0.2, floor.cpu_s, "prototype 0.12"),
            Figure("city_minute.wall_s", plain_cost.wall_s, "s", None, floor.wall_s),
            Figure("city_minute.bytes_per_row", self._bytes_per_row(), "B/row", 1.6, None, "prototype 1.34"),
            Figure("city_minute.peak_rss_gib", _peak_gib(), "GiB", 2.0),
            *growth,
            Figure("queries.latest_all_ms", self._latest_ms(), "ms", 5.0, self._copy_ms()),
        ]

    def _floor(self, made: Minute) -> Spent:
        """The bare work on the same batches: spool, open, unpack, gather, insert; no judging, no state, no checks."""
        from cleanheat.telemetry import envelope, wire
        from cleanheat.telemetry.frames import assemble
        from cleanheat.telemetry.spool import Spool

        spool = Spool(Path(tempfile.mkdtemp(dir=self.folder)))
        owners = self.gateway.owners

        def bare() -> None:
            blocks = []
            for body in made.bodies:
                parcel = envelope.parse(body)
                plaintext = parcel.open(self.sessions[parcel.sender].cipher)
                blocks += wire.decode(
                    plaintext, parcel.sender, parcel.sequence, owners, self.gateway.limits.wire
                ).blocks
            _spool_all(spool, made.bodies)
            for kind in {b.kind for b in blocks}:
                self.store.append(
                    assemble([b for b in blocks if b.kind == kind]), token=f"floor-{spool.directory}-{kind}"
                )

        cost = spent(bare)
        spool.close()
        return cost

    def _growth(self, shares: list[tuple[int, float]]) -> list[Figure]:
        """CPU per row at 1 %, 10 % and 100 %: what is fixed weighs more in a small city, nothing may grow with size."""
        costs: dict[float, list[float]] = {s: [] for s in SHARES}
        for minute, share in shares:
            made = self.take(minute)
            costs[share].append(spent(lambda made=made: self.feed(made)).cpu_s / made.rows)
        per_row = {share: statistics.median(c) for share, c in costs.items()}
        grows = max(per_row[b] / per_row[a] for a, b in pairwise(SHARES))
        return [
            Figure("city_minute.flatness", grows, "×", 1.1, None, "per row, next size ÷ size before"),
            *(Figure(f"city_minute.us_per_row_{s:.0%}".rstrip("%"), c * 1e6, "µs/row") for s, c in per_row.items()),
        ]

    def _with_merges(self, start: int, minutes: int) -> Spent:
        """Everything the process spends over many minutes, merges and roll-ups included, until the store is quiet."""
        cpu = wall = 0.0
        for chunk in range(start, start + minutes * MINUTE_S, 60 * MINUTE_S):
            plan = range(chunk, min(chunk + 60 * MINUTE_S, start + minutes * MINUTE_S), MINUTE_S)
            cost = spent(lambda plan=plan: self.prepare([(m, 1.0) for m in plan]))  # merges go on meanwhile: count them
            cpu += cost.cpu_s
            for made in map(self.take, plan):
                cost = spent(lambda made=made: self.feed(made))
                cpu, wall = cpu + cost.cpu_s, wall + cost.wall_s
        return Spent((cpu + self._settle()) / minutes, wall / minutes)

    def _settle(self) -> float:
        """CPU of the merges still running: waits until a while passes in which nothing is spent."""
        began = before = time.process_time()
        while True:
            time.sleep(MERGE_QUIET_S)
            now = time.process_time()
            if now - before < 0.1 * MERGE_QUIET_S:
                return now - began
            before = now

    def _bytes_per_row(self) -> float:
        from cleanheat.kernel.quantities import KINDS

        for kind in KINDS:
            self.store.merge_fully(kind)
        sizes = self.store.sizes()
        tables = [sizes[k.table] for k in KINDS.values()]
        return sum(b for _, b, _ in tables) / sum(n for n, _, _ in tables)

    def _latest_ms(self) -> float:
        return statistics.median(spent(self.line.pipeline.latest.snapshot).wall_s for _ in range(9)) * 1e3

    def _copy_ms(self) -> float:
        """The floor of a snapshot: one plain copy of as many bytes."""
        kinds = self.line.pipeline.latest.snapshot().values()
        parts = (a for k in kinds for a in (*k.values, k.verdicts, k.minute, k.heard))
        state = np.zeros(sum(a.nbytes for a in parts), np.uint8)
        return statistics.median(spent(state.copy).wall_s for _ in range(9)) * 1e3

    def _merges(self, verb: str) -> None:
        self.store._engine.command(f"SYSTEM {verb} MERGES")  # noqa: SLF001 - no other caller may stop merges


def _spool_all(spool: object, bodies: list[bytes]) -> None:
    """One write and one sync for all batches."""
    path = spool.directory / "floor"  # type: ignore[attr-defined]
    with path.open("wb") as file:
        for body in bodies:
            file.write(body)
        file.flush()
        os.fdatasync(file.fileno())


def found_city(city: City, folder: Path) -> list[int]:
    """Organisations in the database and the archive as the platform's own."""
    from cleanheat.accounts.public import OrganisationRow, load_organisations
    from cleanheat.assets import snapshot
    from cleanheat.assets.models import ArchiveVersion
    from cleanheat.kernel.quantities import KINDS

    senders = sorted({int(s) for k in KINDS for s in city.archive[k].links["sender"] if s})
    kinds = {1: "company", 2: "plant_operator", 3: "rural_platform", 4: "weather_service"}
    load_organisations(
        [
            OrganisationRow(1, "city", "C1", "市中心", "市中心"),
            *(OrganisationRow(s, kinds[s // 100], f"S{s}", f"单位{s}", f"单位{s}", 1) for s in senders),
        ]
    )
    ArchiveVersion.objects.create(name=city.archive.version)
    snapshot.save(city.archive, folder / f"archive-{city.archive.version}.npz")
    return senders


def _median(costs: Iterable[Spent]) -> Spent:
    runs = list(costs)
    return Spent(statistics.median(c.cpu_s for c in runs), statistics.median(c.wall_s for c in runs))


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
