"""What takes the place of a value that a rule corrects, in the minute itself?  By history, regularities or units.

Interpolation and profiles over gaps need the far side of the gap and are done afterwards (``quality.gaps``); what a
company is asked to send again is its own to give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.expressions.tree import ReadingLeaf
from cleanheat.kernel.quantities import Signal
from cleanheat.quality.engine.compiled import FILL_WINDOW_MIN, CompiledRule
from cleanheat.quality.engine.readings import Patch
from cleanheat.quality.vocabulary import Fill
from cleanheat.telemetry.traces import Method

Floats = NDArray[np.float64]

UNIT_FACTORS: Final = (1000.0, 100.0, 10.0, 0.1, 0.01, 0.001)
"""Mistakes of unit and decimal point as they occur: kPa for MPa, kW for MW, tenths, hundredths (and the reverse)."""

CLOSE_RATIO: Final = 0.35
"""A converted value is believed if it comes this near (relative) to what is known of the signal."""

METHODS: Final[Mapping[Fill, Method]] = {
    Fill.HOLD: Method.HOLD,
    Fill.MEAN: Method.MEAN,
    Fill.MEDIAN: Method.MEDIAN,
    Fill.MODE: Method.MODE,
    Fill.PROFILE: Method.PROFILE,
    Fill.UNIT: Method.UNIT,
    Fill.SWAP: Method.SWAP,
}


def filled(rule: CompiledRule, patch: Patch, i: int) -> Floats:
    """New physical values of the i-th signal for all positions of a patch; NaN where nothing better is known."""
    fill = _FILLS.get(rule.spec.fill)
    if fill is None:
        return np.full(patch.n, np.nan)
    values = fill(rule, patch, i)
    signal = patch.board.spec.signals[i]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where((values >= signal.low) & (values <= signal.high), values, np.nan))


def _hold(_: CompiledRule, patch: Patch, i: int) -> Floats:
    return patch.operand(ReadingLeaf("prev", patch.board.spec.signals[i].code))


def _past(patch: Patch, i: int) -> Floats:
    """The trusted readings of the last hour, without the present one."""
    return patch.window(patch.board.spec.signals[i], FILL_WINDOW_MIN)[:-1]


def _mean(_: CompiledRule, patch: Patch, i: int) -> Floats:
    past = _past(patch, i)
    known = ~np.isnan(past)
    counts = known.sum(axis=0)
    sums = np.where(known, past, 0.0).sum(axis=0)
    return np.asarray(np.divide(sums, counts, out=np.full(patch.n, np.nan), where=counts > 0))


def _median(_: CompiledRule, patch: Patch, i: int) -> Floats:
    past = np.sort(_past(patch, i), axis=0)  # NaN last
    counts = (~np.isnan(past)).sum(axis=0)
    columns = np.arange(patch.n)
    low, high = np.maximum(counts - 1, 0) // 2, np.maximum(counts, 0) // 2
    values: Floats = (past[low, columns] + past[np.minimum(high, past.shape[0] - 1), columns]) / 2
    values[counts == 0] = np.nan
    return values


def _mode(_: CompiledRule, patch: Patch, i: int) -> Floats:
    """The most frequent reading, the lowest of several; stretches of equal values in each sorted column."""
    past = np.sort(_past(patch, i), axis=0)
    best: Floats = past[0].copy()
    run, best_run = np.ones(patch.n), np.ones(patch.n)
    for before, values in pairwise(past):
        run = np.where(values == before, run + 1, 1.0)
        longer = run > best_run
        best[longer], best_run[longer] = values[longer], run[longer]
    return best


def _profile(_: CompiledRule, patch: Patch, i: int) -> Floats:
    return patch.operand(ReadingLeaf("usual_mid", patch.board.spec.signals[i].code))


def _unit(_: CompiledRule, patch: Patch, i: int) -> Floats:
    """The received number times the factor that brings it closest to what is usual or was read before."""
    signal = patch.board.spec.signals[i]
    known = _profile(_, patch, i)
    known = np.where(np.isnan(known), _hold(_, patch, i), known)
    converted = _received(patch, i, signal) * np.array(UNIT_FACTORS)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.abs(converted - known) / np.abs(known)
    error[np.isnan(error)] = np.inf
    best, columns = error.argmin(axis=0), np.arange(patch.n)
    return np.asarray(np.where(error[best, columns] < CLOSE_RATIO, converted[best, columns], np.nan))


def _swap(rule: CompiledRule, patch: Patch, i: int) -> Floats:
    """The other of the two signals that the rule marks."""
    others = [m for m in rule.targets if m != i]
    if len(others) != 1:
        return np.full(patch.n, np.nan)
    return _received(patch, others[0], patch.board.spec.signals[others[0]])


def _received(patch: Patch, i: int, signal: Signal) -> Floats:
    """What was sent, whatever was found of it since."""
    return signal.decode(patch.board.raw[i][patch.at])


_FILLS: Final[Mapping[Fill, Callable[[CompiledRule, Patch, int], Floats]]] = {
    Fill.HOLD: _hold,
    Fill.MEAN: _mean,
    Fill.MEDIAN: _median,
    Fill.MODE: _mode,
    Fill.PROFILE: _profile,
    Fill.UNIT: _unit,
    Fill.SWAP: _swap,
}
