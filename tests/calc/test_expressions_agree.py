"""Arrays, arrays in pieces and single values give the same answers, whatever the formula and the operands."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanheat.calc.expressions import (
    BLOCK_ROWS,
    ExpressionError,
    compile_blocks,
    describe,
    evaluate,
    parse,
)
from tests.calc.formula_city import CITY, numbers, truths

N = 60
_VALUES = st.one_of(
    st.sampled_from((math.nan, 0.0, -0.0, 1.0, -1.0, 1e308, -1e308, 1e-308, math.inf)),
    st.floats(-100, 100),
    st.floats(allow_nan=True, allow_infinity=True),
)
_EASY = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def columns(draw, formula):
    """Values for every leaf, a few hard ones drawn and spread over all rows."""
    held = {}
    for i, leaf in enumerate(formula.leaves):
        few = draw(st.lists(_VALUES, min_size=1, max_size=9))
        held[leaf] = np.resize(np.roll(np.array(few), i), N)
    return held


def check(draw, text, expects):
    try:
        formula = parse(text, CITY, expects)
    except ExpressionError as refused:
        assert "过" in refused.message  # noqa: PT017 - too deep, too large, too dear: the only way these are refused
        return
    assert describe(formula)
    held = columns(draw, formula)
    program = compile_blocks(formula)
    whole = program.run(held.__getitem__, N)
    cut = draw(st.integers(0, N))
    parts = [program.run(lambda leaf, a=a, b=b: held[leaf][a:b], b - a) for a, b in ((0, cut), (cut, N))]
    for name in ("truth", "value", "applicable"):
        one, two = getattr(whole, name), [getattr(p, name) for p in parts]
        assert (one is None) == (two[0] is None) == (two[1] is None)
        if one is not None:
            assert np.array_equal(one, np.concatenate(two), equal_nan=name == "value")
    for row in range(N):
        single = evaluate(formula, lambda leaf, row=row: float(held[leaf][row]))
        applicable = whole.applicable is None or whole.applicable[row]
        assert single.applicable == applicable
        if applicable:
            assert single.truth == (None if whole.truth is None else whole.truth[row])
            assert single.value == (None if whole.value is None else whole.value[row])
        elif whole.truth is not None:
            assert not whole.truth[row]
        else:
            assert math.isnan(whole.value[row])


@_EASY
@given(st.data())
def test_conditions_agree(data):
    check(data.draw, data.draw(truths()), "truth")


@_EASY
@given(st.data())
def test_numbers_agree(data):
    check(data.draw, data.draw(numbers()), "number")


@_EASY
@given(st.text(max_size=60))
def test_any_text_is_answered_or_refused(text):
    try:
        parse(text, CITY)
    except ExpressionError as refused:
        assert refused.message  # noqa: PT017 - either way is right, nothing else is


def test_operands_are_not_changed_and_answers_are_kept():
    formula = parse("甲 + 乙 > 1 or 缺失(甲)", CITY)
    program = compile_blocks(formula)
    held = {leaf: np.array([1.0, math.nan, 3.0]) for leaf in formula.leaves}
    before = {leaf: v.copy() for leaf, v in held.items()}
    first = program.run(held.__getitem__, 3)
    kept = first.truth.copy(), first.applicable.copy()
    program.run(lambda _: np.zeros(3), 3)
    compile_blocks(parse("丙 > 5", CITY)).run(lambda _: np.zeros(3), 3)
    assert np.array_equal(first.truth, kept[0])
    assert np.array_equal(first.applicable, kept[1])
    assert all(np.array_equal(held[leaf], before[leaf], equal_nan=True) for leaf in held)


def test_threads_do_not_disturb_each_other():
    program = compile_blocks(parse("(甲 + 乙) * (甲 - 乙) == 甲 * 甲 - 乙 * 乙", CITY))
    wrong: list[int] = []

    def work(seed: int) -> None:
        values = np.random.default_rng(seed).integers(0, 1000, BLOCK_ROWS).astype(np.float64)
        runs = (program.run(lambda _: values, BLOCK_ROWS).truth.all() for _ in range(50))
        wrong.extend(seed for right in runs if not right)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_block_has_its_limit():
    program = compile_blocks(parse("甲 > 1", CITY))
    with pytest.raises(ValueError, match="at most 16384 rows"):
        program.run(lambda _: np.zeros(BLOCK_ROWS + 1), BLOCK_ROWS + 1)
    assert program.run(lambda _: np.zeros(0), 0).truth.shape == (0,)
    assert compile_blocks(parse("1 > 0", CITY)).run(lambda _: np.zeros(4), 4).truth.tolist() == [True] * 4


def test_what_occurs_twice_is_computed_once():
    text = "abs(甲 * 乙 / 3 - 丙) < 0.1 * max(abs(甲 * 乙 / 3), 1)"
    assert parse(text, CITY).operations == 8
    assert parse(text.replace("甲 * 乙 / 3)", "甲 * 乙 / 4)"), CITY).operations == 9
