"""What do operation faults do to units?  Envelopes in time that act on rows of the table, from the labels of a span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.simulator.families import Fault
from cleanheat.simulator.faults import LABEL, Labels


class Channel(IntEnum):
    """What an operation fault changes in a unit."""

    WARM = 0
    DELTA = 1
    FLOW = 2
    FOULING = 3
    MAKEUP_T_H = 4
    PRESSURE_MPA = 5
    TRIAL_FLOW = 6
    TRIAL_HEAT = 7
    SPINNING = 8
    RESISTANCE = 9
    SLIP = 10


# fault → (channel, share of the label's amount, minutes to take hold, minutes to let go).  The first three channels
# are factors (1 − amount·envelope), the others are added.
_ACTS: dict[Fault, tuple[tuple[Channel, float, float, float], ...]] = {
    Fault.STOP: ((Channel.FLOW, 0.985, 0.8, 2.0), (Channel.DELTA, 0.99, 1.2, 12.0), (Channel.WARM, 0.93, 110.0, 45.0)),
    Fault.PUMP_TRIP: ((Channel.FLOW, 0.99, 0.5, 1.0), (Channel.DELTA, 0.97, 2.0, 6.0), (Channel.WARM, 0.7, 90.0, 20.0)),
    Fault.UNDER_SUPPLY: ((Channel.DELTA, 1.0, 45.0, 45.0), (Channel.WARM, 0.85, 60.0, 60.0)),
    Fault.OVER_SUPPLY: ((Channel.DELTA, -1.0, 45.0, 45.0), (Channel.WARM, -0.85, 60.0, 60.0)),
    Fault.INTERMITTENT: ((Channel.DELTA, 0.97, 4.0, 15.0), (Channel.WARM, 0.85, 100.0, 40.0)),
    Fault.LEAK: ((Channel.MAKEUP_T_H, 1.0, 3.0, 3.0), (Channel.PRESSURE_MPA, -0.03, 6.0, 20.0)),
    Fault.FOULING: ((Channel.FOULING, 1.0, 7200.0, 60.0),),
    Fault.PUMP_NO_FLOW: (
        (Channel.FLOW, 0.985, 0.5, 1.0),
        (Channel.DELTA, 0.97, 2.0, 6.0),
        (Channel.WARM, 0.7, 90.0, 20.0),
        (Channel.SPINNING, 1.0, 0.2, 0.2),
    ),
    Fault.PRESSURE_DROP: ((Channel.PRESSURE_MPA, -1.0, 2.0, 15.0), (Channel.MAKEUP_T_H, 25.0, 2.0, 8.0)),
    Fault.FALSE_START: ((Channel.TRIAL_FLOW, 1.0, 4.0, 6.0), (Channel.TRIAL_HEAT, 0.95, 60.0, 90.0)),
    Fault.COLD_CIRCULATION: ((Channel.TRIAL_FLOW, 1.0, 4.0, 6.0),),
    Fault.STRAINER: (
        (Channel.RESISTANCE, 1.0, 2880.0, 30.0),
        (Channel.FLOW, 0.09, 2880.0, 30.0),
        (Channel.DELTA, -0.09, 2880.0, 30.0),
        (Channel.SLIP, 0.1, 2880.0, 30.0),
    ),
    Fault.PUMP_WEAR: (
        (Channel.SLIP, 1.0, 4320.0, 30.0),
        (Channel.FLOW, 0.3, 4320.0, 30.0),
        (Channel.DELTA, -0.3, 4320.0, 30.0),
    ),
    Fault.SOURCE_TRIP: ((Channel.DELTA, 0.8, 25.0, 30.0), (Channel.WARM, 0.55, 90.0, 60.0)),
}
TAIL_S = 8 * HOUR_S
"""How long after its end a fault is still felt."""


@dataclass(frozen=True)
class Effects:
    """Envelopes acting on rows of one table, ascending by row: what the faults of a span do to the physics."""

    row: NDArray[np.int64]
    channel: NDArray[np.int8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    amount: NDArray[np.float32]
    attack_s: NDArray[np.float32]
    release_s: NDArray[np.float32]

    @classmethod
    def of(cls, labels: Labels, row_of: NDArray[np.int64], served: Sequence[NDArray[np.int64]] = ()) -> Effects:
        """Effects on units: ``row_of[unit number]``; ``served[boiler number]`` are the rows a boiler room supplies."""
        parts: list[tuple[NDArray[np.int64], Labels, Fault]] = []
        for fault in _ACTS:
            found = labels[labels["fault"] == fault]
            if found.shape[0] == 0:
                continue
            if fault == Fault.SOURCE_TRIP:
                rows = [served[n] for n in found["number"].tolist()]
                parts.append((np.concatenate(rows), np.repeat(found, [r.shape[0] for r in rows]), fault))
            elif fault == Fault.INTERMITTENT:
                found = _daily_pauses(found)
                parts.append((row_of[found["number"]], found, fault))
            else:
                parts.append((row_of[found["number"]], found, fault))
        columns: list[tuple[NDArray[np.float64], ...]] = [
            tuple(
                np.broadcast_to(np.asarray(v, np.float64), rows.shape)
                for v in (rows, channel, found["start"], found["end"], found["amount"] * share, attack, release)
            )
            for rows, found, fault in parts
            for channel, share, attack, release in _ACTS[fault]
        ]
        stacked = [np.concatenate(c) for c in zip(*columns, strict=True)] if columns else [np.zeros(0)] * 7
        order = np.argsort(stacked[0], kind="stable")
        row, channel, start, end, amount, attack, release = (c[order] for c in stacked)
        return cls(
            row.astype(np.int64),
            channel.astype(np.int8),
            start.astype(np.int64),
            end.astype(np.int64),
            amount.astype(np.float32),
            (attack * 60).astype(np.float32),
            (release * 60).astype(np.float32),
        )

    @classmethod
    def none(cls) -> Effects:
        return cls.of(np.zeros(0, LABEL), np.zeros(0, np.int64))

    def on(
        self, first: int, last: int, times: NDArray[np.int64], channel: Channel
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows ``[k]`` within ``[first, last)`` (counted from ``first``) and their values ``[k, T]`` on a channel.

        The first three channels are factors to multiply by, the others amounts to add; each row appears once.
        """
        lo, hi = np.searchsorted(self.row, [first, last])
        pick = np.arange(lo, hi)
        near = (self.start[pick] <= times[-1]) & (self.end[pick] + TAIL_S > times[0])
        pick = pick[near & (self.channel[pick] == channel)]
        if pick.shape[0] == 0:
            return pick, np.zeros((0, times.shape[0]), np.float32)
        amount = self.amount[pick, None] * self._envelope(pick, times)
        rows, at = np.unique(self.row[pick] - first, return_index=True)
        if channel <= Channel.FLOW:
            return rows, np.multiply.reduceat(1.0 - amount, at, axis=0)
        return rows, np.add.reduceat(amount, at, axis=0)

    def _envelope(self, pick: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.float32]:
        since = (times - self.start[pick, None]).astype(np.float32)
        after = (times - self.end[pick, None]).astype(np.float32)
        attack, release = self.attack_s[pick, None], self.release_s[pick, None]
        held = -np.expm1(-np.clip(since - np.maximum(after, 0.0), 0.0, None) / attack)
        fading = held * np.exp(-np.maximum(after, 0.0) / release)
        return np.asarray(fading, np.float32)

    @cached_property
    def count(self) -> int:
        return int(self.row.shape[0])


def _daily_pauses(labels: Labels) -> Labels:
    """Intermittent supply as pauses: 22:30–04:30 every night and 12:00–14:30 at noon, in local time."""
    pauses = []
    for label in labels:  # a few hundred labels in a season
        days = np.arange(int(label["start"]) // DAY_S, int(label["end"]) // DAY_S + 1) * DAY_S
        for begin_h, length_h in ((14.5, 6.0), (4.0, 2.5)):
            pause = np.repeat(label[None], days.shape[0])
            pause["start"] = days + int(begin_h * HOUR_S)
            pause["end"] = np.minimum(pause["start"] + int(length_h * HOUR_S), label["end"])
            pauses.append(pause[(pause["start"] >= label["start"]) & (pause["start"] < label["end"])])
    return np.concatenate(pauses)
