"""How the line is put together and asked about: by ``config`` at start, by screens and the CLI."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis import public as diagnosis
from cleanheat.infra import clock
from cleanheat.kernel.errors import Problem
from cleanheat.pipeline.minute import MinutePipeline
from cleanheat.pipeline.report import MinuteReport
from cleanheat.pipeline.runner import Runner, Source, Upkeep
from cleanheat.pipeline.status import Status
from cleanheat.pipeline.totals import ROOM_LIMIT_C
from cleanheat.quality.public import Regularities
from cleanheat.telemetry.public import Latest, Store, install_latest

__all__ = [
    "ROOM_LIMIT_C",
    "Line",
    "MinutePipeline",
    "MinuteReport",
    "Runner",
    "Status",
    "Upkeep",
    "build_line",
    "install_line",
    "line",
]


@dataclass(frozen=True)
class Line:
    """One running line."""

    pipeline: MinutePipeline
    runner: Runner
    status: Status


def build_line(
    archive: Archive, store: Store, source: Source, data_dir: Path, retention_days: int, trace_days: int = 90
) -> Line:
    """Latest state rebuilt from the store, models recovered, runner ready to start."""
    latest = Latest(archive)
    latest.rebuild(store, clock.now())
    install_latest(latest)
    usual = Regularities.load(archive, data_dir)
    pipeline = MinutePipeline(archive, store, latest, clock.now(), regularities=usual, data_dir=data_dir)
    diagnosis.install_live(pipeline.diagnosis)
    upkeep = Upkeep(store, data_dir / "pipeline" / "upkeep.json", retention_days, trace_days)
    status = Status()
    return Line(pipeline, Runner(source, pipeline, upkeep, status), status)


_installed: list[Line] = []


def install_line(running: Line | None) -> None:
    _installed[:] = [] if running is None else [running]


def line() -> Line:
    """The line of this process; refused (503) while it is not up."""
    if not _installed:
        raise Problem(503, "not-ready", "数据处理服务尚未就绪")
    return _installed[0]
