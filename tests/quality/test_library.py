"""The shipped rules: every one is sound, tried on a clean and a dirty example, and together they cover every class."""

from __future__ import annotations

from itertools import product

import pytest

from cleanheat.calc.expressions.fields import name_of
from cleanheat.calc.expressions.parsing import parse
from cleanheat.calc.expressions.scalar import evaluate
from cleanheat.calc.expressions.tree import ExpressionError
from cleanheat.quality.library import Shipped, shipped
from cleanheat.quality.vocabulary import DataClass, Dimension, Family
from cleanheat.quality.words import expression_of, vocabulary_of

RULES = {s.code: s for s in shipped()}


def _leaves(rule: Shipped, signal: str | None, operands):
    """The leaves that the operands' names stand for, and their values."""
    words = vocabulary_of(rule.spec(), signal)
    for name, value in operands.items():
        try:
            found = parse(name, words, "number")
        except ExpressionError:
            found = parse(name, words, "truth")
        yield found.leaves[0], value


def _sound(rule: Shipped, operands) -> bool | None:
    """What the rule says of the operands; None where it does not apply."""
    spec, signal = rule.spec(), next(iter(rule.content["each"]), None)
    known = {name_of(p): v.value for p, v in spec.parameters.items()}
    values = dict(_leaves(rule, signal, operands))

    def operand(leaf):
        if leaf in values:
            return values[leaf]
        assert getattr(leaf, "code", None) in known, f"{rule.code}: the example does not say {leaf}"
        return known[leaf.code]

    if spec.when and not evaluate(expression_of(spec, spec.when, signal), operand).truth:
        return None
    return evaluate(expression_of(spec, spec.expression, signal), operand).truth


@pytest.mark.parametrize("code", RULES)
def test_a_rule_is_sound(code):
    rule = RULES[code]
    spec = rule.spec()
    for signal in spec.each or (None,):
        assert expression_of(spec, spec.expression, signal).is_truth
        assert not spec.when or expression_of(spec, spec.when, signal).is_truth
    assert spec.zh
    assert len(spec.source) <= 60
    for name, parameter in spec.parameters.items():
        assert parameter.source, f"{name} needs a source"
        assert parameter.zh, f"{name} needs a name"


@pytest.mark.feature("A4-2")
@pytest.mark.feature("A4-3")
@pytest.mark.parametrize("code", RULES)
def test_a_rule_tells_clean_from_dirty(code):
    rule = RULES[code]
    assert _sound(rule, rule.good) is True
    assert _sound(rule, rule.bad) is False


@pytest.mark.feature("A4-2")
@pytest.mark.feature("A4-3")
@pytest.mark.parametrize(("data_class", "family"), list(product(list(DataClass)[:8], Family)))
def test_every_family_of_every_data_class_has_a_rule(data_class, family):
    assert any(r.data_class == data_class and r.content["family"] == family for r in RULES.values())


@pytest.mark.feature("A4-1")
def test_archives_and_weather_are_covered_and_every_dimension_is_used():
    assert len(RULES) >= 80
    assert {r.data_class for r in RULES.values()} == set(DataClass)
    used = {r.content["dimension"] for r in RULES.values()}
    assert used >= set(Dimension) - {Dimension.ACCESSIBILITY}


def test_parameters_are_used():
    for rule in RULES.values():
        spec = rule.spec()
        text = name_of(f"{spec.expression} {spec.when}")
        for name, p in spec.parameters.items():
            assert name_of(p.zh) in text or name in text, f"{rule.code}: {name}"
