"""What a formula gives for many objects at once: the same list of array operations over blocks that stay in the cache.

The caller cuts its rows into blocks of ``BLOCK_ROWS``; intermediate results live in a few buffers that every program of
a thread shares, so that nothing is allocated a row and nothing leaves the cache between two operations.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.expressions.program import Listing, listing
from cleanheat.calc.expressions.tree import Expression, Leaf

BLOCK_ROWS: Final = 16_384
Array = NDArray[Any]
Operands = Callable[[Leaf], NDArray[np.float64]]
Bound = tuple[Callable[..., object], tuple[int, ...], int]


@dataclass(frozen=True)
class Outcome:
    """One block's answer, in arrays of its own.

    ``truth`` (conditions, bool[n], false where not applicable) or ``value`` (numbers, float64[n], NaN where not
    applicable), and ``applicable`` (bool[n], ``None``: every row).
    """

    truth: NDArray[np.bool_] | None
    value: NDArray[np.float64] | None
    applicable: NDArray[np.bool_] | None


class Program:
    """A compiled formula; safe to run in several threads, each has its own buffers."""

    def __init__(self, expression: Expression) -> None:
        self.leaves = expression.leaves
        self.is_truth = expression.is_truth
        self._plan = _Plan(listing(expression.tree))

    def run(self, operands: Operands, n: int, *, silenced: bool = False) -> Outcome:
        """The formula over one block.

        Args: operands: gives each leaf's float64[n], NaN where missing; it is not changed.
            n: rows, at most ``BLOCK_ROWS``.
            silenced: the caller has silenced numpy's floating-point warnings, for all programs at once.
        """
        if not 0 <= n <= BLOCK_ROWS:
            raise ValueError(f"a block has at most {BLOCK_ROWS} rows, not {n}")
        result, applicable = self._plan.run(operands, n, silenced)
        if self.is_truth:
            if applicable is not None:
                np.logical_and(result, applicable, out=result)
            return Outcome(result, None, applicable)
        if applicable is not None:
            result[~applicable] = np.nan
        return Outcome(None, result, applicable)


def compile_blocks(expression: Expression) -> Program:
    """The program of a formula: compile once, run for every block of every minute."""
    return Program(expression)


class _Scratch(threading.local):
    """This thread's buffers by type, cut to the rows of the latest block."""

    def __init__(self) -> None:
        self._held: dict[str, list[Array]] = {"float": [], "bool": []}
        self._cut: dict[str, list[Array]] = {"float": [], "bool": []}
        self._rows = 0

    def of(self, kind: str, count: int, n: int) -> list[Array]:
        """``count`` buffers of ``n`` rows; what they held is lost with the next block."""
        held = self._held[kind]
        if len(held) < count:
            held += [
                np.empty(BLOCK_ROWS, np.float64 if kind == "float" else np.bool_) for _ in range(count - len(held))
            ]
            self._rows = -1
        if self._rows != n:
            self._cut = {k: [buffer[:n] for buffer in buffers] for k, buffers in self._held.items()}
            self._rows = n
        return self._cut[kind][:count]


_scratch = _Scratch()


class _Plan:
    """Steps bound to places: constants, leaves, answers, then as few buffers as the lives of the values allow."""

    def __init__(self, program: Listing) -> None:
        self._constants = [np.float64(v) for v in program.constants.values()]
        self._leaves = list(program.leaves.values())
        places = {number: i for i, number in enumerate([*program.constants, *program.leaves])}
        self._is_step = program.result not in places
        self._result = places.setdefault(program.result, len(places))
        self._applicable = None if program.applicable is None else places.setdefault(program.applicable, len(places))
        self._truth = program.types[program.result] == "bool"
        self._answers = len(places) - len(program.constants) - len(program.leaves)
        self._counts = {"float": 0, "bool": 0}
        self._steps = self._bound(program, places)
        self._silent = all(step.operation in _SILENT for step in program.steps)

    def run(self, operands: Operands, n: int, silenced: bool) -> tuple[Array, Array | None]:
        """The result and where it is applicable, in arrays of their own."""
        at: list[Any] = [*self._constants, *map(operands, self._leaves)]
        if self._is_step:
            at.append(np.empty(n, np.bool_ if self._truth else np.float64))
        at += [np.empty(n, np.bool_) for _ in range(self._answers - self._is_step)]
        at += _scratch.of("float", self._counts["float"], n)
        at += _scratch.of("bool", self._counts["bool"], n)
        if silenced or self._silent:
            self._compute(at)
        else:
            with np.errstate(all="ignore"):
                self._compute(at)
        result = at[self._result] if self._is_step else np.full(n, at[self._result], np.float64)
        return result, None if self._applicable is None else at[self._applicable]

    def _compute(self, at: list[Any]) -> None:
        for function, inputs, out in self._steps:
            if len(inputs) == 2:
                function(at[inputs[0]], at[inputs[1]], out=at[out])
            else:
                function(*[at[i] for i in inputs], out=at[out])

    def _bound(self, program: Listing, places: dict[int, int]) -> list[Bound]:
        """Steps with places for numbers: a buffer is free again after the last step that reads it.

        Buffers of floats come before those of truths, so the latter's places are known only at the end.
        """
        last = {n: i for i, step in enumerate(program.steps) for n in step.inputs}
        free: dict[str, list[int]] = {"float": [], "bool": []}
        buffers: dict[int, int] = {}
        for i, step in enumerate(program.steps):
            ending = [n for n in dict.fromkeys(step.inputs) if last[n] == i and n in buffers]
            early, late = ([], ending) if step.operation in _OVERWRITING else (ending, [])
            for number in early:
                free[program.types[number]].append(buffers[number])
            if step.result not in places:
                kind = program.types[step.result]
                buffers[step.result] = free[kind].pop() if free[kind] else self._new_buffer(kind)
            for number in late:
                free[program.types[number]].append(buffers[number])
        start = {"float": len(places), "bool": len(places) + self._counts["float"]}
        places = places | {number: start[program.types[number]] + i for number, i in buffers.items()}
        return [(_FUNCTIONS[s.operation], tuple(places[n] for n in s.inputs), places[s.result]) for s in program.steps]

    def _new_buffer(self, kind: str) -> int:
        self._counts[kind] += 1
        return self._counts[kind] - 1


def _choose(test: Array, yes: Array, no: Array, out: Array) -> None:
    np.copyto(out, no)
    np.copyto(out, yes, where=test)


_OVERWRITING: Final = frozenset({"where", "where_truth"})
"""Steps that write before they have read everything: their result needs a buffer of its own."""
_SILENT: Final = frozenset(
    {"<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "finite", "abs", "neg", "min", "max", "where", "where_truth"}
)
"""Steps that can raise no floating-point flag, whatever their operands."""
_FUNCTIONS: Final[MappingProxyType[str, Callable[..., object]]] = MappingProxyType(
    {
        "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power, "square": np.square,
        "neg": np.negative, "abs": np.absolute, "min": np.minimum, "max": np.maximum, "sign": np.sign,
        "sqrt": np.sqrt, "exp": np.exp, "log10": np.log10, "rint": np.rint,
        "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal,
        "!=": np.not_equal, "and": np.logical_and, "or": np.logical_or, "not": np.logical_not,
        "finite": np.isfinite, "where": _choose, "where_truth": _choose,
    }
)  # fmt: skip
