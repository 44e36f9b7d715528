"""``make fuzz``: texts at random against the rule language; anything but an answer or a refusal ends the run.

Two sources of texts: atheris grows them by the branches they reach (``--atheris``), and a grammar with mutations makes
them here, so that many are accepted and run.  An accepted text is compiled, run over a few rows with missing values and
zeros, evaluated one by one, and described; arrays and single values must agree.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Sequence

import numpy as np

from cleanheat.calc.expressions import (
    Expression,
    ExpressionError,
    Leaf,
    Vocabulary,
    compile_blocks,
    describe,
    evaluate,
    parse,
)
from cleanheat.calc.expressions.costs import MAX_COST_NS
from cleanheat.calc.expressions.fields import Field
from cleanheat.calc.expressions.functions import FUNCTIONS

FIELDS = (
    Field("t_sup", "供水温度", "℃"), Field("t_ret", "回水温度", "℃"), Field("p", "供水压力", "MPa"),
    Field("on", "运行", type="flag"), Field("name", "名称", type="text", group="attribute"), Field("a", "甲"),
    Field("b", "乙"), Field("limit", "限值", "℃", group="parameter"),
)  # fmt: skip
WORDS = Vocabulary(FIELDS)
ROWS = np.array([math.nan, 0.0, 1.0, -2.5, 1e300, 60.0])
CPU_S = 0.5
"""Far above the 50 ms promised: a run shares its machine, and a slow text is an order of magnitude slower."""

_TOKENS = (
    *(f.code for f in FIELDS), *(f.zh for f in FIELDS), *(f"{k}(" for k in FUNCTIONS),
    *(f"{f.zh}（" for f in FUNCTIONS.values()), *"()（）,，+-*/<=[]{}:.'# \\@%~\"²１．\0\n\u202e\ud800",
    "**", "<=", "≥", "==", "!=", " and ", " or ", " not ", " if ", " else ", "且", "或", "非", "0", "1", "2.5", "1e308",
    "9" * 30, "10", "'abc'", "“abc”", ":=", "__class__", "lambda x: ", "import ", "f'{a}'", "...", "True", "None",
)  # fmt: skip


def try_text(text: str) -> bool:
    """Whether the text is accepted; raises what must not happen."""
    started = time.process_time()
    for expects in ("truth", "number"):
        try:
            formula = parse(text, WORDS, expects)  # type: ignore[arg-type]
        except ExpressionError as refusal:
            _check_refusal(refusal, text)
            continue
        _check_accepted(formula)
        return True
    if time.process_time() - started > CPU_S:
        raise AssertionError(f"refusing took {time.process_time() - started:.2f} s: {text!a}")
    return False


def _check_refusal(refusal: ExpressionError, text: str) -> None:
    lines = text.split("\n")
    if not (refusal.message and 1 <= refusal.line <= len(lines) and 1 <= refusal.column <= len(text) + 1):
        raise AssertionError(f"a refusal without a place: {refusal!r} of {text!a}")


def _check_accepted(formula: Expression) -> None:
    if formula.cost_ns > MAX_COST_NS:
        raise AssertionError(f"too dear: {formula.text!a}")
    describe(formula)
    operands: dict[Leaf, np.ndarray] = {leaf: np.roll(ROWS, i) for i, leaf in enumerate(formula.leaves)}
    started = time.process_time()
    outcome = compile_blocks(formula).run(operands.__getitem__, ROWS.size)
    if time.process_time() - started > CPU_S:
        raise AssertionError(f"slow: {formula.text!a}")
    for row in range(ROWS.size):
        one = evaluate(formula, lambda leaf, row=row: float(operands[leaf][row]))  # type: ignore[misc]
        applicable = outcome.applicable is None or bool(outcome.applicable[row])
        same = one.applicable == applicable
        if same and applicable and outcome.truth is not None:
            same = one.truth == bool(outcome.truth[row])
        if same and applicable and outcome.value is not None:
            same = one.value == float(outcome.value[row])
        if not same:
            raise AssertionError(f"row {row}: {one} against {outcome}: {formula.text!a}")


def made_at_random(chance: random.Random) -> str:
    """A text: a formula of the grammar, one with a few tokens changed, or a heap of tokens."""
    kind = chance.random()
    if kind < 0.2:
        return "".join(chance.choices(_TOKENS, k=chance.randint(1, 40)))
    text = _truth(chance, 3) if kind < 0.7 else _number(chance, 3)
    for _ in range(chance.choice((0, 0, 1, 1, 2, 5))):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(_TOKENS) + text[at + chance.choice((0, 0, 1, 3)) :]
    return text


def _number(chance: random.Random, depth: int) -> str:
    def inner() -> str:
        return _number(chance, depth - 1)

    if depth <= 0:
        return chance.choice(("a", "b", "甲", "乙", "0", "1", "2.5", "1e300", "上次(a)", "中位(b, 5)", "on"))
    match chance.randrange(8):
        case 0 | 1 | 2:
            return f"({inner()}{chance.choice('+-*/')}{inner()})"
        case 3:
            return f"{inner()} ** {chance.choice(('2', '3', '-1', '0.5', '0'))}"
        case 4:
            return f"{chance.choice(('abs', '平方根', 'exp', 'log10', 'sign', 'round', '-', ''))}({inner()})"
        case 5:
            return f"{chance.choice(('min', '较大', 'coalesce', '否则取'))}({inner()}, {inner()}, {inner()})"
        case 6:
            return f"({inner()} if {_truth(chance, depth - 1)} else {inner()})"
        case _:
            return f"限幅（{inner()}，{inner()}，{inner()}）"


def _truth(chance: random.Random, depth: int) -> str:
    def inner() -> str:
        return _truth(chance, depth - 1)

    compared = f"{_number(chance, depth - 1)} {chance.choice(('<', '<=', '＞', '≥', '==', '!='))} "
    compared += _number(chance, depth - 1)
    if depth <= 0:
        return compared
    match chance.randrange(7):
        case 0 | 1:
            return f"({inner()} {chance.choice(('and', 'or', '且', '或'))} {inner()})"
        case 2:
            return f"{chance.choice(('not ', '非 '))}({inner()})"
        case 3:
            return f"缺失({_number(chance, depth - 1)})"
        case 4:
            return f"如果({inner()}, {inner()}, {inner()})"
        case 5:
            return f"介于({_number(chance, depth - 1)}, {_number(chance, depth - 1)}, {_number(chance, depth - 1)})"
        case _:
            return compared


def by_grammar(runs: int, seed: int) -> None:
    """So many texts; prints what was accepted and how fast."""
    chance, started, accepted = random.Random(seed), time.process_time(), 0
    for _ in range(runs):
        text = made_at_random(chance)
        try:
            accepted += try_text(text)
        except BaseException:
            print(f"ESCAPE seed {seed}: {text!a}", flush=True)
            raise
    _report("grammar", runs, accepted, time.process_time() - started)


def by_atheris(runs: int, arguments: Sequence[str]) -> None:
    """So many texts grown by coverage; libFuzzer ends the process with an error at the first escape."""
    import atheris  # type: ignore[import-not-found]

    atheris.instrument_all()
    counted = {"texts": 0, "accepted": 0, "started": time.process_time()}

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        tokens = provider.ConsumeBool()
        if tokens:
            picked = [provider.PickValueInList(list(_TOKENS)) for _ in range(provider.ConsumeIntInRange(1, 60))]
            text = "".join(picked)
        else:
            text = provider.ConsumeUnicode(2_100)
        counted["texts"] += 1
        counted["accepted"] += try_text(text)
        if counted["texts"] == runs:
            _report("atheris", runs, int(counted["accepted"]), time.process_time() - counted["started"])

    atheris.Setup([sys.argv[0], f"-runs={runs}", "-max_len=700", "-timeout=20", *arguments], one)
    atheris.Fuzz()


def _report(source: str, runs: int, accepted: int, cpu_s: float) -> None:
    print(
        f"{source}: {runs:,} texts, {accepted:,} accepted, 0 escapes, 0 unexpected exceptions, "
        f"{runs / max(cpu_s, 1e-9):,.0f} texts a CPU second",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="fuzz_expressions")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="grow texts by coverage (needs the extra `fuzz`)")
    args = parser.parse_args()
    if args.atheris:
        by_atheris(args.runs, [f"-seed={args.seed}"])
    else:
        by_grammar(args.runs, args.seed)


if __name__ == "__main__":
    main()
