"""How near are expected values and forecasts on labelled winters?  Learned from two winters, judged on the third.

Hours that a label touches are not scored (the models do not know the labels).  Day-ahead figures stand twice: with the
weather as it was observed, and with what the simulated weather service had said at 20:00 the evening before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.diagnosis_accuracy import Row
from bench.diagnosis_accuracy_baselines import (
    boosted,
    day_before,
    mae_each,
    static_line,
    wape,
    weather_columns,
)
from bench.diagnosis_seasons import Stretch, city_of, joined, winters
from cleanheat.calc.models import coming_day, in_force, metrics, next_hour, ridge
from cleanheat.calc.models.design import HEAT, RETURN_GIVEN_SUPPLY, SUPPLY, WEATHER, FeatureSet, Inputs
from cleanheat.calc.models.operation import operation
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.simulator.forecasting import issue

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
LOCAL_S, SETTLES_S = 8 * HOUR_S, 12 * HOUR_S
YEARS, FORGET_A_WEEK, WEEK_H = (2022, 2023, 2024), 0.9, 168
DAY_AHEAD = FeatureSet("heat_kw", (*WEATHER, "heat_kw@24", "heat_kw@48", "heat_kw@168"), strata=1)
BOOSTED_UNITS, NEXT_HOUR_UNITS, DAILY_UNITS = 5, 4, 24
OBSERVED, FORECAST = "weather observed", "weather forecast the evening before"


@dataclass(frozen=True)
class Winters:
    """Three winters in a row of one kind: channels, weather, what may be learned and what is scored ``[S, T]``."""

    values: dict[str, Floats]
    outdoor_c: Floats
    forecast_c: Floats
    local_s: NDArray[np.int64]
    known: Bools
    sound: Bools
    last: int

    def inputs(self, channels: Sequence[str] = (), forecast: bool = False) -> Inputs:
        outdoor = self.forecast_c if forecast else self.outdoor_c
        return Inputs.of(outdoor, self.local_s, {name: self.values[name] for name in channels})

    @property
    def scored(self) -> Bools:
        late = np.arange(self.outdoor_c.shape[0]) >= self.last
        return np.asarray(self.sound & self.known & late)

    @property
    def learned(self) -> Bools:
        early = np.arange(self.outdoor_c.shape[0]) < self.last
        return np.asarray(self.known & early)


def rows(seed: int, quick: bool) -> list[Row]:
    stretches = list(winters(city_of(seed, substations=40 if quick else 160), YEARS, ("unit", "boiler", "branch")))
    units = _of("unit", stretches)
    found = [*_temperatures(units), *_curves(units)]
    found += _heat(units, stretches, 2 if quick else DAILY_UNITS, 0 if quick else NEXT_HOUR_UNITS)
    return [*found, *_sources(stretches)]


def _of(kind: str, stretches: Sequence[Stretch]) -> Winters:
    channels, outdoor, times = joined(stretches, kind)
    values = {name: np.asarray(v, np.float64) for name, v in channels.items()}
    wrong = np.concatenate([s.wrong(kind, settle_s=SETTLES_S) for s in stretches], axis=1)
    if kind == "unit":
        known = operation(values["supply_c"], values["return_c"], values["heat_kw"]).on
    else:
        known = values["heat_kw"] > 0.05 * np.nanmax(values["heat_kw"], axis=1, keepdims=True)
    last = sum(s.times.shape[0] for s in stretches[:-1])
    spoken = np.concatenate([_said_the_evening_before(s) for s in stretches])
    return Winters(values, outdoor.astype(np.float64), spoken, times + LOCAL_S, known, ~wrong, last)


def _said_the_evening_before(stretch: Stretch) -> Floats:
    """Outdoor °C ``[T]`` as forecast at 20:00 for the whole local day that follows."""
    out = np.empty(stretch.times.shape[0])
    day = (stretch.times + LOCAL_S) // DAY_S
    for one in np.unique(day).tolist():
        issued = one * DAY_S - LOCAL_S - 4 * HOUR_S
        said = np.asarray(issue(stretch.city.weather, stretch.city.seed, issued).outdoor_c)
        at = np.flatnonzero(day == one)
        out[at] = said[(stretch.times[at] - issued) // HOUR_S]
    return out


def followed(features: FeatureSet, w: Winters, y: Floats, inputs: Inputs) -> tuple[Floats, Floats]:
    """What the platform's linear layer says of every hour of the last winter ``[S, T]``: learned once; followed.

    Each week is expected from what came before it, slowly forgotten; hours far off do not teach.
    """
    x, stratum = features.build(inputs), features.stratum(inputs)
    asked = np.flatnonzero(np.arange(y.shape[1]) >= w.last)
    part = slice(0, w.last)
    learned = w.known[:, part] & np.isfinite(y[:, part])
    first = ridge.fit(
        x[..., part, :], y[:, part], learned, features.priors, features.stratum_priors, 0.0,
        None if stratum is None else stratum[part], features.strata,
    )  # fmt: skip
    fixed = ridge.predict(first.theta, x, stratum)
    value, normals = fixed.copy(), first.normals
    for begin in range(int(asked[0]), y.shape[1], WEEK_H):
        week = slice(begin, min(begin + WEEK_H, y.shape[1]))
        hours = None if stratum is None else stratum[week]
        theta = ridge.levels(normals, features.priors, features.stratum_priors)
        value[:, week] = ridge.predict(theta, x[..., week, :], hours)
        off = y[:, week] - value[:, week]
        good = w.known[:, week] & (np.abs(off) <= 4.0 * first.spread[:, None])
        normals = normals.forget(FORGET_A_WEEK) + ridge.accumulate(
            x[..., week, :], y[:, week], good, hours, features.strata
        )
    return fixed, value


def _temperatures(w: Winters) -> list[Row]:
    found = []
    for what, features, target in (
        ("supply temperature, given the weather", SUPPLY, 0.5),
        ("return temperature, given the supply", RETURN_GIVEN_SUPPLY, 0.6),
    ):
        y = w.values[features.quantity]
        fixed, value = followed(features, w, y, w.inputs(("supply_c",)))
        each = {
            "persistence 24 h": mae_each(day_before(y), y, w.scored),
            "static line": mae_each(static_line(w.outdoor_c, y, w.learned), y, w.scored),
            "ridge": mae_each(fixed, y, w.scored),
        }
        beside = {name: float(np.nanmedian(v)) for name, v in each.items()}
        beside |= _boosted(w, y, features is RETURN_GIVEN_SUPPLY)
        errors = mae_each(value, y, w.scored)
        counts = f"{np.isfinite(errors).sum()} units, {w.scored.sum():,} hours"
        found.append(
            Row(
                f"{what}: median MAE",
                "simulated",
                float(np.nanmedian(errors)),
                "K",
                target,
                "lower",
                beside,
                counts,
                OBSERVED,
            )
        )
    return found


def _boosted(w: Winters, y: Floats, with_supply: bool) -> dict[str, float]:
    """LightGBM on the first units: their median, where it is installed."""
    weather = weather_columns(w.outdoor_c, w.local_s // HOUR_S % 24, w.inputs().weekend)
    errors = []
    for s in range(min(BOOSTED_UNITS, y.shape[0])):
        x = np.column_stack([weather, w.values["supply_c"][s]]) if with_supply else weather
        said = boosted(x, y[s], w.learned[s], w.scored[s])
        if said is None:
            return {}
        errors.append(mae_each(said[None], y[s : s + 1], w.scored[s : s + 1])[0])
    return {f"LightGBM ({len(errors)} units)": float(np.nanmedian(errors))}


def _curves(w: Winters) -> list[Row]:
    """The slope of the curve in force against the same line through what the controllers aimed at."""
    supply, late = w.values["supply_c"], w.scored
    steady = operation(supply, w.values["return_c"], w.values["heat_kw"]).steady & (
        np.arange(supply.shape[1]) >= w.last
    )
    found = in_force.curve(supply, w.outdoor_c, steady)
    aimed = _aimed(w)
    wanted = in_force.curve(aimed, w.outdoor_c, late)
    off = np.abs(found.slope_k_per_k - wanted.slope_k_per_k)
    known = np.isfinite(off)
    counts = f"{known.sum()} units; within ±0.02 K/K: {(off[known] <= 0.02).sum()}"
    note = f"against a line through the undisturbed supply of the same winter; median R² {np.nanmedian(found.r2):.3f}"
    return [
        Row(
            "slope of the curve in force: median error",
            "simulated",
            float(np.nanmedian(off)),
            "K/K",
            0.02,
            "lower",
            {},
            counts,
            note,
        )
    ]


def _aimed(w: Winters) -> Floats:
    """Supply of sound hours only: nothing else in the simulation knows the set point."""
    return np.where(w.sound & w.known, w.values["supply_c"], np.nan)


def _heat(w: Winters, stretches: Sequence[Stretch], daily: int, hourly: int) -> list[Row]:
    found = []
    fine = np.flatnonzero(np.isfinite(w.values["heat_kw"]).mean(axis=1) > 0.97)
    days = [_daily(w, int(s)) for s in fine[:daily]]
    for place, name in ((0, OBSERVED), (1, FORECAST)):
        ours = [d[place] for d in days if d[place]]
        beside = {
            n: float(np.median([d[place][n] for d in days if d[place]]))
            for n in ("persistence 24 h", "static line", "ridge")
        }
        value = float(np.median([d["ours"] for d in ours])) if ours else None
        found.append(
            Row(
                "station heat, daily: median WAPE",
                "simulated",
                value,
                "%",
                0.075,
                "lower",
                beside,
                f"{len(ours)} units",
                name,
            )
        )
    scores = [_hourly(w, int(s)) for s in fine[:hourly]]
    for key, unit, target in (("smape", "%", 0.11), ("mase", "", 0.42)):
        beside = (
            {n: float(np.median([s[n][key] for s in scores])) for n in ("persistence 1 h", "static line", "ridge")}
            if scores
            else {}
        )
        value = float(np.median([s["ours"][key] for s in scores])) if scores else None
        found.append(
            Row(
                f"station heat, next hour: {key.upper().replace('SMAPE', 'sMAPE')}",
                "simulated",
                value,
                unit,
                target,
                "lower",
                beside,
                f"{len(scores)} units",
                OBSERVED,
            )
        )
    return found


def _daily(w: Winters, s: int) -> tuple[dict[str, float], dict[str, float]]:
    """WAPE of the days of the last winter by whom, with observed and with forecast weather of the day."""
    heat = w.values["heat_kw"][s : s + 1]
    usable = np.isfinite(heat[0])
    late = np.arange(heat.shape[1]) >= w.last
    out = []
    for spoken in (False, True):
        outdoor = np.where(late & spoken, w.forecast_c, w.outdoor_c)
        inputs = Inputs.of(outdoor, w.local_s, {"heat_kw": heat})
        day = coming_day.coming_day(inputs, w.known[s], late & w.known[s], usable)
        lead = int(-w.local_s[0] // HOUR_S % 24)
        sound = w.sound[s, lead : lead + 24 * day.heat_kwh.size].reshape(-1, 24).all(axis=1)
        use = day.judged & sound & np.isfinite(day.heat_kwh) & (day.heat_kwh > 0)
        parts = {
            "ours": day.forecast.value,
            "persistence 24 h": day.forecast.persistence,
            "static line": day.forecast.line,
            "ridge": day.forecast.ridge,
        }
        scores = {name: metrics.wape(day.heat_kwh, said, use) for name, said in parts.items()}
        out.append({name: v for name, v in scores.items() if v is not None})
    return (out[0] if len(out[0]) == 4 else {}), (out[1] if len(out[1]) == 4 else {})


def _hourly(w: Winters, s: int) -> dict[str, dict[str, float]]:
    names = [n for n in ("heat_kw", *next_hour.WATER) if n in w.values]
    inputs = Inputs.of(w.outdoor_c, w.local_s, {n: w.values[n][s : s + 1] for n in names})
    usable = np.isfinite(w.values["heat_kw"][s])
    said = next_hour.next_hour(inputs, w.learned[s] & usable, usable)
    heat, use = w.values["heat_kw"][s], w.scored[s]
    scale = metrics.naive_scale(np.where(w.learned[s], heat, np.nan))
    parts = {"ours": said.value, "persistence 1 h": said.persistence, "static line": said.line, "ridge": said.ridge}
    return {
        name: {"smape": metrics.smape(heat, v, use) or 0.0, "mase": metrics.mase(heat, v, scale, use) or 0.0}
        for name, v in parts.items()
    }


def _sources(stretches: Sequence[Stretch]) -> list[Row]:
    """Heat of branches, area boiler rooms and the whole city one day ahead, hour by hour."""
    branch, boiler = _of("branch", stretches), _of("boiler", stretches)
    area = ~stretches[0].city.sources.is_peak
    heat = np.concatenate([branch.values["heat_kw"], boiler.values["heat_kw"][area]])
    known = np.concatenate([branch.known, boiler.known[area]])
    sound = np.concatenate([branch.sound, boiler.sound[area]])
    whole = np.nansum(np.where(np.isfinite(heat), heat, 0.0), axis=0)[None]
    every = np.isfinite(heat).all(axis=0)[None]
    found = []
    for what, y, k, g, target in (
        ("branch or boiler room heat, day-ahead: WAPE", heat, known, sound, 0.05),
        ("city heat, day-ahead: WAPE", np.where(every, whole, np.nan), known.any(axis=0)[None], every, 0.05),
    ):
        w = Winters({"heat_kw": y}, branch.outdoor_c, branch.forecast_c, branch.local_s, k, g, branch.last)
        found += _day_ahead(what, w, target)
    return found


def _day_ahead(what: str, w: Winters, target: float) -> list[Row]:
    y, found = w.values["heat_kw"], []
    late = np.arange(y.shape[1]) >= w.last
    for note, spoken in ((OBSERVED, False), (FORECAST, True)):
        outdoor = np.where(late & spoken, w.forecast_c, w.outdoor_c)
        inputs = Inputs.of(np.broadcast_to(outdoor, y.shape), w.local_s, {"heat_kw": y})
        alone = Inputs.of(outdoor, w.local_s, {})
        _, value = followed(DAY_AHEAD, w, y, inputs)
        fixed, _ = followed(HEAT, w, y, alone)
        beside = {
            "persistence 24 h": wape(day_before(y), y, w.scored),
            "static line": wape(static_line(outdoor, y, w.learned), y, w.scored),
            "ridge": wape(fixed, y, w.scored),
        }
        beside |= _boosted_heat(w, y, outdoor)
        counts = f"{y.shape[0]} objects, {w.scored.sum():,} hours"
        found.append(Row(what, "simulated", wape(value, y, w.scored), "%", target, "lower", beside, counts, note))
    return found


def _boosted_heat(w: Winters, y: Floats, outdoor: Floats) -> dict[str, float]:
    weather = weather_columns(outdoor, w.local_s // HOUR_S % 24, w.inputs().weekend)
    rows_ = range(min(BOOSTED_UNITS, y.shape[0]))
    said = [boosted(np.column_stack([weather, day_before(y[s])]), y[s], w.learned[s], w.scored[s]) for s in rows_]
    there = [s for s in said if s is not None]
    if not there:
        return {}
    return {"LightGBM": wape(np.stack(there), y[: len(there)], w.scored[: len(there)])}
