"""Has everybody's heating begun (开栓)?  Around the season's first day: not started, circulating, trial, sustained.

Sustained: supply at 30 °C or more with a difference of 2 K, or, for the mild autumn's cooler water, heat that the meter
or the flow shows (so many watts a square metre heated), for 12 hours on end.  Who has not come so far some days
after the first day is late; who had come to heat and stands again before it was sustained made a false start; who was
sustained and stands within the first weeks is interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.model import Arrays, Moment
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.readings import Reader, water_heat_kw
from cleanheat.diagnosis.live.saying import source_key
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Contribution, Evidence, Finding, Level
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S, season_of
from cleanheat.telemetry.public import Store

STATES = (State.LATE_START, State.FALSE_START, State.INTERRUPTED)
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass
class Course:
    """How far each object has come, in epoch seconds (0 = not yet): first heat, heating since, standing since,
    sustained; ``year`` of the season these are of; ``heard`` who has been seen at all."""

    first_heat: Ints
    heating_since: Ints
    standing_since: Ints
    sustained: Ints
    interruptions: Ints
    heard: Ints

    @classmethod
    def of(cls, n: int) -> Course:
        return cls(*(np.zeros(n, np.int64) for _ in fields(cls)))


class StartupNow:
    """One kind (units or boiler rooms); rows are the archive's numbers in ascending order."""

    sources: Sequence[str] = tuple(source_key(s) for s in STATES)

    def __init__(self, archive: Archive, of: str) -> None:
        self.of, self.numbers = of, archive[of].numbers
        self._reader = Reader(of, self.numbers, ("supply_c", "return_c", "flow_t_h", "heat_kw"))
        self._area_m2 = archive[of].values.get("heated_area_m2", np.zeros(archive[of].size))[self.numbers]
        peak = archive[of].values.get("is_peak", np.zeros(archive[of].size))[self.numbers] > 0
        self._watched = ~peak
        self._year = 0
        self.course = Course.of(self.numbers.size)
        self._seen_min = 0

    def able(self, _minute: int) -> bool:
        return self._seen_min >= 1

    def judge(self, moment: Moment) -> Sequence[Finding]:
        minute, season = moment.minute, season_of(moment.minute + int(number("startup", "before_days")) * DAY_S)
        if season.year != self._year:
            self._year, self.course = season.year, Course.of(self.numbers.size)
        self._seen_min += 1
        if minute > season.start + number("startup", "watch_days") * DAY_S:
            return []
        self._follow(moment)
        planned = moment.planned.get(self.of)
        excused = planned[self.numbers] if planned is not None else np.zeros(self.numbers.size, bool)
        return self._findings(minute, season.start, self._watched & ~excused)

    def _follow(self, moment: Moment) -> None:
        c, minute = self.course, moment.minute
        now = self._reader.read(moment.latest, minute - int(number("reach", "fresh_min") - 1) * MINUTE_S)
        delta = now["supply_c"] - now["return_c"]
        warm = (now["supply_c"] >= number("startup", "supply_c")) & (delta >= number("startup", "delta_k"))
        least_kw = number("startup", "heat_w_m2") * self._area_m2 / 1_000
        by_flow = water_heat_kw(now)  # asked of the water as well: a meter that is stuck heats nobody
        metered = np.where(np.isnan(by_flow), now["heat_kw"], np.fmin(now["heat_kw"], by_flow)) >= least_kw
        heats = warm | (metered & (least_kw > 0) & (delta > 0))
        known = np.isfinite(delta)
        c.heard[known] = minute
        begins, ends = heats & (c.heating_since == 0), known & ~heats & (c.heating_since > 0)
        c.heating_since[begins] = minute
        c.first_heat[begins & (c.first_heat == 0)] = minute
        c.standing_since[heats] = 0
        c.standing_since[ends] = minute
        c.interruptions += ends & (minute - c.heating_since >= HOUR_S)
        c.heating_since[ends] = 0
        long = (c.heating_since > 0) & (minute - c.heating_since >= number("startup", "sustained_h") * HOUR_S)
        c.sustained[long & (c.sustained == 0)] = c.heating_since[long & (c.sustained == 0)]

    def _findings(self, minute: int, first_day: int, watched: Bools) -> list[Finding]:
        c = self.course
        seen = watched & (c.heard > minute - HOUR_S)
        stands = (c.standing_since > 0) & (minute - c.standing_since >= number("startup", "stands_h") * HOUR_S)
        late = seen & (c.sustained == 0) & (minute >= first_day + number("startup", "grace_days") * DAY_S)
        false = seen & (c.first_heat > 0) & (c.sustained == 0) & stands & ~late
        broken = seen & (c.sustained > 0) & stands
        since = {
            State.LATE_START: np.full(self.numbers.size, first_day),
            State.FALSE_START: c.standing_since,
            State.INTERRUPTED: c.standing_since,
        }
        hit = dict(zip(STATES, (late, false, broken), strict=True))
        return [
            self._finding(state, row, int(since[state][row]), minute)
            for state, rows in hit.items()
            for row in np.flatnonzero(rows).tolist()
        ]

    def _finding(self, state: State, row: int, since: int, minute: int) -> Finding:
        hours = (minute - since) / HOUR_S
        limit = number("startup", "grace_days") * 24 if state is State.LATE_START else number("startup", "stands_h")
        told = {
            State.LATE_START: f"采暖季开始 {hours:.0f} 小时仍未连续供热（界限 {limit:.0f} 小时）",
            State.FALSE_START: f"曾经升温，未满 {number('startup', 'sustained_h'):.0f} 小时又停 {hours:.0f} 小时",
            State.INTERRUPTED: f"开栓后已停 {hours:.0f} 小时，中断 {int(self.course.interruptions[row])} 次",
        }[state]
        shares = (Contribution("supply_c", 0.5), Contribution("return_c", 0.5))
        evidence = (Evidence("hours", round(hours, 1), limit, "h"),)
        level = state.level or Level.III
        return Finding(
            source_key(state),
            self.of,
            int(self.numbers[row]),
            level,
            since,
            f"{state.zh}：{told}",
            evidence,
            0.9,
            shares,
        )

    def states(self) -> NDArray[np.uint8]:
        """How far each has come: codes of not started, trial, normal (sustained)."""
        c = self.course
        code = np.where(c.first_heat > 0, State.TRIAL.code, State.NOT_STARTED.code)
        return np.where(c.sustained > 0, State.NORMAL.code, code).astype(np.uint8)

    def snapshot(self) -> Arrays:
        return {f.name: getattr(self.course, f.name) for f in fields(Course)} | {"year": np.array(self._year)}

    def restore(self, kept: Arrays) -> None:
        if kept["sustained"].shape != self.numbers.shape:
            raise ValueError("other objects than when this was kept")
        self._year = int(kept["year"])
        self.course = Course(**{f.name: kept[f.name].copy() for f in fields(Course)})

    def recover(self, _store: Store, _now: float) -> None:
        """A start within the weeks that are watched goes on from the snapshot; without one, from what it sees."""
