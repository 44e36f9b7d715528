"""What a formula gives for many objects at once: the same list of array operations over blocks that stay in the cache.

The caller cuts its rows into blocks of ``BLOCK_ROWS``; intermediate results live in a few buffers that every program of
a thread shares, so that nothing is allocated a row and nothing leaves the cache between two operations.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.expressions.program import Listing, listing
from cleanheat.calc.expressions.tree import Expression, Leaf

BLOCK_ROWS: Final = 8_192
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

    def run(self, operands: Operands, n: int) -> Outcome:
        """The formula over one block.

        Args: operands: gives each leaf's float64[n], NaN where missing; it is not changed.
            n: rows, at most ``BLOCK_ROWS``.
        """
        if not 0 <= n <= BLOCK_ROWS:
            raise ValueError(f"a block has at most {BLOCK_ROWS} rows, not {n}")
        with np.errstate(all="ignore"):
            result, applicable = self._plan.run(operands, n)
            if self.is_truth:
                truth = result if applicable is None else result & applicable
                return Outcome(truth.copy() if truth is result else truth, None, _kept(applicable))
            value = np.array(np.broadcast_to(result, (n,)), dtype=np.float64)
        if applicable is not None:
            value[~applicable] = np.nan
        return Outcome(None, value, _kept(applicable))


def _kept(applicable: Array | None) -> Array | None:
    return None if applicable is None else applicable.copy()


def compile_blocks(expression: Expression) -> Program:
    """The program of a formula: compile once, run for every block of every minute."""
    return Program(expression)


class _Scratch(threading.local):
    """This thread's buffers, by type, each ``BLOCK_ROWS`` long."""

    def __init__(self) -> None:
        self.floats: list[Array] = []
        self.bools: list[Array] = []

    def of(self, kind: str, count: int, n: int) -> list[Array]:
        held, dtype = (self.floats, np.float64) if kind == "float" else (self.bools, np.bool_)
        held.extend(np.empty(BLOCK_ROWS, dtype) for _ in range(count - len(held)))
        return [buffer[:n] for buffer in held[:count]]


_scratch = _Scratch()


class _Plan:
    """Steps bound to places: constants and leaves first, then as few buffers as the lives of the values allow."""

    def __init__(self, program: Listing) -> None:
        self._fixed: list[Any] = [np.float64(v) for v in program.constants.values()]
        places = {number: i for i, number in enumerate(program.constants)}
        self._leaves = list(enumerate(program.leaves.values(), len(places)))
        places |= {number: i for i, number in enumerate(program.leaves, len(places))}
        self._fixed += [None] * len(self._leaves)
        self._kinds: list[str] = []
        self._steps = self._bound(program, places)
        self._result = places[program.result]
        self._applicable = None if program.applicable is None else places[program.applicable]

    def run(self, operands: Operands, n: int) -> tuple[Array, Array | None]:
        """The result and where it is applicable, both valid until this thread's next run."""
        at = [*self._fixed, *self._buffers(n)]
        for place, leaf in self._leaves:
            at[place] = operands(leaf)
        for function, inputs, out in self._steps:
            function(*[at[i] for i in inputs], out=at[out])
        return at[self._result], None if self._applicable is None else at[self._applicable]

    def _buffers(self, n: int) -> Iterable[Array]:
        floats = iter(_scratch.of("float", self._kinds.count("float"), n))
        bools = iter(_scratch.of("bool", self._kinds.count("bool"), n))
        return [next(floats if kind == "float" else bools) for kind in self._kinds]

    def _bound(self, program: Listing, places: dict[int, int]) -> list[Bound]:
        """Steps with places for numbers: a buffer is free again after the last step that reads it."""
        last = {n: i for i, step in enumerate(program.steps) for n in step.inputs}
        last |= {n: len(program.steps) for n in (program.result, program.applicable) if n is not None}
        free: dict[str, list[int]] = {"float": [], "bool": []}
        held: set[int] = set()
        bound = []
        for i, step in enumerate(program.steps):
            ending = [n for n in dict.fromkeys(step.inputs) if last[n] == i and n in held]
            held -= set(ending)
            kind, early = program.types[step.result], step.operation not in _OVERWRITING
            if early:
                _release(ending, places, free, program)
            places[step.result] = free[kind].pop() if free[kind] else self._new_buffer(kind)
            held.add(step.result)
            if not early:
                _release(ending, places, free, program)
            bound.append((_FUNCTIONS[step.operation], tuple(places[n] for n in step.inputs), places[step.result]))
        return bound

    def _new_buffer(self, kind: str) -> int:
        self._kinds.append(kind)
        return len(self._fixed) + len(self._kinds) - 1


def _release(ending: list[int], places: dict[int, int], free: dict[str, list[int]], program: Listing) -> None:
    for number in ending:
        free[program.types[number]].append(places[number])


def _choose(test: Array, yes: Array, no: Array, out: Array) -> None:
    np.copyto(out, no)
    np.copyto(out, yes, where=test)


_OVERWRITING: Final = frozenset({"where", "where_truth"})
"""Steps that write before they have read everything: their result needs a buffer of its own."""
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
