"""What stands in a household with a clean-heating device?  Declared per type, not recorded 110,000 times."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from cleanheat.assets.vocabulary import DeviceType, SolarAuxiliary, Terminal

HORSEPOWERS = (4, 5, 6)
_PUMPS = (DeviceType.HEAT_PUMP_AIR, DeviceType.HEAT_PUMP_WATER)
_DRY = (DeviceType.HEAT_PUMP_AIR, DeviceType.STORAGE_HEATER)


@cache
def _declared() -> Mapping[str, Any]:
    return tomllib.loads(files("cleanheat.assets.equipment").joinpath("rural.toml").read_text("utf-8"))


def rural_rows(device_type: str, horsepower: int | None, terminal: str, auxiliary: str) -> list[dict[str, Any]]:
    """The rows of one household's system; several of a kind are numbered in their tags.

    A heat pump of another size than the declared ones has no power on its nameplate; a wet system without a known
    terminal gets none.
    """
    declared = _declared()
    rows = list(declared["base"][device_type])
    if device_type not in _DRY:
        rows += declared["terminal"].get(terminal, [])
    if device_type == DeviceType.SOLAR:
        rows += declared["auxiliary"].get(auxiliary, [])
    plate = declared["horsepower"].get(str(horsepower), {})
    found = [
        {**row, **(plate if row["kind"] == "outdoor_unit" and "power_kw" not in row else {}), "ordinal": n, "tag": tag}
        for row in rows
        for n, tag in _numbered(row)
    ]
    return [{**row, "number": place} for place, row in enumerate(found, 1)]


def _numbered(row: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    count = int(row.get("count", 1))
    for n in range(1, count + 1):
        yield n, f"{n}#{row['tag']}" if count > 1 else str(row["tag"])


def rural_zh(device_type: str, horsepower: int | None, terminal: str, auxiliary: str) -> str:
    """The system in words: ``热泵水机 5P · 地暖``."""
    size = f" {horsepower}P" if horsepower and device_type in _PUMPS else ""
    parts = [f"{DeviceType(device_type).label}{size}"]
    if device_type == DeviceType.SOLAR and auxiliary:
        parts.append(str(SolarAuxiliary(auxiliary).label))
    if terminal and device_type not in _DRY:
        parts.append(str(Terminal(terminal).label))
    return " · ".join(parts)


def rural_types() -> Iterator[tuple[str, int | None, str, str]]:
    """Every declared system: type, horsepower, terminal, auxiliary."""
    for device_type in DeviceType.values:
        sizes = HORSEPOWERS if device_type in _PUMPS else (None,)
        terminals = ("",) if device_type in _DRY else Terminal.values
        auxiliaries = SolarAuxiliary.values if device_type == DeviceType.SOLAR else ("",)
        yield from product((device_type,), sizes, terminals, auxiliaries)
