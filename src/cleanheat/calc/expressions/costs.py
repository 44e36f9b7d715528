"""What a formula may cost at most: CPU time a row and how far back it looks, from the operations it is made of."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from cleanheat.calc.expressions.functions import FUNCTIONS
from cleanheat.calc.expressions.tree import Apply, Node, Read, ReadingLeaf, walk

MAX_COST_NS: Final = 400.0
"""A row; 120,000 rows of the largest kind stay below 50 ms."""
_OPERATION_NS: Final = MappingProxyType({"/": 2.0, "**": 30.0})


def cost_ns(tree: Node) -> float:
    """An upper bound of the CPU nanoseconds a row of all distinct operations and leaves."""
    return sum(_own_cost_ns(node) for node in walk(tree))


def lookback_min(tree: Node) -> int:
    """The longest window in minutes, 0 for a formula of present values only."""
    return max((_window_min(n.leaf) for n in walk(tree) if isinstance(n, Read) and isinstance(n.leaf, ReadingLeaf)),
               default=0)  # fmt: skip


def _own_cost_ns(node: Node) -> float:
    if isinstance(node, Apply):
        function = FUNCTIONS.get(node.operation)
        each = function.cost_ns if function else _OPERATION_NS.get(node.operation, 1.0)
        return each * max(len(node.arguments) - 1, 1)
    if isinstance(node, Read) and isinstance(node.leaf, ReadingLeaf):
        function = FUNCTIONS[node.leaf.function]
        return function.cost_ns + function.cost_ns_per_min * _window_min(node.leaf)
    return 0.5


def _window_min(leaf: ReadingLeaf) -> int:
    function = FUNCTIONS[leaf.function]
    windows = [arg for kind, arg in zip(function.arguments[1:], leaf.args, strict=False) if kind == "minutes"]
    return int(windows[0]) if windows else function.lookback_min
