"""Start-up and detection on two real substations; skipped where the folder of trial data is not at hand."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cleanheat.calc.anomaly.injection import KINDS
from cleanheat.calc.models.series import Series, step_means
from cleanheat.diagnosis.station import scoring
from cleanheat.diagnosis.station.startup import starts

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "substations_nis"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no trial data at {FOLDER}")

CHANNELS = {
    "t_amb": "outdoor_c",
    "t_sup_prim": "primary_supply_c",
    "t_ret_prim": "primary_return_c",
    "t_sup_sec": "supply_c",
    "t_ret_sec": "return_c",
    "qizm": "heat_kw",
}
TEMPERATURES = [name for name in CHANNELS if name.startswith("t_")]


def _series(file: str, drop: tuple[str, ...] = ()) -> Series:
    with gzip.open(FOLDER / file, "rt") as lines:
        rows = list(csv.DictReader(lines))
    key = "datetime" if "datetime" in rows[0] else ""
    at = np.array([int(datetime.fromisoformat(row[key]).replace(tzinfo=UTC).timestamp()) for row in rows])
    order = np.argsort(at, kind="stable")
    read = {c: np.array([float(row[c] or "nan") for row in rows])[order] for c in CHANNELS if c in rows[0]}
    at = at[order]
    lost = np.all([read[name] == 0 for name in TEMPERATURES if name != "t_amb"], axis=0)
    for name in TEMPERATURES:
        read[name][lost | (np.abs(read[name]) > 150) | (read[name] < -39)] = np.nan
        if name != "t_amb":
            read[name][read[name] == 0] = np.nan
    start = int(at[0]) // 3600 * 3600
    steps = int(at[-1] - start) // 3600 + 1
    means = {CHANNELS[c]: step_means(at, of, start, 3600, steps)[None].astype(np.float32) for c, of in read.items()}
    return Series(start, 3600, {name: of for name, of in means.items() if name not in drop})


@pytest.mark.slow
@pytest.mark.feature("A9-5")
@pytest.mark.parametrize("station", ["L4", "L17"])
def test_known_season_starts(station):
    found = {start.season: start.as_json() for start in starts(_series(f"scada_{station}.csv.gz"))}
    assert found["2020-21"]["first_heat"][:10] == "2020-10-08"
    assert found["2021-22"]["first_heat"][:10] == "2021-10-08"
    assert found["2022-23"]["first_heat"][:10] == "2022-10-18"
    assert found["2022-23"]["sustained_heat"][:10] == "2022-10-28"
    assert found["2023-24"]["first_heat"][:10] == "2023-10-15"
    assert found["2023-24"]["sustained_heat"][:10] == "2023-10-29"
    if station == "L17":
        assert found["2019-20"]["first_heat"][:10] == "2019-10-15"
    cleaned = starts(_series(f"hourly_{station}.csv.gz"))
    assert [start.first_heat for start in cleaned] == [None] * 6  # the record begins in the season: no start is made up


@pytest.mark.slow
@pytest.mark.feature("A9-7")
@pytest.mark.parametrize("station", ["L4", "L17"])
def test_injected_faults_of_the_last_season(station):
    figures = scoring.report(_series(f"hourly_{station}.csv.gz"))
    recall = figures["recall"]
    assert recall["stop"] >= 0.99
    assert min(recall[kind] for kind in ("fouling8K", "frozen")) >= 0.95
    assert min(recall[kind] for kind in KINDS) >= 0.7
    assert figures["normal_day_accuracy"] >= 0.98
    assert figures["event_f05"] >= 0.95
    assert figures["blocks"]["under15"]["within_3_day"] >= 0.9
    assert figures["blocks"]["over15"]["within_3_day"] >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("station", ["L4", "L17"])
def test_injected_faults_without_a_heat_meter(station):
    figures = scoring.report(_series(f"hourly_{station}.csv.gz", drop=("heat_kw",)))
    assert figures["event_f05"] >= 0.9
    assert figures["normal_day_accuracy"] >= 0.97
    assert min(figures["recall"][kind] for kind in ("fouling8K", "frozen")) >= 0.95
