"""``cleanheat build``: make the simulated city once, with a bar per step and each step's share at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cleanheat.kernel.time import SHANGHAI, epoch
from cleanheat.simulator import build as builder


@contextmanager
def bars(console: Console) -> Iterator[builder.Progress]:
    """A progress bar per step, on a terminal; a line per finished step elsewhere (rich sees to that)."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks = {step: progress.add_task(step, start=False, total=None) for step in builder.STEPS}

        def tell(step: str, done: int, total: int) -> None:
            progress.start_task(tasks[step])
            progress.update(tasks[step], completed=done, total=total)

        yield tell


def build_command(
    at: Annotated[str, typer.Option(help="platform time at the first start, e.g. 2027-01-15T19:00")] = "",
) -> None:
    """Build the simulated city of CLEANHEAT_SIZE and CLEANHEAT_SEED in CLEANHEAT_DATA_DIR, if there is none."""
    console = Console(stderr=True)
    chosen = settings.OPTIONS
    with bars(console) as tell:
        done = builder.ensure_built(chosen.size, chosen.seed, moment(at), chosen.data_dir.resolve(), tell)
    console.print(summary(done))


def moment(text: str) -> int | None:
    """Epoch seconds of a time given on the command line, in Asia/Shanghai unless it says otherwise."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--at: {error}") from None
    return epoch(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))


def summary(done: builder.Built) -> Table:
    """What was built, and which share of the time each step took (map and past run side by side)."""
    total = sum(done.seconds.values()) or 1.0
    table = Table(
        "步骤", "秒", "占比", title=f"{done.size} 城市，种子 {done.seed}，时钟起点 {builder.clock_zh(done.clock_start)}"
    )
    for step, seconds in done.seconds.items():
        table.add_row(step, f"{seconds:.1f}", f"{seconds / total:.0%}")
    return table
