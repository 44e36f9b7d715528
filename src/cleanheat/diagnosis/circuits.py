"""Which readings are one heat circuit?  Each kind's signals as the canonical channels that all models speak of.

Channels: ``supply_c``/``return_c`` (a unit's secondary side, else the circuit's own water), ``primary_supply_c`` /
``primary_return_c`` / ``primary_flow_t_h`` (units), ``flow_t_h``, ``heat_kw`` (mean over the hour), ``power_kw`` (drawn
electricity), ``makeup_t_h``, ``pump_hz``, ``valve_pct``, ``room_c``.  ``outdoor_c`` comes from the weather stations and
``room_c`` of a unit from its rooms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

GJ_H_TO_KW: Final = 1e6 / 3600
MW_TO_KW: Final = 1e3
W_TO_KW: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a kind: the signal it is read from and what its reading is multiplied by."""

    signal: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """How one kind shows its heat; ``quantities`` (what models expect) name the channel they are measured by."""

    kind: str
    channels: Mapping[str, Channel]
    quantities: Mapping[str, str]

    def channel_of(self, quantity: str) -> Channel:
        return self.channels[self.quantities[quantity]]


_WATER = {"supply": "supply_c", "return": "return_c", "flow": "flow_t_h", "heat": "heat_kw"}
_SOURCE = {
    "supply_c": Channel("supply_temp_c"),
    "return_c": Channel("return_temp_c"),
    "flow_t_h": Channel("flow_t_h"),
    "heat_kw": Channel("heat_power_mw", MW_TO_KW),
    "makeup_t_h": Channel("makeup_flow_t_h"),
    "supply_mpa": Channel("supply_pressure_mpa"),
    "return_mpa": Channel("return_pressure_mpa"),
}
_UNIT = {
    "supply_c": Channel("secondary_supply_temp_c"),
    "return_c": Channel("secondary_return_temp_c"),
    "primary_supply_c": Channel("primary_supply_temp_c"),
    "primary_return_c": Channel("primary_return_temp_c"),
    "primary_flow_t_h": Channel("primary_flow_t_h"),
    "flow_t_h": Channel("secondary_flow_t_h"),
    "heat_kw": Channel("heat_power_gj_h", GJ_H_TO_KW),
    "makeup_t_h": Channel("makeup_flow_t_h"),
    "pump_hz": Channel("circulation_pump_hz"),
    "pump_a": Channel("circulation_pump_a"),
    "valve_pct": Channel("valve_opening_pct"),
    "supply_mpa": Channel("secondary_supply_pressure_mpa"),
    "return_mpa": Channel("secondary_return_pressure_mpa"),
}
_BOILER = _SOURCE | {
    "pump_hz": Channel("pump_hz"),
    "fuel_t_h": Channel("fuel_rate_t_h"),
    "flue_c": Channel("flue_temp_c"),
    "oxygen_pct": Channel("oxygen_pct"),
    "running_boilers": Channel("running_boilers"),
}
_DEVICE = {
    "supply_c": Channel("supply_temp_c"),
    "return_c": Channel("return_temp_c"),
    "power_kw": Channel("power_w", W_TO_KW),
    "room_c": Channel("room_temp_c"),
}
CIRCUITS: Final[Mapping[str, Circuit]] = MappingProxyType(
    {
        "plant": Circuit("plant", _SOURCE, _WATER),
        "branch": Circuit("branch", _SOURCE, _WATER),
        "boiler": Circuit("boiler", _BOILER, _WATER),
        "unit": Circuit("unit", _UNIT, _WATER),
        "device": Circuit(
            "device", _DEVICE, {"supply": "supply_c", "return": "return_c", "heat": "power_kw", "room": "room_c"}
        ),
    }
)
"""Every kind with personal parameters, sources first.  A device's heat is known only by the electricity it draws."""
