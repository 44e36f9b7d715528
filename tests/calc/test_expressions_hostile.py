"""No text reaches beyond the language: each is refused quickly, in Chinese, with its place, and never otherwise."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from cleanheat.calc.expressions import BLOCK_ROWS, ExpressionError, compile_blocks, parse
from cleanheat.calc.expressions.costs import MAX_COST_NS
from tests.calc.formula_city import CITY
from tests.calc.hostile_expressions import HOSTILE
from tools.fuzz_expressions import made_at_random, try_text

CPU_S = 0.05


def test_the_list_is_long_and_without_repeats():
    assert len(HOSTILE) == len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:40]))
def test_hostile_text_is_refused(text):
    for expects in ("truth", "number"):
        if expects == "number" and text in {"t_sup", "t_sup + 1"}:
            continue
        spent = []
        for _ in range(3):  # the best counts: the collector may run in between
            started = time.process_time()
            with pytest.raises(ExpressionError) as refusal:
                parse(text, CITY, expects)
            spent.append(time.process_time() - started)
        assert min(spent) < CPU_S
        assert refusal.value.message
        assert refusal.value.line >= 1
        assert refusal.value.column >= 1


@pytest.mark.parametrize(
    "text",
    [
        "abs(t_sup) + " * 30 + "1 > 0",
        "exp(log10(sqrt(plain_a))) > " + "+".join(["plain_b"] * 20),
        "+".join(f"(plain_a + {i}) ** 3" for i in range(12)) + " > 1",
        " or ".join(f"plain_a == {i}" for i in range(100)),
        "max(" + ",".join(f"plain_a * {i}" for i in range(60)) + ") > 1",
    ],
)
def test_the_dearest_accepted_texts_stay_cheap_over_a_frame(text):
    """120,000 rows, the largest kind, measured generously: three tries, the best counts."""
    formula = parse(text, CITY)
    assert formula.cost_ns <= MAX_COST_NS
    program = compile_blocks(formula)
    block = np.linspace(0.5, 90.0, BLOCK_ROWS)

    def frame() -> float:
        started = time.process_time()
        for _ in range(-(-120_000 // BLOCK_ROWS)):
            program.run(lambda _: block, BLOCK_ROWS)
        return time.process_time() - started

    assert min(frame() for _ in range(3)) < 2 * CPU_S


@pytest.mark.slow
def test_twenty_thousand_texts_at_random_do_not_escape():
    chance = random.Random(20261122)
    accepted = sum(try_text(made_at_random(chance)) for _ in range(20_000))
    assert accepted > 500, "the texts are too wild to test what is accepted"
