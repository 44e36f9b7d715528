"""Numbers of the watches on silence and timeliness: tables of ``parameters.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cleanheat.kernel import parameters
from cleanheat.kernel.parameters import Parameters


@cache
def _tables() -> Mapping[str, Parameters]:
    return parameters.read("cleanheat.quality", "parameters.toml")


def parameters_of(name: str) -> Parameters:
    """The parameter table of a watch, by its name."""
    return _tables()[name]
