"""How an engineer has one station diagnosed from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cleanheat.diagnosis.station.report import diagnose
from cleanheat.kernel.errors import Problem

_INJECTIONS = ("", "standard")


def diagnose_command(
    files: Annotated[list[Path], typer.Argument(help="CSV, CSV.gz or Parquet of one station", metavar="FILE…")],
    map_file: Annotated[Path, typer.Option("--map", help="mapping file (TOML), see docs/diagnose.md")],
    report: Annotated[Path, typer.Option("--report", help="where the report goes (JSON)")],
    inject: Annotated[str, typer.Option(help="standard: also try the detectors on injected faults")] = "",
) -> None:
    """Say what a station's readings mean: quality, curves, accuracy, start-up, findings."""
    console = Console(stderr=True)
    if inject not in _INJECTIONS:
        raise typer.BadParameter("--inject is standard, or not given")
    try:
        with console.status("…") as status:
            found = diagnose(files, map_file, inject == "standard", status.update)
        text = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1)
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(text + "\n", "utf-8")
    except Problem as problem:
        console.print(f"{problem.field or problem.code}: {problem.title} {problem.detail}", style="red", markup=False)
        raise typer.Exit(1) from problem
    except OSError as error:
        console.print(f"report: {error}", style="red", markup=False)
        raise typer.Exit(1) from error
    _tell(console, found, report)


def _tell(console: Console, found: dict[str, object], report: Path) -> None:
    """The figures in brief, for the eye."""
    metrics = found["metrics"]
    if isinstance(metrics, dict):
        for name in (
            "secondary_supply_mae_k",
            "secondary_return_mae_k",
            "hourly_heat_smape",
            "hourly_heat_mase",
            "daily_heat_wape",
        ):
            beside = ", ".join(
                f"{b} {metrics[f'{name}_{b}']}" for b in ("persistence", "ridge") if f"{name}_{b}" in metrics
            )
            console.print(
                f"{name}: {metrics.get(name)}  ({beside})" if beside else f"{name}: {metrics.get(name)}", markup=False
            )
        for name, why in metrics.get("cannot", {}).items():
            console.print(f"{name}: {why}", style="yellow", markup=False)
    console.print(f"report: {report}", markup=False)
