"""Which coefficients of a model may people set, and within which bounds?  The rows of ``coefficients.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from cleanheat.kernel.errors import invalid


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient of the personal parameters; a value stands between ``lowest`` and ``highest``."""

    key: str
    zh: str
    unit: str
    default: float
    lowest: float
    highest: float
    decimals: int
    source: str


@cache
def coefficients() -> Mapping[str, Coefficient]:
    """All coefficients by key."""
    rows = tomllib.loads(files("cleanheat.diagnosis").joinpath("coefficients.toml").read_text("utf-8"))
    return MappingProxyType({key: Coefficient(key, **row) for key, row in rows.items()})


def checked(key: str, value: float) -> float:
    """The value if people may set it, else a refusal that says what may be set."""
    found = coefficients().get(key)
    if found is None:
        raise invalid("coefficient", "没有这一系数", key)
    if not found.lowest <= value <= found.highest:
        raise invalid("value", f"须在 {found.lowest:g} 与 {found.highest:g} {found.unit} 之间".replace("  ", " "))
    return value
