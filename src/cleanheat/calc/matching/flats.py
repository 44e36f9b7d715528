"""Which flat of its building does a record mean?  And who gets what only one can have?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Flats:
    """Flats by row: row of the building, stair (0: not told) and door."""

    building: Ints
    stair: Ints
    doors: Sequence[str]


def flats_of(asked: Flats, known: Flats) -> Ints:
    """The row of the flat each record means, −1 where none or more than one fits.

    The stair decides where it is told; without one a door's number must be unique in its building.
    """
    codes: dict[str, int] = {}
    door = np.fromiter((codes.setdefault(d, len(codes)) for d in known.doors), np.int64, len(known.doors))
    wanted = np.fromiter((codes.get(d, -1) for d in asked.doors), np.int64, len(asked.doors))
    doors = max(len(codes), 1)
    stairs = int(max(known.stair.max(initial=0), asked.stair.max(initial=0))) + 1
    exact = _only(
        (asked.building * stairs + asked.stair) * doors + wanted, (known.building * stairs + known.stair) * doors + door
    )
    bare = _only(asked.building * doors + wanted, known.building * doors + door)
    found = np.where(asked.stair > 0, exact, bare)
    return np.where((asked.building >= 0) & (wanted >= 0), found, -1)


def _only(wanted: Ints, keys: Ints) -> Ints:
    """The row of the only equal key, −1 where there is none or are several."""
    if not keys.size:
        return np.full(wanted.shape, -1, np.int64)
    order = np.argsort(keys, kind="stable")
    first = np.searchsorted(keys[order], wanted)
    after = np.searchsorted(keys[order], wanted, side="right")
    return np.where(after - first == 1, order[np.minimum(first, keys.size - 1)], -1)


def one_to_one(record: Ints, item: Ints, score: Floats, records: int) -> Ints:
    """For every record at most one item and for every item at most one record, so that the scores add up to most.

    Args:
        record, item, score: pairs that may be; a score (log odds) below 0 is worse than no partner.

    Returns:
        ``int[records]``: the item of each record, −1 for none.
    """
    found = np.full(records, -1, np.int64)
    keep = score > 0
    if not keep.any():
        return found
    items, column = np.unique(item[keep], return_inverse=True)
    # every record may also stay alone, at a place of its own: a full matching always exists
    rows = np.concatenate([record[keep], np.arange(records)])
    columns = np.concatenate([column, items.size + np.arange(records)])
    cost = np.concatenate([-score[keep], np.zeros(records)]) + float(score[keep].max()) + 1.0
    graph = sparse.csr_array((cost, (rows, columns)), shape=(records, items.size + records))
    row, chosen = min_weight_full_bipartite_matching(graph)
    paired = chosen < items.size
    found[row[paired]] = items[chosen[paired]]
    return found
