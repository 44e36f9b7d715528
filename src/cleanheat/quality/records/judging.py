"""Which records break a rule?  The compiled rule over blocks of a table's columns; texts asked once a distinct word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.expressions.blocks import BLOCK_ROWS, compile_blocks
from cleanheat.calc.expressions.tree import Expression, Leaf, ReadingLeaf
from cleanheat.quality.records.columns import Columns, Floats, by_word
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.words import expression_of


@dataclass(frozen=True)
class Found:
    """What one rule says of one table: rows that break it, and how many it was asked of and could not be asked of."""

    hits: NDArray[np.intp]
    checked: int
    skipped: int


@cache
def code_lists() -> Mapping[str, frozenset[str]]:
    """The named lists of words that ``one_of`` may ask for."""
    document = tomllib.loads(files("cleanheat.quality.records").joinpath("codes.toml").read_text("utf-8"))
    return {name: frozenset(row["words"]) for name, row in document.items()}


def judge(spec: RuleSpec, columns: Columns, rows: NDArray[np.bool_] | None = None) -> Found:
    """The rule over the table, or over the marked ``rows`` only; raises ``ExpressionError`` for a wrong text."""
    test = expression_of(spec, spec.expression)
    when = expression_of(spec, spec.when) if spec.when else None
    operands = _Operands(spec, columns)
    truth, applicable = _run(test, operands, len(columns))
    asked = np.ones(len(columns), bool) if rows is None else rows.copy()
    if when is not None:
        holds, known = _run(when, operands, len(columns))
        asked &= holds & known
    checked = asked & applicable
    return Found(np.flatnonzero(checked & ~truth), int(checked.sum()), int((asked & ~applicable).sum()))


def _run(expression: Expression, operands: _Operands, n: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    program = compile_blocks(expression)
    truth, applicable = np.zeros(n, bool), np.ones(n, bool)
    for start in range(0, n, BLOCK_ROWS):
        block = slice(start, min(start + BLOCK_ROWS, n))
        outcome = program.run(operands.of(block), block.stop - start)
        if outcome.truth is not None:
            truth[block] = outcome.truth
        if outcome.applicable is not None:
            applicable[block] = outcome.applicable
    return truth, applicable


class _Operands:
    """Whole columns of leaves, made once a rule and handed out by blocks."""

    def __init__(self, spec: RuleSpec, columns: Columns) -> None:
        self._parameters = {name: p.value for name, p in spec.parameters.items()}
        self._columns = columns
        self._known: dict[Leaf, Floats] = {}

    def of(self, block: slice) -> Callable[[Leaf], Floats]:
        return lambda leaf: self._whole(leaf)[block]

    def _whole(self, leaf: Leaf) -> Floats:
        if leaf not in self._known:
            self._known[leaf] = self._made(leaf)
        return self._known[leaf]

    def _made(self, leaf: Leaf) -> Floats:
        if isinstance(leaf, ReadingLeaf):
            return self._of_text(leaf)
        if leaf.code in self._parameters:
            return np.full(len(self._columns), self._parameters[leaf.code])
        return self._columns.numbers[leaf.code]

    def _of_text(self, leaf: ReadingLeaf) -> Floats:
        """A text function; an empty text is no text: only ``is_empty`` and ``length`` have something to say of it."""
        column, text = self._columns.texts[leaf.field_code], str(leaf.args[0]) if leaf.args else ""
        match leaf.function:
            case "is_empty":
                return by_word(column, lambda w: float(not w.strip()))
            case "length":
                return by_word(column, lambda w: float(len(w)))
            case "match":
                pattern = re.compile(text)
                return by_word(column, lambda w: float(pattern.fullmatch(w) is not None) if w else np.nan)
            case "one_of":
                words = code_lists().get(text, frozenset())
                return by_word(column, lambda w: float(w in words) if w else np.nan)
            case "contains":
                return by_word(column, lambda w: float(text in w) if w else np.nan)
            case "equals":
                return by_word(column, lambda w: float(w == text))
            case _:  # same: two texts of one row
                other = self._columns.texts[text]
                pairs = zip(column.codes.tolist(), other.codes.tolist(), strict=True)
                return np.array([column.words[a] == other.words[b] for a, b in pairs], np.float64)
