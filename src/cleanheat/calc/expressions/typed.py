"""A part of a formula while it is being checked: its node, what sort of thing it is, its measure."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from cleanheat.calc.expressions.fields import Field, Vocabulary
from cleanheat.calc.expressions.tree import Apply, ExpressionError, Node
from cleanheat.calc.expressions.units import ANY, Measure

Sort: TypeAlias = Literal["number", "truth"]


@dataclass(frozen=True)
class Typed:
    """A number or a condition; a flag is a number that also serves as a condition."""

    node: Node
    sort: Sort
    measure: Measure = ANY
    is_flag: bool = False


class Checker(Protocol):
    """What the checks of function calls need of the parser."""

    vocabulary: Vocabulary

    def check(self, node: ast.expr) -> Typed: ...

    def number(self, node: ast.expr) -> Typed: ...

    def truth(self, node: ast.expr) -> Typed: ...

    def field(self, node: ast.expr, vocabulary: Vocabulary | None = None) -> Field: ...

    def text(self, node: ast.expr) -> str | None: ...

    def unify(self, parts: list[Typed], at: list[ast.expr]) -> Measure: ...

    def error(self, message: str, node: ast.AST) -> ExpressionError: ...


def as_truth(part: Typed) -> Typed | None:
    """The part as a condition, or ``None`` when it is a plain number."""
    if part.sort == "truth":
        return part
    return Typed(Apply("truth", (part.node,)), "truth") if part.is_flag else None
