"""Which values are put in the place of received ones in this minute, by which rule?  The frame as models get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.engine.board import Board, Places
from cleanheat.quality.engine.compiled import CompiledRule
from cleanheat.quality.engine.filling import METHODS, filled
from cleanheat.quality.engine.readings import Patch
from cleanheat.quality.vocabulary import Action
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.traces import Cleaned


@dataclass(frozen=True)
class _Part:
    rule: CompiledRule
    signal: int
    places: Places
    values: NDArray[Any]


@dataclass
class Cleaning:
    """One kind's corrections in one minute; of several rules that would correct a value the first one does."""

    board: Board
    _parts: list[_Part] = field(default_factory=list)
    _done: dict[int, NDArray[np.bool_]] = field(default_factory=dict)

    def correct(self, rule: CompiledRule, patch: Patch, found: Sequence[tuple[int, Places]]) -> None:
        """Put new values in the place of those just found, where the rule says so and something better is known."""
        if rule.spec.action is not Action.CORRECT or rule.spec.fill not in METHODS:
            return
        for i, places in found:
            if i >= len(self.board.raw):
                continue
            done = self._done.setdefault(i, np.zeros(self.board.count, dtype=bool))
            open_places = places[~done[places]]
            part = Patch(patch.look, patch.kind, open_places)
            stored = self.board.spec.signals[i].encode(filled(rule, part, i))
            known = np.flatnonzero(stored != self.board.spec.signals[i].missing)
            if known.size:
                done[open_places[known]] = True
                self._parts.append(_Part(rule, i, open_places[known], stored[known]))

    def traces(self, numbers: NDArray[np.int32]) -> Cleaned:
        """One row a value, with the rule and version that put it there."""
        parts = self._parts
        sizes = [p.places.size for p in parts]
        places = np.concatenate([p.places for p in parts]) if parts else np.zeros(0, np.intp)

        def each(values: list[int], dtype: Any) -> NDArray[Any]:
            return np.repeat(np.array(values, dtype), sizes)

        def joined(arrays: list[NDArray[Any]]) -> NDArray[np.int32]:
            return np.concatenate(arrays).astype(np.int32) if arrays else np.zeros(0, np.int32)

        return Cleaned(
            kind=self.board.spec.code,
            ids=numbers[places].astype(np.uint32),
            minutes=np.full(places.size, self.board.minute, np.int64),
            signals=each([p.signal for p in parts], np.uint8),
            raw=joined([self.board.raw[p.signal][p.places] for p in parts]),
            values=joined([p.values for p in parts]),
            verdicts=np.full(places.size, Verdict.IMPUTED, np.uint8),
            methods=each([METHODS[p.rule.spec.fill] for p in parts], np.uint8),
            rules=each([p.rule.spec.number for p in parts], np.uint32),
            versions=each([p.rule.spec.version for p in parts], np.uint16),
        )

    def frame(self) -> Frame:
        """The frame with corrected values, marked as imputed; the received one stays as it was."""
        received = self.board.frame
        if not self._parts:
            return received
        columns, verdicts = list(received.columns), received.verdicts.copy()
        for i in {p.signal for p in self._parts}:
            columns[i] = received.columns[i].copy()
        for part in self._parts:
            rows = self.board.rows_of(part.places)
            columns[part.signal][rows] = part.values
            verdicts[part.signal][rows] = Verdict.IMPUTED
        return Frame(received.kind, received.minute, received.ids, columns, verdicts)
