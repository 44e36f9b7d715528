"""What does a list of equipment say?  Its shapes, the words of a nameplate, and which signals each piece shows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from cleanheat.assets.vocabulary import EquipmentKind, Fuel

NAMEPLATE: Final[Mapping[str, tuple[str, str]]] = {
    "dn_mm": ("公称直径", "mm"),
    "capacity_mw": ("热功率", "MW"),
    "power_kw": ("功率", "kW"),
    "plates": ("板片数", "片"),
    "flow_t_h": ("流量", "t/h"),
    "head_m": ("扬程", "m"),
    "volume_m3": ("容积", "m³"),
    "height_m": ("高度", "m"),
    "fuel": ("燃料", ""),
    "built_year": ("投运年份", ""),
    "maker": ("制造厂", ""),
}
"""Zh and unit of what a nameplate can say, in its order."""


@dataclass(frozen=True)
class PlateEntry:
    """One line of a nameplate."""

    key: str
    zh: str
    value: float | str
    unit: str


@dataclass(frozen=True)
class Binding:
    """A measured signal of an object that this piece of equipment shows."""

    kind: str
    number: int
    signal: str


@dataclass(frozen=True)
class EquipmentItem:
    """One piece of equipment; ``unit``: number of its unit, 0 for what serves the whole site."""

    number: int
    kind: str
    kind_zh: str
    tag: str
    role: str
    unit: int
    ordinal: int
    is_standby: bool
    in_service: bool
    nameplate: tuple[PlateEntry, ...]
    bindings: tuple[Binding, ...]


@dataclass(frozen=True)
class SceneUnit:
    """A unit by which a list is grouped; ``terminal`` is radiator or floor."""

    number: int
    name: str
    terminal: str


@dataclass(frozen=True)
class Measured:
    """An object with readings."""

    kind: str
    number: int


@dataclass(frozen=True)
class EquipmentList:
    """All equipment of one object (``number`` 0: of a standard one), in order of units and process.

    ``is_standard``: declared for the type, not recorded piece by piece.  ``measured``: whose readings bindings name.
    """

    key: str
    kind: str
    number: int
    name: str
    layout_zh: str
    is_standard: bool
    terminal: str
    units: tuple[SceneUnit, ...]
    equipment: tuple[EquipmentItem, ...]
    measured: tuple[Measured, ...]


@cache
def signal_bindings() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Kind of measured object → kind of equipment (or ``kind.role``) → signals."""
    document = tomllib.loads(files("cleanheat.assets.equipment").joinpath("bindings.toml").read_text("utf-8"))
    return {owner: {key: tuple(signals) for key, signals in rows.items()} for owner, rows in document.items()}


def item_of(row: Mapping[str, Any], owner: str, owner_number: int) -> EquipmentItem:
    """A stored or declared row as people and scenes read it; ``owner`` is the kind whose readings it shows."""
    kind = EquipmentKind(row["kind"])
    role, is_standby = str(row.get("role") or ""), bool(row.get("is_standby"))
    signals = () if is_standby or not owner_number else _signals(owner, kind.value, role)
    return EquipmentItem(
        number=int(row["number"]),
        kind=kind.value,
        kind_zh=str(kind.label),
        tag=str(row["tag"]),
        role=role,
        unit=int(row.get("unit_id") or 0),
        ordinal=int(row.get("ordinal") or 1),
        is_standby=is_standby,
        in_service=bool(row.get("in_service", True)),
        nameplate=tuple(_plate(row)),
        bindings=tuple(Binding(owner, owner_number, signal) for signal in signals),
    )


def _signals(owner: str, kind: str, role: str) -> tuple[str, ...]:
    known = signal_bindings().get(owner, {})
    return known.get(f"{kind}.{role}") or known.get(role if role == "auxiliary" else kind, ())


def _plate(row: Mapping[str, Any]) -> Iterable[PlateEntry]:
    for key, (zh, unit) in NAMEPLATE.items():
        value = row.get(key)
        if value is None or value == "" or value != value:  # NaN is no entry
            continue
        yield PlateEntry(key, zh, _said(key, value), unit)


def _said(key: str, value: Any) -> float | str:
    if key == "fuel":
        return str(Fuel(value).label)
    return value if isinstance(value, str) else float(value)
