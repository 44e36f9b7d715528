"""How a formula becomes a straight list of array operations, each distinct one once, and checks of applicability.

A value that is not finite (missing, x/0, overflow) makes the formula not applicable.  Most operations carry such a
value on to their result by themselves (NaN + 1 is NaN), so only values on which that ends (a comparison, a divisor, a
branch) are checked, and of two checked values where one carries into the other only the latter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from cleanheat.calc.expressions.tree import Apply, Leaf, Node, Number, Read

Type = Literal["float", "bool"]
Checks = frozenset[int]
"""Numbers of values that must be finite (floats) or true (bools)."""

_CARRYING: Final = MappingProxyType(
    {"+": (0, 1), "-": (0, 1), "*": (0, 1), "/": (0,), "neg": (0,), "abs": (0,), "rint": (0,), "square": (0,),
     "sqrt": (0,)}
)  # fmt: skip
"""Operations whose result is not finite whenever these operands are not."""
_BOUNDED: Final = frozenset({"abs", "neg", "rint", "min", "max", "sign"})
"""Operations whose result is finite whenever all operands are; what they hide is checked at the operands."""
_TRUTHS: Final = frozenset({"<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "finite", "where_truth"})


@dataclass(frozen=True)
class Step:
    """One array operation: ``inputs`` are numbers of values, the result is the value ``result``."""

    operation: str
    inputs: tuple[int, ...]
    result: int


@dataclass
class Listing:
    """Values by number: constants, leaves, results of steps in order of computation."""

    types: list[Type] = field(default_factory=list)
    constants: dict[int, float] = field(default_factory=dict)
    leaves: dict[int, Leaf] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    result: int = -1
    applicable: int | None = None
    _known: dict[object, int] = field(default_factory=dict)
    _made_by: dict[int, Step] = field(default_factory=dict)

    def constant(self, value: float) -> int:
        return self._new(("constant", value, str(value)), "float", constant=value)

    def leaf(self, leaf: Leaf) -> int:
        return self._new(leaf, "float", leaf=leaf)

    def step(self, operation: str, *inputs: int) -> int:
        """The result of an operation; the same operation on the same values is done once."""
        key = (operation, inputs)
        if key in self._known:
            return self._known[key]
        before = self._made_by.get(inputs[0])
        if operation == "not" and before is not None and before.operation == "not":
            return before.inputs[0]
        number = self._new(key, "bool" if operation in _TRUTHS else "float")
        step = Step(operation, inputs, number)
        self.steps.append(step)
        self._made_by[number] = step
        return number

    def carried(self, number: int) -> frozenset[int]:
        """All values that make this one not finite when they are not, itself included."""
        reached, queue = {number}, [number]
        while queue:
            step = self._made_by.get(queue.pop())
            if step is not None:
                more = [step.inputs[i] for i in _CARRYING.get(step.operation, ())]
                queue += [n for n in more if n not in reached]
                reached.update(more)
        return frozenset(reached)

    def sources(self, number: int) -> frozenset[int]:
        """Values that stand for this one in a check: it is finite exactly when these are."""
        step = self._made_by.get(number)
        if step is None or not (step.operation in _BOUNDED or self._shrinks(step)):
            return frozenset({number})
        return frozenset().union(*(self.sources(n) for n in step.inputs))

    def _shrinks(self, step: Step) -> bool:
        """Whether it is a product with a constant of at most 1 or a quotient by one of at least 1."""
        sizes = [abs(self.constants[n]) for n in step.inputs if n in self.constants]
        if step.operation == "*":
            return any(size <= 1 for size in sizes)
        return step.operation == "/" and abs(self.constants.get(step.inputs[1], 0.0)) >= 1

    def _new(self, key: object, kind: Type, constant: float | None = None, leaf: Leaf | None = None) -> int:
        if key not in self._known:
            number = len(self.types)
            self.types.append(kind)
            self._known[key] = number
            if constant is not None:
                self.constants[number] = constant
            if leaf is not None:
                self.leaves[number] = leaf
        return self._known[key]


def listing(tree: Node) -> Listing:
    """The whole program of a formula."""
    out = Listing()
    value, checks = _emit(out, tree)
    if out.types[value] == "float":
        checks |= {value}
    out.result, out.applicable = value, _all(out, checks)
    return out


def _emit(out: Listing, node: Node) -> tuple[int, Checks]:
    """The number of a node's value, and what has to hold beside its own finiteness for it to count."""
    if isinstance(node, Number):
        return out.constant(node.value), frozenset()
    if isinstance(node, Read):
        return out.leaf(node.leaf), frozenset()
    parts = [_emit(out, a) for a in node.arguments]
    special = _SPECIAL.get(node.operation)
    if special is not None:
        return special(out, parts)
    values, checks = [v for v, _ in parts], frozenset[int]().union(*(c for _, c in parts))
    return _plain(out, node, values), checks | _ending(out, node, values)


def _ending(out: Listing, node: Apply, values: list[int]) -> Checks:
    """The operands whose finiteness this operation would hide."""
    carrying = _CARRYING.get(node.operation, ())
    return frozenset(
        v for i, v in enumerate(values) if i not in carrying and out.types[v] == "float" and v not in out.constants
    )


def _plain(out: Listing, node: Apply, values: list[int]) -> int:
    """The steps of one operation that knows no missing values."""
    first = values[0]
    match node.operation:
        case "min" | "max" | "and" | "or":
            for other in values[1:]:
                first = out.step(node.operation, first, other)
            return first
        case "clip":
            return out.step("min", out.step("max", first, values[1]), values[2])
        case "between":
            return out.step("and", out.step("<=", values[1], first), out.step("<=", first, values[2]))
        case "truth":
            return out.step("!=", first, out.constant(0.0))
        case "round":
            scale = out.constant(10.0 ** out.constants[values[1]])
            return out.step("/", out.step("rint", out.step("*", first, scale)), scale)
        case "**" if out.constants[values[1]] == 2:
            return out.step("square", first)
        case _:
            return out.step(node.operation, *values)


def _where(out: Listing, parts: list[tuple[int, Checks]]) -> tuple[int, Checks]:
    """Only the chosen branch counts: each branch's checks are folded into its value first."""
    (test, checks), (yes, yes_checks), (no, no_checks) = parts
    if out.types[yes] == "float":
        return out.step("where", test, _folded(out, yes, yes_checks), _folded(out, no, no_checks)), checks
    value = out.step("where_truth", test, yes, no)
    if not yes_checks and not no_checks:
        return value, checks
    return value, checks | {out.step("where_truth", test, _all_or_true(out, yes_checks), _all_or_true(out, no_checks))}


def _is_null(out: Listing, parts: list[tuple[int, Checks]]) -> tuple[int, Checks]:
    value, checks = parts[0]
    return out.step("not", _all_or_true(out, _own(out, value, checks))), frozenset()


def _coalesce(out: Listing, parts: list[tuple[int, Checks]]) -> tuple[int, Checks]:
    """From the last to the first: where an argument counts, it takes over."""
    value = _folded(out, *parts[-1])
    for first, checks in reversed(parts[:-1]):
        value = out.step("where", _all_or_true(out, _own(out, first, checks)), first, value)
    return value, frozenset()


def _own(out: Listing, value: int, checks: Checks) -> Checks:
    return checks | {value} if out.types[value] == "float" else checks


def _folded(out: Listing, value: int, checks: Checks) -> int:
    """The value with NaN where its checks fail."""
    good = _all(out, checks)
    return value if good is None else out.step("where", good, value, out.constant(float("nan")))


def _all_or_true(out: Listing, checks: Checks) -> int:
    good = _all(out, checks)
    return out.step("==", out.constant(0.0), out.constant(0.0)) if good is None else good


def _all(out: Listing, checks: Checks) -> int | None:
    """One truth of all checks, without those another check covers; ``None`` when there is nothing to check."""
    checks = frozenset().union(*(out.sources(c) for c in checks)) - out.constants.keys()
    covered = {c: out.carried(c) for c in checks}
    needed = [c for c in sorted(checks) if not any(c in covered[other] for other in checks if other != c)]
    good: int | None = None
    for check in needed:
        one = check if out.types[check] == "bool" else out.step("finite", check)
        good = one if good is None else out.step("and", good, one)
    return good


_SPECIAL: Final = MappingProxyType({"where": _where, "isnull": _is_null, "coalesce": _coalesce})
