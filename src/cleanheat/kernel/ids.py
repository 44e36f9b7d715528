"""Unified archive codes: six digits of the district, two letters of the object class, a six-digit serial."""

from __future__ import annotations

import re
from typing import Final

OBJECT_CLASSES: Final[dict[str, str]] = {
    "plant": "DC",
    "branch": "ZX",
    "boiler": "GL",
    "substation": "HR",
    "unit": "JZ",
    "community": "XQ",
    "building": "LD",
    "heat_user": "YH",
    "room": "SW",
    "device": "QN",
    "weather": "QX",
    "pipe": "GX",
    "valve": "FM",
    "equipment": "SB",
}
"""Two letters per object class, after its pinyin initials."""

_CODE = re.compile(r"^(\d{6})-([A-Z]{2})-(\d{6,8})$")

UNITS_PER_SUBSTATION: Final = 4
"""A unit's number is substation number × 4 + its place (1–3) in the substation."""


def archive_code(district_code: str, object_class: str, number: int) -> str:
    """``220102-HR-000123``: unique in the city, kept for ever.

    >>> archive_code("220102", "substation", 123)
    '220102-HR-000123'
    """
    return f"{district_code}-{OBJECT_CLASSES[object_class]}-{number:06d}"


def parse_archive_code(code: str) -> tuple[str, str, int]:
    """District code, object class and number of an archive code; ``ValueError`` if it is not one."""
    match = _CODE.match(code)
    classes = {letters: name for name, letters in OBJECT_CLASSES.items()}
    if match is None or match[2] not in classes:
        raise ValueError(f"not an archive code: {code!r}")
    return match[1], classes[match[2]], int(match[3])


def unit_number(substation_number: int, place: int) -> int:
    return substation_number * UNITS_PER_SUBSTATION + place
