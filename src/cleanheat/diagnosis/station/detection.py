"""Which days of a station were not as they should be, and how well is that found?

    grid = whole_days(series)                                   # startup.py
    detector, why_not = train(grid, training_days, seasons)     # thresholds from training days only
    verdicts = judge(detector, grid)                            # scores of each day and detector; > 1 is an alarm
    scoring.report(series)                                      # with the standard injection: the figures of detection

A day is judged by its mean residuals along the directions of failures (``calc.anomaly.directed``), alone and over two
to four days; by the share of its usual delivery that is missing; by swings of its level; by a supply that stands
still.  What is not measured takes no part, and a day nobody can judge is never an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly import directed
from cleanheat.calc.anomaly.days import HOURS, quantile_by
from cleanheat.calc.anomaly.t2_spe import contributions, inverse, scatter
from cleanheat.calc.models.series import Series
from cleanheat.diagnosis.station.habits import FLOORS, SIGNALS, Days, Habits, Settings, Weather, facts, learn
from cleanheat.kernel import parameters

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

DETECTORS = (*directed.HYPOTHESES, "under_days", "over_days", "missing", "delivery", "swings", "still", "stop", "turns")
_, _, _WARM, _, _, _DAYS, _, _MISSING, _DELIVERY, _SWINGS, _STILL, _STOP, _TURNS = range(len(DETECTORS))
_GAINS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
_SHARES = (0.012, 0.01, 0.008, 0.006, 0.005, 0.004, 0.003, 0.002, 0.001)
_WEATHER_BINS = 3
_ENOUGH_DAYS = 100
_CHOSEN = (_MISSING, _DELIVERY, _SWINGS, _STOP, _TURNS)
_CHOICE_AT, _CHOICE_TAIL, _CHOICE_MOST = (0.3, 0.55, 0.75, 0.88, 0.95), 0.95, 4.0
_Z_OF_MISSING = 10.0
"""A tenth of the usual delivery missing weighs as much as one spread of the temperatures."""


@cache
def settings() -> Settings:
    return Settings(**parameters.values(parameters.read("cleanheat.diagnosis.station", "detection.toml")["detection"]))


@dataclass(frozen=True)
class Choice:
    """How much further the course of a day may depart in each weather: where it is mild, heating is a choice.

    ``factor [S, B, detectors]`` of the limits by outdoor ``edges [S, B − 1]``.
    """

    edges: Floats
    factor: Floats

    @classmethod
    def none(cls, objects: int) -> Choice:
        return cls(np.empty((objects, 0)), np.ones((objects, 1, len(DETECTORS))))

    @classmethod
    def of(cls, raw: Floats, outdoor_c: Floats, least: Floats) -> Choice:
        """From the statistics of training days ``[S, D, detectors]``; never less in milder weather."""
        edges = np.nan_to_num(np.stack([quantile_by(outdoor_c, q) for q in _CHOICE_AT], axis=-1))
        bins = (outdoor_c[..., None] > edges[:, None]).sum(axis=-1)
        there = [np.where((bins == b)[..., None], raw, np.nan) for b in range(len(_CHOICE_AT) + 1)]
        tail = np.nan_to_num(np.stack([quantile_by(each, _CHOICE_TAIL, axis=1) for each in there], axis=1))
        base = np.maximum(np.median(tail, axis=1, keepdims=True), least)
        factor = np.clip(tail / base, 1.0, _CHOICE_MOST)
        factor[:, : len(_CHOICE_AT) // 2] = 1.0  # in the cold nobody chooses: what departs there is a fault
        factor = np.maximum.accumulate(factor, axis=1)
        factor[..., [k for k in range(len(DETECTORS)) if k not in _CHOSEN]] = 1.0
        return cls(edges, factor)

    def at(self, outdoor_c: Floats) -> Floats:
        """Factors ``[S, D, detectors]`` of days."""
        bins = (outdoor_c[..., None] > self.edges[:, None]).sum(axis=-1)
        return np.asarray(self.factor[np.arange(len(bins))[:, None], bins])


@dataclass(frozen=True)
class Detector:
    """Everything learned: habits, the drift's gain ``[S]``, spreads ``[S, C]``, scatter ``[S, C, C]``, how restless
    each kind of weather is (factor ``[S, B]`` by outdoor ``edges [S, B − 1]``), and the limits ``[S, detectors]``.
    """

    habits: Habits
    gain: Floats
    spread: Floats
    scatter: Floats
    edges: Floats
    unrest: Floats
    limits: Floats
    training_days: int
    choice: Choice


@dataclass(frozen=True)
class Verdicts:
    """Scores ``[S, D, detectors]`` (statistic ÷ limit; > 1 alarms; NaN = cannot be judged), contributions of the
    signals ``[S, D, C]`` to each day's departure, sizes of under- and over-supply in units of the hypothesis.
    """

    scores: Floats
    contributions: Floats
    size: Floats
    days: Days

    @property
    def score(self) -> Floats:
        """The gravest score of each day ``[S, D]``, 0 where nothing can be judged."""
        return np.asarray(np.nan_to_num(self.scores).max(axis=-1))

    @property
    def alarm(self) -> Bools:
        return np.asarray(self.score > 1.0)


def channels(grid: Series) -> dict[str, Floats]:
    """Channels as float64, with an outdoor temperature: 0 °C throughout where nobody measures it, so that the hour of
    the day and the drift explain what they can.

    Hours in which every water temperature reads exactly 0 are a lost connection: nothing is known of them.
    """
    values = {name: np.asarray(of, np.float64) for name, of in grid.values.items()}
    water = [of for name, of in values.items() if name in SIGNALS and name != "heat_kw"]
    if water:
        lost = np.all([(of == 0) | ~np.isfinite(of) for of in water], axis=0)
        values = {name: np.where(lost, np.nan, of) for name, of in values.items()} | _outdoor(values)
    some = next(iter(values.values()))
    nobody = "outdoor_c" not in values or not np.isfinite(values["outdoor_c"]).any()
    return values | {"outdoor_c": np.zeros(some.shape)} if nobody else values


def _outdoor(values: Mapping[str, Floats]) -> dict[str, Floats]:
    return {"outdoor_c": values["outdoor_c"]} if "outdoor_c" in values else {}


def train(grid: Series, training: Bools, folds: Ints) -> tuple[Detector | None, str]:
    """Learn from the days ``training [D]``; ``folds [D]`` are the seasons, each judged by what the others taught.

    Returns the detector, or ``None`` and the reason in Chinese.
    """
    values, numbers = channels(grid), settings()
    weather = Weather.of(values["outdoor_c"])
    days = np.flatnonzero(training)
    if days.size < numbers.training_least_days:
        return None, f"训练期只有 {days.size} 个供热日，少于 {numbers.training_least_days:.0f} 个，建立不了本站规律"
    folds = _folds(folds, days)
    habits = learn(values, weather, _hours(training, values), numbers)
    if not habits.signals:
        return None, "没有可用的水温或热量数据"
    parts = [_left_out(values, weather, training, folds, fold, numbers) for fold in np.unique(folds[days])]
    seen = Days.joined(parts)
    gain = directed.quietest_gain(seen.residual, _GAINS, seen.ages)
    spread = directed.typical_size(seen.residual)
    v = directed.innovations(seen.residual, gain, spread, seen.ages)
    edges, unrest = _restlessness(v, spread, seen.outdoor_c)
    calm = v / _unrest(edges, unrest, seen.outdoor_c)[..., None]
    floors = np.array([FLOORS[name] for name in habits.signals])
    bare = Detector(
        habits,
        gain,
        spread,
        scatter(calm, floors),
        edges,
        unrest,
        np.ones((len(gain), len(DETECTORS))),
        days.size,
        Choice.none(len(gain)),
    )
    return _limited(bare, seen, numbers), ""


def judge(detector: Detector, grid: Series) -> Verdicts:
    """Scores of every day; the drift follows the days that are not suspected."""
    values = channels(grid)
    days = facts(detector.habits, values, Weather.of(values["outdoor_c"]), settings())
    return _scores(detector, days, detector.limits)


def _hours(days: Bools, values: Mapping[str, Floats]) -> Bools:
    some = next(iter(values.values()))
    return np.broadcast_to(np.repeat(days, HOURS), some.shape)


def _folds(folds: Ints, days: Ints, least: int = 2, parts: int = 4) -> Ints:
    """Seasons as they are, or four stretches where there is only one."""
    if np.unique(folds[days]).size >= least:
        return folds
    out = np.zeros_like(folds)
    out[days] = np.arange(days.size) * parts // days.size
    return out


def _left_out(
    values: Mapping[str, Floats], weather: Weather, training: Bools, folds: Ints, fold: int, numbers: Settings
) -> Days:
    others = training & (folds != fold)
    habits = learn(values, weather, _hours(others, values), numbers)
    own = np.flatnonzero(training & (folds == fold))
    return facts(habits, values, weather, numbers).of(own)


def _restlessness(v: Floats, spread: Floats, outdoor_c: Floats) -> tuple[Floats, Floats]:
    """How far days depart in cold, middling and mild weather, as a factor of all days' spread."""
    at = np.linspace(0, 1, _WEATHER_BINS + 1)[1:-1]
    edges = np.stack([quantile_by(outdoor_c, float(q)) for q in at], axis=-1)
    edges = np.nan_to_num(edges)
    bins = (outdoor_c[..., None] > edges[:, None]).sum(axis=-1)
    size = np.abs(v) / spread[:, None]
    factor = np.ones((v.shape[0], _WEATHER_BINS))
    for b in range(_WEATHER_BINS):
        there = np.where((bins == b)[..., None], size, np.nan)
        factor[:, b] = quantile_by(there.reshape(v.shape[0], -1), 0.68)
    return edges, np.clip(np.nan_to_num(factor, nan=1.0), 0.6, 2.0)


def _unrest(edges: Floats, factor: Floats, outdoor_c: Floats) -> Floats:
    bins = (outdoor_c[..., None] > edges[:, None]).sum(axis=-1)
    return np.asarray(np.take_along_axis(factor, bins, axis=1))


def _limited(bare: Detector, seen: Days, numbers: Settings) -> Detector:
    """Limits so that together the detectors alarm on at most the allowed share of training days."""
    least = np.array(
        [numbers.z_least] * _MISSING
        + [numbers.missing_least, numbers.delivery_least, numbers.swing_least, numbers.still_least_h]
        + [numbers.course_least] * 2
    )
    choice = Choice.of(_scores(bare, seen, bare.limits).scores, seen.outdoor_c, least)
    bare = replace(bare, choice=choice)
    raw = _scores(bare, seen, bare.limits).scores
    margin = numbers.short_training_margin if bare.training_days < _ENOUGH_DAYS else 1.0
    evident = (seen.missing > numbers.evident_missing) | (seen.still > numbers.evident_still_h)
    evident |= np.nan_to_num(raw[..., _STOP:]).max(axis=-1) > numbers.course_evident
    far = np.nan_to_num(raw[..., :_DAYS]).max(axis=-1) > numbers.z_evident
    evident |= far & (far.mean(axis=1) > numbers.evident_share)[:, None]  # so many are no chance, and no weather
    raw = np.where(evident[..., None], np.nan, raw)  # a stop in training must not teach that stops are usual
    limits = np.full(bare.limits.shape, np.inf)
    for share in _SHARES:
        tail = margin * np.stack([quantile_by(raw[..., k], 1.0 - share) for k in range(raw.shape[-1])], axis=-1)
        candidate = np.fmax(tail, least)
        rate = (np.nan_to_num(raw) > candidate[:, None]).any(axis=-1).mean(axis=1)
        fits = (rate <= numbers.false_alarm_share) & np.isinf(limits).all(axis=-1)
        limits[fits] = candidate[fits]
    limits = np.where(np.isinf(limits), candidate, limits)
    return replace(bare, limits=limits)


def _scores(detector: Detector, days: Days, limits: Floats) -> Verdicts:
    numbers = settings()
    factor = _unrest(detector.edges, detector.unrest, days.outdoor_c)
    known = np.isfinite(days.residual)
    scatters = detector.scatter[:, None] * (factor**2 * directed.young(days.ages))[..., None, None]
    d = directed.directions(days.expected, detector.habits.signals, numbers.fraction)
    matched = directed.Filter.of(d, scatters, known)
    track = directed.Track.of(detector.gain, detector.spread)
    window = directed.Window.of(known.shape[0], 2, int(numbers.window_days))
    out = np.full((*known.shape[:2], len(DETECTORS)), np.nan)
    allowed = detector.choice.at(days.outdoor_c)
    v, size = np.full(known.shape, np.nan), np.zeros((*known.shape[:2], 3))
    out[..., _STOP], out[..., _TURNS] = days.stop, days.turns
    missing = np.where(days.outdoor_c > numbers.outdoor_below_c, np.nan, days.missing)  # so mild, off is no stop
    out[..., _MISSING], out[..., _SWINGS], out[..., _STILL] = missing, days.swings, days.still
    for day in range(known.shape[1]):
        v[:, day] = track.innovation(days.residual[:, day])
        z, a = matched.test(v[:, day], day)
        many = window.add(z[:, :2], matched.power[:, day, :2], a[:, :2], numbers.size_least)[..., 1:].max(axis=-1)
        big = a > numbers.size_least
        agrees = a[:, :2] > numbers.size_again
        big[:, _WARM] &= _warm(v[:, day], detector.habits.signals, numbers.warm_return_k)
        out[:, day, :_DAYS] = np.where(big, z, np.minimum(z, 0.0))
        out[:, day, _DAYS:_MISSING] = np.where(agrees, many, np.minimum(z[:, :2], 0.0))
        out[:, day, _DELIVERY] = np.hypot(
            np.nan_to_num(np.fmax(out[:, day, 0], 0.0)), np.nan_to_num(missing[:, day]) * _Z_OF_MISSING
        )
        out[:, day] /= allowed[:, day]
        size[:, day] = np.nan_to_num(np.column_stack([np.fmax(a[:, :2], a[:, 3:]), a[:, _WARM]]))
        suspect = (np.nan_to_num(out[:, day] / limits) > 1.0).any(axis=-1)
        suspect |= (
            (np.nan_to_num(z) > directed.SUSPECT_Z).any(axis=-1) & np.isfinite(limits).all(axis=-1) & (limits[:, 0] > 1)
        )
        track.learn(days.residual[:, day], suspect, int(days.ages[day]))
    inverted = inverse(scatters, known)
    return Verdicts(out / limits[:, None], contributions(v, inverted), size, days)


def _warm(v: Floats, signals: tuple[str, ...], least_k: float) -> Bools:
    """Whether the primary return itself is warmer than usual: without that nothing is fouled."""
    if "primary_return_c" not in signals:
        return np.zeros(len(v), bool)
    return np.asarray(v[:, signals.index("primary_return_c")] > least_k)
