"""Which numbers steer training, the nightly update, the drift watch and feedback?  The rows of ``fleet.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cleanheat.kernel import parameters


@cache
def _tables() -> Mapping[str, parameters.Parameters]:
    return parameters.read("cleanheat.diagnosis.fleet", "fleet.toml")


def number(table: str, name: str) -> float:
    return _tables()[table][name].value


def count(table: str, name: str) -> int:
    return round(number(table, name))
