"""Over which hours is learned, and how cold were they?  One time axis for all objects: season after season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.models.design import Inputs
from cleanheat.calc.models.weather_memory import memories
from cleanheat.kernel.time import DAY_S, HOUR_S, season, season_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Span = tuple[int, int]
LOCAL_S = 8 * HOUR_S


@dataclass(frozen=True)
class Axis:
    """Hours named by their beginning (epoch s, ``int64[T]`` ascending), their outdoor temperature and its memories.

    ``span [T]`` counts the seasons back: 0 the newest.
    """

    stamps: Ints
    span: Ints
    inputs: Inputs

    @property
    def hours(self) -> int:
        return int(self.stamps.shape[0])

    def part(self, rows: slice | Ints) -> Axis:
        i = self.inputs
        return Axis(
            self.stamps[rows], self.span[rows], Inputs(i.outdoor_c[rows], i.local_s[rows], i.own, i.memory[rows])
        )


def axis_of(parts: Sequence[tuple[int, Floats]]) -> Axis:
    """From hourly outdoor temperatures of one span after another: ``(start, outdoor_c [T])``, oldest first."""
    stamps = [start + HOUR_S * np.arange(outdoor.shape[0], dtype=np.int64) for start, outdoor in parts]
    span = [np.full(outdoor.shape[0], len(parts) - 1 - i, np.int64) for i, (_, outdoor) in enumerate(parts)]
    memory = [memories(np.asarray(outdoor, np.float64)) for _, outdoor in parts]
    at = np.concatenate(stamps)
    inputs = Inputs(np.concatenate([o for _, o in parts]), at + LOCAL_S, {}, np.concatenate(memory))
    return Axis(at, np.concatenate(span), inputs)


def season_spans(until: int, seasons: int) -> list[Span]:
    """The newest seasons up to ``until``, oldest first, each in whole hours; the running one may be short or absent."""
    newest = season_of(until)
    end = until - until % HOUR_S
    spans = [(s.start, min(s.end, end)) for s in (season(newest.year - back) for back in reversed(range(seasons)))]
    return [(start, stop) for start, stop in spans if start < stop]


def day_span(until: int, days: int) -> list[Span]:
    """The whole hours of the last days."""
    end = until - until % HOUR_S
    return [(end - days * DAY_S, end)]
