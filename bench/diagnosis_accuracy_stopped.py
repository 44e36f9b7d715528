"""Is a stop found within half an hour, and never one made of lost data?  Two winter days minute by minute, simulated.

Readings lose their trust as in the platform: a row whose temperatures are all zero, a temperature that no heating water
has.  The platform's own path, with all rules of quality, is the part ``live``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bench.diagnosis_accuracy import Row
from bench.diagnosis_seasons import Stretch, city_of, minutes
from cleanheat.calc.anomaly.supply_stopped import Stop, over_history
from cleanheat.diagnosis.supply_stopped import circuits, limits
from cleanheat.kernel.time import MINUTE_S, SHANGHAI, epoch
from cleanheat.simulator.families import Fault

START = epoch(datetime(2024, 1, 15, tzinfo=SHANGHAI))
DAYS, QUICK_MINUTES = 4, 480
STOPS = (Fault.STOP, Fault.PUMP_TRIP, Fault.PUMP_NO_FLOW)
ALSO_STOPS = (Fault.INTERMITTENT, Fault.SOURCE_TRIP)
"""Heat goes away for hours with these too: an alarm is not wrong, and none is asked for."""
GATEWAYS = (Fault.SUBSTATION_GATEWAY, Fault.COMPANY_GATEWAY, Fault.SENTINEL, Fault.ROW_MISSING, Fault.CHANNEL_DEAD)
LEAST_S, WITHIN_S = 30 * MINUTE_S, 30 * MINUTE_S
SETTLES_S = 90 * MINUTE_S
"""After a stop water is still cold: an alarm that lasts until then is none of its own."""
TEMPERATURES = ("supply_c", "return_c", "primary_supply_c", "primary_return_c")


@dataclass(frozen=True)
class Score:
    asked: int
    found: int
    within: int
    unseen: int
    delays_min: NDArray[np.float64]
    false: int
    of_loss: int


def rows(seed: int, quick: bool) -> list[Row]:
    city = city_of(seed, substations=60 if quick else 250, rates={Fault.STOP: 3.0, Fault.SUBSTATION_GATEWAY: 2.0})
    day = minutes(city, START, QUICK_MINUTES if quick else DAYS * 1_440, ("unit",))
    done = score(day, found_in(day))
    data = f"simulated, {day.times.shape[0]:,} minutes, {city.units.count} units"
    counts = f"{done.found} of {done.asked} stops of 30 min or more; {done.unseen} more while nothing was received"
    object_days = city.units.count * day.times.shape[0] / 1_440
    usual = f"median {np.median(done.delays_min):.0f} min" if done.delays_min.size else ""
    latest = float(np.quantile(done.delays_min, 0.99)) if done.delays_min.size else None
    return [
        Row("stops found", data, done.found / max(done.asked, 1), "%", 0.99, "higher", counts=counts),
        Row("… within 30 min", data, done.within / max(done.asked, 1), "%", 0.99, "higher", counts=f"{done.within}"),
        Row("delay (99 % of them)", data, latest, "min", 30.0, note=usual),
        Row(
            "alarms made of lost data", data, float(done.of_loss), "alarms", 0.0, counts=f"{object_days:,.0f} unit-days"
        ),
        Row(
            "other false alarms", data, done.false / object_days, "%", None, counts=f"{done.false}", note="per unit-day"
        ),
    ]


def found_in(day: Stretch) -> list[Stop]:
    """The platform's model over the minutes of a stretch."""
    values, trusted = day.values["unit"], _trusted(day.values["unit"])
    unit = next(c for c in circuits(day.city.archive) if c.kind == "unit")
    numbers = day.city.archive["unit"].numbers
    read = {
        name: np.where(trusted, values[name], np.nan).T.astype(np.float64)
        for name in ("supply_c", "return_c", "flow_t_h", "heat_kw")
    }
    design_kw = unit.design_heat[numbers] / 0.0036
    armed = np.broadcast_to((day.outdoor_c < limits().outdoor_below_c)[:, None], read["supply_c"].shape)
    delta = read["supply_c"] - read["return_c"]
    return over_history(
        day.times, delta, read["flow_t_h"] / unit.design_flow_t_h[numbers], read["heat_kw"] / design_kw, armed, limits()
    )


def _trusted(values: Mapping[str, NDArray[np.float32]]) -> NDArray[np.bool_]:
    lost = np.logical_and.reduce([values[name] == 0 for name in TEMPERATURES])
    absurd = np.logical_or.reduce([(values[name] < 1) | (values[name] > 150) for name in TEMPERATURES])
    return ~(lost | absurd)


def score(day: Stretch, stops: list[Stop]) -> Score:
    """Every labelled stop against what was said, and what was said against every label."""
    begin, end = int(day.times[0]), int(day.times[-1]) + MINUTE_S
    labels = day.labels[(day.labels["kind"] == "unit") & np.isin(day.labels["fault"], STOPS)]
    whole = (labels["start"] >= begin) & (labels["end"] <= end) & (labels["end"] - labels["start"] >= LEAST_S)
    silent = np.isnan(day.values["unit"]["supply_c"]) | np.isnan(day.values["unit"]["flow_t_h"])
    said: dict[int, list[Stop]] = {}
    for stop in stops:
        said.setdefault(stop.series, []).append(stop)
    delays, asked, unseen = [], 0, 0
    for label in labels[whole]:
        row = int(day.row_of("unit", label["number"]))
        first, last = (int(label[c] - begin) // MINUTE_S for c in ("start", "end"))
        if silent[row, first:last].mean() > 0.3 or _overlaps(labels, label):
            unseen += 1
            continue
        asked += 1
        hit = [s.confirmed for s in said.get(row, []) if label["start"] - 60 <= s.confirmed <= label["end"] + LEAST_S]
        delays += [(min(hit) - int(label["start"])) / MINUTE_S] if hit else []
    real = day.wrong("unit", *STOPS, *ALSO_STOPS, settle_s=SETTLES_S) | _under_a_source(day)
    lost = _lost(day)
    false = of_loss = 0
    for stop in stops:
        a, b = (stop.since - begin) // MINUTE_S, (stop.confirmed - begin) // MINUTE_S + 1
        if not real[stop.series, max(a, 0) : b].any():
            of_loss += bool(lost[stop.series, max(a - 5, 0) : b].any())
            false += 1
    late = np.array(delays)
    return Score(asked, len(delays), int((late <= WITHIN_S / MINUTE_S).sum()), unseen, late, false - of_loss, of_loss)


def _overlaps(labels: NDArray[np.void], label: np.void) -> bool:
    """Whether another stop of the same unit was on when this one began: it has no onset of its own."""
    same = (labels["number"] == label["number"]) & (labels["start"] <= label["start"])
    return bool((same & (labels["end"] + SETTLES_S > label["start"])).sum() > 1)


def _under_a_source(day: Stretch) -> NDArray[np.bool_]:
    """Units whose source has tripped."""
    boiler = day.wrong("boiler", Fault.SOURCE_TRIP, settle_s=SETTLES_S)
    units = day.city.units
    slot = units.source - day.city.sources.branch_numbers.shape[0]
    return np.asarray(np.where((slot >= 0)[:, None], boiler[np.maximum(slot, 0)], False))


def _lost(day: Stretch) -> NDArray[np.bool_]:
    values = day.values["unit"]
    gone = np.isnan(values["supply_c"]) | np.isnan(values["flow_t_h"])
    return np.asarray(gone | ~_trusted(values) | day.wrong("unit", *GATEWAYS))
