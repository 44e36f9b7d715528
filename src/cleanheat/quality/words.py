"""What may a rule say, and is its text sound?  One door for rules on readings and rules on records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cleanheat.calc.expressions.fields import Vocabulary
from cleanheat.calc.expressions.functions import FUNCTIONS, Function
from cleanheat.calc.expressions.parsing import parse
from cleanheat.calc.expressions.tree import Expression, ExpressionError, ReadingLeaf
from cleanheat.kernel.quantities import KINDS
from cleanheat.quality.contents import is_measured
from cleanheat.quality.fields import kind_vocabulary, rule_vocabulary
from cleanheat.quality.records.fields import record_vocabulary, table_vocabulary, tables
from cleanheat.quality.specs import RuleSpec


@dataclass(frozen=True)
class Fault:
    """What is wrong with a rule: in which of its fields, where (1-based, 0 = the whole field), said in Chinese."""

    field: str
    message: str
    line: int = 0
    column: int = 0

    @property
    def place(self) -> str:
        return f"第 {self.line} 行第 {self.column} 列" if self.line else ""


def kinds() -> Mapping[str, str]:
    """Everything a rule can be about: measured kinds and tables of records, with their names."""
    return {code: k.zh for code, k in KINDS.items()} | {key: t.zh for key, t in tables().items()}


def base_vocabulary(kind: str) -> Vocabulary:
    """The names of a kind without any rule's own."""
    return kind_vocabulary(kind) if is_measured(kind) else table_vocabulary(kind)


def functions_of(kind: str) -> tuple[Function, ...]:
    """History and surroundings are known of readings, texts of records."""
    other = "text" if is_measured(kind) else "reading"
    return tuple(f for f in FUNCTIONS.values() if f.sort != other)


def vocabulary_of(spec: RuleSpec, signal: str | None = None) -> Vocabulary:
    """The names of one rule, asked of one of its signals."""
    if is_measured(spec.kind):
        return rule_vocabulary(spec.kind, spec.parameters, KINDS[spec.kind][signal] if signal else None)
    return record_vocabulary(spec.kind, spec.parameters)


def expression_of(spec: RuleSpec, text: str, signal: str | None = None) -> Expression:
    """The checked text of a rule; raises ``ExpressionError``."""
    found = parse(text, vocabulary_of(spec, signal), "truth")
    known = {f.key for f in functions_of(spec.kind)}
    for leaf in found.leaves:
        if isinstance(leaf, ReadingLeaf) and leaf.function not in known:
            raise ExpressionError(f"{kinds()[spec.kind]}不能使用函数“{FUNCTIONS[leaf.function].zh}”")
    return found


def faults(spec: RuleSpec) -> Iterator[Fault]:
    """Everything that keeps a rule from being published."""
    if not spec.zh.strip():
        yield Fault("title", "请填写规则名称")
    unknown = [n for name in ("each", "marks") for n in getattr(spec, name) if not _has(spec.kind, n)]
    if unknown:
        yield Fault("each", f"{kinds()[spec.kind]}没有信号 {'、'.join(unknown)}")
        return
    for name in ("expression", "when"):
        text = getattr(spec, name)
        if text or name == "expression":
            yield from _wrong(spec, name, text)


def _has(kind: str, name: str) -> bool:
    return name in KINDS[kind].index if is_measured(kind) else tables()[kind].field(name) is not None


def _wrong(spec: RuleSpec, name: str, text: str) -> Iterator[Fault]:
    """The first fault of a text; each signal may have another unit."""
    for signal in spec.each or (None,):
        try:
            expression_of(spec, text, signal)
        except ExpressionError as error:
            yield Fault(name, error.message, error.line, error.column)
            return
