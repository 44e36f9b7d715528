"""How an operator converts a surveyor's layers from the command line, with the parameters in a file of his own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cleanheat.assets.coordinates.converting import LayerReport, convert_file
from cleanheat.assets.coordinates.held import NO_POINTS
from cleanheat.assets.coordinates.parameters import frame_from, points_of


def convert_command(
    source: Annotated[Path, typer.Argument(exists=True, help="GeoJSON, zipped Shapefile or GeoPackage")],
    system: Annotated[str, typer.Option("--from", help="wgs84, gcj02, bd09, gk3-126 …, or local")],
    out: Annotated[Path, typer.Option("--out", help="GeoPackage to write, in WGS-84")],
    parameters: Annotated[Path | None, typer.Option("--parameters", exists=True, help="TOML, for --from local")] = None,
    check: Annotated[Path | None, typer.Option("--check", exists=True, help="CSV: name,x,y,longitude,latitude")] = None,
) -> None:
    """Convert every layer of a file to WGS-84; tells residuals at check points and proves the topology unchanged."""
    frame = frame_from(system, parameters.read_text("utf-8") if parameters else "")
    checks = points_of(check.read_bytes()) if check else NO_POINTS
    reports = convert_file(source.resolve(), frame, out.resolve(), checks)
    Console().print(_table(reports))
    if not all(report.holds for report in reports):
        raise typer.Exit(2)


def _table(reports: list[LayerReport]) -> Table:
    table = Table(title="WGS-84")
    for heading in ("layer", "features", "left out", "RMS m", "max m", "topology", "area ratio"):
        table.add_column(heading)
    for r in reports:
        off = ["–" if value is None else f"{value:.4f}" for value in (r.rms_m, r.most_m)]
        low, high = r.topology.area_ratio
        state = "unchanged" if r.holds else f"CHANGED ({r.topology.merged} merged, {r.crossings} crossings)"
        table.add_row(r.layer, str(r.features), str(r.left_out), *off, state, f"{low:.6f}–{high:.6f}")
    return table
