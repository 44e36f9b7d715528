"""How is one rule asked of one patch of objects?  Which positions broke it, and to which did it not apply?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.expressions.blocks import BLOCK_ROWS, Operands, Outcome
from cleanheat.calc.expressions.tree import FieldLeaf, Leaf
from cleanheat.quality.engine.board import Places
from cleanheat.quality.engine.compiled import LOWER, UPPER, CompiledRule, Programs, bind
from cleanheat.quality.engine.readings import Patch
from cleanheat.quality.engine.tally import Tally
from cleanheat.telemetry.traces import WHOLE_ROW

FEW = 4
"""Where a rule's ``when`` leaves less than one row in so many, only those rows are gone through."""

Found = tuple[int, Places]
"""Column number (or ``WHOLE_ROW``) and the positions that broke the rule."""


def ask_whole(rule: CompiledRule, whole: Patch, tally: Tally) -> list[Found]:
    """Ask a rule whose question has a short answer (``asks_whole``) of all objects of a kind at once."""
    if rule.asks_null:
        parts = [(i, _reported(rule, whole, whole.board.null(i))) for i in rule.each]
    elif rule.asks_bounds:
        parts = [(i, _ask_bounds(rule, whole, i, tally)) for i in rule.each]
    else:
        parts = [(WHOLE_ROW, _ask_senders(rule, whole, tally))]
    return _noted(rule, tally, parts)


def ask(rule: CompiledRule, patch: Patch, tally: Tally) -> list[Found]:
    """Ask one rule of all objects of a patch, note the answers, and say what was broken."""
    together = BLOCK_ROWS // max(patch.n, 1)
    if together < 2 or len(rule.each) < 2:
        parts = [_ask_one(rule, patch, i, tally) for i in rule.each or (WHOLE_ROW,)]
    else:
        chunks = [rule.each[i : i + together] for i in range(0, len(rule.each), together)]
        parts = [found for chunk in chunks for found in _ask_stacked(rule, patch, chunk, tally)]
    return _noted(rule, tally, parts)


def _noted(rule: CompiledRule, tally: Tally, parts: list[Found]) -> list[Found]:
    found = [(i, places) for i, places in parts if places.size]
    if not found:
        return found
    tally.violations += [places for _, places in found]
    if rule.marks and not rule.each:
        found = [(i, places) for _, places in found for i in rule.marks]
    tally.hits += found
    return found


def _ask_bounds(rule: CompiledRule, whole: Patch, i: int, tally: Tally) -> Places:
    broken, skipped = whole.board.outside(i)
    tally.note(skipped=_reported(rule, whole, skipped))
    return _reported(rule, whole, broken)


def _ask_senders(rule: CompiledRule, patch: Patch, tally: Tally) -> Places:
    """What holds for all rows of a sender is asked once a sender; most minutes there is nothing more to do."""
    asked = _answers_of_senders(rule, patch)
    if asked is None:
        return _NONE
    broken, skipped, unasked = asked
    if rule.mask is None:
        tally.skipped_rows.append(patch.rows_by_sender * skipped)
        tally.unasked_rows.append(patch.rows_by_sender * unasked)
    else:
        tally.note(skipped=_rows_of(rule, patch, skipped), unasked=_rows_of(rule, patch, unasked))
    return _rows_of(rule, patch, broken)


def _rows_of(rule: CompiledRule, patch: Patch, senders: NDArray[np.bool_]) -> Places:
    return _meant(rule, patch, senders[patch.board.sender].nonzero()[0]) if senders.any() else _NONE


def _answers_of_senders(rule: CompiledRule, patch: Patch) -> tuple[NDArray[np.bool_], ...] | None:
    """By sender id: broken, not applicable, not asked; ``None`` where every sender fulfils the rule."""
    look = patch.look
    broken, skipped, unasked = np.zeros((3, look.senders), dtype=bool)
    for first in range(0, look.senders, BLOCK_ROWS):
        part = slice(first, min(first + BLOCK_ROWS, look.senders))
        n = part.stop - part.start

        def operand(leaf: Leaf, part: slice = part) -> NDArray[np.float64]:
            return look.of_senders(patch.kind, leaf)[part]

        broken[part], skipped[part] = _flags(rule.stacked.test.run(operand, n, silenced=True))
        if rule.stacked.when is not None:
            unasked[part], unknown = _flags(rule.stacked.when.run(operand, n, silenced=True))
            skipped[part] = (skipped[part] & ~unasked[part]) | unknown
            broken[part] &= ~(unasked[part] | unknown)
    sends = look.kinship.sends(patch.kind, look.senders)
    answers = tuple(answer & sends for answer in (broken, skipped, unasked))
    return answers if any(a.any() for a in answers) else None


def _flags(outcome: Outcome) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where the condition is broken, and where it does not apply."""
    untrue = ~_truth(outcome)
    if outcome.applicable is None:
        return untrue, np.zeros_like(untrue)
    return untrue & outcome.applicable, ~outcome.applicable


def _ask_one(rule: CompiledRule, patch: Patch, i: int, tally: Tally) -> Found:
    programs, asked = rule.of_signal.get(i, rule.stacked), None
    if programs.when is not None:
        outcome = programs.when.run(patch.operand, patch.n, silenced=True)
        asked = _truth(outcome)
        if (count := np.count_nonzero(asked)) * FEW < patch.n:
            return i, _ask_few(rule, programs, patch, outcome, tally) if count else _ask_none(
                rule, patch, outcome, tally
            )
        _note_unasked(rule, patch, tally, *_split(outcome))
    broken, skipped = _split(programs.test.run(patch.operand, patch.n, silenced=True))
    if asked is not None:
        broken, skipped = broken[asked[broken]], skipped[asked[skipped]]
    if skipped.size == patch.n and rule.mask is None:  # nothing is known yet of anybody here
        tally.skipped_rows.append(patch.rows_by_sender)
    else:
        tally.note(skipped=_meant(rule, patch, skipped))
    return i, _meant(rule, patch, broken)


def _ask_none(rule: CompiledRule, patch: Patch, outcome: Outcome, tally: Tally) -> Places:
    """Nobody in the patch is asked."""
    unknown = _NONE if outcome.applicable is None else (~outcome.applicable).nonzero()[0]
    skipped = _meant(rule, patch, unknown)
    tally.note(skipped=skipped)
    _note_all_but(rule, patch, tally, skipped)
    return _NONE


def _ask_few(rule: CompiledRule, programs: Programs, patch: Patch, outcome: Outcome, tally: Tally) -> Places:
    """Only the few rows to which the rule applies are gone through."""
    few = _truth(outcome).nonzero()[0]
    unknown = _NONE if outcome.applicable is None else (~outcome.applicable).nonzero()[0]
    part = patch.part(few)
    broken, unclear = _split(programs.test.run(part.operand, part.n, silenced=True))
    without = _meant(rule, patch, unknown)
    tally.note(skipped=without)
    tally.note(skipped=_meant(rule, patch, few[unclear]))
    _note_all_but(rule, patch, tally, np.concatenate([without, _meant(rule, patch, few)]))
    return _meant(rule, patch, few[broken])


def _note_all_but(rule: CompiledRule, patch: Patch, tally: Tally, others: Places) -> None:
    """Everybody in the patch is left unasked except these positions."""
    if rule.mask is None:
        tally.unasked_rows.append(patch.rows_by_sender)
    else:
        tally.unasked.append(_meant(rule, patch, np.arange(patch.n)))
    if others.size:
        tally.asked_after_all.append(others)


def _note_unasked(rule: CompiledRule, patch: Patch, tally: Tally, unasked: Places, skipped: Places) -> None:
    tally.note(skipped=_meant(rule, patch, skipped), unasked=_meant(rule, patch, unasked))


def _ask_stacked(rule: CompiledRule, patch: Patch, signals: Sequence[int], tally: Tally) -> Iterator[Found]:
    """Several signals in one run, one behind the other: for kinds of few objects the runs cost more than the rows."""
    n = patch.n * len(signals)
    operands = _stacked(patch, [patch.board.spec.signals[i].code for i in signals], signals)
    places = np.tile(np.arange(patch.n), len(signals))
    asked: NDArray[np.bool_] | None = None
    if rule.stacked.when is not None:
        outcome = rule.stacked.when.run(operands, n, silenced=True)
        asked, unasked = _truth(outcome), _split(outcome)
        _note_unasked(rule, patch, tally, places[unasked[0]], places[unasked[1]])
    broken, skipped = _split(rule.stacked.test.run(operands, n, silenced=True))
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
