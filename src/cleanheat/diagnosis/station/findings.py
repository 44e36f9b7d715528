"""What was wrong at this station, from when to when, how grave, how sure, and because of which signal?

    find(series, zone_s=0) -> list[StationFinding]          # the days after training (see ``scoring.split``)
    [finding.as_json() for finding in find(series)]         # what the report's ``findings`` holds
    spans(verdicts, grid, zero_day) -> list[StationFinding]    # the same from verdicts already at hand

Days of one kind in a row are one finding.  A day is one kind: what is certain (a still sensor, a stop, cycling) before
what is inferred (less, more, warm return).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS
from cleanheat.calc.models.series import HOUR_S, Series
from cleanheat.diagnosis.station import detection, explain, scoring
from cleanheat.diagnosis.station.habits import SIGNALS
from cleanheat.diagnosis.station.startup import DAY_S, whole_days
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Level

Floats = NDArray[np.float64]

_KIND_OF = {
    "still": State.FROZEN_SENSOR,
    "swings": State.INTERMITTENT,
    "missing": State.STOPPED,
    "stop": State.STOPPED,
    "turns": State.INTERMITTENT,
    "warm_return": State.FOULING,
    "under": State.UNDER_SUPPLY,
    "under_full": State.UNDER_SUPPLY,
    "under_days": State.UNDER_SUPPLY,
    "delivery": State.UNDER_SUPPLY,
    "over": State.OVER_SUPPLY,
    "over_full": State.OVER_SUPPLY,
    "over_days": State.OVER_SUPPLY,
}
_CERTAIN = ("still", "missing", "swings")
_LONG_DAYS = 3
_GRAVE_SHARE = 0.25
"""A span of so many days, or a departure of such a share of the heat, is one level graver."""


@dataclass(frozen=True)
class StationFinding:
    """One finding: local days ``[first, last]`` as epoch seconds of their midnights, and its evidence."""

    kind: State
    first: int
    last: int
    level: Level
    confidence: float
    contributions: tuple[tuple[str, float], ...]
    facts: explain.Facts

    @property
    def explanation(self) -> str:
        return explain.sentence(self.kind, self.facts)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "name": self.kind.zh,
            "from": _stamp(self.first),
            "to": _stamp(self.last + DAY_S),
            "level": self.level.roman,
            "confidence": self.confidence,
            "contributions": dict(self.contributions),
            "evidence": self.facts.as_json(),
            "explanation": self.explanation,
        }


def find(series: Series, zone_s: int = 0) -> list[StationFinding]:
    """Findings of the days after training; none where nothing can be learned (``scoring.report`` says why)."""
    if not any(name in series.values for name in SIGNALS):
        return []
    grid = whole_days(series, zone_s)
    parts = scoring.split(grid)
    detector = detection.train(grid, parts.training, parts.season)[0] if parts else None
    if parts is None or detector is None:
        return []
    first, last = parts.judged
    span = slice(first * HOURS, last * HOURS)
    judged = Series(grid.start + first * DAY_S, HOUR_S, {name: of[:, span] for name, of in grid.values.items()})
    verdicts = detection.judge(detector, judged)
    if not np.isfinite(grid.values.get("outdoor_c", np.empty(0))).any():
        unknown = np.full_like(verdicts.days.outdoor_c, np.nan)
        verdicts = replace(verdicts, days=replace(verdicts.days, outdoor_c=unknown))
    return spans(verdicts, detector.habits.signals, judged.start)


def spans(verdicts: detection.Verdicts, signals: tuple[str, ...], start: int) -> list[StationFinding]:
    """Findings of the first station from its daily verdicts, the first day beginning at ``start`` (local epoch s)."""
    kinds = [kind_of(scores) for scores in verdicts.scores[0]]
    out: list[StationFinding] = []
    first = 0
    for day in range(1, len(kinds) + 1):
        if day < len(kinds) and kinds[day] is kinds[first]:
            continue
        kind = kinds[first]
        if kind is not None:
            out.append(_finding(kind, verdicts, signals, first, day, start))
        first = day
    return out


def kind_of(scores: Floats) -> State | None:
    """What one day's scores ``[detectors]`` say; ``None`` = nothing."""
    known = {name: float(score) for name, score in zip(detection.DETECTORS, scores, strict=True) if score > 1.0}
    for name in _CERTAIN:
        if name in known:
            return _KIND_OF[name]
    return _KIND_OF[max(known, key=lambda name: known[name])] if known else None


def confidence_of(score: float) -> float:
    """How sure: 0.5 at the limit, 0.9 at twice, towards 0.99; the limit is where training days hardly ever come.

    >>> confidence_of(1.0), confidence_of(2.0)
    (0.5, 0.89)
    """
    return round(float(0.99 - 0.49 * np.exp(-1.6 * max(score - 1.0, 0.0))), 2)


def _finding(
    kind: State, verdicts: detection.Verdicts, signals: tuple[str, ...], first: int, after: int, start: int
) -> StationFinding:
    days = slice(first, after)
    facts = _facts(kind, verdicts, signals, days)
    shares = verdicts.contributions[0, days].mean(axis=0)
    total = float(shares.sum())
    named = tuple(
        (name, round(float(share) / total, 3)) for name, share in zip(signals, shares, strict=True) if total and share
    )
    return StationFinding(
        kind,
        start + first * DAY_S,
        start + (after - 1) * DAY_S,
        level_of(kind, facts),
        confidence_of(float(verdicts.score[0, days].max())),
        tuple(sorted(named, key=lambda part: -part[1])) or ((signals[0], 1.0),),
        facts,
    )


def _facts(kind: State, verdicts: detection.Verdicts, signals: tuple[str, ...], days: slice) -> explain.Facts:
    off, usual = verdicts.days.residual[0, days], verdicts.days.expected[0, days]

    def mean(values: Floats) -> float | None:
        known = values[np.isfinite(values)]
        return round(float(known.mean()), 2) if known.size else None

    deviation = {name: mean(off[:, c]) for c, name in enumerate(signals)}
    expected = {name: mean(usual[:, c]) for c, name in enumerate(signals)}
    side = 1 if kind is State.OVER_SUPPLY else 0
    size = mean(verdicts.size[0, days, side])
    return explain.Facts(
        days.stop - days.start,
        {name: value for name, value in deviation.items() if value is not None},
        {name: value for name, value in expected.items() if value is not None},
        None if size is None else round(size * detection.settings().fraction, 3),
        mean(verdicts.days.missing[0, days]),
        mean(verdicts.days.swings[0, days]),
        mean(verdicts.days.still[0, days]),
        mean(verdicts.days.outdoor_c[0, days]),
    )


def level_of(kind: State, facts: explain.Facts) -> Level:
    """The kind's own level, one graver where it lasted or went far; never graver than Ⅱ for a single station."""
    base = kind.level or Level.IV
    graver = facts.days >= _LONG_DAYS or (kind is State.UNDER_SUPPLY and (facts.share or 0.0) >= _GRAVE_SHARE)
    return Level(max(base - graver, min(base, Level.II)))


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
