"""What do arrivals tell of their senders?  How far a clock is off, and how much is sent again."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.time import MINUTE_S
from cleanheat.telemetry.traces import Arrivals

BATCHES: Final = 15
"""A delay that no one of so many batches undercuts is no delay of the line but an offset of the sender's clock."""


class SenderClocks:
    """The steady part of every sender's delay: positive where the clock is slow, negative where it runs ahead."""

    def __init__(self, senders: int) -> None:
        self._senders = senders
        self._lags: dict[int, deque[float]] = defaultdict(lambda: deque(maxlen=BATCHES))

    def note(self, arrivals: Arrivals) -> None:
        """Batches as they came; one kind speaks for the whole batch."""
        batches = {
            (int(sender), int(minute)): float(received)
            for sender, minute, received in zip(arrivals.senders, arrivals.minutes, arrivals.received_at, strict=True)
        }
        for (sender, minute), received in batches.items():
            self._lags[sender].append((received - minute - MINUTE_S) / MINUTE_S)

    def offset_min(self) -> NDArray[np.float64]:
        """Minutes by sender id, NaN for one that is not known well enough to tell a slow clock from a slow line.

        A minute that lies ahead needs no patience: nothing arrives before it has been measured.
        """
        offsets = np.full(self._senders, np.nan)
        for sender, lags in self._lags.items():
            if sender < self._senders and (len(lags) == BATCHES or lags[-1] < 0):
                offsets[sender] = min(lags)
        return offsets


def repeats(arrivals: Arrivals, kind: str, senders: int) -> NDArray[np.float64]:
    """Rows of a kind that were known already, for each row that was new, by sender id."""
    of_kind = np.array([k == kind for k in arrivals.kinds], dtype=bool)
    at = arrivals.senders[of_kind].astype(np.intp)
    rows = np.bincount(at, weights=arrivals.rows[of_kind], minlength=senders)[:senders]
    again = np.bincount(at, weights=arrivals.repeated[of_kind], minlength=senders)[:senders]
    return np.asarray(again / np.maximum(rows - again, 1.0), dtype=np.float64)


def only_repeated(arrivals: Arrivals, senders: int) -> dict[str, NDArray[np.int64]]:
    """By kind, rows by sender id of those of whom nothing new came: all that they sent was known already."""
    sent: dict[tuple[str, int], int] = defaultdict(int)
    again: dict[tuple[str, int], int] = {}
    for kind, sender, rows, repeated in zip(
        arrivals.kinds, arrivals.senders.tolist(), arrivals.rows.tolist(), arrivals.repeated.tolist(), strict=True
    ):
        sent[kind, sender] += rows
        again[kind, sender] = repeated  # the same in each batch of a sender's kind and minute
    found: dict[str, NDArray[np.int64]] = {}
    for (kind, sender), rows in sent.items():
        if 0 < rows <= again[kind, sender] and sender < senders:
            found.setdefault(kind, np.zeros(senders, np.int64))[sender] = rows
    return found


def lag_min(arrivals: Arrivals, kind: str, senders: int) -> NDArray[np.float64]:
    """Minutes between the end of the minute and its arrival, by sender id; NaN for who has sent nothing of a kind."""
    of_kind = np.array([k == kind for k in arrivals.kinds], dtype=bool)
    lags = np.full(senders, np.nan)
    ended = arrivals.minutes[of_kind] + MINUTE_S
    lags[arrivals.senders[of_kind].astype(np.intp)] = (arrivals.received_at[of_kind] - ended) / MINUTE_S
    return lags
