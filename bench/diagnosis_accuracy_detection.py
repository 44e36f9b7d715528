"""Which faults are found on labelled winters?  The standard injection, and the simulator's own faults in its physics.

Two winters teach (thresholds from their days only, whatever faults they hold), the third is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.diagnosis_accuracy import Row
from bench.diagnosis_seasons import Stretch, city_of, joined, winters
from cleanheat.calc.anomaly.injection import KINDS
from cleanheat.calc.models.series import HOUR_S, Series
from cleanheat.diagnosis.station import detection, scoring
from cleanheat.kernel.time import DAY_S, season
from cleanheat.simulator.families import Fault

LOCAL_S = 8 * HOUR_S
CHANNELS = ("supply_c", "return_c", "primary_supply_c", "primary_return_c", "flow_t_h", "heat_kw")
INJECTED_UNITS, LABELLED_UNITS = 8, 80
TARGET_RECALL = {"stop": 0.99, "fouling8K": 0.95, "frozen": 0.95, "cycling": 0.95}
OWN = {
    "under-supply (15–38 %)": ((Fault.UNDER_SUPPLY,), 12, 0.70),
    "over-supply (14–30 %)": ((Fault.OVER_SUPPLY,), 12, 0.70),
    "intermittent supply": ((Fault.INTERMITTENT,), 24, 0.95),
    "fouling": ((Fault.FOULING,), 96, None),
    "valve stuck": ((Fault.VALVE_STUCK,), 24, None),
}
"""What → (labels, least hours of a label, target of the recall)."""
WITHIN_DAYS = {"fouling": 14}
OF_SOURCES = frozenset({Fault.SOURCE_TRIP, Fault.CAPACITY_SHORTAGE, Fault.BRANCH_UNDER})
"""Labels of branches and boiler rooms that starve the units hanging on them."""
CLEAR_DAYS = 2
"""Days this near to a label are neither normal nor faulty."""
Bools = NDArray[np.bool_]


def rows(seed: int, quick: bool) -> list[Row]:
    years = (2022, 2023, 2024)
    calm = list(winters(city_of(seed, substations=40, rate=0.0, data_rate=0.3), years, ("unit",)))
    found = _injected(calm, 2 if quick else INJECTED_UNITS)
    del calm
    city = city_of(seed, substations=40 if quick else LABELLED_UNITS, rates=None if quick else {Fault.STOP: 0.3})
    return [*found, *_labelled(list(winters(city, years, ("unit",))))]


def continuous(stretches: Sequence[Stretch], rows_: slice) -> Series:
    """Hours of several winters on one grid of whole local days; summers are NaN.  ``start`` is local epoch."""
    start = (stretches[0].start + LOCAL_S) // DAY_S * DAY_S
    end = -(-(int(stretches[-1].times[-1]) + HOUR_S + LOCAL_S) // DAY_S) * DAY_S
    channels, outdoor, times = joined(stretches, "unit")
    place = (times + LOCAL_S - start) // HOUR_S
    values = {}
    for name in CHANNELS:
        own = channels[name][rows_]
        out = np.full((own.shape[0], (end - start) // HOUR_S), np.nan, np.float32)
        out[:, place] = own
        values[name] = out
    weather = np.full(values["supply_c"].shape, np.nan, np.float32)
    weather[:, place] = outdoor
    return Series(start, HOUR_S, values | {"outdoor_c": weather})


def _injected(stretches: Sequence[Stretch], units: int) -> list[Row]:
    grid = continuous(stretches, slice(0, units))
    reports = [
        scoring.report(Series(grid.start, HOUR_S, {n: v[s : s + 1] for n, v in grid.values.items()}))
        for s in range(units)
    ]
    return injected_rows([r for r in reports if "recall" in r], "simulated, injected")


def injected_rows(
    reports: Sequence[dict[str, Any]], data: str, beside: dict[str, dict[str, float]] | None = None
) -> list[Row]:
    """Figures of the standard injection over several stations, days of all of them counted together."""
    beside = beside or {}
    n = len(reports)
    if not n:
        return [Row("standard injection", data, None, "%", note="no station could be judged")]

    def mean(of: Any) -> float:
        return float(np.mean([v for v in map(of, reports) if v is not None]))

    found = []
    for kind in KINDS:
        value = mean(lambda r, k=kind: r["recall"][k])
        found.append(
            Row(
                f"{kind}: recall a day",
                data,
                value,
                "%",
                TARGET_RECALL.get(kind),
                "higher",
                beside.get(kind, {}),
                f"{n} stations",
            )
        )
    false = mean(lambda r: r["false_alarms_per_station_day"])
    found.append(
        Row("false alarms per station-day", data, false, "%", 0.02, "lower", beside.get("false", {}), f"{n} stations")
    )
    found.append(
        Row(
            "all injected: event F0.5",
            data,
            mean(lambda r: r["event_f05"]),
            "",
            0.88,
            "higher",
            beside.get("f05", {}),
            f"{n} stations",
        )
    )
    normal = mean(lambda r: r["normal_day_accuracy"])
    found.append(
        Row("normal days left alone", data, normal, "%", 0.98, "higher", beside.get("normal", {}), f"{n} stations")
    )
    for kind in ("under15", "over15"):
        for within, target in (("within_1_day", 0.95), ("within_3_day", 0.70)):
            some = [r for r in reports if r["blocks"].get(kind)]
            if some:
                value = float(np.mean([r["blocks"][kind][within] for r in some]))
                asked = target if "3" in within or "simulated" in data else None
                found.append(
                    Row(
                        f"{kind}, five-day blocks: found {within.replace('_', ' ')}",
                        data,
                        value,
                        "%",
                        asked,
                        "higher",
                        {},
                        f"{len(some)} stations",
                    )
                )
    blocks = mean(lambda r: r["blocks"]["false_alarms_per_station_day"])
    found.append(
        Row("… false alarms per station-day of the blocks", data, blocks, "%", 0.01, "lower", {}, f"{n} stations")
    )
    return found


def _labelled(stretches: Sequence[Stretch]) -> list[Row]:
    """The simulator's own faults of the last winter, by the same detectors, all units at once."""
    grid = continuous(stretches, slice(None))
    days = grid.steps // 24
    midnight = grid.start - LOCAL_S + DAY_S * np.arange(days)
    winter = np.full(days, -1)
    for k, year in enumerate((2022, 2023, 2024)):
        one = season(year)
        winter[(midnight >= one.start + 3 * DAY_S) & (midnight < one.end)] = k
    detector, why = detection.train(grid, (winter >= 0) & (winter < 2), winter)
    if detector is None:
        return [Row("labelled faults", "simulated", None, "%", note=why)]
    alarm = detection.judge(detector, grid).alarm & (winter == 2)
    last = stretches[-1]
    found = [_recall(what, alarm, last, midnight, *OWN[what]) for what in OWN]
    touched = _touched(last, midnight)
    normal = ~touched & (winter == 2)
    false = float(alarm[normal].mean()) if normal.any() else None
    return [
        *found,
        Row(
            "false alarms per unit-day without any label",
            "simulated",
            false,
            "%",
            0.02,
            "lower",
            {},
            f"{int(normal.sum()):,} unit-days",
            "neither of the unit nor of its source",
        ),
    ]


def _touched(last: Stretch, midnight: NDArray[np.int64]) -> Bools:
    """Days ``bool[units, D]`` near a label of the unit, or of the source it hangs on: a short source is short there."""
    city, found = last.city, np.zeros((last.city.units.count, midnight.size), bool)
    branches = city.sources.branch_numbers
    for label in last.labels[np.isin(last.labels["kind"], ("unit", "branch", "boiler"))]:
        kind, number = str(label["kind"]), int(label["number"])
        if kind == "unit":
            rows = np.array([last.row_of("unit", number)])
        elif Fault(int(label["fault"])) in OF_SOURCES:
            slot = (
                np.searchsorted(branches, number)
                if kind == "branch"
                else branches.size + np.searchsorted(city.sources.boiler_numbers, number)
            )
            rows = np.flatnonzero(city.units.source == slot)
        else:
            continue
        begin, end = (int((label[c] - midnight[0]) // DAY_S) for c in ("start", "end"))
        found[rows, max(begin - 1, 0) : end + 1 + CLEAR_DAYS] = True
    return found


def _recall(
    what: str,
    alarm: Bools,
    last: Stretch,
    midnight: NDArray[np.int64],
    faults: tuple[Fault, ...],
    least_h: int,
    target: float | None,
) -> Row:
    within = WITHIN_DAYS.get(what, 3)
    labels = last.labels[(last.labels["kind"] == "unit") & np.isin(last.labels["fault"], faults)]
    one = season(2024)
    long = (labels["end"] - labels["start"] >= least_h * HOUR_S) & (labels["start"] >= one.start + 7 * DAY_S)
    hits = []
    for label in labels[long & (labels["end"] < one.end)]:
        row = int(last.row_of("unit", label["number"]))
        begin, end = (int((label[c] - midnight[0]) // DAY_S) for c in ("start", "end"))
        hits.append(bool(alarm[row, begin : min(end, begin + within) + 1].any()))
    value = float(np.mean(hits)) if hits else None
    return Row(
        f"{what}: found within {within} days",
        "simulated, in the physics",
        value,
        "%",
        target,
        "higher",
        {},
        f"{sum(hits)} of {len(hits)}",
    )
