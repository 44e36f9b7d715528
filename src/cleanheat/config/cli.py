"""``cleanheat``: the platform's commands."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="清洁供暖调度指挥平台", pretty_exceptions_enable=False
)
OPENAPI = Path(__file__).parents[3] / "web/src/api/openapi.json"
At = Annotated[str, typer.Option(help="platform time at the first start, e.g. 2027-01-15T19:00 (Asia/Shanghai)")]


def _setup() -> None:
    """Django is needed by every command, and the installation's time: what a command dates, the server must believe."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanheat.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from cleanheat.config.process import ClockKeeper
    from cleanheat.infra import clock

    clock.install(ClockKeeper.clock(settings.DATA_DIR / "clock.json"))


@app.command()
def run(
    at: At = "",
    speed: Annotated[float, typer.Option(min=0.1, max=600, help="platform seconds per second")] = 1.0,
    feed: Annotated[str, typer.Option(help="direct, http or none: how simulated batches come in")] = "direct",
    weather: Annotated[Path | None, typer.Option(exists=True, help="hourly weather CSV instead of the model")] = None,
    clock: Annotated[str, typer.Option(help="simulated, or machine where real companies send")] = "simulated",
) -> None:
    """Build the city once if there is none, then run everything at one address."""
    if feed not in {"direct", "http", "none"}:
        raise typer.BadParameter("--feed is direct, http or none")
    if clock not in {"simulated", "machine"}:
        raise typer.BadParameter("--clock is simulated or machine")
    if clock == "machine" and speed != 1.0:
        raise typer.BadParameter("--speed is for the simulated clock: the machine's runs as it runs")
    import uvicorn

    from cleanheat.config.options import options
    from cleanheat.config.process import Running, running
    from cleanheat.simulator.build import built, ensure_built
    from cleanheat.simulator.cli import bars, moment, summary

    settings = options()
    data_dir = settings.data_dir.resolve()
    terminal = Console(stderr=True)
    if built(data_dir) is None:
        with bars(terminal) as tell:
            terminal.print(summary(ensure_built(settings.size, settings.seed, moment(at), data_dir, tell)))
    city = ensure_built(settings.size, settings.seed, moment(at), data_dir)
    how = Running(speed, feed, weather, clock)  # type: ignore[arg-type]  # checked above
    with running(settings, how, city.clock_start):
        from cleanheat.config.asgi import application

        _welcome(terminal, data_dir, f"http://{settings.host}:{settings.port}")
        uvicorn.run(
            application,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws_max_size=1 << 16,
            timeout_graceful_shutdown=5,
        )


def _welcome(terminal: Console, data_dir: Path, url: str) -> None:
    """Who may sign in: the demo cast, printed at every start."""
    table = Table(title=f"清洁供暖调度指挥平台  {url}")
    for heading, least in (("用户名", 22), ("密码", 19), ("角色", 6), ("组织", 12)):  # a cut password is none
        table.add_column(heading, no_wrap=True, min_width=least)
    for member in json.loads((data_dir / "cast.json").read_text("utf-8")):
        table.add_row(member["username"], member["password"], member["role_zh"], member["organisation"])
    terminal.print(table)


@app.command()
def openapi(check: Annotated[bool, typer.Option(help="only say whether the committed file is fresh")] = False) -> None:
    """Write the HTTP interface's description for the front end's types."""
    from cleanheat.config.api import write_openapi

    if not write_openapi(OPENAPI, check=check) and check:
        typer.echo("web/src/api/openapi.json is stale: run 'make openapi'", err=True)
        raise typer.Exit(1)


def _with_rooms(commands: typer.Typer) -> typer.Typer:
    """The commands of the rooms, under their own names."""
    from cleanheat.assets.coordinates.cli import convert_command
    from cleanheat.diagnosis.station.cli import diagnose_command
    from cleanheat.simulator.cli import build_command
    from cleanheat.telemetry.cli import import_command
    from cleanheat.telemetry.cli_send import enrol_command, send_command

    rooms: dict[str, Any] = {
        "build": build_command,
        "import": import_command,
        "send": send_command,
        "enrol": enrol_command,
        "diagnose": diagnose_command,
        "convert-coordinates": convert_command,
    }
    for name, command in rooms.items():
        commands.command(name)(command)
    return commands


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    _setup()  # the rooms' commands import models
    from cleanheat.kernel.errors import Problem
    from cleanheat.simulator.build import BuiltOtherwiseError

    try:
        _with_rooms(app)()
    except (Problem, BuiltOtherwiseError) as refusal:  # a locked store, another city's directory: said, not traced
        Console(stderr=True).print(f"[red]{refusal}[/red]")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
