"""What is remembered about single values and batches beside the readings: hits, cleaned values, counts, arrivals.

Readings stay as they were received; everything that judging adds is sparse and lies in tables of its own.  Each class
is a set of equally long arrays, ready to be inserted and as it comes back from a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cleanheat.telemetry.frames import Block

WHOLE_ROW = 255
"""Signal number of a hit that concerns the row, not one of its values (late, repeated, wrong clock)."""


class Method(IntEnum):
    """Where a cleaned value comes from; the number is what is stored."""

    HOLD = 1
    MEAN = 2
    MEDIAN = 3
    MODE = 4
    INTERPOLATION = 5
    PROFILE = 6
    UNIT = 7
    SWAP = 8
    REFETCH = 9
    MANUAL = 10
    FORMULA = 11

    @property
    def zh(self) -> str:
        return (
            "沿用上值",
            "均值",
            "中位数",
            "众数",
            "线性插值",
            "同时刻规律（随室外温度折算）",
            "单位换算",
            "供回互换",
            "企业补传",
            "人工核定",
            "业务公式",
        )[self - 1]


@dataclass(frozen=True)
class Hits:
    """Values that broke a rule: ``signals`` are column numbers (or ``WHOLE_ROW``), ``raw`` the stored integers."""

    kind: str
    ids: NDArray[np.uint32]
    minutes: NDArray[np.int64]
    signals: NDArray[np.uint8]
    rules: NDArray[np.uint32]
    versions: NDArray[np.uint16]
    raw: NDArray[np.int32]

    def __len__(self) -> int:
        return int(self.ids.shape[0])


@dataclass(frozen=True)
class Cleaned:
    """Values put in the place of received ones: ``raw`` → ``values`` (scaled integers), by which rule and method."""

    kind: str
    ids: NDArray[np.uint32]
    minutes: NDArray[np.int64]
    signals: NDArray[np.uint8]
    raw: NDArray[np.int32]
    values: NDArray[np.int32]
    verdicts: NDArray[np.uint8]
    methods: NDArray[np.uint8]
    rules: NDArray[np.uint32]
    versions: NDArray[np.uint16]

    def __len__(self) -> int:
        return int(self.ids.shape[0])


@dataclass(frozen=True)
class Counts:
    """How often each rule was asked of each sender's values in one span: ``checks = passed + violations``.

    ``skipped`` counts values to which the rule did not apply because an operand was missing.
    """

    kind: str
    rules: NDArray[np.uint32]
    versions: NDArray[np.uint16]
    senders: NDArray[np.uint32]
    checks: NDArray[np.uint64]
    violations: NDArray[np.uint64]
    skipped: NDArray[np.uint64]

    def __len__(self) -> int:
        return int(self.rules.shape[0])


@dataclass(frozen=True)
class Arrivals:
    """Batches as they came: one row a sender, kind and minute; ``repeated`` rows of it were known already."""

    kinds: list[str]
    senders: NDArray[np.uint32]
    sequences: NDArray[np.uint64]
    minutes: NDArray[np.int64]
    received_at: NDArray[np.int64]
    rows: NDArray[np.uint32]
    repeated: NDArray[np.uint32]

    def __len__(self) -> int:
        return int(self.senders.shape[0])


def arrivals_of(
    blocks: Sequence[Block], now: float, repeated: Mapping[tuple[int, str, int], int] | None = None
) -> Arrivals:
    """What blocks say of their batches; ``repeated`` counts rows known already by (sender, kind, minute).

    ``now`` stands for the time of arrival where nobody noted it.
    """
    known = repeated or {}
    return Arrivals(
        kinds=[b.kind for b in blocks],
        senders=np.array([b.sender for b in blocks], np.uint32),
        sequences=np.array([b.sequence for b in blocks], np.uint64),
        minutes=np.array([b.minute for b in blocks], np.int64),
        received_at=np.array([b.received or int(now) for b in blocks], np.int64),
        rows=np.array([b.ids.shape[0] for b in blocks], np.uint32),
        repeated=np.array([known.get((b.sender, b.kind, b.minute), 0) for b in blocks], np.uint32),
    )


@dataclass(frozen=True)
class CountSums:
    """Sums of counts: one array a key that was asked for (``day`` and ``hour`` as epoch seconds), and the three sums.

    ``kinds`` codes are given where "kind" was asked for, else the list is empty.
    """

    keys: Mapping[str, NDArray[np.int64]]
    kinds: list[str]
    checks: NDArray[np.int64]
    violations: NDArray[np.int64]
    skipped: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.checks.shape[0])


@dataclass(frozen=True)
class ObjectHits:
    """Objects with most hits first: how many, of how many different rules, and the last."""

    kind: str
    ids: NDArray[np.uint32]
    hits: NDArray[np.int64]
    rules: NDArray[np.int64]
    last: NDArray[np.int64]


@dataclass(frozen=True)
class ArrivalSums:
    """Batches by sender, kind and day (epoch seconds of its start).

    ``late`` rows came later than the limit asked with; ``lag_s`` is the rows' mean time under way after the end of
    their minute, ``longest_lag_s`` the worst batch's.
    """

    senders: NDArray[np.int64]
    kinds: list[str]
    days: NDArray[np.int64]
    batches: NDArray[np.int64]
    rows: NDArray[np.int64]
    repeated: NDArray[np.int64]
    late: NDArray[np.int64]
    lag_s: NDArray[np.float64]
    longest_lag_s: NDArray[np.int64]


@dataclass(frozen=True)
class ArrivalGaps:
    """By sender and kind: pauses longer than the limit asked with, the longest step, first and last minute heard."""

    senders: NDArray[np.int64]
    kinds: list[str]
    gaps: NDArray[np.int64]
    longest_s: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


@dataclass(frozen=True)
class Delivered:
    """Rows of one kind by bucket (day or hour, epoch seconds) and owner; of mean signals the usable and bad values."""

    kind: str
    buckets: NDArray[np.int64]
    owners: NDArray[np.int64]
    rows: NDArray[np.int64]
    usable: NDArray[np.int64]
    bad: NDArray[np.int64]


@dataclass(frozen=True)
class DeliveredByObject:
    """Rows of one kind by object; ``hours`` with any row, ``first`` and ``last`` of them (epoch seconds)."""

    kind: str
    ids: NDArray[np.int64]
    rows: NDArray[np.int64]
    usable: NDArray[np.int64]
    bad: NDArray[np.int64]
    hours: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
