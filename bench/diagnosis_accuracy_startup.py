"""When did heating begin?  Eighteen simulated station-autumns, a third with trials before, and measured ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.diagnosis_accuracy import Row
from bench.diagnosis_seasons import Stretch, city_of, hours
from cleanheat.calc.models.series import HOUR_S, Series
from cleanheat.diagnosis.station.startup import SeasonStart, starts
from cleanheat.kernel.time import DAY_S, season
from cleanheat.simulator.families import Fault

YEARS = (2022, 2023, 2024)
CITIES, SOUND_DAYS = 6, 2
"""So many cities, each with its own weather, give one unit each autumn: a third of them with something before."""
ZONE_S = 8 * HOUR_S
AFTER_DAYS = 45
CHANNELS = ("supply_c", "return_c", "primary_supply_c", "primary_return_c", "flow_t_h", "heat_kw")
FOLDER = Path(__file__).parents[2] / "shared/data/substations_nis"
SEEN_AT_NIS = {
    "L4": {2019: date(2019, 10, 5), 2020: date(2020, 10, 8), 2021: date(2021, 10, 8), 2022: date(2022, 10, 18)},
    "L17": {2019: date(2019, 10, 15), 2020: date(2020, 10, 8), 2021: date(2021, 10, 8), 2022: date(2022, 10, 18)},
}
"""First heat there, as the measured temperatures show it to anybody who looks."""


def rows(seed: int, quick: bool) -> list[Row]:
    judged: dict[bool, list[Autumn]] = {False: [], True: []}
    for place in range(1 if quick else CITIES):
        city = city_of(seed + place, substations=100)
        for year in YEARS:
            first = season(year).start
            autumn = hours(city, first - 15 * DAY_S, first + AFTER_DAYS * DAY_S, ("unit",))
            for is_floor, found in judged.items():
                row, first_heat, sustained, tried = _chosen(autumn, year, place % 3 == 0, is_floor)
                found.append((_judged(autumn, row), first_heat, sustained, tried))
    return [
        *_scored(judged[False], "simulated, radiators", 1.0),
        *_scored(judged[True], "simulated, floors", None),
        *_measured(),
    ]


Autumn = tuple[SeasonStart | None, int, int, bool]
"""What was said, first heat, sustained heat, and whether something came before."""


def _scored(judged: list[Autumn], data: str, asked: float | None) -> list[Row]:
    near = sum(_within(j.first_heat if j else None, first, 2 * HOUR_S) for j, first, _, _ in judged)
    day = sum(_within(j.sustained_heat if j else None, last, DAY_S) for j, _, last, _ in judged)
    false = sum(_too_early(j, last) for j, _, last, _ in judged)
    n, tried = len(judged), sum(t for *_, t in judged)
    counts = f"{near} of {n} station-autumns, {tried} with a trial or cold circulation before"
    note = "" if asked else "floors are begun with water of 20–28 °C on mild days; no target"
    onset, no_start = (17 / 18, 0.0) if asked else (None, None)
    return [
        Row("first heat within 2 h", data, near / n, "%", onset, "higher", counts=counts, note=note),
        Row("sustained heat within 1 day", data, day / n, "%", asked, "higher", counts=f"{day} of {n}"),
        Row(
            "false starts (sustained heat said before it came)",
            data,
            float(false),
            "starts",
            no_start,
            counts=f"of {n}",
        ),
    ]


def _chosen(autumn: Stretch, year: int, with_trial: bool, is_floor: bool) -> tuple[int, int, int, bool]:
    """(row, first heat, sustained heat, whether something came before) of one sound unit."""
    table = autumn.city.archive["unit"]
    begins = season(year).start + autumn.city.schedule.unit_start_delay_s(table.numbers, year)
    trials = autumn.labels[np.isin(autumn.labels["fault"], (Fault.FALSE_START, Fault.COLD_CIRCULATION))]
    before = {int(r): trial for r, trial in zip(autumn.row_of("unit", trials["number"]), trials, strict=True)}
    soon = (autumn.times[None, :] < begins[:, None] + SOUND_DAYS * DAY_S) & (autumn.times[None, :] >= begins[:, None])
    sound = np.flatnonzero(~(autumn.wrong("unit") & soon).any(axis=1)).tolist()
    sound = [row for row in sound if table.values["is_floor"][table.numbers[row]] == is_floor]
    wanted = [row for row in sound if (row in before) == with_trial] or sound
    row = wanted[0]
    began = int(begins[row])
    was_heat = row in before and before[row]["fault"] == Fault.FALSE_START
    return row, int(before[row]["start"]) if was_heat else began, began, row in before


def _judged(autumn: Stretch, row: int) -> SeasonStart | None:
    values = {name: autumn.values["unit"][name][row : row + 1] for name in CHANNELS}
    values["outdoor_c"] = autumn.outdoor_c[None]
    found = starts(Series(autumn.start, HOUR_S, values), zone_s=ZONE_S)
    return found[-1] if found else None


def _within(said_local: int | None, was: int, by_s: int) -> bool:
    return said_local is not None and abs(said_local - ZONE_S - was) <= by_s


def _too_early(judged: SeasonStart | None, sustained: int) -> bool:
    said = judged.sustained_heat if judged else None
    return said is not None and said - ZONE_S < sustained - DAY_S


def _measured() -> list[Row]:
    """First heat at the measured stations, whose dates are known to the day."""
    if not FOLDER.is_dir():
        return []
    right, asked, said = 0, 0, []
    for name in ("scada_L4", "scada_L17"):
        for judged in starts(_read(name), zone_s=0):
            year = int(judged.season[:4])
            seen = SEEN_AT_NIS[name[6:]].get(year)
            if seen is not None and judged.first_heat is not None:
                asked += 1
                off = abs(judged.first_heat // DAY_S - (seen - date(1970, 1, 1)).days)
                right += off <= 1
                said.append(f"{name[6:]} {judged.season}: {off} d")
    share = right / asked if asked else None
    return [
        Row(
            "first heat on the day (±1)",
            "L4, L17 measured",
            share,
            "%",
            17 / 18,
            "higher",
            counts=f"{right} of {asked}",
            note="; ".join(said),
        )
    ]


def _read(name: str) -> Series:
    from bench.real_series import read
    from cleanheat.calc.models.series import step_means
    from cleanheat.kernel.quantities import KINDS

    rows_, index = read(name), KINDS["unit"].index
    stamps: Any = rows_.minutes + ZONE_NIS_S
    start = int(stamps[0]) // HOUR_S * HOUR_S
    steps = int((stamps[-1] - start) // HOUR_S) + 1
    signals = {"supply_c": "secondary_supply_temp_c", "return_c": "secondary_return_temp_c"}
    values = {}
    for channel, code in signals.items():
        reading = rows_.values[index[code]].copy()
        reading[(reading <= 0) | (reading > 120)] = np.nan
        values[channel] = step_means(stamps, reading, start, HOUR_S, steps)[None].astype(np.float32)
    return Series(start, HOUR_S, values)


ZONE_NIS_S = HOUR_S
"""Central European time; an hour of summer time moves no day."""
