"""On which condition may a step be taken?  Guards are expressions over what is known of the item, never code.

Known: level 级别, hours_open 已历时小时, late 超时次数, escalation 升级次数, from_city 市级签发 and in_district
区级复核 (1 or 0: issued by the city itself; a district supervises it), each counter by its key or Chinese name, and the
number fields of the step's own form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from cleanheat.calc.expressions.fields import Field, Vocabulary
from cleanheat.calc.expressions.parsing import parse
from cleanheat.calc.expressions.scalar import evaluate
from cleanheat.calc.expressions.tree import Expression, ExpressionError, FieldLeaf, Leaf
from cleanheat.infra.flow.definition import FlowDefinition, Transition
from cleanheat.infra.flow.standing import Standing

_KNOWN = (
    ("level", "级别"),
    ("hours_open", "已历时小时"),
    ("late", "超时次数"),
    ("escalation", "升级次数"),
    ("from_city", "市级签发"),
    ("in_district", "区级复核"),
)


@dataclass(frozen=True)
class Known:
    """What is known of an item beside its standing."""

    level: int
    hours_open: float = 0.0
    from_city: bool = True
    in_district: bool = False


def guard_fault(definition: FlowDefinition, taken: Transition) -> str:
    """What is wrong with the guard's text, in Chinese; empty: nothing."""
    try:
        expression = _parsed(taken.guard, _names(definition, taken))
    except ExpressionError as error:
        return str(error)
    return "" if all(isinstance(leaf, FieldLeaf) for leaf in expression.leaves) else "不能使用历史取值函数"


def holds(definition: FlowDefinition, taken: Transition, facts: Mapping[str, Any]) -> bool:
    """Is the guard fulfilled?  A missing fact makes it not: what is not known permits nothing."""

    def operand(leaf: Leaf) -> float | None:
        value = facts.get(leaf.code) if isinstance(leaf, FieldLeaf) else None
        return None if value is None else float(value)

    if not taken.guard:
        return True
    return evaluate(_parsed(taken.guard, _names(definition, taken)), operand).truth is True


def facts_of(now: Standing, known: Known, fields: Mapping[str, Any]) -> dict[str, Any]:
    own = {**{k: float(v) for k, v in asdict(known).items()}, "late": now.late, "escalation": now.escalation}
    numbers = {key: value for key, value in fields.items() if isinstance(value, int | float)}
    return {**numbers, **now.counts, **own}


def _names(definition: FlowDefinition, taken: Transition) -> tuple[tuple[str, str], ...]:
    counters = [(c.key, c.zh) for c in definition.counters]
    return (*_KNOWN, *counters, *((f.key, f.zh) for f in taken.form if f.type == "number"))


@cache
def _parsed(text: str, names: tuple[tuple[str, str], ...]) -> Expression:
    return parse(text, Vocabulary([Field(code, zh) for code, zh in names]), expects="truth")
