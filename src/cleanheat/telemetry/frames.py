"""The unit of work: one kind of object, one minute, columns as arrays, a verdict per value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.quantities import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Block:
    """What one sender reported of one kind for one minute, as decoded from the wire: not yet checked, not yet sorted.

    ``columns[i]`` is the scaled-integer column of the kind's i-th signal, ``None`` where the sender has no such signal.
    ``received`` is when the batch came in (epoch seconds), 0 where nobody noted it.
    """

    sender: int
    sequence: int
    kind: str
    minute: int
    ids: NDArray[np.uint32]
    columns: Sequence[NDArray[Any] | None]
    received: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One kind, one minute (epoch seconds, start of the minute), all senders together.

    ``ids`` are ascending and unique; ``columns[i]`` has the dtype of the kind's i-th signal, its minimum where missing;
    ``verdicts`` is ``uint8[S, n]`` (signal × row), contiguous per signal.
    """

    kind: str
    minute: int
    ids: NDArray[np.uint32]
    columns: Sequence[NDArray[Any]]
    verdicts: NDArray[np.uint8]

    @property
    def spec(self) -> Kind:
        return KINDS[self.kind]

    def __len__(self) -> int:
        return int(self.ids.shape[0])

    def column(self, signal: str) -> NDArray[Any]:
        return self.columns[self.spec.index[signal]]


def assemble(blocks: Sequence[Block]) -> Frame:
    """One frame of blocks of the same kind and minute; of an object reported twice the first report stays.

    Args: blocks: at least one, all with the same ``kind`` and ``minute``.
    Returns: a frame whose verdicts are all GOOD (0): judging is the next stage's work.
    """
    kind, minute = KINDS[blocks[0].kind], blocks[0].minute
    ids = np.concatenate([b.ids for b in blocks])
    columns = [_gather(i, kind, blocks) for i in range(len(kind.signals))]
    if ids.shape[0] > 1 and not bool(np.all(ids[1:] > ids[:-1])):
        ids, first = np.unique(ids, return_index=True)
        columns = [c[first] for c in columns]
    verdicts = np.zeros((len(kind.signals), ids.shape[0]), dtype=np.uint8)
    return Frame(kind.code, minute, ids, columns, verdicts)


def _gather(i: int, kind: Kind, blocks: Sequence[Block]) -> NDArray[Any]:
    signal = kind.signals[i]
    parts = []
    for b in blocks:
        column = b.columns[i]
        parts.append(np.full(b.ids.shape[0], signal.missing, signal.dtype) if column is None else column)
    return np.concatenate(parts)
