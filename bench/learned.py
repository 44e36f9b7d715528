"""What would have been learned of the benchmarks' city: profiles and ratios that its readings fit."""

from __future__ import annotations

import numpy as np

from bench.arrays import City
from bench.balance import WATER_GJ_T_K, WATER_MWH_T_K, YIELD
from cleanheat.calc.profile.features import SIZE
from cleanheat.calc.profile.usual import BIN_EDGES_C, Profile
from cleanheat.kernel.time import HOUR_S
from cleanheat.quality.regularities import Learned, Regularities
from cleanheat.quality.regularities.circuits import LEARNED

SPREAD_SHARE, LEAST_SPREAD = 0.03, 0.02
HOURS, KNOWN_H, OUTDOOR_C = 76, 1_440, -15.0


def known(city: City, until: int) -> Regularities:
    """Every object's usual is what it reads now, whatever the cold; sensors wander by three hundredths of that."""
    archive, slow, bins = city.archive, city.slow(), len(BIN_EDGES_C) + 1
    profiles = {}
    for kind, signals in LEARNED.items():
        for signal in signals:
            middle = slow[kind][signal].astype(np.float64)
            coefficients = np.zeros((middle.size, SIZE))
            coefficients[:, 0] = middle
            spread = np.maximum(SPREAD_SHARE * np.abs(middle), LEAST_SPREAD)
            wide = np.repeat(4 * spread[:, None], bins, axis=1)
            hours = np.full(middle.size, KNOWN_H, np.int32)
            profiles[kind, signal] = Profile(coefficients, -wide, wide, spread, hours)
    ratios = {(kind, "network"): np.full(archive[kind].count, WATER_MWH_T_K) for kind in ("plant", "branch", "boiler")}
    ratios["unit", "primary"] = np.full(archive["unit"].count, WATER_GJ_T_K)
    ratios["unit", "secondary"] = ratios["unit", "primary"] / YIELD
    past = np.arange(until - until % HOUR_S - HOURS * HOUR_S, until, HOUR_S, dtype=np.int64)
    return Regularities(archive, Learned(until, profiles, ratios, past, np.full(past.size, OUTDOOR_C)))
