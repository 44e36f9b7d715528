"""What does this station usually do, and how well is that known?  Fitted on earlier seasons, judged on the last.

Every figure is of hours the model had not seen; weather is as observed.  What cannot be said is said, with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cleanheat.calc.anomaly.days import HOURS
from cleanheat.calc.models import coming_day, expected, in_force, metrics, next_hour
from cleanheat.calc.models.design import DAY_S, RETURN_GIVEN_SUPPLY, SUPPLY, WEATHER, FeatureSet, Inputs, shifted
from cleanheat.calc.models.operation import Operation, operation
from cleanheat.calc.models.series import Series
from cleanheat.diagnosis.station.scoring import Split, split
from cleanheat.diagnosis.station.startup import whole_days

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Measures = dict[str, float | None]
Tell = Callable[[str], None]

WITHOUT_WEATHER = FeatureSet(
    "supply_c", ("one", "supply_c@24", "supply_c@48", "weekend"), prior=1.0, stratum_prior=30.0
)
NEXT_SUPPLY = FeatureSet(
    "supply_c", ("one", "outdoor", "felt_24h", "supply_c@1", "supply_c@2", "supply_c@24", "return_c@1")
)
_BRIDGED_H = 3


@dataclass(frozen=True)
class Station:
    """One station on its grid of whole local days: who teaches ``learned [T]``, what is judged ``judged [T]``."""

    grid: Series
    split: Split
    inputs: Inputs
    operation: Operation
    learned: Bools
    judged: Bools

    def channel(self, name: str) -> Floats | None:
        """``[T]`` or None where it is not there or wholly unknown."""
        values = self.inputs.own.get(name)
        return None if values is None or not np.isfinite(values).any() else values[0]

    @property
    def has_weather(self) -> bool:
        return bool(np.isfinite(self.inputs.outdoor_c).any())

    @property
    def season(self) -> Bools:
        """Hours of the last heating season ``[T]``, also those that taught where there is only one."""
        seasons = np.repeat(self.split.season, HOURS)
        return np.asarray((seasons == seasons.max()) & (seasons >= 0))


@dataclass
class Judged:
    """``metrics`` by their names in the report, ``how`` each was made, ``cannot``: name → reason in Chinese."""

    metrics: Measures = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    cannot: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: float | None, how: str, **baselines: float | None) -> None:
        self.metrics[name] = value
        self.how[name] = how
        self.metrics |= {f"{name}_{baseline}": error for baseline, error in baselines.items()}
        if value is None:
            self.cannot[name] = "检验期内没有可比的小时"


def prepare(series: Series, newest: Series | None = None) -> Station | None:
    """None where no heating was ever seen; ``newest``: what was read by each hour's beginning, on the same grid."""
    grid = whole_days(series)
    parts = split(grid)
    if parts is None:
        return None
    own = {name: np.asarray(of, np.float64) for name, of in grid.values.items() if np.isfinite(of).any()}  # no dead one
    begun = whole_days(newest).values if newest is not None and newest.values else {}
    own |= {f"{name}{next_hour.NEWEST}": np.asarray(of, np.float64) for name, of in begun.items() if name in own}
    outdoor = _bridged(own["outdoor_c"][0]) if "outdoor_c" in own else np.full(grid.steps, np.nan)
    supply = own.get("supply_c", np.full((1, grid.steps), np.nan))
    runs = operation(supply, own.get("return_c"), own.get("heat_kw"))
    days = np.arange(grid.steps) // HOURS
    judged = (days >= parts.judged[0]) & (days < parts.judged[1])
    learned = np.repeat(parts.training, HOURS) & (days < parts.judged[0])
    return Station(grid, parts, Inputs.of(outdoor, grid.stamps, own), runs, learned, judged)


def _bridged(values: Floats) -> Floats:
    """Gaps of a few hours as a straight line."""
    known = np.flatnonzero(np.isfinite(values))
    if known.size < 2:
        return values
    line = np.interp(np.arange(values.size), known, values[known])
    place = np.clip(np.searchsorted(known, np.arange(values.size)), 1, known.size - 1)
    short = (known[place] - known[place - 1] <= _BRIDGED_H + 1) & (np.arange(values.size) <= known[-1])
    return np.where(np.isnan(values) & short & (np.arange(values.size) >= known[0]), line, values)


def judge(station: Station, tell: Tell) -> Judged:
    """All metrics but the rooms'."""
    out = Judged()
    tell("供水温度")
    _supply(station, out)
    tell("回水温度")
    _back(station, out)
    tell("热量")
    _heat(station, out)
    return out


def _value(station: Station, features: FeatureSet, actual: Floats, use: Bools) -> Floats:
    fitted = expected.fit(features, station.inputs, actual[None], (use & station.learned)[None])
    return expected.expected({"value": fitted}, station.inputs, station.grid.start).value["value"]


def _follow(station: Station, value: Floats, actual: Floats, use: Bools) -> Floats:
    day = station.inputs.local_s // DAY_S
    return np.asarray(expected.followed(value, actual[None], use[None], station.learned, day)[0])


def _supply(station: Station, out: Judged) -> None:
    name, actual = "secondary_supply_mae_k", station.channel("supply_c")
    if actual is None:
        out.cannot[name] = "没有二次供水温度"
        return
    use, judged = station.operation.full[0], station.judged & station.operation.full[0]
    if (use & station.learned).sum() < expected.LEAST_HOURS:
        out.cannot[name] = f"训练期供热不足 {expected.LEAST_HOURS} 小时"
        return
    features = SUPPLY if station.has_weather else WITHOUT_WEATHER
    value = _follow(station, _value(station, features, actual, use), actual, use)
    plain = FeatureSet("supply_c", features.names, 1, features.prior)
    bases = {
        "persistence": metrics.mae(actual, shifted(actual, HOURS), judged),
        "persistence_hour": metrics.mae(actual, shifted(actual, 1), judged),
        "ridge": metrics.mae(actual, _value(station, plain, actual, use)[0], judged),
    }
    if station.has_weather:
        line = FeatureSet("supply_c", ("one", "outdoor"), 1, 1e-3)
        bases["static_line"] = metrics.mae(actual, _value(station, line, actual, use)[0], judged)
    weather = "天气实测" if station.has_weather else "无室外温度，按前两日同时刻"
    out.add(
        name,
        metrics.mae(actual, value, judged),
        f"供热小时（连续供热第二小时起）；不用本站当日读数；{weather}；日偏差逐日跟随",
        **bases,
    )
    out.metrics["secondary_supply_mae_k_all_heating_hours"] = metrics.mae(
        actual, value, station.judged & station.operation.on[0]
    )
    out.metrics["secondary_supply_hours"] = float((judged & np.isfinite(actual)).sum())
    if station.has_weather and station.channel("return_c") is not None:
        ahead = metrics.mae(actual, _value(station, NEXT_SUPPLY, actual, use)[0], judged)
        out.metrics["secondary_supply_next_hour_mae_k"] = ahead


def _back(station: Station, out: Judged) -> None:
    name, actual, supply = "secondary_return_mae_k", station.channel("return_c"), station.channel("supply_c")
    if actual is None or supply is None:
        out.cannot[name] = "没有二次回水温度" if actual is None else "没有二次供水温度"
        return
    use, judged = station.operation.full[0], station.judged & station.operation.full[0]
    if (use & station.learned).sum() < expected.LEAST_HOURS:
        out.cannot[name] = f"训练期供热不足 {expected.LEAST_HOURS} 小时"
        return
    names = tuple(n for n in RETURN_GIVEN_SUPPLY.names if station.has_weather or n not in WEATHER[1:])
    features = FeatureSet("return_c", names)
    value = _follow(station, _value(station, features, actual, use), actual, use)
    plain, line = FeatureSet("return_c", names, 1), FeatureSet("return_c", ("one", "supply_c"), 1, 1e-3)
    out.add(
        name,
        metrics.mae(actual, value, judged),
        "供热小时；给定同时刻供水温度；日偏差逐日跟随",
        persistence=metrics.mae(actual, shifted(actual, HOURS), judged),
        persistence_hour=metrics.mae(actual, shifted(actual, 1), judged),
        ridge=metrics.mae(actual, _value(station, plain, actual, use)[0], judged),
        static_line=metrics.mae(actual, _value(station, line, actual, use)[0], judged),
    )


HOURLY, DAILY = ("hourly_heat_smape", "hourly_heat_mase"), "daily_heat_wape"
_LEAST_LEARNED_H = 168


def _heat(station: Station, out: Judged) -> None:
    heat = station.channel("heat_kw")
    if heat is None:
        out.cannot |= dict.fromkeys((*HOURLY, DAILY), "没有热量或热功率")
        return
    usable = np.isfinite(heat) & ~station.operation.meter_dead[0]
    learned, judged = station.learned & usable, station.judged & usable
    if learned.sum() < _LEAST_LEARNED_H or not judged.any():
        out.cannot |= dict.fromkeys((*HOURLY, DAILY), f"热表可信的训练小时只有 {int(learned.sum())}，不足一周")
        return
    _hourly(station, out, np.where(usable, heat, np.nan), learned, judged)
    days = coming_day.coming_day(station.inputs, station.learned, station.judged, usable)
    use = days.judged & (days.heat_kwh > 0)
    if days.forecast.made_of:
        found = {
            n: metrics.wape(days.heat_kwh, getattr(days.forecast, n), use) for n in ("persistence", "ridge", "line")
        }
        out.add(
            DAILY,
            metrics.wape(days.heat_kwh, days.forecast.value, use),
            "当日热量；已知以前各日与当日实测天气；逐日在线适应",
            persistence=found["persistence"],
            ridge=found["ridge"],
            static_line=found["line"],
        )
        out.metrics["daily_heat_days"] = float(use.sum())
    else:
        out.cannot[DAILY] = (
            "没有室外温度" if not station.has_weather else f"热量完整的训练日不足 {coming_day.LEAST_DAYS} 天"
        )


def _hourly(station: Station, out: Judged, heat: Floats, learned: Bools, judged: Bools) -> None:
    found = next_hour.next_hour(station.inputs, learned, np.isfinite(heat))
    limit = next_hour.HEAT_SHARE * next_hour.busy_kw(heat[learned])
    busy = judged & (heat > limit)
    scale = metrics.naive_scale(np.where(station.learned, heat, np.nan))
    weather = "天气实测" if station.has_weather else "无室外温度"
    bases = {
        "persistence": found.persistence,
        "yesterday": found.yesterday,
        "ridge": found.ridge,
        "static_line": found.line,
    }
    how = f"提前 1 小时，只用该小时开始前的读数；{weather}；模型 {found.made_of}"
    out.add(
        HOURLY[0],
        metrics.smape(heat, found.value, busy),
        f"{how}；供热小时（热量超过常见高值的 {next_hour.HEAT_SHARE:.0%}）",
        **{n: metrics.smape(heat, v, busy) for n, v in bases.items()},
    )
    out.add(
        HOURLY[1],
        metrics.mase(heat, found.value, scale, judged),
        f"{how}；全部小时，尺度为训练期昨日同时刻的平均绝对误差",
        **{n: metrics.mase(heat, v, scale, judged) for n, v in bases.items()},
    )
    _switching(out, heat, found.value, busy, heat <= limit)


def _switching(out: Judged, heat: Floats, value: Floats, busy: Bools, off: Bools) -> None:
    """How much of the error do starts and stops make?  An hour beside one that does not heat was switched within."""
    beside = np.pad(off, 1)[:-2] | np.pad(off, 1)[2:]
    out.metrics["hourly_heat_smape_heated_through"] = metrics.smape(heat, value, busy & ~beside)
    out.metrics["hourly_heat_switching_share"] = float((busy & beside).sum() / max(busy.sum(), 1))


def curve_in_force(station: Station, use: Bools) -> tuple[in_force.Curve, in_force.Curve | None]:
    """The curve of the hours ``use [T]``, and the set point's own line over the same hours where it is known."""
    supply, steady = station.channel("supply_c"), station.operation.steady & use
    actual = np.full(use.shape, np.nan) if supply is None else supply
    setpoint = station.channel("setpoint_c")
    found = in_force.curve(actual[None], station.inputs.outdoor_c, steady)
    return found, None if setpoint is None else in_force.curve(setpoint[None], station.inputs.outdoor_c, steady)


def day_means(station: Station, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Means of each local day ``[D]``: of the water over the hours that heat, of the rest over the whole day."""
    on = station.operation.on[0]
    out = {}
    for name, hours in values.items():
        known = np.isfinite(hours) & (on if name in {"supply_c", "return_c"} else True)
        parts, n = np.where(known, hours, 0.0).reshape(-1, HOURS), known.reshape(-1, HOURS).sum(axis=1)
        out[name] = np.where(n >= 4, parts.sum(axis=1) / np.maximum(n, 1), np.nan)
    return out
