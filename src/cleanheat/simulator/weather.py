"""What is the weather?  An hourly model of Changchun for any instant, or a measured hourly file in its place.

Daily means follow the monthly curve plus an AR(1) process (φ 0.75, σ 4 K) and three to five cold waves a season
(−8…−12 K within 48 h); within the day the minimum is about 06:00 and the maximum about 14:00, 8–11 K apart.
Everything is a function of the seed and the hour, so no state is kept and any instant can be asked for.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.errors import invalid
from cleanheat.kernel.time import DAY_S, HOUR_S, SHANGHAI, season_of
from cleanheat.simulator import chance

Hours = NDArray[np.float64]
DAY_H = 24
LOCAL_OFFSET_H = 8
MONTH_MEAN_C = (-14.0, -10.0, 0.0, 9.0, 16.0, 20.5, 23.0, 22.4, 16.3, 8.0, -2.0, -12.0)
"""Recent daily means of the months at Changchun, January first."""
AR_PHI, AR_SIGMA_K, AR_DAYS = 0.75, 4.0, 30
SIGNALS = (
    "outdoor_temp_c",
    "humidity_pct",
    "wind_m_s",
    "irradiance_w_m2",
    "pm25_ug_m3",
    "pm10_ug_m3",
    "so2_ug_m3",
    "nox_ug_m3",
)
BOUNDS = ((-45, 45), (0, 100), (0, 60), (0, 1500), (0, 2000), (0, 3000), (0, 3000), (0, 3000))
LATITUDE = np.radians(43.9)


@dataclass(frozen=True)
class Weather:
    """Hourly city weather; ``measured`` rows ``[S, H]`` from ``first_hour`` on replace the model where not NaN."""

    seed: int
    first_hour: int = 0
    measured: NDArray[np.float64] = field(default_factory=lambda: np.empty((len(SIGNALS), 0)))

    @classmethod
    def from_csv(cls, seed: int, path: Path) -> Weather:
        """Weather measured hourly: a ``time`` column (ISO 8601, Asia/Shanghai if without zone) and signal columns."""
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        if not rows or "time" not in rows[0] or "outdoor_temp_c" not in rows[0]:
            raise invalid("weather", "气象文件缺少 time 或 outdoor_temp_c 列", str(path))
        try:
            hours = [_hour_of(row["time"]) for row in rows]
            values = [[float(row.get(code) or "nan") for code in SIGNALS] for row in rows]
        except ValueError as error:
            raise invalid("weather", "气象文件有无法解析的数值", str(error)) from error
        first = min(hours)
        table = np.full((len(SIGNALS), max(hours) - first + 1), np.nan)
        table[:, np.array(hours) - first] = np.array(values).T
        low, high = np.array(BOUNDS, float).T
        table[(table < low[:, None]) | (table > high[:, None])] = np.nan
        return cls(seed, first, table)

    def hours(self, first: int, n: int) -> NDArray[np.float64]:
        """``float64[8, n]``: the signals at the instants ``(first … first+n−1)`` · 3600 s."""
        hour = np.arange(first, first + n)
        values = self._modelled(hour)
        at = hour - self.first_hour
        inside = (at >= 0) & (at < self.measured.shape[1])
        if inside.any():
            given = self.measured[:, at[inside]]
            values[:, inside] = np.where(np.isnan(given), values[:, inside], given)
        return values

    def outdoor_temp_c(self, first: int, n: int) -> Hours:
        temperature: Hours = self.hours(first, n)[0]
        return temperature

    def smoothed_temp_c(self, first: int, n: int) -> Hours:
        """What heating follows: 0.4 of the last day's mean, 0.35 and 0.25 of the two days before."""
        raw = self.outdoor_temp_c(first - 72, n + 72)
        total = np.concatenate([[0.0], np.cumsum(raw)])
        means = (total[DAY_H:] - total[:-DAY_H]) / DAY_H
        weighted: Hours = 0.4 * means[49 : 49 + n] + 0.35 * means[25 : 25 + n] + 0.25 * means[1 : 1 + n]
        return weighted

    def _modelled(self, hour: NDArray[np.int64]) -> NDArray[np.float64]:
        local = hour + LOCAL_OFFSET_H
        day, clock = local // DAY_H, local % DAY_H
        cloud = self._cloud(day)
        temp = self._daily_mean(local) + self._swing(day, clock, cloud)
        sun = _clear_sky(day, clock) * (1.0 - 0.75 * cloud**2)
        wind = np.clip(2.6 + 1.2 * self._smooth("wind", local, 9) + 0.8 * np.sin((clock - 8) * np.pi / 12), 0.2, 16)
        dry = 0.6 * self._smooth("humidity", local, 24) - (temp - self._daily_mean(local)) / 5.0
        humidity = np.clip(64.0 + 9.0 * dry, 15, 98)
        # Winter haze: heating adds with the cold, wind clears the air.
        heating = np.clip((8.0 - temp) / 30.0, 0.0, 1.2)
        haze = np.exp(0.55 * self._smooth("haze", local, 30)) * np.clip(1.6 - 0.2 * wind, 0.35, 1.5)
        pm25 = (16.0 + 48.0 * heating) * haze
        so2 = (5.0 + 14.0 * heating) * haze**0.7
        nox = (26.0 + 34.0 * heating) * haze**0.7
        pm10 = pm25 * 1.35 + 12.0
        table: Hours = np.stack([np.clip(temp, -36.0, 36.0), humidity, wind, sun, pm25, pm10, so2, nox])
        return table

    def _daily_mean(self, local_hour: NDArray[np.int64]) -> Hours:
        """Mean temperature of the day, passing smoothly from noon to noon."""
        day = (local_hour - 12) // DAY_H
        share = ((local_hour - 12) % DAY_H) / DAY_H
        first, last = int(day.min()), int(day.max()) + 1
        means = self._day_means(np.arange(first, last + 1))
        daily: Hours = means[day - first] * (1 - share) + means[day - first + 1] * share
        return daily

    def _day_means(self, day: NDArray[np.int64]) -> Hours:
        weights = AR_PHI ** np.arange(AR_DAYS) * AR_SIGMA_K * np.sqrt(1 - AR_PHI**2)
        shocks = chance.normal(self.seed, "weather/day", np.arange(int(day[0]) - AR_DAYS + 1, int(day[-1]) + 1))
        return _month_curve(day) + np.convolve(shocks, weights, mode="valid") + self._cold_waves(day)

    def _cold_waves(self, day: NDArray[np.int64]) -> Hours:
        """Three to five falls of 8–12 K within two days between November and mid-March, gone after five more."""
        drop = np.zeros(day.shape[0])
        first, last = (season_of(int(d) * DAY_S).year for d in (day[0], day[-1]))
        for year in range(first - 1, last + 1):
            start = int(datetime(year, 11, 5, tzinfo=SHANGHAI).timestamp() // DAY_S)
            n = 3 + int(3 * chance.uniform(self.seed, "weather/waves", year)[0])
            key = np.arange(n)
            onset = start + (key + chance.uniform(self.seed, "weather/onset", year, key)) * 128 / n
            depth = 8.0 + 4.0 * chance.uniform(self.seed, "weather/depth", year, key)
            age = day[:, None] - onset
            shape = np.clip(np.minimum(age / 2.0, (7.0 - age) / 5.0), 0.0, 1.0)
            drop -= (shape * depth).max(axis=1)
        return drop

    def _cloud(self, day: NDArray[np.int64]) -> Hours:
        return chance.uniform(self.seed, "weather/cloud", day)

    def _swing(self, day: NDArray[np.int64], clock: NDArray[np.int64], cloud: Hours) -> Hours:
        """Departure from the daily mean: eight hours of rise from 06:00 to 14:00, sixteen of fall."""
        since = (clock - 6) % DAY_H
        wave = np.where(since < 8, -np.cos(np.pi * since / 8), np.cos(np.pi * (since - 8) / 16))
        span = 8.0 + 3.0 * chance.uniform(self.seed, "weather/swing", day) * (1.0 - 0.4 * cloud)
        swing: Hours = wave * span / 2
        return swing

    def _smooth(self, stream: str, hour: NDArray[np.int64], every: int) -> Hours:
        """Noise of about unit variance that changes over ``every`` hours."""
        knot, share = hour // every, (hour % every) / every
        first = int(knot.min())
        values = chance.normal(self.seed, f"weather/{stream}", np.arange(first, int(knot.max()) + 2)) * 1.2
        noise: Hours = values[knot - first] * (1 - share) + values[knot - first + 1] * share
        return noise


def _month_curve(day: NDArray[np.int64]) -> Hours:
    """Climate mean of a day (days since 1970), from the middle of one month to the middle of the next."""
    year_day = (day + 0.5) % 365.2425
    centre = (np.arange(12) + 0.5) * 365.2425 / 12
    curve: Hours = np.interp(year_day, centre, np.array(MONTH_MEAN_C), period=365.2425)
    return curve


def _clear_sky(day: NDArray[np.int64], clock: NDArray[np.int64]) -> Hours:
    """Irradiance on the ground under a clear sky, W/m², from the sun's height; the sun's noon is at 11:40 local."""
    declination = np.radians(-23.44) * np.cos(2 * np.pi * ((day % 365.2425) + 10) / 365.2425)
    angle = np.radians(15.0) * (clock - 11.67)
    height = np.sin(LATITUDE) * np.sin(declination) + np.cos(LATITUDE) * np.cos(declination) * np.cos(angle)
    sun: Hours = 980.0 * np.clip(height, 0.0, None) ** 1.15
    return sun


def _hour_of(text: str) -> int:
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return round(moment.timestamp() / HOUR_S)
