"""What do the last weeks' hours teach?  The daily job: profiles of every signal, ratios of every circuit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.profile.features import effective, features
from cleanheat.calc.profile.usual import Profile, fit
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S
from cleanheat.quality.regularities.circuits import CIRCUITS, LEARNED
from cleanheat.quality.regularities.kept import Learned
from cleanheat.telemetry.public import ObjectHours

DAYS, WARM_UP_DAYS = 60, 3
OBJECTS_AT_ONCE = 1_000
LOCAL_H = 8
LEAST_DIFFERENCE_K = {"primary": 10.0, "secondary": 3.0, "network": 10.0}
"""Below this temperature difference nothing is learned of a circuit's ratio: resolution would say more than heat."""
Floats = NDArray[np.float64]


class Hours(Protocol):
    """The store's question that learning asks."""

    def object_hours(
        self,
        kind: str,
        signal: str,
        start: int,
        end: int,
        ids: NDArray[np.int32],
        source: Literal["minutes", "hours"] | None = None,
    ) -> ObjectHours: ...


def _silent(_done: int, _total: int, _note: str) -> None:
    """No one is watching."""


def learn(
    store: Hours, archive: Archive, until: int, days: int = DAYS, progress: Callable[[int, int, str], object] = _silent
) -> Learned:
    """Profiles from the whole hours of the ``days`` before ``until``; objects without history stay unknown."""
    end = until - until % HOUR_S
    start = end - days * DAY_S
    outdoor = _outdoor(store, archive, start - WARM_UP_DAYS * DAY_S, end)
    slow, fast = effective(outdoor)
    local_hour = (np.arange(start, end, HOUR_S) // HOUR_S + LOCAL_H) % 24
    skip = WARM_UP_DAYS * 24
    feature = features(slow[skip:], fast[skip:], local_hour)
    profiles: dict[tuple[str, str], Profile] = {}
    ratios: dict[tuple[str, str], Floats] = {}
    for done, kind in enumerate(KINDS):
        progress(done, len(KINDS), KINDS[kind].zh)
        numbers = archive[kind].numbers
        parts = [
            _some(store, kind, numbers[i : i + OBJECTS_AT_ONCE], start, end, feature)
            for i in range(0, numbers.shape[0], OBJECTS_AT_ONCE)
        ]
        for signal in LEARNED[kind] if parts else ():
            profiles[kind, signal] = _joined([p[0][signal] for p in parts])
        for circuit in CIRCUITS.get(kind, ()) if parts else ():
            ratios[kind, circuit.name] = np.concatenate([p[1][circuit.name] for p in parts])
    hours = np.arange(end - WARM_UP_DAYS * DAY_S, end, HOUR_S)
    return Learned(end, profiles, ratios, hours, outdoor[-skip:])


def _some(
    store: Hours, kind: str, numbers: NDArray[np.int32], start: int, end: int, feature: Floats
) -> tuple[dict[str, Profile], dict[str, Floats]]:
    """Profiles and ratios of some objects of a kind."""
    readings = {signal: _matrix(store, kind, signal, numbers, start, end) for signal in LEARNED[kind]}
    profiles = {s: fit(r, feature, relative=KINDS[kind][s].unit != "℃") for s, r in readings.items()}
    ratios = {}
    for circuit in CIRCUITS.get(kind, ()):
        hot, cold, flow, heat = (readings[s] for s in circuit.signals)
        difference = hot - cold
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(difference > LEAST_DIFFERENCE_K[circuit.name], heat / (flow * difference), np.nan)
        ratio[~np.isfinite(ratio) | (ratio <= 0)] = np.nan
        ratios[circuit.name] = _median(ratio)
    return profiles, ratios


def _matrix(store: Hours, kind: str, signal: str, numbers: NDArray[np.int32], start: int, end: int) -> Floats:
    """``[objects, hours]`` hourly means, NaN where none."""
    found = store.object_hours(kind, signal, start, end, numbers, "hours")
    out = np.full((numbers.shape[0], (end - start) // HOUR_S), np.nan)
    spec = KINDS[kind][signal]
    sound = (found.means >= spec.low) & (found.means <= spec.high)
    out[np.searchsorted(numbers, found.ids[sound]), (found.hours[sound] - start) // HOUR_S] = found.means[sound]
    return out


def _outdoor(store: Hours, archive: Archive, start: int, end: int) -> Floats:
    """The city's hourly outdoor temperature: the median station."""
    by_station = _matrix(store, "weather", "outdoor_temp_c", archive["weather"].numbers, start, end)
    return _median(by_station.T)


def _median(values: Floats) -> Floats:
    """Median of each row's known values, NaN where none."""
    ordered = np.sort(values, axis=1)
    known = (~np.isnan(values)).sum(axis=1)
    if not values.shape[1]:
        return np.full(values.shape[0], np.nan)
    rows = np.arange(values.shape[0])
    last = np.maximum(known - 1, 0)
    return np.asarray((ordered[rows, last // 2] + ordered[rows, (last + 1) // 2]) / 2)


def _joined(parts: list[Profile]) -> Profile:
    def both(name: str) -> Floats:
        return np.concatenate([getattr(p, name) for p in parts])

    hours = np.concatenate([p.hours for p in parts])
    return Profile(both("coefficients"), both("low"), both("high"), both("spread"), hours)
