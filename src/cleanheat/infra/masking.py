"""How is personal data shown to people who need not see it whole?  One mask a class of field, declared once.

Whatever leaves the platform (lists, records, files, tables of panels, shares) passes here; who may see the whole value
gives a reason, and that look is recorded.  Levels are those of GB/T 43697-2024: general data of four grades, important
data, core data.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings

from cleanheat.infra.sealing.digests import sm3_hmac

HIDDEN: Final = "***"
UNMASK: Final = "privacy.unmask"
"""The permission to see whole values; a reason is asked for each time."""


class Level(IntEnum):
    """How grave a leak would be."""

    OPEN = 1
    INTERNAL = 2
    SENSITIVE = 3
    HIGHLY_SENSITIVE = 4
    IMPORTANT = 5
    CORE = 6

    @property
    def zh(self) -> str:
        return ("一般数据1级", "一般数据2级", "一般数据3级", "一般数据4级", "重要数据", "核心数据")[self - 1]

    @property
    def meaning(self) -> str:
        return (
            "可公开",
            "单位内部使用",
            "泄露影响个人或企业权益",
            "泄露严重影响个人权益",
            "泄露危害公共利益",
            "危害国家安全",
        )[self - 1]


@dataclass(frozen=True)
class Mask:
    """One class of personal data: ``hide`` makes what is shown; ``only_shared``: platform users see it whole;
    ``is_listed`` false: lists and files do not show even the masked value."""

    key: str
    zh: str
    level: Level
    hide: Callable[[str], str]
    rule: str
    example: str
    only_shared: bool = False
    is_listed: bool = True


_BUILDING = re.compile(r"^.*?\d+\s*(?:号楼|栋|幢|座|#楼?|号(?=\s*\d|$))")
_PHONE_IN_TEXT = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_ID_IN_TEXT = re.compile(r"(?<!\d)(\d{3})\d{13}(\d)([\dXx])(?!\d)")
_DOOR_IN_TEXT = re.compile(r"\d+\s*(?:单元|门)\s*\d+\s*(?:室|户|号)?|\d{3,4}\s*室")


def _person(text: str) -> str:
    return f"{text[:1]}*"


def _phone(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{'*' * (len(digits) - 2)}{digits[-2:]}" if len(digits) >= 7 else HIDDEN


def _id_number(text: str) -> str:
    return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}" if len(text) > 5 else HIDDEN


def _address(text: str) -> str:
    """Up to the building; without one, up to the first digit."""
    if found := _BUILDING.match(text):
        return found.group() if found.end() == len(text) else found.group() + HIDDEN
    digit = re.search(r"\d", text)
    return text[: digit.start()] + HIDDEN if digit else text


def _pseudonym(text: str) -> str:
    """The same stranger for the same person, and no way back without this installation's key."""
    return "U" + sm3_hmac(settings.SECRET_KEY.encode(), text.encode()).hex()[:12]


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return HIDDEN
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def _free_text(text: str) -> str:
    text = _PHONE_IN_TEXT.sub(r"\1****\2", _ID_IN_TEXT.sub(r"\1*************\2\3", text))
    return _DOOR_IN_TEXT.sub(HIDDEN, text)


def _door(_text: str) -> str:
    return HIDDEN


MASKS: Final[Mapping[str, Mask]] = MappingProxyType(
    {
        mask.key: mask
        for mask in (
            Mask("person_name", "姓名", Level.SENSITIVE, _person, "首字加 *", "张三 → 张*"),
            Mask("phone", "电话", Level.SENSITIVE, _phone, "前三后四", "13812341234 → 138****1234"),
            Mask(
                "id_number",
                "证件号码",
                Level.HIGHLY_SENSITIVE,
                _id_number,
                "前三后二，列表与导出不出现",
                "220…12 → 220*************12",
                is_listed=False,
            ),
            Mask("address", "地址", Level.SENSITIVE, _address, "到楼栋，隐去单元门牌", "3号楼2单元501 → 3号楼***"),
            Mask("door", "门牌", Level.SENSITIVE, _door, "隐去", f"501 → {HIDDEN}"),
            Mask(
                "user_code",
                "热用户编号",
                Level.INTERNAL,
                _pseudonym,
                "共享时以化名代替",
                "220104-YH-000123 → U3f…",
                only_shared=True,
            ),
            Mask("ip", "网络地址", Level.INTERNAL, _network, "到 /24 网段", "10.1.2.3 → 10.1.2.0/24"),
            Mask("free_text", "含个人信息的文本", Level.SENSITIVE, _free_text, "隐去其中的电话、证件号、门牌", ""),
        )
    }
)
"""Every class by its key, as ``Col.sensitivity`` and a panel column's ``sensitivity`` name it."""


def masked(sensitivity: str, value: Any, *, in_list: bool = False, shared: bool = False) -> Any:
    """What may be shown of a value; an empty one stays empty.

    >>> masked("phone", "138 1234 5678")
    '138****5678'
    """
    mask = MASKS.get(sensitivity)
    if mask is None or value in (None, "") or (mask.only_shared and not shared):
        return value
    if in_list and not mask.is_listed:
        return HIDDEN
    return mask.hide(str(value))


def looks_masked(sensitivity: str, value: Any) -> bool:
    """Is this what a mask left of some value?  Such a text must never be stored as if it were the value."""
    return sensitivity in MASKS and isinstance(value, str) and "*" in value
