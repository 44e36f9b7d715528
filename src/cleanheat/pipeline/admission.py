"""Which rows of a minute are new?  Of an object reported twice for the same minute the first report stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.time import HOUR_S
from cleanheat.telemetry.frames import Block, Frame, assemble
from cleanheat.telemetry.public import Store

REMEMBER_S = 2 * HOUR_S
"""How long it is remembered who reported what; older minutes are always looked up in the store."""


class Admission:
    """Remembers which sender has reported which kind and minute, and asks the store only about those that repeat."""

    def __init__(self, store: Store, known_until: int) -> None:
        self._store = store
        self._horizon = known_until  # minutes up to here may be in the store from before this process
        self._seen: dict[tuple[str, int], set[int]] = {}
        self.repeated: Counter[tuple[int, str, int]] = Counter()
        """Rows known already, by sender, kind and minute, since it was last emptied."""
        self.dropped_blocks = 0

    def frame(self, blocks: Sequence[Block]) -> Frame | None:
        """One frame of blocks of the same kind and minute, without rows stored before; ``None`` if nothing is new."""
        place = blocks[0].kind, blocks[0].minute
        before = self._seen.get(place, set())
        fresh = [part for block in blocks if (part := self._new_part(block, before)) is not None]
        if not fresh:
            return None
        self._note_doubles(fresh)
        try:
            return assemble(fresh)
        except (ValueError, TypeError, IndexError):
            return self._assemble_sound(fresh)

    def stored(self, blocks: Sequence[Block]) -> None:
        """These blocks' rows are in the store now."""
        kind, minute = blocks[0].kind, blocks[0].minute
        if minute > self._horizon:
            self._seen.setdefault((kind, minute), set()).update(b.sender for b in blocks)

    def forget(self, now: int) -> None:
        horizon = now - REMEMBER_S
        if horizon > self._horizon:
            self._horizon = horizon
            self._seen = {place: senders for place, senders in self._seen.items() if place[1] > horizon}

    def _new_part(self, block: Block, before: set[int]) -> Block | None:
        if block.minute > self._horizon and block.sender not in before:
            return block
        present = self._store.present_ids(block.kind, block.minute, block.ids)
        self.repeated[block.sender, block.kind, block.minute] += int(present.size)
        if present.size == 0:
            return block
        kept = ~np.isin(block.ids, present)
        return _rows(block, kept) if kept.any() else None

    def _note_doubles(self, blocks: Sequence[Block]) -> None:
        """Rows that one sender has sent twice within what came together."""
        by_sender: dict[int, list[Block]] = {}
        for block in blocks:
            by_sender.setdefault(block.sender, []).append(block)
        for sender, own in by_sender.items():
            if len(own) > 1:
                rows = sum(b.ids.size for b in own)
                distinct = np.unique(np.concatenate([b.ids for b in own])).size
                self.repeated[sender, own[0].kind, own[0].minute] += rows - distinct

    def _assemble_sound(self, blocks: Sequence[Block]) -> Frame | None:
        """One malformed block costs itself, not the minute."""
        sound = []
        for block in blocks:
            try:
                assemble([block])
            except (ValueError, TypeError, IndexError):
                self.dropped_blocks += 1
            else:
                sound.append(block)
        return assemble(sound) if sound else None


def _rows(block: Block, kept: NDArray[np.bool_]) -> Block:
    columns = [None if c is None else c[kept] for c in block.columns]
    return replace(block, ids=block.ids[kept], columns=columns)
