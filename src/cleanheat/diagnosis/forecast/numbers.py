"""Which numbers does the forecast use?  The tables of ``forecast.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cleanheat.kernel import parameters
from cleanheat.kernel.parameters import Parameters


@cache
def _tables() -> Mapping[str, Parameters]:
    return parameters.read("cleanheat.diagnosis.forecast", "forecast.toml")


def number(table: str, name: str) -> float:
    return _tables()[table][name].value
