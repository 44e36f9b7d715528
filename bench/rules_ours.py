"""The 30 rules through the rule language: programs in blocks over arrays, history as shifts within the point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.rules_frame import FORMULA, NOW_S, RULES, SIGNALS, ZH, Table
from cleanheat.calc.expressions import (
    BLOCK_ROWS,
    Field,
    FieldLeaf,
    Leaf,
    Program,
    ReadingLeaf,
    Vocabulary,
    compile_blocks,
    parse,
)

UNITS = dict(zip(SIGNALS, ("℃", "℃", "MPa", "MPa", "t/h", "MW"), strict=True))
WORDS = Vocabulary(
    [
        *(Field(s, ZH[s], UNITS[s]) for s in SIGNALS),
        Field("code", "编码", type="text", group="attribute"),
        Field("lag", "到报延迟", "min", group="context"),
        Field("last_lag", "最近延迟", "min", group="context"),
        Field("same_stamp", "同刻行数", group="context"),
        Field("same_row", "同值行数", group="context"),
    ]
)
Floats = NDArray[np.float64]
_PROGRAMS = {code: compile_blocks(parse(text, WORDS)) for code, text in RULES.items()}
_FORMULA = compile_blocks(parse(FORMULA, WORDS))


class _Block:
    """Operands of one block of rows, made when first asked for."""

    def __init__(self, rows: _Rows, start: int, stop: int) -> None:
        self.rows, self.start, self.stop = rows, start, stop
        self._made: dict[Leaf, Floats] = {}

    def __call__(self, leaf: Leaf) -> Floats:
        made = self._made.get(leaf)
        if made is None:
            made = self._made[leaf] = self._make(leaf)
        return made

    def _make(self, leaf: Leaf) -> Floats:
        if isinstance(leaf, FieldLeaf):
            return self._field(leaf.code)
        if leaf.function == "delta":
            return self._delta(self.rows.table.signals[leaf.field_code])
        return self.rows.whole(leaf)[self.start : self.stop]

    def _field(self, code: str) -> Floats:
        match code:
            case "lag":
                return (NOW_S - self.rows.table.ts[self.start : self.stop]) / 60.0
            case "last_lag":
                last = self.rows.ends[self.start + 1 : self.stop + 1]
                return np.where(last, self(FieldLeaf("lag")), np.nan)
            case "same_stamp" | "same_row":
                return self._cut(self.rows.context(code))
        return self._cut(self.rows.table.signals[code])

    def _cut(self, values: Floats) -> Floats:
        return values[self.start : self.stop]

    def _delta(self, values: Floats) -> Floats:
        """This value less the previous of the same point."""
        now = self._cut(values)
        out = np.empty(now.size)
        np.subtract(now[1:], now[:-1], out=out[1:])
        out[0] = now[0] - values[self.start - 1] if self.start else np.nan
        np.copyto(out, np.nan, where=self.rows.first[self.start : self.stop])
        return out


class _Rows:
    """What rules ask of the whole table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.first = np.ones(len(table), dtype=np.bool_)
        np.not_equal(table.point[1:], table.point[:-1], out=self.first[1:])
        self.ends = np.append(self.first, True)
        self._made: dict[str | Leaf, Floats] = {}

    def context(self, code: str) -> Floats:
        if code not in self._made:
            self._made[code] = self._twice(with_values=code == "same_row")
        return self._made[code]

    def whole(self, leaf: ReadingLeaf) -> Floats:
        if leaf not in self._made:
            self._made[leaf] = self._unchanged() if leaf.function == "unchanged_min" else self._matches(leaf)
        return self._made[leaf]

    def _twice(self, *, with_values: bool) -> Floats:
        """1 where the row before or after has the same point and stamp (and values)."""
        table = self.table
        pairs = np.flatnonzero((table.ts[1:] == table.ts[:-1]) & ~self.first[1:])
        if with_values:
            for values in table.signals.values():
                one, two = values[pairs], values[pairs + 1]
                pairs = pairs[(one == two) | (np.isnan(one) & np.isnan(two))]
        twice = np.zeros(len(table))
        twice[pairs] = twice[pairs + 1] = 1
        return twice

    def _unchanged(self) -> Floats:
        """Samples since the supply temperature last moved."""
        values = self.table.signals["t_sup"]
        moved = self.first.copy()
        moved[1:] |= values[1:] != values[:-1]
        at = np.arange(values.size)
        return (at - np.maximum.accumulate(np.where(moved, at, 0))).astype(np.float64)

    def _matches(self, leaf: ReadingLeaf) -> Floats:
        return self.table.matches(str(leaf.args[0]))[self.table.point]


def failing(table: Table) -> NDArray[np.bool_]:
    """``bool[30, n]``: the rows each rule is broken in."""
    return _run(_PROGRAMS, table)


def formula(table: Table) -> NDArray[np.bool_]:
    """The user's formula over all rows."""
    return _run({"": _FORMULA}, table)


def _run(programs: dict[str, Program], table: Table) -> NDArray[np.bool_]:
    rows, n = _Rows(table), len(table)
    broken = np.empty((len(programs), n), dtype=np.bool_)
    for start in range(0, n, BLOCK_ROWS):
        stop = min(start + BLOCK_ROWS, n)
        operands = _Block(rows, start, stop)
        for out, program in zip(broken, programs.values(), strict=True):
            found = program.run(operands, stop - start)
            if found.applicable is None:
                np.logical_not(found.truth, out=out[start:stop])
            else:
                np.greater(found.applicable, found.truth, out=out[start:stop])
    return broken
