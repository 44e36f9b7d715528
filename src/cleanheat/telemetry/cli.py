"""How an operator imports a history from the command line."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cleanheat.infra.jobs import enqueue
from cleanheat.infra.models import Job, JobState
from cleanheat.infra.tsdb.engine import StoreLocked
from cleanheat.kernel.errors import Problem, invalid
from cleanheat.telemetry.importing import Progress as Reports
from cleanheat.telemetry.importing import archive_objects, as_text, import_file, report_of
from cleanheat.telemetry.jobs import IMPORT_HISTORY, imports_dir
from cleanheat.telemetry.mapping import HistoryMap, read_map
from cleanheat.telemetry.store import Store

POLL_S = 0.5
UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


def import_command(
    file: Annotated[Path, typer.Argument(help="CSV, CSV.gz or Parquet")],
    map_file: Annotated[Path, typer.Option("--map", help="mapping file (TOML), see docs/import.md")],
    object_key: Annotated[str, typer.Option("--object", help="number or archive code instead of the mapping's")] = "",
) -> None:
    """Import a history; run again after an interruption it goes on where it was."""
    console = Console()
    try:
        mapping = read_map(map_file, object_key)
        with _bar(console) as bar:
            task = bar.add_task(file.name, total=None)

            def progress(done: int, total: int, note: str) -> None:
                bar.update(task, completed=done, total=total, description=f"{file.name}: {note}")

            text = _import(file.resolve(), map_file, mapping, object_key, progress)
    except Problem as problem:
        console.print(f"{problem.field or problem.code}: {problem.title} {problem.detail}", style="red", markup=False)
        raise typer.Exit(1) from problem
    console.print(text, markup=False)
    console.print(f"report: {imports_dir()}", markup=False)


def _import(file: Path, map_file: Path, mapping: HistoryMap, object_key: str, progress: Reports) -> str:
    try:
        opened = Store.open(settings.TSDB_DSN or Path(settings.DATA_DIR) / "tsdb")
    except StoreLocked:
        return _hand_over(file, map_file, mapping, object_key, progress)
    try:
        return as_text(import_file(file, mapping, opened, archive_objects, imports_dir(), progress))
    finally:
        opened.close()


def _hand_over(file: Path, map_file: Path, mapping: HistoryMap, object_key: str, progress: Reports) -> str:
    """A running server owns the store: it gets the job, we watch."""
    payload = {"file": str(file), "map": map_file.read_text("utf-8"), "object": object_key}
    job_id = enqueue(IMPORT_HISTORY, payload)
    while (row := Job.objects.get(pk=job_id)).state in UNFINISHED:
        progress(row.done, row.total or 1, row.note or "handed to the running server")
        time.sleep(POLL_S)
    if row.state != JobState.DONE:
        raise invalid("file", "导入没有完成", row.error or row.state)
    if problem := (row.answer or {}).get("problem"):
        raise invalid(problem.get("field", "file"), problem["title"], problem.get("detail", ""))
    return as_text(report_of(file, mapping, imports_dir()))


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)
