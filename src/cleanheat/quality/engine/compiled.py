"""What becomes of published rules before anything is judged: programs, phases, masks, and what history must hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from cleanheat.assets.archive import Archive
from cleanheat.calc.expressions.blocks import Program, compile_blocks
from cleanheat.calc.expressions.functions import PREVIOUS_MIN
from cleanheat.calc.expressions.parsing import parse
from cleanheat.calc.expressions.tree import (
    Apply,
    Expression,
    ExpressionError,
    FieldLeaf,
    Leaf,
    Node,
    Number,
    Read,
    ReadingLeaf,
    walk,
)
from cleanheat.calc.expressions.windows import WINDOWED
from cleanheat.kernel.quantities import KINDS, Signal
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.engine.history import Needs
from cleanheat.quality.engine.regularities import Regularities
from cleanheat.quality.engine.scope import Mask, mask_of
from cleanheat.quality.fields import rule_vocabulary
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import Action, Family, Fill

log = structlog.get_logger(__name__)

VALUE, LOWER, UPPER = "value", "low", "high"
"""Codes of 值 (in a program for several signals at once), 下限 and 上限."""

PHASES: Final[Mapping[Family, int]] = {
    Family.TIMELINESS: 0,
    Family.COMPLETENESS: 1,
    Family.BOUNDARY: 2,
    Family.NORMATIVITY: 2,
    Family.JUMP: 3,
    Family.CORRELATED: 4,
}
"""In which order rules are asked: what an earlier phase found bad is a missing operand of the later ones."""

_OF_SENDERS = frozenset({"lag_min", "clock_offset_min", "repeats", "in_season", "hour", "month"})
"""Fields that are the same for all rows of a sender (or of the minute)."""

_PREVIOUS = frozenset({"prev", "delta", "rate"})
_ELSEWHERE = frozenset({"parent", "sum_children", "peers_median"})
"""Functions that look at other objects, and so wait until all of them have passed the earlier phases."""

FILL_WINDOW_MIN: Final = 60
SWAP_MEMORY_MIN: Final = 59
"""How long the last trusted values tell which of two signals is which: swapped ones are not trusted themselves."""

_FILL_LOOKBACK: Final[Mapping[Fill, int]] = {
    Fill.HOLD: PREVIOUS_MIN,
    Fill.UNIT: PREVIOUS_MIN,
    Fill.MEAN: FILL_WINDOW_MIN - 1,
    Fill.MEDIAN: FILL_WINDOW_MIN - 1,
    Fill.MODE: FILL_WINDOW_MIN - 1,
}
COUNTED_ONLY: Final = frozenset({"room", "device"})
"""Kinds whose plain null marks leave no hit of their own: 230,000 small sensors lose some values every minute, and the
mark in the stored row with its verdict already says all that a hit would."""


@dataclass(frozen=True)
class Programs:
    """A rule's condition and the one that says to which rows it applies."""

    test: Program
    when: Program | None

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        return self.test.leaves if self.when is None else (*self.when.leaves, *self.test.leaves)


@dataclass(frozen=True)
class CompiledRule:
    """One rule ready to run.  ``each`` and ``marks`` are column numbers of its kind.

    ``of_signal`` holds a program for each signal of an ``each`` rule with its name and bounds put in; ``stacked`` asks
    several signals in one run, for kinds of few objects.  A rule without ``each`` has only ``stacked``.
    """

    spec: RuleSpec
    phase: int
    each: tuple[int, ...]
    marks: tuple[int, ...]
    of_signal: Mapping[int, Programs]
    stacked: Programs
    mask: Mask | None
    looks_elsewhere: bool
    asks_null: bool
    """Whether all it asks is that a value be there: the board knows."""
    asks_bounds: bool
    """Whether it asks that a value lie within the signal's bounds: received integers can be compared as they are."""
    asks_sender: bool
    """Whether it says the same of all rows of a sender."""
    leaves: tuple[Leaf, ...]

    @property
    def asks_whole(self) -> bool:
        """Whether one answer for all objects of the kind is had at once."""
        return self.asks_null or self.asks_bounds or self.asks_sender

    @property
    def targets(self) -> tuple[int, ...]:
        """Columns that get a verdict; none for a rule on whole rows."""
        return self.each or self.marks

    @property
    def verdict(self) -> Verdict | None:
        """What is written; a note leaves the value alone, a dropped value is at least bad."""
        if self.spec.action is Action.NOTE:
            return None
        return max(self.spec.verdict, Verdict.BAD) if self.spec.action is Action.DROP else self.spec.verdict

    @property
    def leaves_hits(self) -> bool:
        is_plain_missing = bool(self.each) and self.spec.family is Family.COMPLETENESS
        return not (is_plain_missing and self.spec.kind in COUNTED_ONLY)


@dataclass(frozen=True)
class RuleSet:
    """All rules of one library version, compiled for one archive."""

    rules: Mapping[str, tuple[CompiledRule, ...]]
    """By kind, in the order of phases."""

    needs: Mapping[str, Needs]
    regularities: Regularities | None
    refused: Mapping[str, str]
    """Codes of rules that do not compile (any more), with the reason: they are left out, the others hold."""

    @classmethod
    def compile(cls, specs: Iterable[RuleSpec], archive: Archive, regularities: Regularities | None = None) -> RuleSet:
        """A rule that cannot be compiled costs itself, never the minute."""
        rules: dict[str, list[CompiledRule]] = {kind: [] for kind in KINDS}
        refused: dict[str, str] = {}
        for spec in specs:
            try:
                rules[spec.kind].append(compile_rule(spec, archive))
            except (ExpressionError, KeyError) as error:
                refused[spec.code] = str(error)
                log.warning("rule left out", rule=spec.code, reason=str(error))
        ordered = {kind: tuple(sorted(own, key=lambda r: (r.phase, r.spec.number))) for kind, own in rules.items()}
        return cls(ordered, _needs(ordered), regularities, refused)

    def __iter__(self) -> Iterator[CompiledRule]:
        return (rule for own in self.rules.values() for rule in own)


def compile_rule(spec: RuleSpec, archive: Archive) -> CompiledRule:
    """Raises ``ExpressionError`` (a wrong text) or ``KeyError`` (a signal the kind does not have)."""
    kind = KINDS[spec.kind]
    of_signal = {kind.index[code]: _programs(spec, kind[code]) for code in spec.each}
    each, plain = tuple(of_signal), _plain(spec)
    stacked = _programs(spec, kind[spec.each[0]] if spec.each else None, stacked=True)
    leaves = tuple(dict.fromkeys(leaf for p in of_signal.values() or [stacked] for leaf in p.leaves))
    return CompiledRule(
        spec=spec,
        phase=PHASES[spec.family],
        each=each,
        marks=tuple(kind.index[code] for code in spec.marks),
        of_signal=of_signal,
        stacked=stacked,
        mask=mask_of(spec.scope, spec.kind, archive),
        looks_elsewhere=any(isinstance(leaf, ReadingLeaf) and leaf.function in _ELSEWHERE for leaf in leaves),
        asks_null=plain == "presence",
        asks_bounds=plain == "bounds",
        asks_sender=not each and all(isinstance(leaf, FieldLeaf) and leaf.code in _OF_SENDERS for leaf in leaves),
        leaves=leaves,
    )


def _plain(spec: RuleSpec) -> str:
    """The two questions that are asked of every value there is, however they are written: they have shorter answers."""
    if not spec.each or spec.when.strip():
        return ""
    signal = replace(KINDS[spec.kind][spec.each[0]], code=VALUE)
    match parse(spec.expression, rule_vocabulary(spec.kind, spec.parameters, signal)).tree:
        case Apply("not", (Apply("isnull", (Read(FieldLeaf("value")),)),)):
            return "presence"
        case Apply("between", (Read(FieldLeaf("value")), Read(FieldLeaf("low")), Read(FieldLeaf("high")))):
            return "bounds"
    return ""


def _programs(spec: RuleSpec, signal: Signal | None, *, stacked: bool = False) -> Programs:
    """With parameters, and bounds of the one signal asked, put in as numbers; stacked, 值 and bounds stay open."""
    bound: dict[Leaf, float] = {FieldLeaf(name): p.value for name, p in spec.parameters.items()}
    if signal is not None and stacked:
        signal = replace(signal, code=VALUE)
    elif signal is not None:
        bound |= {FieldLeaf(LOWER): signal.low, FieldLeaf(UPPER): signal.high}
    words = rule_vocabulary(spec.kind, spec.parameters, signal)
    return Programs(
        _program(parse(spec.expression, words), bound),
        _program(parse(spec.when, words), bound) if spec.when.strip() else None,
    )


def _program(expression: Expression, bound: Mapping[Leaf, float]) -> Program:
    tree = _substituted(expression.tree, bound)
    leaves = tuple(dict.fromkeys(n.leaf for n in walk(tree) if isinstance(n, Read)))
    return compile_blocks(replace(expression, tree=tree, leaves=leaves))


def _substituted(node: Node, bound: Mapping[Leaf, float]) -> Node:
    if isinstance(node, Apply):
        return Apply(node.operation, tuple(_substituted(a, bound) for a in node.arguments))
    if isinstance(node, Read) and node.leaf in bound:
        return Number(bound[node.leaf])
    return node


def bind(leaf: Leaf, code: str) -> Leaf:
    """A leaf on 值 as it reads when asked of one signal."""
    if isinstance(leaf, FieldLeaf):
        return FieldLeaf(code) if leaf.code == VALUE else leaf
    args = tuple(code if a == VALUE else a for a in leaf.args)
    return ReadingLeaf(leaf.function, code if leaf.field_code == VALUE else leaf.field_code, args)


def _needs(rules: Mapping[str, Sequence[CompiledRule]]) -> dict[str, Needs]:
    lookback: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    resting: dict[str, set[str]] = {kind: set() for kind in KINDS}

    def look(kind: str, code: str, minutes: int) -> None:
        lookback[kind][code] = max(lookback[kind].get(code, 0), minutes)

    for rule in (r for own in rules.values() for r in own):
        kind = rule.spec.kind
        for leaf in rule.leaves:
            if isinstance(leaf, ReadingLeaf):
                for code, minutes in _lookback(leaf):
                    look(kind, code, minutes)
                if leaf.function == "unchanged_min":
                    resting[kind].add(leaf.field_code)
        if rule.spec.action is Action.CORRECT and rule.spec.fill in _FILL_LOOKBACK:
            for i in rule.targets:
                look(kind, KINDS[kind].signals[i].code, _FILL_LOOKBACK[rule.spec.fill])
    return {kind: Needs(lookback[kind], frozenset(resting[kind])) for kind in KINDS}


def _lookback(leaf: ReadingLeaf) -> Iterator[tuple[str, int]]:
    """Signals whose past a function reads, and how many minutes of it."""
    if leaf.function in _PREVIOUS:
        yield leaf.field_code, PREVIOUS_MIN
    elif leaf.function in WINDOWED:
        yield leaf.field_code, int(leaf.args[0]) - 1
    elif leaf.function == "swapped":
        yield leaf.field_code, SWAP_MEMORY_MIN
        yield str(leaf.args[0]), SWAP_MEMORY_MIN
