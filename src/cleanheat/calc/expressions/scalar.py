"""What a formula gives for one object: guards of flows, evaluation formulas, conditions, as numbers not arrays."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from cleanheat.calc.expressions.tree import Apply, Expression, Leaf, Node, Number

Operands = Callable[[Leaf], float | None]


class _NotApplicable(Exception):  # noqa: N818 - an answer, not an error
    """An operand is missing, or a step has no finite result."""


@dataclass(frozen=True)
class Result:
    """One answer: ``truth`` of a condition, ``value`` of a number, neither when the formula does not apply."""

    value: float | None = None
    truth: bool | None = None

    @property
    def applicable(self) -> bool:
        return self.value is not None or self.truth is not None


def evaluate(expression: Expression, operands: Operands) -> Result:
    """The number or truth of the formula.

    Args: operands: gives each leaf's value, ``None`` or NaN where missing; text leaves as 1.0 / 0.0 or a number.
    """
    try:
        value = _value(expression.tree, operands)
    except _NotApplicable:
        return Result()
    return Result(truth=bool(value)) if expression.is_truth else Result(value=value)


def _value(node: Node, operands: Operands) -> float:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Apply):
        special = _SPECIAL.get(node.operation)
        if special is not None:
            return special(node.arguments, operands)
        return _finite(_PLAIN[node.operation](*[_value(a, operands) for a in node.arguments]))
    value = operands(node.leaf)
    return _finite(math.nan if value is None else float(value))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise _NotApplicable
    return value


def _where(arguments: tuple[Node, ...], operands: Operands) -> float:
    test, yes, no = arguments
    return _value(yes if _value(test, operands) else no, operands)


def _is_null(arguments: tuple[Node, ...], operands: Operands) -> float:
    try:
        _value(arguments[0], operands)
    except _NotApplicable:
        return True
    return False


def _coalesce(arguments: tuple[Node, ...], operands: Operands) -> float:
    for argument in arguments:
        try:
            return _value(argument, operands)
        except _NotApplicable:
            continue
    raise _NotApplicable


def _divide(a: float, b: float) -> float:
    return a / b if b else math.nan


def _power(base: float, exponent: float) -> float:
    return base * base if exponent == 2 else _raised(base, exponent)


def _rounded(value: float, digits: float) -> float:
    """Half to even at a decimal place; the scaled value is a step of its own and must be finite."""
    scale = 10.0**digits
    return float(round(_finite(value * scale)) / scale)


def _numpy(function: Callable[..., np.float64]) -> Callable[..., float]:
    """The same routine as the arrays use, so that both agree to the last bit."""

    def run(*args: float) -> float:
        with np.errstate(all="ignore"):
            return float(function(*map(np.float64, args)))

    return run


def _times(a: float, b: float) -> float:
    return a * b


_raised: Final = _numpy(np.power)
_SPECIAL: Final = MappingProxyType({"where": _where, "isnull": _is_null, "coalesce": _coalesce})
_PLAIN: Final[MappingProxyType[str, Callable[..., float]]] = MappingProxyType(
    {
        "+": operator.add, "-": operator.sub, "*": _times, "/": _divide, "**": _power,
        "neg": operator.neg, "abs": abs, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
        "==": operator.eq, "!=": operator.ne, "and": lambda *a: all(a), "or": lambda *a: any(a),
        "not": operator.not_, "truth": bool, "min": min, "max": max,
        "clip": lambda x, low, high: min(max(x, low), high), "between": lambda x, low, high: low <= x <= high,
        "sqrt": _numpy(np.sqrt), "exp": _numpy(np.exp), "log10": _numpy(np.log10), "sign": _numpy(np.sign),
        "round": _rounded,
    }
)  # fmt: skip
