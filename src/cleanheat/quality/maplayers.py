"""How far can what each object sends be believed?  The share of trusted values in its newest row, as a theme."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.infra.map_sources import Headline, ThemeSource, sources
from cleanheat.infra.maplayers import Ramp, Theme, themes
from cleanheat.kernel.time import MINUTE_S
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.parameter_tables import parameters_of
from cleanheat.telemetry.public import latest

OWN: Final = {"plant": "plants", "branch": "branches", "boiler": "boilers", "device": "devices", "weather": "weather"}
"""Kinds that send for themselves, and their layers."""

QUALITY = themes.add(
    Theme(
        key="quality",
        code=4,
        zh="数据质量",
        layers=("buildings", *OWN.values(), "substations"),
        legend=Ramp(
            low=0.0,
            high=100.0,
            unit="%",
            colours=("#ff4d5e", "#ff9a3c", "#ffd84a", "#5fe07f", "#2fe0a2"),
            marks=(50.0, 80.0, 95.0),
        ),
        history_s=10 * MINUTE_S,
        counted="substations",
    )
)


def trusted_percent(kind: str, minute: int) -> NDArray[np.float64]:
    """Share of trusted values in each object's newest row, %; 0 for one that fell silent, NaN for one never heard.

    A signal that an object has never sent is still missing: what a kind should send is the same for all of it.
    """
    held = latest()[kind]
    verdicts = held.verdicts
    trusted = (verdicts == Verdict.GOOD) | (verdicts >= Verdict.IMPUTED)  # ``TRUSTED[verdicts]``, five times as fast
    share: NDArray[np.float64] = trusted.sum(axis=0, dtype=np.uint8) * (100.0 / max(1, len(verdicts)))
    share[held.heard <= minute - int(parameters_of("stale")["gap_periods"].value) * MINUTE_S] = 0.0
    share[held.heard == 0] = np.nan
    return share


def _states(minute: int) -> dict[str, NDArray[np.uint8]]:
    archive = assets.archive()
    shares = {layer: trusted_percent(kind, minute) for kind, layer in OWN.items()}
    shares["substations"] = _mean(trusted_percent("unit", minute), archive, "unit", "substation")
    shares["buildings"] = _mean(trusted_percent("room", minute), archive, "room", "building")
    return {layer: QUALITY.ramp.encode(share) for layer, share in shares.items()}


def _mean(share: NDArray[np.float64], archive: assets.Archive, kind: str, of: str) -> NDArray[np.float64]:
    """Mean over the objects of a kind that belong to each ``of``; NaN where none was ever heard."""
    size, group = archive[of].size, archive[kind].links[of]
    known = np.flatnonzero(~np.isnan(share))
    counts = np.bincount(group[known], minlength=size)[:size]
    sums = np.bincount(group[known], share[known], minlength=size)[:size]
    out: NDArray[np.float64] = np.full(size, np.nan)
    return np.divide(sums, counts, out=out, where=counts > 0)


def _headline(kind: str, number: int, minute: int) -> Headline:
    archive = assets.archive()
    through: dict[str, str] = {"substation": "unit", "building": "room"}
    if kind in through:
        share: NDArray[Any] = _mean(trusted_percent(through[kind], minute), archive, through[kind], kind)
    elif kind in OWN:
        share = trusted_percent(kind, minute)
    else:
        return Headline("可信数据占比", None, "%")
    value = float(share[number])
    return Headline("可信数据占比", None if np.isnan(value) else value, "%", 1)


sources.add(ThemeSource("quality", MINUTE_S, _states, _headline))
