"""How much is meant by a number that people wrote with a unit, or without?  Areas, loads, indices, lengths, flows.

A cell may hold ``1.2万m²``, ``３２００ ㎡``, ``4.2MW``, ``6蒸吨`` or a bare number; a column's bare numbers take the
unit of its title, of the request, or (areas alone) the one that makes the column plausible.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel import parameters

Floats = NDArray[np.float64]
_ROWS: Final = parameters.read("cleanheat.calc.archives", "units.toml")
FACTORS: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {table: parameters.values(rows) for table, rows in _ROWS.items() if table != "plausibility"}
)
"""Quantity → unit as written (lower case, half width, no blanks) → factor to the archive's unit."""
PLAUSIBILITY: Final = parameters.values(_ROWS["plausibility"])
_NUMBER = re.compile(
    r"^(?:约|≈|~)?(?P<n>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d{1,3})?|[+-]?\.\d+)(?P<unit>.*)$"
)
_IN_TITLE = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]\s*$|[/／,，]([^/／,，]+)$")


@dataclass(frozen=True)
class Amounts:
    """A column's values in the archive's unit (NaN: empty or unreadable).

    ``units``: the unit each cell named itself, empty where bare; ``faults``: row → why it could not be read.
    """

    values: Floats
    units: tuple[str, ...]
    faults: Mapping[int, str]


def folded(text: str) -> str:
    """Half width, lower case, no blanks: how units and numbers are compared.

    >>> folded("３２００ Ｍ²")
    '3200m2'
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def unit_in_title(title: str, quantity: str) -> str:
    """The unit that a column's title names, empty if none of this quantity.

    >>> unit_in_title("供热面积（万㎡）", "area")
    '万m2'
    """
    found = _IN_TITLE.search(title)
    unit = folded((found.group(1) or found.group(2) or "") if found else "")
    return unit if unit in FACTORS[quantity] else ""


def amount(cell: object, quantity: str, bare: float = 1.0) -> tuple[float, str]:
    """Value of one cell in the archive's unit, and the unit it named.

    Args:
        quantity: table of ``units.toml``; empty where no unit is possible.
        bare: factor of a number without unit.

    Raises:
        ValueError: it is no number, or its unit is none of this quantity; the message is for people.

    >>> amount("1.2万㎡", "area"), amount("6蒸吨", "power")
    ((12000.0, '万m2'), (4.2, '蒸吨'))
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell) * bare, ""
    found = _NUMBER.match(folded(str(cell)))
    if found is None:
        raise ValueError(f"“{str(cell)[:20]}”不是数")
    number, unit = float(found["n"].replace(",", "")), found["unit"]
    if not unit:
        return number * bare, ""
    factor = FACTORS.get(quantity, {}).get(unit)
    if factor is None:
        raise ValueError(f"不认识的单位“{unit[:12]}”")
    return round(number * factor, 9), unit


def amounts(cells: Sequence[object], quantity: str, unit: str = "") -> Amounts:
    """A whole column.

    Args:
        cells: as read; None and blank texts are empty.
        quantity: table of ``units.toml``.
        unit: what bare numbers are in (``unit_in_title``); empty: the archive's unit.
    """
    bare = FACTORS[quantity][unit] if unit else 1.0
    values, units = np.full(len(cells), np.nan), [""] * len(cells)
    faults: dict[int, str] = {}
    for i, cell in enumerate(cells):
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        try:
            values[i], units[i] = amount(cell, quantity, bare)
        except ValueError as error:
            faults[i] = str(error)
    return Amounts(values, tuple(units), MappingProxyType(faults))


def likely_area_unit(values: Floats) -> str:
    """The unit of a column of bare areas: buildings of a few ``m²`` each must have been written in 万m²."""
    known = values[np.isfinite(values) & (values > 0)]
    if known.size == 0 or float(np.median(known)) >= PLAUSIBILITY["bare_area_least_m2"]:
        return ""
    return "万m2"


def area_plausible(heated_m2: Floats, footprint_m2: Floats, floors: Floats) -> NDArray[np.bool_]:
    """Is each heated area what footprint × floors allow?  True where one of them is unknown."""
    gross = footprint_m2 * floors
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = heated_m2 / gross
    inside = (ratio >= PLAUSIBILITY["area_to_gross_least"]) & (ratio <= PLAUSIBILITY["area_to_gross_most"])
    return np.asarray(inside | ~np.isfinite(ratio))


def load_mw(cell: object, area_m2: float = float("nan")) -> float:
    """A design load in MW from power, steam or an index per floor area.

    Raises:
        ValueError: unreadable, or an index without an area.

    >>> load_mw("45W/m²", 20_000.0), load_mw("10t/h")
    (0.9, 7.0)
    """
    try:
        index, unit = amount(cell, "heat_index")
    except ValueError:
        return amount(cell, "power")[0]
    if not unit:
        return amount(cell, "power")[0]
    if not area_m2 > 0:
        raise ValueError("热指标须有供热面积才能折算设计负荷")
    return round(index * area_m2 / 1e6, 9)
