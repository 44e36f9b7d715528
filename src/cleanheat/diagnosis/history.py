"""What did the objects' readings say over the seasons?  The store's hours as the blocks that a fit is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.circuits import CIRCUITS
from cleanheat.diagnosis.fleet.axis import Axis, Span, axis_of, day_span, season_spans
from cleanheat.diagnosis.fleet.blocks import Block
from cleanheat.diagnosis.fleet.designs import channels
from cleanheat.diagnosis.fleet.grouping import group_keys, scales
from cleanheat.diagnosis.fleet.numbers import count
from cleanheat.kernel.quantities import KINDS

Floats = NDArray[np.float64]
Excluded = Callable[[str, NDArray[np.int32], Axis], NDArray[np.bool_] | None]
"""Which hours ``bool[S, T]`` of some objects lie under an alarm; None: none."""
WEATHER_SOURCE = "气象站实测（全市中位数）"


class Hours(Protocol):
    """The store's question that history asks."""

    def hour_grid(
        self, kind: str, signals: Sequence[str], start: int, end: int, ids: NDArray[Any]
    ) -> NDArray[np.float32]: ...

    def first_hour(self, kind: str, start: int, end: int) -> int | None: ...


@dataclass(frozen=True)
class History:
    """One store's past of one archive's objects."""

    store: Hours
    archive: Archive
    excluded: Excluded | None = None

    def spans(self, kind: str, until: int) -> list[Span]:
        """What training reads: the seasons, or the last weeks of the very many devices; from the first hour known."""
        if kind == "device":
            found = day_span(until, count("training", "device_days"))
        else:
            found = season_spans(until, count("training", "seasons"))
        first = [(self.store.first_hour(kind, start, end), end) for start, end in found]
        return [(start, end) for start, end in first if start is not None]

    def axis(self, spans: Sequence[Span]) -> Axis:
        """The hours of the spans with the city's outdoor temperature: the median of its stations."""
        return axis_of([(start, self._outdoor(start, end)) for start, end in spans])

    def recent_axis(self, span: Span, warm_up_s: int) -> Axis:
        """One span's hours, their memories of the cold begun ``warm_up_s`` before."""
        whole = self.axis([(span[0] - warm_up_s, span[1])])
        return whole.part(slice(int(np.searchsorted(whole.stamps, span[0])), whole.hours))

    def blocks(self, kind: str, axis: Axis, spans: Sequence[Span], numbers: NDArray[np.int32]) -> Iterator[Block]:
        """Blocks of similar objects side by side, each with its channels over the whole axis."""
        key, scale = group_keys(self.archive, kind), scales(self.archive, kind)
        order = numbers[np.lexsort((numbers, key[numbers]))]
        at_once = count("training", "block_objects")
        for first in range(0, order.shape[0], at_once):
            some = np.sort(order[first : first + at_once])
            values = self._channels(kind, some, spans)
            excluded = self.excluded(kind, some, axis) if self.excluded else None
            yield Block(some, key[some], values, {q: s[some] for q, s in scale.items()}, excluded)

    def _outdoor(self, start: int, end: int) -> Floats:
        ids = self.archive["weather"].numbers
        grid = self.store.hour_grid("weather", ["outdoor_temp_c"], start, end, ids)[0]
        ordered = np.sort(grid.astype(np.float64), axis=0)  # NaN goes last
        known = np.isfinite(ordered).sum(axis=0)
        at = np.arange(ordered.shape[1])
        if not ordered.shape[0]:
            return np.full(at.size, np.nan)
        last = np.maximum(known - 1, 0)
        return np.where(known > 0, (ordered[last // 2, at] + ordered[(last + 1) // 2, at]) / 2, np.nan)

    def _channels(self, kind: str, numbers: NDArray[np.int32], spans: Sequence[Span]) -> dict[str, NDArray[np.float32]]:
        """Each channel ``float32[S, T]`` in its unit; what no sensor can read is no reading."""
        wanted = {name: CIRCUITS[kind].channels[name] for name in channels(kind)}
        signals = [c.signal for c in wanted.values()]
        parts = [self.store.hour_grid(kind, signals, start, end, numbers) for start, end in spans]
        grid = np.concatenate(parts, axis=2)
        out = {}
        for values, (name, channel) in zip(grid, wanted.items(), strict=True):
            spec = KINDS[kind][channel.signal]
            with np.errstate(invalid="ignore"):
                sound = (values >= spec.low) & (values <= spec.high)
            out[name] = np.where(sound, values * np.float32(channel.factor), np.float32(np.nan))
        return out
