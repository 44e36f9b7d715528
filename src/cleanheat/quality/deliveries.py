"""How much of what was expected came: rows and sound values by sender, kind and hour, from the hourly roll-ups.

Everything is counted over the objects a scope sees, up to the last full hour that was rolled up.  An answer stays in
memory while the hour, the scope and the archive are the same: a month of the city is 86 million object-hours.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.infra.scope import Scope
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.telemetry.public import store

Ints = NDArray[np.int64]
_KEPT: Final = 256


@dataclass(frozen=True)
class Hours:
    """One kind by sender (index = organisation id) and bucket: ``rows``, ``usable`` and ``bad`` values.

    ``objects`` counts what each sender has to send; ``expected`` rows of one object in one bucket.
    """

    kind: str
    starts: Ints
    objects: Ints
    expected: int
    rows: Ints
    usable: Ints
    bad: Ints

    @property
    def values_per_row(self) -> int:
        return sum(not s.is_counter for s in KINDS[self.kind].signals)


_answers: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = Lock()


def _kept(key: tuple[Any, ...], make: Any) -> Any:
    with _lock:
        if key in _answers:
            _answers.move_to_end(key)
            return _answers[key]
    made = make()
    with _lock:
        _answers[key] = made
        while len(_answers) > _KEPT:
            _answers.popitem(last=False)
    return made


def owners_seen(kind: str, scope: Scope) -> NDArray[np.int32]:
    """The sender of every object the scope sees as its own, 0 for the others.

    Weather is shown to everybody, but supervising who measures it is for who sees that sender.
    """
    senders = assets.archive()[kind].links["sender"]
    mask = assets.visible(kind, scope)
    if kind == "weather" and not scope.sees_all:
        mask = mask & np.isin(senders, sorted(scope.sender_ids or ()))
    return np.where(mask, senders, 0).astype(np.int32)


def known_until(kind: str, end: int) -> int:
    """Up to which hour deliveries of ``[…, end)`` are known."""
    return min(store().rolled_until(kind, end) or end - end % HOUR_S, end)


def by_bucket(kind: str, start: int, end: int, scope: Scope, *, by_day: bool) -> Hours:
    """Deliveries of ``[start, end)`` (whole hours or days) by sender."""
    key = ("buckets", id(store()), assets.version(), scope.key, kind, start, end, by_day)
    midnight = end - (end + 8 * HOUR_S) % DAY_S
    if by_day and start < midnight < end:  # the days before today are added up once a day, not once an hour
        past = by_bucket(kind, start, midnight, scope, by_day=True)
        return _joined(past, by_bucket(kind, midnight, end, scope, by_day=True))
    found: Hours = _kept(key, lambda: _by_bucket(kind, start, end, scope, by_day=by_day))
    return found


def _joined(past: Hours, today: Hours) -> Hours:
    tables = [np.hstack([getattr(past, name), getattr(today, name)]) for name in ("rows", "usable", "bad")]
    starts = np.concatenate([past.starts, today.starts])
    return Hours(past.kind, starts, past.objects, past.expected, *tables)


def _by_bucket(kind: str, start: int, end: int, scope: Scope, *, by_day: bool) -> Hours:
    width = DAY_S if by_day else HOUR_S
    starts = np.arange(start, end, width, dtype=np.int64)
    owners = owners_seen(kind, scope)
    objects = np.bincount(owners, minlength=1).astype(np.int64)
    objects[0] = 0
    tables = [np.zeros((objects.shape[0], starts.shape[0]), np.int64) for _ in range(3)]
    if objects.any() and starts.shape[0]:
        found = store().delivered(kind, start, end, owners, by_day=by_day)
        at = found.owners, (found.buckets - start) // width
        for table, column in zip(tables, (found.rows, found.usable, found.bad), strict=True):
            np.add.at(table, at, column)
    return Hours(kind, starts, objects, width // KINDS[kind].cadence_s, *tables)


def heard_objects(kind: str, start: int, end: int) -> NDArray[np.bool_]:
    """Which numbers sent at least one row in the hours of ``[start, end)``: ``bool[size]``."""
    size = assets.archive()[kind].size
    found: NDArray[np.bool_] = _kept(
        ("heard", id(store()), kind, start, end, size), lambda: _heard(kind, start, end, size)
    )
    return found


def _heard(kind: str, start: int, end: int, size: int) -> NDArray[np.bool_]:
    ids = store().delivered_by_object(kind, start, end).ids
    mask = np.zeros(size, bool)
    mask[ids[ids < size]] = True
    return mask
