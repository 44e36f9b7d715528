"""Frames by hand, and a judge over a tiny city: what the engine's tests share."""

from __future__ import annotations

import numpy as np

from cleanheat.kernel.quantities import KINDS
from cleanheat.quality.public import Judge, RuleSet
from cleanheat.telemetry.frames import Frame

MINUTE = 1_768_478_400
"""2026-01-15 20:00 in Shanghai."""


def frame_of(archive, kind, minute=MINUTE, rows=None, **changes):
    """Every object (or the first ``rows``) in the middle of every range; ``changes``: signal → first integers."""
    spec, ids = KINDS[kind], archive[kind].numbers.astype(np.uint32)[:rows]
    columns = [np.full(ids.size, (s.low_scaled + s.high_scaled) // 2 or 1, s.dtype) for s in spec.signals]
    for signal, values in changes.items():
        columns[spec.index[signal]][: len(values)] = values[: ids.size]
    return Frame(kind, minute, ids, columns, np.zeros((len(columns), ids.size), np.uint8))


class Bench:
    """A judge that is given one frame after the other."""

    def __init__(self, archive, *specs, regularities=None):
        self.archive = archive
        self.rules = RuleSet.compile(specs, archive, regularities)
        assert not self.rules.refused
        self.judge = Judge(archive, self.rules)
        self.last = None

    def minute(self, *frames, now=None, arrivals=None):
        """Judge frames of one minute, by default a few seconds after it has ended."""
        at = frames[0].minute + 65 if now is None else now
        self.last = self.judge.judge({f.kind: f for f in frames}, at, arrivals)
        return self.last

    def counts(self, code):
        """Checks, violations and skipped values of a rule in the last minute, all senders together."""
        number = next(r.spec.number for r in self.rules if r.spec.code == code)
        sums = np.zeros(3, np.int64)
        for c in self.last.counts:
            of = c.rules == number
            sums += [int(part[of].sum()) for part in (c.checks, c.violations, c.skipped)]
        return sums.tolist()


def verdicts(frame, signal):
    return frame.verdicts[frame.spec.index[signal]]
