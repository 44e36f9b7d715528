"""Which numbers rules and models use: rows of a TOML file with unit and source, never literals in code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True)
class Parameter:
    """One number with its meaning, unit and where it comes from."""

    value: float
    unit: str
    zh: str
    source: str


Parameters = Mapping[str, Parameter]


def read(package: str, file: str) -> Mapping[str, Parameters]:
    """All tables of a package's parameter file: table name → parameter name → parameter."""
    document = tomllib.loads(files(package).joinpath(file).read_text("utf-8"))
    return MappingProxyType(
        {
            table: MappingProxyType({name: Parameter(float(row.pop("value")), **row) for name, row in rows.items()})
            for table, rows in document.items()
        }
    )


def values(parameters: Parameters) -> dict[str, float]:
    """Just the numbers, ready to be keyword arguments of a ``Limits`` dataclass."""
    return {name: parameter.value for name, parameter in parameters.items()}
