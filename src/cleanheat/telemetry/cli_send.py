"""``cleanheat send``: a company's readings from a CSV file to a running platform; ``cleanheat enrol`` lets it in."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import Progress

from cleanheat.infra.sealing import Algorithm
from cleanheat.telemetry.sender import KeyFile, ReferenceSender, Report, SendError, send_csv

console = Console()


def send_command(
    file: Annotated[Path, typer.Argument(help="CSV: time, code (or kind and number), one column a signal")],
    url: Annotated[str, typer.Option(help="the platform, e.g. https://heat.example.cn")],
    sender: Annotated[int, typer.Option(help="the sender's number")],
    key: Annotated[Path, typer.Option(help="key file; made on first use")],
    enrol: Annotated[str, typer.Option(help="one-time enrolment code, the first time")] = "",
    algorithm: Annotated[str, typer.Option(help="sm4-gcm or aes-256-gcm")] = "sm4-gcm",
) -> None:
    """Send readings from a CSV file, as docs/protocol.md describes it."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request would bury the progress bar
    with httpx.Client(base_url=url, timeout=30) as http:
        try:
            reference = ReferenceSender(http, sender, KeyFile.open(key), Algorithm.of(algorithm))
            if enrol:
                reference.enrol(enrol)
            with Progress(console=console) as bar:
                task = bar.add_task("sending", total=None)
                report = send_csv(reference, file, lambda done, total: bar.update(task, completed=done, total=total))
        except (SendError, OSError, ValueError) as failure:
            console.print(f"[red]{failure}[/red]")
            raise typer.Exit(1) from None
    _print(report)
    if report.failures:
        raise typer.Exit(2)


def enrol_command(sender: Annotated[int, typer.Argument(help="organisation number of the sender")]) -> None:
    """Issue a one-time enrolment code for a sender (on the platform's own machine)."""
    import django

    django.setup()
    from cleanheat.kernel.errors import Problem
    from cleanheat.telemetry.enrolment import issue_enrolment_code

    try:
        console.print(issue_enrolment_code(sender))
    except Problem as problem:
        console.print(f"[red]{problem}[/red]")
        raise typer.Exit(1) from None


def _print(report: Report) -> None:
    console.print(f"{report.batches} batches, {report.rows} rows stored ({report.repeats} batches were there before)")
    for reason, count in report.refused.most_common():
        console.print(f"left out: {reason} × {count}")
    for failure in report.failures:
        console.print(f"[red]refused: {failure}[/red]")
