"""Which text patterns a rule may use: regular expressions that cannot take long, whatever the text.

Patterns run once a distinct value; back references, look-around and repeated groups are refused, and at most three
parts may repeat without bound, so that matching stays polynomial in a short text.
"""

from __future__ import annotations

import re
from typing import Final

MAX_UNBOUNDED: Final = 3
MAX_REPEAT: Final = 100
_ESCAPED: Final = re.compile(r"\\.")
_CLASS: Final = re.compile(r"\[\^?\]?[^\]]*\]")
_REPEATED_GROUP: Final = re.compile(r"\)\s*[*+{]")
_COUNTS: Final = re.compile(r"\{(\d*),?(\d*)\}")


def refuse_pattern(pattern: str) -> str:
    """Why the pattern is refused (Chinese), empty when it may be used."""
    if re.search(r"\\[1-9kgAbBzZ]", pattern):
        return "格式中不能使用反向引用和位置断言"
    if re.search(r"\[\[|--|&&|\|\||~~", pattern):
        return "格式中不能使用字符集合的运算"
    bare = _CLASS.sub("c", _ESCAPED.sub("e", pattern))
    if "(?" in bare:
        return "格式中不能使用 (? 开头的写法"
    if _REPEATED_GROUP.search(bare):
        return "格式中的括号组不能重复"
    if len(re.findall(r"[*+]|\{\d*,\}", bare)) > MAX_UNBOUNDED:
        return f"格式中最多 {MAX_UNBOUNDED} 处不限次数的重复"
    if any(int(n or 0) > MAX_REPEAT for found in _COUNTS.findall(bare) for n in found):
        return f"格式中的重复次数至多 {MAX_REPEAT}"
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return "格式写法有误"
    return ""
