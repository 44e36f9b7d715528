"""How a value in a named unit becomes one in another unit of the same quantity.

Every unit is ``factor`` and ``offset`` to the first unit of its quantity.  Definitions are exact (SI, and the calorie
of the International Steam Table); nothing here is an engineering estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Unit:
    """``base = factor * value + offset`` in the quantity's base unit."""

    quantity: str
    factor: float
    offset: float = 0.0


def _units(quantity: str, **factors: float) -> dict[str, Unit]:
    return {name.replace("_per_", "/"): Unit(quantity, factor) for name, factor in factors.items()}


_MUTABLE: dict[str, Unit] = {
    "℃": Unit("temperature", 1.0),
    "K": Unit("temperature", 1.0, -273.15),
    "F": Unit("temperature", 5 / 9, -160 / 9),
    **_units("pressure", MPa=1.0, kPa=1e-3, Pa=1e-6, bar=0.1, mbar=1e-4, at=0.0980665, mH2O=0.00980665),
    **_units("energy", GJ=1.0, MJ=1e-3, kWh=3.6e-3, MWh=3.6, Gcal=4.1868, kcal=4.1868e-6),
    **_units("power", MW=1.0, kW=1e-3, W=1e-6, GJ_per_h=1 / 3.6, Gcal_per_h=1.163),
    **_units("mass flow", t_per_h=1.0, kg_per_h=1e-3, kg_per_s=3.6),
    **_units("mass", t=1.0, kg=1e-3),
    **_units("volume flow", m3_per_h=1.0, L_per_s=3.6, L_per_h=1e-3, L_per_min=0.06),
    **_units("volume", m3=1.0, L=1e-3),
    **_units("area", m2=1.0, km2=1e6, ha=1e4),
    **_units("money", 元=1.0, 角=0.1, 分=0.01),
    **_units("speed", m_per_s=1.0, km_per_h=1 / 3.6),
    "%": Unit("share", 1.0),
    "ratio": Unit("share", 100.0),
    "Hz": Unit("frequency", 1.0),
    "A": Unit("current", 1.0),
    "W/m²": Unit("irradiance", 1.0),
    "mg/m³": Unit("concentration", 1.0),
    "µg/m³": Unit("concentration", 1e-3),
    "台": Unit("count", 1.0),
    "": Unit("number", 1.0),
}
UNITS: Final = MappingProxyType(_MUTABLE)

ALIASES: Final = MappingProxyType(
    {
        "C": "℃",
        "°C": "℃",
        "°F": "F",
        "m³/h": "m3/h",
        "m³": "m3",
        "m²": "m2",
        "㎡": "m2",
        "W/m2": "W/m²",
        "mg/m3": "mg/m³",
        "ug/m3": "µg/m³",
    }
)
_BY_DENSITY: Final = MappingProxyType({"volume flow": "mass flow", "volume": "mass"})


def conversion(source: str, target: str, density_t_m3: float | None = None) -> tuple[float, float]:
    """``(factor, offset)`` with ``target = factor * source + offset``.

    Volumes become masses only with a density, which depends on the water's temperature and is the caller's to know.

    >>> conversion("MWh", "GJ")
    (3.6, 0.0)
    >>> conversion("bar", "MPa")
    (0.1, 0.0)
    >>> conversion("m3/h", "t/h", density_t_m3=0.97)
    (0.97, 0.0)
    """
    old, new = UNITS[ALIASES.get(source, source)], UNITS[ALIASES.get(target, target)]
    quantity, scale = old.quantity, 1.0
    if quantity != new.quantity and _BY_DENSITY.get(quantity) == new.quantity:
        if density_t_m3 is None:
            raise ValueError(f"{source} to {target} needs a density")
        quantity, scale = new.quantity, density_t_m3
    if quantity != new.quantity:
        raise ValueError(f"{source} ({old.quantity}) is no {target} ({new.quantity})")
    return old.factor * scale / new.factor, (old.offset - new.offset) / new.factor
