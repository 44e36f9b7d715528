"""How is one rule asked of one patch of objects?  Which positions broke it, and to which did it not apply?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.expressions.blocks import BLOCK_ROWS, Operands, Outcome
from cleanheat.calc.expressions.tree import FieldLeaf, Leaf
from cleanheat.quality.engine.board import Places
from cleanheat.quality.engine.compiled import LOWER, UPPER, CompiledRule, bind
from cleanheat.quality.engine.readings import Patch
from cleanheat.quality.engine.tally import Tally
from cleanheat.telemetry.traces import WHOLE_ROW

FEW = 4
"""Where a rule's ``when`` leaves less than one row in so many, only those rows are gone through."""

Found = tuple[int, Places]
"""Column number (or ``WHOLE_ROW``) and the positions that broke the rule."""


def ask(rule: CompiledRule, patch: Patch, tally: Tally) -> list[Found]:
    """Ask one rule of all objects of a patch, note the answers, and say what was broken."""
    together = BLOCK_ROWS // max(patch.n, 1)
    if rule.asks_null:
        parts = [(i, _reported(rule, patch, patch.board.null(i, patch.at))) for i in rule.each]
    elif rule.asks_bounds:
        parts = [(i, _ask_bounds(rule, patch, i, tally)) for i in rule.each]
    elif rule.asks_sender:
        parts = [(WHOLE_ROW, _ask_senders(rule, patch, tally))]
    elif together < 2 or len(rule.each) < 2:
        parts = [_ask_one(rule, patch, i, tally) for i in rule.each or (WHOLE_ROW,)]
    else:
        chunks = [rule.each[i : i + together] for i in range(0, len(rule.each), together)]
        parts = [found for chunk in chunks for found in _ask_stacked(rule, patch, chunk, tally)]
    found = [(i, places) for i, places in parts if places.size]
    tally.violations += [places for _, places in found]
    if rule.marks and not rule.each:
        found = [(i, places) for _, places in found for i in rule.marks]
    tally.hits += found
    return found


def _ask_bounds(rule: CompiledRule, patch: Patch, i: int, tally: Tally) -> Places:
    broken, skipped = patch.board.outside(i, patch.at)
    tally.note(skipped=_meant(rule, patch, skipped))
    return _meant(rule, patch, broken)


def _ask_senders(rule: CompiledRule, patch: Patch, tally: Tally) -> Places:
    """What holds for all rows of a sender is asked once a sender; most minutes there is nothing more to do."""
    asked = _answers_of_senders(rule, patch)
    if asked is None:
        return _NONE
    sender = patch.board.sender[patch.at]
    broken, skipped, unasked = (_meant(rule, patch, of[sender].nonzero()[0]) for of in asked)
    tally.note(skipped=skipped, unasked=unasked)
    return broken


def _answers_of_senders(rule: CompiledRule, patch: Patch) -> tuple[NDArray[np.bool_], ...] | None:
    """By sender id: broken, not applicable, not asked; ``None`` where every sender fulfils the rule."""
    look, key = patch.look, (patch.kind, id(rule))
    if key not in look.sender_answers:
        broken, skipped, unasked = np.zeros((3, look.senders), dtype=bool)
        for first in range(0, look.senders, BLOCK_ROWS):
            part = slice(first, min(first + BLOCK_ROWS, look.senders))
            n = part.stop - part.start

            def operand(leaf: Leaf, part: slice = part) -> NDArray[np.float64]:
                return look.of_senders(patch.kind, leaf)[part]

            broken[part], skipped[part] = _flags(rule.stacked.test.run(operand, n))
            if rule.stacked.when is not None:
                unasked[part], unknown = _flags(rule.stacked.when.run(operand, n))
                skipped[part] = (skipped[part] & ~unasked[part]) | unknown
                broken[part] &= ~(unasked[part] | unknown)
        answers = tuple(answer & patch.board.sends for answer in (broken, skipped, unasked))
        look.sender_answers[key] = answers if any(a.any() for a in answers) else None
    return look.sender_answers[key]


def _flags(outcome: Outcome) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where the condition is broken, and where it does not apply."""
    untrue = ~_truth(outcome)
    if outcome.applicable is None:
        return untrue, np.zeros_like(untrue)
    return untrue & outcome.applicable, ~outcome.applicable


def _ask_one(rule: CompiledRule, patch: Patch, i: int, tally: Tally) -> Found:
    programs, asked = rule.of_signal.get(i, rule.stacked), None
    if programs.when is not None:
        outcome = programs.when.run(patch.operand, patch.n)
        asked, unasked = _truth(outcome), _split(outcome)
        _note_unasked(rule, patch, tally, *unasked)
        count = patch.n - sum(part.size for part in unasked)
        if not count:
            return i, _NONE
        if count * FEW < patch.n:
            few = asked.nonzero()[0]
            part = patch.part(few)
            broken, skipped = _split(programs.test.run(part.operand, part.n))
            tally.note(skipped=_meant(rule, patch, few[skipped]))
            return i, _meant(rule, patch, few[broken])
    broken, skipped = _split(programs.test.run(patch.operand, patch.n))
    if asked is not None:
        broken, skipped = broken[asked[broken]], skipped[asked[skipped]]
    tally.note(skipped=_meant(rule, patch, skipped))
    return i, _meant(rule, patch, broken)


def _note_unasked(rule: CompiledRule, patch: Patch, tally: Tally, unasked: Places, skipped: Places) -> None:
    tally.note(skipped=_meant(rule, patch, skipped), unasked=_meant(rule, patch, unasked))


def _ask_stacked(rule: CompiledRule, patch: Patch, signals: Sequence[int], tally: Tally) -> Iterator[Found]:
    """Several signals in one run, one behind the other: for kinds of few objects the runs cost more than the rows."""
    n = patch.n * len(signals)
    operands = _stacked(patch, [patch.board.spec.signals[i].code for i in signals], signals)
    places = np.tile(np.arange(patch.n), len(signals))
    asked: NDArray[np.bool_] | None = None
    if rule.stacked.when is not None:
        outcome = rule.stacked.when.run(operands, n)
        asked, unasked = _truth(outcome), _split(outcome)
        _note_unasked(rule, patch, tally, places[unasked[0]], places[unasked[1]])
    broken, skipped = _split(rule.stacked.test.run(operands, n))
    if asked is not None:
        broken, skipped = broken[asked[broken]], skipped[asked[skipped]]
    tally.note(skipped=_meant(rule, patch, places[skipped]))
    bounds = np.searchsorted(broken, np.arange(1, len(signals)) * patch.n)
    for i, of_signal in zip(signals, np.split(broken, bounds), strict=True):
        yield i, _meant(rule, patch, of_signal % patch.n)


def _stacked(patch: Patch, codes: Sequence[str], signals: Sequence[int]) -> Operands:
    def operand(leaf: Leaf) -> NDArray[np.float64]:
        if isinstance(leaf, FieldLeaf) and leaf.code in (LOWER, UPPER):
            of = [patch.board.spec.signals[i] for i in signals]
            return np.repeat([s.low if leaf.code == LOWER else s.high for s in of], patch.n)
        return np.concatenate([patch.operand(bind(leaf, code)) for code in codes])

    return operand


def _split(outcome: Outcome) -> tuple[Places, Places]:
    """Numbers that broke the condition, and those to which it did not apply."""
    numbers = (~_truth(outcome)).nonzero()[0]
    if outcome.applicable is None or not numbers.size:
        return numbers, _NONE
    applied = outcome.applicable[numbers]
    return numbers[applied], numbers[~applied]


def _truth(outcome: Outcome) -> NDArray[np.bool_]:
    if outcome.truth is None:
        raise TypeError("a rule is a condition, not a number")
    return outcome.truth


_NONE: Places = np.zeros(0, np.intp)


def _meant(rule: CompiledRule, patch: Patch, within: Places) -> Places:
    """Positions of the kind, of those within the patch that have reported and that the rule is for."""
    return _reported(rule, patch, patch.places(within)) if within.size else within


def _reported(rule: CompiledRule, patch: Patch, places: Places) -> Places:
    if not patch.board.is_full:
        places = places[patch.board.present[places]]
    return places if rule.mask is None else places[rule.mask[places]]
