"""Which quantities may be added and compared: a light check of units, strict for sums, open for products.

A bare number fits any unit.  Number × quantity keeps the quantity but no longer fixes the unit, since the number may be
a conversion factor or a time (60 × GJ a minute fits GJ/h); a product or quotient of two quantities fits anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cleanheat.kernel.units import ALIASES, UNITS

_TIME_WORDS: Final = MappingProxyType(
    {"分钟": "min", "分": "min", "小时": "h", "时": "h", "秒": "s", "天": "d", "日": "d", "次": "", "个": "", "条": ""}
)
_TIMES: Final = frozenset({"min", "h", "s", "d"})
_PER_TIME: Final = MappingProxyType({"power": "energy", "mass flow": "mass", "volume flow": "volume"})


@dataclass(frozen=True)
class Measure:
    """A unit as far as it is known: empty = a bare number or anything; ``scaled``: only its quantity is certain."""

    unit: str = ""
    scaled: bool = False

    @property
    def quantity(self) -> str:
        """What the unit measures, apart from time: MPa, kPa and MPa/min are pressure, GJ, MW and GJ/h energy."""
        head, _, tail = self.unit.partition("/")
        unit = head if tail in _TIMES else self.unit
        own = UNITS[unit].quantity if unit in UNITS else unit
        return _PER_TIME.get(own, own)

    @property
    def is_share(self) -> bool:
        return self.unit in {"%", "ratio"}


ANY: Final = Measure()


def measure(unit: str) -> Measure:
    """The measure of a field with that unit, spelled in any of the known ways.

    >>> measure("°C") == measure("℃"), measure("℃/分钟").unit
    (True, '℃/min')
    """
    unit = unit.strip()
    if unit in UNITS or unit in ALIASES:
        return Measure(ALIASES.get(unit, unit))
    head, slash, tail = unit.partition("/")
    head, tail = _TIME_WORDS.get(head, ALIASES.get(head, head)), _TIME_WORDS.get(tail, tail)
    return Measure(f"{head}{slash}{tail}")


def common(left: Measure, right: Measure) -> Measure | None:
    """The measure of a sum, or ``None`` when the two may not be added or compared."""
    if not left.unit or left == right:
        return right
    if not right.unit:
        return left
    if left.unit == right.unit:
        return left if right.scaled else right
    if left.quantity == right.quantity and (left.scaled or right.scaled):
        return right if left.scaled else left
    return None


def product(left: Measure, right: Measure) -> Measure:
    """The measure of left × right."""
    if not left.unit or left.is_share:
        return Measure(right.unit, scaled=True) if right.unit and not right.is_share else ANY
    if not right.unit or right.is_share:
        return Measure(left.unit, scaled=True)
    return ANY


def quotient(left: Measure, right: Measure) -> Measure:
    """The measure of left ÷ right."""
    if right.unit and not right.is_share:
        return ANY
    return product(left, ANY)


def per(value: Measure, time: str) -> Measure:
    """The measure of a rate of change."""
    return Measure(f"{value.unit}/{time}", value.scaled) if value.unit else ANY
