"""Which values cannot be trusted: the declared rules.

Each is a declaration and a check of a few lines that hands columns to ``calc.checks``; ``docs/recipes`` shows how to
add one.
"""

from __future__ import annotations

import numpy as np

from cleanheat.calc.checks.missing import absent, lost_rows
from cleanheat.calc.checks.range import outside
from cleanheat.kernel.findings import Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.declarations import Context, Hits, rule
from cleanheat.quality.vocabulary import Dimension, Family
from cleanheat.telemetry.frames import Frame

EVERY_KIND = frozenset(KINDS)
NEVER_ALL_ZERO = frozenset({"plant", "branch", "boiler", "unit"})
"""Kinds with pressures and temperatures that cannot all be exactly zero, running or not."""


def _out_of_range(frame: Frame, _: Context) -> Hits:
    for i, (signal, column) in enumerate(zip(frame.spec.signals, frame.columns, strict=True)):
        hits = outside(column, signal.low_scaled, signal.high_scaled, signal.missing)
        if hits.any():
            yield i, hits


def _missing(frame: Frame, _: Context) -> Hits:
    for i, (signal, column) in enumerate(zip(frame.spec.signals, frame.columns, strict=True)):
        hits = absent(column, signal.missing)
        if hits.any():
            yield i, hits


def _communication_loss(frame: Frame, _: Context) -> Hits:
    """All channels 0 in one row is no reading: the whole row is missing, counters included."""
    channels = [(c, s.missing) for s, c in zip(frame.spec.signals, frame.columns, strict=True) if not s.is_counter]
    rows = lost_rows([c for c, _ in channels], [m for _, m in channels])
    if rows.any():
        yield from ((i, rows) for i in range(len(frame.columns)))


def _counter_fell(frame: Frame, context: Context) -> Hits:
    """A cumulative reading below the trusted one before it: reset, exchange of the meter, or nonsense."""
    before, ids = context.latest[frame.kind], frame.ids
    for i, (signal, column) in enumerate(zip(frame.spec.signals, frame.columns, strict=True)):
        if signal.is_counter:
            known = before.verdicts[i][ids] == Verdict.GOOD
            hits = known & (column < before.values[i][ids]) & (column != signal.missing)
            if hits.any() and (before.minute[ids[np.flatnonzero(hits)]] < frame.minute).any():
                yield i, hits & (before.minute[ids] < frame.minute)


RANGE = rule(
    key="quality.range",
    zh="数值超出合理范围",
    family=Family.BOUNDARY,
    dimension=Dimension.ACCURACY,
    kinds=EVERY_KIND,
    level=Level.IV,
    verdict=Verdict.BAD,
    check=_out_of_range,
)
MISSING = rule(
    key="quality.missing",
    zh="数值缺失",
    family=Family.COMPLETENESS,
    dimension=Dimension.COMPLETENESS,
    kinds=EVERY_KIND,
    level=Level.IV,
    verdict=Verdict.MISSING,
    check=_missing,
)
COMMUNICATION_LOSS = rule(
    key="quality.communication_loss",
    zh="通信中断（全部通道为零）",
    family=Family.COMPLETENESS,
    dimension=Dimension.COMPLETENESS,
    kinds=NEVER_ALL_ZERO,
    level=Level.IV,
    verdict=Verdict.MISSING,
    check=_communication_loss,
)
COUNTER_FELL = rule(
    key="quality.counter_fell",
    zh="累计量倒退",
    family=Family.CORRELATED,
    dimension=Dimension.CONSISTENCY,
    kinds=NEVER_ALL_ZERO,
    level=Level.IV,
    verdict=Verdict.SUSPICIOUS,
    check=_counter_fell,
)
