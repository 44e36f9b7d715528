"""Which numbers does the room model use?  Rows of ``rooms.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cleanheat.calc.rooms.windows import WindowLimits
from cleanheat.kernel import parameters


@cache
def tables() -> Mapping[str, parameters.Parameters]:
    return parameters.read("cleanheat.diagnosis.rooms", "rooms.toml")


@cache
def number(table: str, name: str) -> float:
    return tables()[table][name].value


@cache
def window_limits() -> WindowLimits:
    return WindowLimits(**parameters.values(tables()["window"]))
