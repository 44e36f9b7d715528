"""Which numbers do the live models use?  Rows of ``live.toml``: value, unit, meaning, source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cleanheat.kernel import parameters


@cache
def tables() -> Mapping[str, parameters.Parameters]:
    return parameters.read("cleanheat.diagnosis.live", "live.toml")


@cache
def number(table: str, name: str) -> float:
    return tables()[table][name].value
