"""What a formula says in plain Chinese, for forms and reports."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from cleanheat.calc.expressions.functions import FUNCTIONS
from cleanheat.calc.expressions.tree import Apply, Expression, Node, Number, Read

_COMPARED: Final = MappingProxyType(
    {"<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于", "==": "等于", "!=": "不等于"}
)  # fmt: skip
_OPPOSITE: Final = MappingProxyType(
    {"<": "不小于", "<=": "大于", ">": "不大于", ">=": "小于", "==": "不等于", "!=": "等于"}
)  # fmt: skip
_SIGNS: Final = MappingProxyType({"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "})
_STRENGTH: Final = MappingProxyType({"where": 0, "+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "**": 4})
_ATOM: Final = 5


def describe(expression: Expression) -> str:
    """One sentence for the formula; the unit follows a number that is compared with a measured value."""
    return _say(expression.tree)


def _say(node: Node) -> str:
    if isinstance(node, Number):
        return f"{node.value:g}".replace("-", "−")
    if isinstance(node, Read):
        return node.zh
    if node.operation in _COMPARED:
        return _comparison(node, _COMPARED[node.operation])
    special = _SENTENCES.get(node.operation)
    if special is not None:
        return special(node)
    if node.operation in _STRENGTH:
        return _arithmetic(node)
    function = FUNCTIONS[node.operation]
    return f"{function.zh}({'，'.join(_say(a) for a in node.arguments)})"


def _comparison(node: Apply, word: str) -> str:
    left, right = node.arguments
    return f"{_within(left, 1)} {word} {_within(right, 1)}{_unit_beside(left, right)}"


def _unit_beside(left: Node, right: Node) -> str:
    """The unit of a bare number on the right of a plain reading."""
    return f" {left.unit}" if isinstance(left, Read) and isinstance(right, Number) and left.unit else ""


def _arithmetic(node: Apply) -> str:
    own = _STRENGTH[node.operation]
    if node.operation == "neg":
        return f"−{_within(node.arguments[0], own)}"
    left, right = node.arguments
    if node.operation == "**":
        return f"{_within(left, own + 1)} 的 {_say(right)} 次方"
    tight = own + (node.operation in "-/")
    return f"{_within(left, own)}{_SIGNS[node.operation]}{_within(right, tight)}"


def _within(node: Node, strength: int) -> str:
    """In brackets where the outer operation binds more tightly."""
    own = _STRENGTH.get(node.operation, _ATOM) if isinstance(node, Apply) else _ATOM
    below_zero = strength > 1 and isinstance(node, Number) and node.value < 0
    said = _say(node)
    return f"({said})" if own < strength or below_zero else said


def _all_of(node: Apply) -> str:
    between = _chained(node)
    return between or "，且 ".join(_clause(a, "or") for a in node.arguments)


def _chained(node: Apply) -> str:
    """``low <= x <= high`` as one clause; empty when the two comparisons do not share their middle."""
    if len(node.arguments) != 2:
        return ""
    first, second = node.arguments
    if not (isinstance(first, Apply) and isinstance(second, Apply)):
        return ""
    rising = first.operation in {"<", "<="} and second.operation in {"<", "<="}
    if not rising or first.arguments[1] != second.arguments[0]:
        return ""
    low = f"{_OPPOSITE_SIDE[first.operation]} {_say(first.arguments[0])}"
    high = f"{_COMPARED[second.operation]} {_say(second.arguments[1])}"
    return f"{_say(first.arguments[1])} {low} 且 {high}{_unit_beside(second.arguments[0], second.arguments[1])}"


_OPPOSITE_SIDE: Final = MappingProxyType({"<": "大于", "<=": "不小于"})


def _any_of(node: Apply) -> str:
    return "，或 ".join(_clause(a, "and") for a in node.arguments)


def _clause(node: Node, other: str) -> str:
    """A part of 且/或, in brackets when it is made of the other connective or a choice."""
    wrapped = isinstance(node, Apply) and node.operation in {other, "where"}
    return f"({_say(node)})" if wrapped else _say(node)


def _not(node: Apply) -> str:
    inner = node.arguments[0]
    if isinstance(inner, Apply):
        if inner.operation in _OPPOSITE:
            return _comparison(inner, _OPPOSITE[inner.operation])
        if inner.operation == "isnull":
            return f"{_say(inner.arguments[0])} 有值"
        if inner.operation == "truth":
            return f"非 {_say(inner.arguments[0])}"
    return f"并非({_say(inner)})"


def _where(node: Apply) -> str:
    test, yes, no = map(_say, node.arguments)
    return f"若 {test} 则 {yes}，否则 {no}"


def _between(node: Apply) -> str:
    value, low, high = map(_say, node.arguments)
    return f"{value} 在 {low} 与 {high}{_unit_beside(node.arguments[0], node.arguments[2])} 之间"


def _rounded(node: Apply) -> str:
    value, digits = map(_say, node.arguments)
    return f"{value} 取 {digits} 位小数" if digits != "0" else f"{value} 取整"


def _itself(node: Apply) -> str:
    return _say(node.arguments[0])


def _missing(node: Apply) -> str:
    return f"{_say(node.arguments[0])} 缺失"


def _size(node: Apply) -> str:
    return f"|{_say(node.arguments[0])}|"


_SENTENCES: Final[MappingProxyType[str, Callable[[Apply], str]]] = MappingProxyType(
    {
        "and": _all_of, "or": _any_of, "not": _not, "where": _where, "between": _between, "round": _rounded,
        "truth": _itself, "isnull": _missing, "abs": _size,
    }
)  # fmt: skip
