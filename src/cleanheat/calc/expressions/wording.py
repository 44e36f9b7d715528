"""How a formula as typed becomes one that Python's parser reads, with the way back to line and column.

Full-width marks become plain ones, 且/或/非 become operators, names get their one spelling, texts in quotes are set
aside; what no formula needs (brackets other than round ones, colons, control and direction marks, Python's keywords) is
refused here, before any parser sees it.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cleanheat.calc.expressions.fields import name_of
from cleanheat.calc.expressions.tree import ExpressionError

MAX_CHARACTERS: Final = 2_000
MAX_TEXT: Final = 200
MAX_BRACKETS: Final = 40

_MARKS: Final = MappingProxyType(
    {"≥": ">=", "≧": ">=", "≤": "<=", "≦": "<=", "≠": "!=", "×": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "－": "-",
     "∧": " and ", "∨": " or ", "¬": " not ", "、": ",", "²": "**2 ", "³": "**3 ", "\n": " ", "\r": " ", "\t": " "}
)  # fmt: skip
_QUOTES: Final = MappingProxyType({'"': '"', "'": "'", "“": "”", "‘": "’", "＂": "＂", "＇": "＇", "「": "」"})
_PLAIN: Final = frozenset(" .,()+-*/<>=!")
_WORD: Final = re.compile(r"\w+(?:\.\w+)*")
_DIGITS: Final = frozenset("0123456789.")
_NUMBER: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_CONNECTIVES: Final = MappingProxyType({"且": "and", "或": "or", "非": "not"})
_KEYWORDS: Final = frozenset({"and", "or", "not", "if", "else"})
_SPLIT: Final = re.compile(r"[且或]|^非")


@dataclass
class Wording:
    """Plain text for the parser, for each of its characters the place in ``source``, and the quoted texts.

    ``folded`` is ``source`` with full-width characters folded one by one, as long as ``source``.
    """

    source: str
    folded: str = ""
    plain: str = ""
    places: list[int] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def add(self, text: str, place: int, *, spread: bool = False) -> None:
        """Append; every character stands for ``place``, or with ``spread`` for the places from there on."""
        self.plain += text
        self.places += range(place, place + len(text)) if spread else [place] * len(text)

    def error(self, message: str, plain_place: int) -> ExpressionError:
        """A refusal at a place of the plain text."""
        if not self.places:
            return refusal(self.source, message, 0)
        return refusal(self.source, message, self.places[min(max(plain_place, 0), len(self.places) - 1)])


def refusal(source: str, message: str, place: int) -> ExpressionError:
    """A refusal at a place of the text as typed."""
    before = source[:place]
    return ExpressionError(message, before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1)


def reword(source: str, known: Callable[[str], bool]) -> Wording:
    """The plain wording of ``source``; ``known`` says whether a normalised name is a field or function."""
    if len(source) > MAX_CHARACTERS:
        raise refusal(source, f"公式过长：最多 {MAX_CHARACTERS} 个字符", MAX_CHARACTERS)
    out, at, depth = Wording(source, "".join(map(_fold, source))), 0, 0
    while at < len(source):
        char = source[at]
        if char in _QUOTES:
            at = _set_text_aside(out, at)
        elif out.folded[at] in _DIGITS and (number := _NUMBER.match(out.folded, at)):
            at = _number(out, at, number.group())
        elif (out.folded[at].isalnum() or out.folded[at] == "_") and char not in _MARKS:
            at = _word(out, at, known)
        else:
            depth = _mark(out, at, depth)
            at += 1
    lead = len(out.plain) - len(out.plain.lstrip())
    out.plain, out.places = out.plain[lead:], out.places[lead:]
    return out


def _fold(char: str) -> str:
    """A character's compatibility form where that is one character, else the character itself."""
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and unicodedata.category(char) != "No" else char


def _number(out: Wording, at: int, digits: str) -> int:
    out.add(digits, at, spread=True)
    end = at + len(digits)
    after = out.folded[end : end + 1]
    if after in _CONNECTIVES:
        return end
    if after and after not in _MARKS and (after.isalnum() or after in "_."):
        raise refusal(out.source, "数字写法有误：数字后面不能直接跟文字", end)
    return end


def _set_text_aside(out: Wording, at: int) -> int:
    """A quoted text: read raw to its closing mark, without escapes; the parser sees a placeholder."""
    end = out.source.find(_QUOTES[out.source[at]], at + 1)
    if end < 0:
        raise refusal(out.source, "引号没有配对", at)
    text = out.source[at + 1 : end]
    if len(text) > MAX_TEXT:
        raise refusal(out.source, f"引号中的文字过长：最多 {MAX_TEXT} 个字符", at)
    for i, char in enumerate(text):
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            raise refusal(out.source, "引号中有不可见的字符", at + 1 + i)
    placeholder = f"t{len(out.texts)}."
    out.texts[placeholder] = text
    out.add(f" '{placeholder}' ", at)
    return end + 1


def _word(out: Wording, at: int, known: Callable[[str], bool]) -> int:
    found = _WORD.match(out.folded, at)
    word = found.group() if found else out.folded[at]
    if "." in word and not known(name_of(word)):
        word = word.split(".", 1)[0]
    word = re.split("[²³]", word, maxsplit=1)[0]
    for i, char in enumerate(word):
        if unicodedata.category(char) == "No" and char not in "₀₁₂₃₄₅₆₇₈₉":
            raise refusal(out.source, f"不认识的符号“{char}”", at + i)
    return _word_of(out, at, word, known)


def _word_of(out: Wording, at: int, word: str, known: Callable[[str], bool]) -> int:
    """A name as it is when known, else cut at 且, 或 and a leading 非."""
    name = name_of(word)
    cut = None if known(name) else _SPLIT.search(word)
    if cut is None:
        if keyword.iskeyword(name) and name not in _KEYWORDS:
            raise refusal(out.source, f"公式中不能使用“{name}”", at)
        if not name.isidentifier():
            raise refusal(out.source, f"不能作为名称：“{name}”", at)
        out.add(f" {name} " if name in _KEYWORDS else name, at)
        return at + len(word)
    if cut.start():
        return _word_of(out, at, word[: cut.start()], known)
    out.add(f" {_CONNECTIVES[cut.group()]} ", at)
    return at + 1


def _mark(out: Wording, at: int, depth: int) -> int:
    """One mark; returns the depth of brackets after it."""
    char = out.source[at]
    plain = _MARKS.get(char) or unicodedata.normalize("NFKC", char)
    if char not in _MARKS and (len(plain) != 1 or plain not in _PLAIN):
        shown = char if char.isprintable() else f"U+{ord(char):04X}"
        raise refusal(out.source, f"公式中不能使用“{shown}”", at)
    if plain == "=" and out.plain[-1:] not in {"=", "<", ">", "!"} and out.folded[at + 1 : at + 2] != "=":
        raise refusal(out.source, "判断相等请写 ==", at)
    out.add(plain, at)
    depth += {"(": 1, ")": -1}.get(plain, 0)
    if depth > MAX_BRACKETS:
        raise refusal(out.source, f"括号嵌套过深：最多 {MAX_BRACKETS} 层", at)
    if depth < 0:
        raise refusal(out.source, "括号没有配对", at)
    return depth
