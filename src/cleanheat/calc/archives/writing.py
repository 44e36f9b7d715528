"""How is a code, a name, an address written?  One way for each; every rule by itself, so that people accept it by rule.

A rule is a function of one text; what it would change is shown as old → new before anything is changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cleanheat.calc.matching.addresses import numeral, parse
from cleanheat.kernel.ids import OBJECT_CLASSES

_HAN: Final = "零一二三四五六七八九"
_NUMBER = (
    r"(?<![\d零〇一二两三四五六七八九十百])(?:\d+|[零〇一二两三四五六七八九十百]+)(?![\d零〇一二两三四五六七八九十百])"
)
_HOUSE = re.compile(
    rf"(?:第)?(?P<n>{_NUMBER}|(?<![A-Za-z])[A-Za-z]\d{{0,2}})\s*(?:号楼|号?[栋幢座棟](?!楼)|\#楼?|号楼座)"
)
_PHASE = re.compile(rf"(?:第)?(?P<n>{_NUMBER}|[IVX]{{1,4}})\s*期")
_ROMAN: Final = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_STAIR = re.compile(rf"(?:第)?(?P<n>{_NUMBER})\s*(?:单元|门(?![牌诊业市]))")
_GROUP = re.compile(r"\(([^()]{1,8})\)")
_HAN_TEXT = re.compile(r"[\u3400-\u9fff]")
_SEAL = re.compile(r"[(（](?:盖章|公章|签章)[)）]$")
_CODE = re.compile(r"^(\d{6})[-_/ ]?([A-Za-z]{2})[-_/ ]?(\d{6,8})$")


@dataclass(frozen=True)
class Rule:
    """One rule: ``zh`` is what people accept or not."""

    key: str
    zh: str
    rewrite: Callable[[str], str]


@dataclass(frozen=True)
class Rewritten:
    """One text that some rule changes; ``rules`` are those that did, in order."""

    row: int
    old: str
    new: str
    rules: tuple[str, ...]


def _width(text: str) -> str:
    """Letters, digits and signs half width; blanks gone beside Chinese characters, single elsewhere."""
    folded = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\ufeff]", "", unicodedata.normalize("NFKC", text))
    folded = re.sub(r"[‐‑‒–—―−]", "-", folded)
    folded = re.sub(r"(?<=[\u3400-\u9fff#()])\s+|\s+(?=[\u3400-\u9fff#()])", "", folded.strip())
    return re.sub(r"\s+", " ", folded)


def _brackets(text: str) -> str:
    """Brackets around Chinese words are Chinese brackets."""
    return _GROUP.sub(lambda m: f"（{m[1]}）" if _HAN_TEXT.search(m[1]) else m[0], text)


def _house(text: str) -> str:
    return _HOUSE.sub(lambda m: f"{numeral(m['n'])}号楼", text)


def _phase(text: str) -> str:
    def said(found: re.Match[str]) -> str:
        n = found["n"]
        if n in _ROMAN:
            number = _ROMAN[n]
        else:
            digits = numeral(n)
            if not digits.isdigit():
                return found[0]
            number = int(digits)
        return f"{han(number)}期" if 0 < number < 100 else found[0]

    return _PHASE.sub(said, text)


def _stair(text: str) -> str:
    return _STAIR.sub(lambda m: f"{numeral(m['n'])}单元", text)


def _company(text: str) -> str:
    """The words behind a company's name: no seal, one sign for the group, one word for the limited company."""
    bare = _SEAL.sub("", text.strip()).rstrip("。. ")
    bare = re.sub(r"[(（]集团[)）]", "（集团）", bare)
    return re.sub(r"(有限责任公司|有限公司|股份有限公司)\1+$", r"\1", bare)


def _code(text: str) -> str:
    found = _CODE.match(_width(text).replace(" ", ""))
    if found is None or found[2].upper() not in OBJECT_CLASSES.values():
        return text
    return f"{found[1]}-{found[2].upper()}-{found[3]}"


def _address(text: str) -> str:
    """District, street, road, community, building, stair, floor, door in that order; what cannot be cut stays."""
    p = parse(text)
    if not (p.building or p.stair or p.door):
        return text
    tail = [(p.building, "号楼"), (p.stair, "单元"), (p.floor, "层"), (p.door, "室")]
    return "".join([p.district, p.street, p.road, p.community, *(f"{n}{word}" for n, word in tail if n)])


def han(number: int) -> str:
    """A Chinese numeral below one hundred.

    >>> [han(n) for n in (1, 10, 12, 20, 21)]
    ['一', '十', '十二', '二十', '二十一']
    """
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_HAN[tens]}十") + (_HAN[ones] if ones else "")


WIDTH: Final = Rule("width", "全角、空格与不可见字符", _width)
RULES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        "name": (
            WIDTH,
            Rule("brackets", "中文括号", _brackets),
            Rule("house", "栋、幢、座、# 统一为号楼", _house),
            Rule("phase", "期数用汉字", _phase),
            Rule("stair", "单元与门统一为单元", _stair),
        ),
        "company": (WIDTH, Rule("brackets", "中文括号", _brackets), Rule("company", "公司名称后缀", _company)),
        "address": (WIDTH, Rule("address", "地址按区县、街道、小区、楼、单元、层、室排列", _address)),
        "code": (Rule("code", "统一编码写法", _code),),
    }
)
"""Rules by what a text is, in the order in which they are applied."""


def standardise(texts: Sequence[str], what: str, accepted: frozenset[str] | None = None) -> list[Rewritten]:
    """The texts that the rules change.

    Args:
        texts: as they are stored or read.
        what: ``name``, ``company``, ``address`` or ``code``.
        accepted: keys of the rules to apply; None: all.

    >>> standardise(["御景花园２期３栋"], "name")
    [Rewritten(row=0, old='御景花园２期３栋', new='御景花园二期3号楼', rules=('width', 'house', 'phase'))]
    """
    rules = [r for r in RULES[what] if accepted is None or r.key in accepted]
    known: dict[str, tuple[str, tuple[str, ...]]] = {}
    found = []
    for row, old in enumerate(texts):
        if old not in known:
            known[old] = _rewritten(old, rules)
        new, by = known[old]
        if by:
            found.append(Rewritten(row, old, new, by))
    return found


def _rewritten(text: str, rules: Sequence[Rule]) -> tuple[str, tuple[str, ...]]:
    by = []
    for rule in rules:
        new = rule.rewrite(text)
        if new != text:
            by.append(rule.key)
            text = new
    return text, tuple(by)
