"""What does an address say?  District, street, community, building, stair, floor and door of free Chinese text.

Sloppy writing is expected: full-width signs, Chinese numerals, 号楼/栋/幢/座/#, dashes, parts that are missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_HAN_DIGIT: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
_HAN_UNIT: Final = {"十": 10, "百": 100}
_N = r"(?:\d+|[零〇一二两三四五六七八九十百壹贰叁]+)"
_CITY = re.compile(r"^(?:吉林省?)?(?:长春市?(?!客车|电影|大学))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\ufeff]")
_MARKS = re.compile(r"[\s,，。、;；:：·/()（）【】\[\]\"'“”]+")
_DASH = re.compile(r"[‐‑‒–—―−－~～_]+")
_BUILDING = re.compile(
    rf"(?P<n>{_N}|[A-Za-z]\d{{0,2}}|[东西南北中])(?:号楼|号?[栋幢座棟]|#楼?|楼(?!区|盘)|号(?=\d+(?:单元|门|-)))|第(?P<m>{_N})(?:号楼|[栋幢座])"
)
_STAIR = re.compile(rf"(?P<n>{_N}|[A-Z])(?:单元|门(?!牌|诊|业|市))|单元(?P<m>{_N})")
_FLOOR = re.compile(rf"第?(?P<n>{_N})(?:层|楼(?=\d{{3,4}}|$))")
_DOOR = re.compile(
    rf"(?:单元|门|层|楼|座|栋|幢|#|-)\D{{0,2}}(?P<a>\d{{3,4}})(?!\d)|(?P<b>\d{{3,4}}|{_N})(?:室|户|号房)"
)
_DASHED = re.compile(r"(?P<b>\d{1,3}|[A-Za-z])(?:号楼|[栋幢座]|#)?-(?P<s>\d{1,2})(?:单元|门)?-(?P<d>\d{3,4})(?!\d)")
_HALF_DASHED = re.compile(r"(?P<s>\d{1,2})-(?P<d>\d{3,4})(?!\d)")
_STREET = re.compile(r"^(?P<n>[^\d]{1,7}?(?:街道办?|镇|乡))(?=\D{2})")
_ROAD = re.compile(r"^(?P<n>[^\d]{1,9}?(?:大街|大路|路|街|胡同|道))第?(?P<h>\d+(?:-\d+)?)号(?!楼|院?\d)")
_NEIGHBOURHOOD = re.compile(r"^(?P<n>[^\d]{1,5}?(?:社区|居委会))(?=.{2})")
_LAST_NUMBER = re.compile(r"(?P<n>\d+)\D*$")
LONGEST: Final = 200


@dataclass(frozen=True)
class Address:
    """An address cut up; empty where it does not say.  ``community`` is what is left of names."""

    community: str = ""
    district: str = ""
    street: str = ""
    road: str = ""
    building: str = ""
    stair: str = ""
    floor: str = ""
    door: str = ""


def half_width(text: str) -> str:
    """One way of writing: compatibility forms folded, control characters gone, one kind of dash.

    >>> half_width("３号楼　２单元５０１")
    '3号楼 2单元501'
    """
    return _DASH.sub("-", _CONTROL.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))).strip()


def squeezed(text: str) -> str:
    """Half width without blanks and marks, province and city.

    >>> squeezed("吉林省长春市　御景花园，３号楼")
    '御景花园3号楼'
    """
    return _CITY.sub("", _MARKS.sub("", half_width(text)))


def numeral(text: str) -> str:
    """Arabic digits of a Chinese or Arabic numeral; other texts upper case, leading zeros gone.

    >>> [numeral(t) for t in ("十二", "二十", "三", "一百零五", "07", "a")]
    ['12', '20', '3', '105', '7', 'A']
    """
    if text.isascii():
        return text.lstrip("0") or text if text.isdigit() else text.upper()
    if all(c in _HAN_DIGIT for c in text):
        return "".join(str(_HAN_DIGIT[c]) for c in text).lstrip("0")
    if not all(c in _HAN_DIGIT or c in _HAN_UNIT for c in text):
        return text
    total, last = 0, 0
    for c in text:
        if c in _HAN_UNIT:
            total, last = total + (last or 1) * _HAN_UNIT[c], 0
        else:
            last = _HAN_DIGIT[c]
    return str(total + last)


def serial_of(building_name: str) -> str:
    """The number within a building's name, empty if it has none.

    >>> [serial_of(name) for name in ("御景花园十二号楼", "楼1", "主楼")]
    ['12', '1', '']
    """
    if said := parse(building_name).building:
        return said
    last = _LAST_NUMBER.search(half_width(building_name))
    return numeral(last["n"]) if last else ""


def parse(text: str, districts: Collection[str] = ()) -> Address:
    """Cut an address.  ``districts``: their full names (``南关区``); a short form at the beginning is told too.

    >>> found = parse("南关区永昌街道御景花园三栋二单元501室", ("南关区",))
    >>> found.district, found.street, found.community, found.building, found.stair, found.door
    ('南关区', '永昌街道', '御景花园', '3', '2', '501')
    >>> parse("御景花园12#-3-1204").building
    '12'
    """
    return _parsed(text, tuple(districts))


@lru_cache(maxsize=262_144)
def _parsed(text: str, districts: tuple[str, ...]) -> Address:
    rest = squeezed(text)
    district, rest = _district(rest, districts)
    street, rest = _head(_STREET, rest)
    road, rest = _road(rest)
    _, rest = _head(_NEIGHBOURHOOD, rest)
    name, building, stair, floor, door = _tail(rest)
    return Address(name, district, street, road, building, stair, floor, door)


def _district(text: str, districts: tuple[str, ...]) -> tuple[str, str]:
    """The district at the beginning: whole, or short with something long enough behind it."""
    for name in districts:
        if text.startswith(name):
            return name, text[len(name) :]
    return "", text


def _head(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.match(text)
    return (found["n"], text[found.end() :]) if found else ("", text)


def _road(text: str) -> tuple[str, str]:
    found = _ROAD.match(text)
    return (found.group(), text[found.end() :]) if found else ("", text)


def _tail(text: str) -> tuple[str, str, str, str, str]:
    """Name, building, stair, floor, door of what follows the street."""
    if dashed := _DASHED.search(text):
        return text[: dashed.start()].rstrip("-"), numeral(dashed["b"]), numeral(dashed["s"]), "", dashed["d"]
    building = _last(_BUILDING, text)
    behind = text[building.end() :] if building else text
    stair, door = _STAIR.search(behind), _DOOR.search(behind if not building else text[building.end() - 1 :])
    half = _HALF_DASHED.search(behind) if not stair else None
    floor = _FLOOR.search(behind)
    starts = [m.start() for m in (stair, half, floor if building is None else None) if m]
    end = building.start() if building else min(starts, default=len(text))
    return (
        text[:end].rstrip("-"),
        _said(building),
        numeral(half["s"]) if half else _said(stair),
        _said(floor),
        half["d"] if half else numeral(door["a"] or door["b"]) if door else "",
    )


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last building named before any stair: names of communities may hold such words themselves."""
    stair = _STAIR.search(text)
    found = [m for m in pattern.finditer(text) if stair is None or m.start() < stair.start()]
    return next((m for m in found if m.start() > 0), found[0] if found else None)


def _said(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    groups = found.groupdict()
    return numeral(groups.get("n") or groups.get("m") or "")
