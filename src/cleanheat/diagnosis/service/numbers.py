"""Which numbers does the service model use?  Rows of ``service.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cleanheat.kernel import parameters


@cache
def tables() -> Mapping[str, parameters.Parameters]:
    return parameters.read("cleanheat.diagnosis.service", "service.toml")


@cache
def number(table: str, name: str) -> float:
    return tables()[table][name].value


def weights() -> dict[str, float]:
    return table_values("weights")


def table_values(table: str) -> dict[str, float]:
    return parameters.values(tables()[table])
