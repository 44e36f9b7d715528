"""Rooms hours ahead: better than persistence where there is something to know, never worse, and honest without data."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cleanheat.calc.rooms.horizons import FEATURES, HORIZONS_H, RoomInputs, features, fit, forecast

REAL = Path(__file__).parents[4] / "shared" / "data" / "substations_nis"


def rooms_of_a_building(seed: int, rooms: int, hours: int) -> RoomInputs:
    rng = np.random.default_rng(seed)
    hour = np.arange(hours)
    outdoor = -8 + 5 * np.sin(2 * np.pi * (hour - 9) / 24) + np.cumsum(rng.normal(0, 0.4, hours)) * 0.5
    supply = 45 - 0.6 * outdoor + np.where((hour % 24 < 5), -6.0, 0.0)
    room = np.empty((rooms, hours))
    warm = np.full(rooms, 21.0)
    offset = rng.normal(0, 1, rooms)
    for t in range(hours):
        balance = 21 + 0.25 * (supply[t] - 45) + 0.1 * (outdoor[t] + 8) + offset
        warm = balance + (warm - balance) * np.exp(-1 / 30)
        room[:, t] = warm + rng.normal(0, 0.05, rooms) + 0.3 * np.sin(2 * np.pi * hour[t] / 24)
    return RoomInputs(room, np.repeat(supply[None], rooms, 0), outdoor, hour % 24)


@pytest.mark.feature("A9-9")
def test_rooms_are_known_ahead_better_than_as_now():
    at = rooms_of_a_building(23, 6, 1_200)
    fitted = fit(at)
    assert (fitted.error_k[:, :2] < 0.75 * fitted.persistence_k[:, :2]).all()
    assert (fitted.error_k <= 1.1 * fitted.persistence_k).all()
    assert (np.median(fitted.error_k, axis=0) < [0.08, 0.12, 0.25, 0.5]).all()
    ahead = forecast(fitted, at)
    assert ahead.shape == (6, len(HORIZONS_H), 1_200)
    off = np.abs(ahead[:, 2, 900:1_100] - at.room_c[:, 924:1_124])
    assert np.median(off) < 0.35


def test_nothing_to_learn_serves_as_now():
    rng = np.random.default_rng(5)
    walk = 20 + np.cumsum(rng.normal(0, 0.1, (4, 1_000)), axis=1)
    nan = np.full((4, 1_000), np.nan)
    fitted = fit(RoomInputs(walk, nan, nan[0], np.arange(1_000) % 24))
    assert fitted.error_k.mean() <= 1.005 * fitted.persistence_k.mean()
    assert (fitted.error_k <= 1.03 * fitted.persistence_k).all()  # what chance makes look like knowledge


def test_gaps_dead_and_constant_rooms_stay_what_they_are():
    at = rooms_of_a_building(7, 4, 600)
    at.room_c[0] = np.nan
    at.room_c[1, 100:400] = np.nan
    at.room_c[2] = 21.0
    fitted = fit(at)
    assert np.isnan(fitted.error_k[0]).all()
    assert (fitted.hours[0] == 0).all()
    assert np.isfinite(fitted.theta).all()
    assert np.isfinite(fitted.trust).all()
    ahead = forecast(fitted, at)
    assert np.isnan(ahead[0]).all()
    assert np.isnan(ahead[1, :, 100:400]).all()
    assert np.isfinite(ahead[1, :, 450]).all()
    assert fitted.error_k[2].max() < 0.1  # what stands still is known to stand still


def test_what_was_learned_names_how_many_features_it_was_learned_of():
    at = rooms_of_a_building(3, 2, 100)
    assert [features(at, hours).shape[-1] for hours in HORIZONS_H[:2]] == [FEATURES, FEATURES]
    assert max(features(at, hours).shape[-1] for hours in HORIZONS_H) == FEATURES


def test_a_week_is_too_little_to_be_trusted():
    fitted = fit(rooms_of_a_building(3, 3, 120))
    assert (fitted.trust == 0).all()
    assert (fitted.hours == 0).all()


def _real(station: str) -> RoomInputs:
    with gzip.open(REAL / f"season2024_25_{station}.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    hour = np.array([int(datetime.fromisoformat(r["datetime"]).replace(tzinfo=UTC).timestamp()) // 3600 for r in rows])
    first, size = hour.min(), int(hour.max() - hour.min()) + 1

    def column(name: str) -> np.ndarray:
        value = np.array([float(r[name]) if r[name] else np.nan for r in rows])
        value[value == 0] = np.nan
        good = ~np.isnan(value)
        total = np.bincount(hour[good] - first, value[good], size)
        n = np.bincount(hour[good] - first, minlength=size)
        return np.where(n > 0, total / np.maximum(n, 1), np.nan)

    rooms = np.array([column(name) for name in rows[0] if name.startswith("temperature_")])
    supply = np.repeat(column("t_sup_sec")[None], rooms.shape[0], 0)
    return RoomInputs(rooms, supply, column("t_amb"), (first + np.arange(size)) % 24)


@pytest.mark.feature("A9-9")
@pytest.mark.skipif(not REAL.exists(), reason="the measured rooms are not here")
def test_measured_rooms_are_never_worse_than_as_now():
    """Ten flats of two substations, rolling origin over the whole season, weather as observed."""
    both = [fit(_real(station)) for station in ("L4", "L17")]
    error = np.concatenate([f.error_k for f in both])
    still = np.concatenate([f.persistence_k for f in both])
    assert (error <= still).all()
    assert np.median(error[:, 0]) <= 0.095
    assert (np.median(error, axis=0) <= [0.092, 0.25, 0.33, 0.42]).all()
    assert np.median(error[:, 1]) <= 0.4 * np.median(still[:, 1])
