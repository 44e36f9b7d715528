"""What are senders asked to send again, what did they answer, and when is a request over?

Rules that fill by re-fetching ask for the values they found missing or wrong; whole minutes of a kind that never came
are asked for without a rule.  The answer is rows for those minutes: absent ones are stored like any late rows, and of
stored ones only the asked value is taken, as a cleaned value beside what was received first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S
from cleanheat.kernel.verdicts import Verdict, unpack
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import Fill
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.public import RefetchRow, Store, end_refetches, open_refetches
from cleanheat.telemetry.public import ask_again as make_requests
from cleanheat.telemetry.refetching import ANSWERED, EXPIRED
from cleanheat.telemetry.traces import WHOLE_ROW, Cleaned, Method

LOOK_BACK_S: Final = 3 * HOUR_S
PATIENCE_S: Final = 15 * MINUTE_S
"""What may still be under way is not asked for."""
EXPIRY_S: Final = 7 * DAY_S
"""After so long nobody is asked any more (platform proposal)."""
MOST: Final = 500
"""Requests one run makes at most: a city-wide failure must not bury senders in single values."""


def ask_again(specs: Iterable[RuleSpec], store: Store, archive: Archive, now: int) -> int:
    """Make requests for what the last hours lack; returns how many are new.  Safe to repeat."""
    start, end = now - LOOK_BACK_S, now - PATIENCE_S
    wanted = [*_lost(store, start, end)]
    for spec in specs:
        if spec.fill is Fill.REFETCH:
            wanted += _of_rule(spec, store, archive, start, end)
    return make_requests(wanted[:MOST])


def _of_rule(spec: RuleSpec, store: Store, archive: Archive, start: int, end: int) -> Iterator[RefetchRow]:
    """Stretches of minutes in which a rule found one signal of one object wanting."""
    hits = store.hits(spec.kind, None, start, end, rules=[spec.number])
    kept = hits.signals != WHOLE_ROW
    sender, signals = archive[spec.kind].links["sender"], KINDS[spec.kind].signals
    places = np.stack([hits.ids[kept].astype(np.int64), hits.signals[kept].astype(np.int64)], axis=1)
    for place in np.unique(places, axis=0):
        number, i = int(place[0]), int(place[1])
        mine = (places == place).all(axis=1)
        for first, last in _stretches(hits.minutes[kept][mine]):
            yield RefetchRow(
                int(sender[number]), spec.kind, first, last, number, signals[i].code, spec.number, spec.version
            )


def _lost(store: Store, start: int, end: int) -> Iterator[RefetchRow]:
    """Minutes between batches of a sender that never came; what stands still at the end is silence, not a gap."""
    arrivals = store.arrivals(start, end)
    kinds = np.array(arrivals.kinds, dtype=object)
    for kind in sorted(set(arrivals.kinds)):
        for sender in np.unique(arrivals.senders[kinds == kind]).tolist():
            came = np.unique(arrivals.minutes[(kinds == kind) & (arrivals.senders == sender)])
            step = KINDS[kind].cadence_s
            for before, after in zip(came[:-1].tolist(), came[1:].tolist(), strict=True):
                if after - before > step:
                    yield RefetchRow(sender, kind, before + step, after)


def _stretches(minutes: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Runs of successive minutes as ``[start, end)``."""
    distinct = np.unique(minutes)
    parts = np.split(distinct, np.flatnonzero(np.diff(distinct) > MINUTE_S) + 1)
    return [(int(part[0]), int(part[-1]) + MINUTE_S) for part in parts if part.size]


def answers(blocks: Sequence[Block], store: Store) -> list[Cleaned]:
    """Asked values within rows that are stored already: what was sent now, where nothing sound was stored before."""
    if not blocks:
        return []
    asked = open_refetches({b.sender for b in blocks}, blocks[0].minute)
    found = []
    for request in (r for r in asked if r.number):
        for block in blocks:
            if (block.sender, block.kind) == (request.sender, request.kind):
                found += _answer(request, block, store)
    return found


def _answer(request: RefetchRow, block: Block, store: Store) -> list[Cleaned]:
    at = np.flatnonzero(block.ids == request.number)
    spec = KINDS[request.kind]
    i = spec.index[request.signal]
    column, signal = block.columns[i], spec.signals[i]
    if not at.size or column is None or not signal.low_scaled <= int(column[at[0]]) <= signal.high_scaled:
        return []
    stored = store.rows(request.kind, block.minute, block.minute + MINUTE_S, request.number, request.number)
    if not stored.ids.size or int(unpack(stored.words, len(spec.signals))[i][0]) not in _WANTING:
        return []
    if store.cleaned(request.kind, request.number, block.minute, block.minute + MINUTE_S, 0).signals.tolist().count(i):
        return []
    one: Any = lambda value, dtype: np.array([value], dtype)  # noqa: E731
    return [
        Cleaned(
            request.kind, one(request.number, np.uint32), one(block.minute, np.int64), one(i, np.uint8),
            one(stored.columns[i][0], np.int32), one(column[at[0]], np.int32), one(Verdict.IMPUTED, np.uint8),
            one(Method.REFETCH, np.uint8), one(request.rule, np.uint32), one(request.version, np.uint16),
        )
    ]  # fmt: skip


_WANTING: Final = frozenset({int(Verdict.MISSING), int(Verdict.BAD), int(Verdict.SUSPICIOUS)})


def close(store: Store, now: int) -> int:
    """End requests whose minutes have come, and those nobody answered for a week; returns how many."""
    ended = 0
    for request in open_refetches():
        if _is_answered(request, store):
            ended += end_refetches([request.id], ANSWERED)
        elif now - request.asked_at > EXPIRY_S:
            ended += end_refetches([request.id], EXPIRED)
    return ended


def _is_answered(request: RefetchRow, store: Store) -> bool:
    if not request.number:
        arrivals = store.arrivals(request.start, request.end, [request.sender], request.kind)
        return np.unique(arrivals.minutes).size >= (request.end - request.start) // KINDS[request.kind].cadence_s
    cleaned = store.cleaned(request.kind, request.number, request.start, request.end, 0)
    own = (cleaned.signals == KINDS[request.kind].index[request.signal]) & (cleaned.methods == Method.REFETCH)
    return np.unique(cleaned.minutes[own]).size >= (request.end - request.start) // MINUTE_S
