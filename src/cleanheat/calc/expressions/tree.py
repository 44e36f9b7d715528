"""What a checked formula is: leaves to be supplied, operations on them, and the refusal of a wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


class ExpressionError(Exception):
    """A formula was refused: why (Chinese), and where (line and column counted from 1, in characters)."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"第 {line} 行第 {column} 列：{message}")
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class FieldLeaf:
    """The present value of a field: a number; NaN where missing."""

    code: str


@dataclass(frozen=True)
class ReadingLeaf:
    """A function of one field's history, surroundings or text; constants in ``args`` (window in minutes, kind, …)."""

    function: str
    field_code: str
    args: tuple[float | str, ...] = ()


Leaf: TypeAlias = FieldLeaf | ReadingLeaf


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Read:
    """A leaf's value; ``unit`` and ``zh`` serve messages and the printer, ``is_flag`` says it is 0 or 1."""

    leaf: Leaf
    zh: str
    unit: str = ""
    is_flag: bool = False


@dataclass(frozen=True)
class Apply:
    """An operation on values: an operator sign (``neg`` for the sign, ``truth`` for flag ≠ 0) or a pure function."""

    operation: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Number | Read | Apply


@dataclass(frozen=True)
class Expression:
    """A formula that may be run.

    ``leaves`` are what the caller must supply; ``operations`` counts distinct operations; ``lookback_min`` is the
    longest window; ``cost_ns`` bounds the CPU time a row.  ``unit`` is empty for conditions and plain numbers.
    """

    text: str
    tree: Node
    leaves: tuple[Leaf, ...]
    is_truth: bool
    unit: str
    operations: int
    lookback_min: int
    cost_ns: float


def walk(node: Node) -> Iterator[Node]:
    """Every distinct node, operands before the operation that uses them."""
    seen: set[int] = set()
    known: set[Node] = set()

    def visit(at: Node) -> Iterator[Node]:
        if id(at) in seen or at in known:
            return
        seen.add(id(at))
        if isinstance(at, Apply):
            for argument in at.arguments:
                yield from visit(argument)
        known.add(at)
        yield at

    yield from visit(node)
