"""Which numbers does guidance use?  The tables of ``guidance.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cleanheat.calc.guidance.station import Settings
from cleanheat.kernel import parameters
from cleanheat.kernel.parameters import Parameters


@cache
def tables() -> Mapping[str, Parameters]:
    return parameters.read("cleanheat.diagnosis.guidance", "guidance.toml")


def number(table: str, name: str) -> float:
    return tables()[table][name].value


@cache
def settings() -> Settings:
    """Limits of a unit's pump and valve."""
    return Settings(
        **{name: number("unit", name) for name in ("full_hz", "least_hz", "pump_margin", "least_pct", "valve_power")}
    )
