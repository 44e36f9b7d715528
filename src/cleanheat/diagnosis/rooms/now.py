"""What is the matter with every room now?  Sampled every five minutes, each room judged anew every quarter of an hour.

The work of five minutes is spread over them: sampling, what neighbours say, one third of the rooms judged, one twelfth
held against weather and supply, what many say together.  Everything is kept in arrays; a room never raises an alert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.rooms import states, usual, windows
from cleanheat.calc.rooms.states import Reach
from cleanheat.calc.rooms.windows import Windows
from cleanheat.diagnosis.live.memory import HOURS, HourMemory
from cleanheat.diagnosis.live.model import Arrays, Moment
from cleanheat.diagnosis.rooms import kept
from cleanheat.diagnosis.rooms.learning import hours_of, room_grid
from cleanheat.diagnosis.rooms.numbers import number, window_limits
from cleanheat.diagnosis.rooms.places import places
from cleanheat.diagnosis.rooms.together import ROOMS_COLD, findings
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Finding
from cleanheat.kernel.time import HOUR_S, MINUTE_S, floor_minute
from cleanheat.telemetry.public import Store

EVERY_MIN: Final = 5
SAMPLES: Final = 7
"""The half hour in which a window is seen: six steps of five minutes."""
TURNS, FOLLOW_TURNS, GROUP_TURNS = 3, 12, 4
DAY_H: Final = 24
FRESH_S: Final = 20 * MINUTE_S
Float32s = NDArray[np.float32]
Floats = NDArray[np.floating[Any]]


class RoomsNow:
    """All rooms' memory and verdicts, one row a room (``places.numbers``).

    ``state [n]`` codes of :class:`State`, ``since`` (epoch s), ``reach`` whose departure it is, ``departure_k`` of the
    day from the room's own way, ``mean_c`` of the day, ``short_kh`` degree-hours below 18 °C and ``spell_h`` the
    longest spell of the last day, ``seen_h`` hours read in it, ``confidence`` 0…1.
    """

    def __init__(self, archive: Archive, data_dir: Path | None = None) -> None:
        self.places, self._archive, self._like = places(archive), archive, archive
        n, units = self.places.count, archive["unit"].count
        self._data_dir, self._changed = data_dir or Path(settings.DATA_DIR), -1
        self.models = kept.RoomModels.empty(archive["room"].size)
        self.rooms, self.supply = HourMemory(("room_c",), n, 2), HourMemory(("supply_c",), units, 2)
        self.outdoor = HourMemory(("outdoor_c",), 1, 2)
        self.recent = np.full((SAMPLES, n), np.nan, np.float32)
        self.recent_supply = np.full((SAMPLES, units), np.nan, np.float32)
        self.windows = Windows.of(n)
        self.state = np.full(n, State.UNKNOWN.code, np.uint8)
        self.since, self.reach = np.zeros(n, np.int64), np.zeros(n, np.uint8)
        self.follows = np.zeros(n, np.uint8)
        self.departure_k, self.mean_c, self.range_k, self.short_kh, self.confidence = (
            np.full(n, np.nan, np.float32) for _ in range(5)
        )
        self.spell_h, self.seen_h = np.zeros(n, np.int16), np.zeros(n, np.int16)
        self.middles = np.full((3, n), np.nan, np.float32)
        self.neighbours_c, self.neighbours_range_k = (np.full(n, np.nan, np.float32) for _ in range(2))
        self.minute, self._calls = 0, 0
        self._found: Sequence[Finding] = ()

    def matches(self, archive: Archive) -> bool:
        """Whether its rows are those of this archive: a name or an area corrected elsewhere changes none of them."""
        if archive is not self._like and places(archive).same_as(self.places):
            self._like = archive
        return archive is self._like

    @property
    def sources(self) -> Sequence[str]:
        return (ROOMS_COLD,)

    def able(self, minute: int) -> bool:
        """A room's verdict needs some hours and every room a turn."""
        return (
            minute >= self.minute and self._calls > TURNS and bool((self.seen_h >= number("comfort", "least_h")).any())
        )

    def judge(self, moment: Moment) -> Sequence[Finding]:
        self.minute = moment.minute
        turn = self._calls
        match moment.minute // MINUTE_S % EVERY_MIN:
            case 0:
                self._look_for_news()
                self._sample(moment)
            case 1:
                self._middle(turn % GROUP_TURNS)
            case 2:
                self._judge(slice(turn % TURNS, None, TURNS), moment.minute)
            case 3:
                self._follow(slice(turn % FOLLOW_TURNS, None, FOLLOW_TURNS))
            case _:
                self._found = findings(self.places, self.state, self.mean_c, self.since, moment)
                self._calls += 1
        return self._found

    def _look_for_news(self) -> None:
        changed = kept.last_change(self._data_dir)
        if changed != self._changed:
            self._changed = changed
            self.models = kept.current(self._data_dir, self._archive["room"].size)

    def _sample(self, moment: Moment) -> None:
        minute = moment.minute
        room = moment.latest["room"].trusted("room_temp_c", minute - FRESH_S)[self.places.numbers]
        units = self._archive["unit"].numbers
        supply = moment.latest["unit"].trusted("secondary_supply_temp_c", minute - FRESH_S)[units]
        stations = moment.latest["weather"].trusted("outdoor_temp_c", minute - HOUR_S)
        known = stations[np.isfinite(stations)]
        outdoor = np.array([np.median(known) if known.size else np.nan])
        self.rooms.add(minute, {"room_c": room})
        self.supply.add(minute, {"supply_c": supply})
        self.outdoor.add(minute, {"outdoor_c": outdoor})
        for ring, now in ((self.recent, room), (self.recent_supply, supply)):
            ring[:-1] = ring[1:]
            ring[-1] = now
        change = self.recent_supply[-1] - self.recent_supply[0]
        of_room = self.places.unit_row
        beside = np.where(of_room >= 0, change[of_room], np.nan) if change.size else np.full(room.shape, np.nan)
        windows.advance(self.windows, self.recent, beside, minute, EVERY_MIN * MINUTE_S, window_limits())

    def _hours(self, memory: HourMemory, hours: int, rows: slice | NDArray[np.int64]) -> Float32s:
        """The last closed hours of some rows ``[n, hours]``, NaN where not known."""
        wanted = np.arange(memory.hour - hours, memory.hour)
        found: Float32s = memory.ring[0][:, rows][wanted % HOURS].T
        found[:, memory.held[wanted % HOURS] != wanted] = np.nan
        return found

    def _middle(self, turn: int) -> None:
        """One group's medians a call: departures of buildings, circuits, sources; then what a circuit's rooms read."""
        least = number("common", "least_rooms")

        def of_room(values: Floats, group: NDArray[np.int64]) -> Floats:
            middle, count = states.group_median(values, group, int(group.max(initial=0)) + 1)
            return np.where(count[group] >= least, middle[group], np.nan)

        groups = (self.places.building, self.places.unit, self.places.source)
        if turn < len(groups):
            self.middles[turn] = of_room(self.departure_k, groups[turn])
        else:
            self.neighbours_c[:] = of_room(self.mean_c, self.places.unit)
            self.neighbours_range_k[:] = of_room(self.range_k, self.places.unit)

    def _judge(self, rows: slice, minute: int) -> None:
        """The day's figures and the state of some rooms."""
        room = self._hours(self.rooms, DAY_H, rows)
        short, _, spell, seen = states.coldness(room, number("comfort", "cold_c"))
        known = seen > 0
        total = np.where(np.isnan(room), 0, room).sum(axis=1)
        self.mean_c[rows] = np.where(known, total / np.maximum(seen, 1), np.nan)
        self.short_kh[rows] = np.where(known, short, np.nan)
        self.spell_h[rows], self.seen_h[rows] = spell, seen
        self.range_k[rows] = states.standing(room, int(number("sensor", "flat_least_h")))
        self.departure_k[rows] = self._departure(rows)
        off, middles = self.departure_k[rows], [m[rows] for m in self.middles]
        self.reach[rows] = states.reach(off, middles, number("common", "least_k"), number("common", "share"))
        fresh = self._states(rows, room)
        changed = fresh != self.state[rows]
        self.since[rows] = np.where(changed, minute, self.since[rows])
        self.state[rows] = fresh

    def _departure(self, rows: slice) -> Floats:
        """The day's mean against the room's own way in this cold and with this supply."""
        outdoor = self._hours(self.outdoor, DAY_H, slice(None))[0]
        felt = np.nanmean(outdoor) if np.isfinite(outdoor).any() else np.nan
        unit_row = self.places.unit_row[rows]
        sent = self._mean_supply()
        beside = np.where(unit_row >= 0, sent[unit_row], np.nan) if sent.size else np.full(unit_row.shape, np.nan)
        theta = self.models.theta[self.places.numbers[rows]]
        level = theta[:, 0] + theta[:, usual.OUTDOOR] * (felt - usual.CENTRE_OUTDOOR_C)
        return self.mean_c[rows] - level - theta[:, usual.SUPPLY] * np.nan_to_num(beside - usual.CENTRE_SUPPLY_C)

    def _mean_supply(self) -> Float32s:
        return self.supply.mean("supply_c", DAY_H)

    def _states(self, rows: slice, room: Float32s) -> NDArray[np.uint8]:
        """Later lines win: what the sensor is before what the room is, nothing out of missing data."""
        last = room[:, -int(number("comfort", "look_back_h")) :]
        seen = (~np.isnan(last)).sum(axis=1)
        enough = seen >= number("comfort", "least_h")
        mean = np.where(enough, np.where(np.isnan(last), 0, last).sum(axis=1) / np.maximum(seen, 1), np.nan)
        day, wide, beside = self.mean_c[rows], self.range_k[rows], self.neighbours_c[rows]
        off, own = self.departure_k[rows], self.models.spread[self.places.numbers[rows]]
        alone = self.reach[rows] == Reach.ROOM
        out = np.where(enough, State.NORMAL.code, State.UNKNOWN.code).astype(np.uint8)
        out[(self.seen_h[rows] == 0)] = State.UNDIAGNOSABLE.code
        with np.errstate(invalid="ignore"):
            changed = alone & (
                np.abs(off) >= np.maximum(number("change", "spreads") * own, number("change", "least_k"))
            )
            out[enough & changed] = State.BEHAVIOUR_CHANGED.code
            out[mean > number("comfort", "hot_c")] = State.ROOM_HOT.code
            out[mean < number("comfort", "cold_c")] = State.ROOM_COLD.code
            empty = (day < number("vacant", "below_c")) & (beside - day >= number("vacant", "apart_k"))
            out[enough & empty & (wide <= number("vacant", "range_k"))] = State.VACANT.code
            out[enough & self.windows.is_open[rows]] = State.WINDOW_OPEN.code
            apart = (day - beside >= number("sensor", "apart_k")) & (day > number("comfort", "hot_c"))
            out[enough & (apart | (self.follows[rows] > 0))] = State.MISPLACED_SENSOR.code
            lively = self.neighbours_range_k[rows] >= number("sensor", "flat_neighbours_k")
            out[(wide <= number("sensor", "flat_k")) & lively] = State.FROZEN_SENSOR.code
        self.confidence[rows] = _confidence(out, mean, seen / last.shape[1], off, own)
        return out

    def _follow(self, rows: slice) -> None:
        """Does a sensor measure the weather (1) or the radiator (2)?"""
        hours, least = int(number("sensor", "follow_h")), int(number("sensor", "follow_least_h"))
        room = self._hours(self.rooms, hours, rows)
        outdoor = self._hours(self.outdoor, hours, slice(None))[0]
        unit_row = self.places.unit_row[rows]
        verdict = np.zeros(room.shape[0], np.uint8)
        with np.errstate(invalid="ignore"):
            slope, r = states.follows(room, outdoor, least)
            sure = number("sensor", "follow_correlation")
            verdict[(slope >= number("sensor", "follow_outdoor_k_per_k")) & (r >= sure)] = 1
            if self._archive["unit"].count:
                supply = self._hours(self.supply, hours, np.maximum(unit_row, 0))
                slope, r = states.follows(room, supply, least)
                near = (slope >= number("sensor", "follow_supply_k_per_k")) & (r >= sure) & (unit_row >= 0)
                verdict[near & (verdict == 0)] = 2
        self.follows[rows] = verdict

    # --- kept and recovered -----------------------------------------------------------------------------------------

    _OWN = ("recent", "recent_supply", "state", "since", "reach", "follows", "departure_k", "mean_c", "range_k",
            "short_kh", "confidence", "spell_h", "seen_h", "middles", "neighbours_c", "neighbours_range_k")  # fmt: skip

    def snapshot(self) -> Arrays:
        made: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in self._OWN}
        made |= {f"windows.{name}": value for name, value in vars(self.windows).items()}
        for name, memory in self._memories().items():
            made |= {f"{name}.{part}": value for part, value in memory.snapshot().items()}
        return made | {"minute": np.array(self.minute), "calls": np.array(self._calls)}

    def restore(self, kept_arrays: Arrays) -> None:
        try:
            if any(kept_arrays[name].shape != getattr(self, name).shape for name in self._OWN):
                raise ValueError("rooms of another archive")
            for name, memory in self._memories().items():
                parts = {k.split(".", 1)[1]: v for k, v in kept_arrays.items() if k.startswith(f"{name}.")}
                memory.restore(parts)
            for name in self._OWN:
                getattr(self, name)[:] = kept_arrays[name]
            for name in vars(self.windows):
                getattr(self.windows, name)[:] = kept_arrays[f"windows.{name}"]
        except KeyError as error:
            raise ValueError(f"no {error} in the snapshot") from error
        self.minute, self._calls = int(kept_arrays["minute"]), int(kept_arrays["calls"])

    def _memories(self) -> Mapping[str, HourMemory]:
        return {"rooms": self.rooms, "supply": self.supply, "outdoor": self.outdoor}

    def recover(self, store: Store, now: float) -> None:
        """Hours not remembered are read from the store; then every room is judged once."""
        hour = floor_minute(now) // HOUR_S
        missing = [h for h in range(hour - HOURS, hour) if self.rooms.held[h % HOURS] != h]
        if missing:
            start, end = missing[0] * HOUR_S, hour * HOUR_S
            weather = hours_of(store, self._archive, start, end)
            room = room_grid(store, self.places.numbers, start, end)
            units = self._archive["unit"].numbers
            supply = store.hour_grid("unit", ["secondary_supply_temp_c"], start, end, units)[0]
            for h in missing:
                at = h - missing[0]
                self.rooms.put(h, room[None, :, at])
                self.supply.put(h, supply[None, :, at])
                self.outdoor.put(h, weather.outdoor_c[None, None, at])
        for memory in self._memories().values():
            memory.hour = max(memory.hour, hour)
        self._look_for_news()
        for _ in range(2):  # neighbours are known only after a first round
            self._judge(slice(None), floor_minute(now))
            for turn in range(GROUP_TURNS):
                self._middle(turn)
        self._follow(slice(None))


def _confidence(state: NDArray[np.uint8], mean: Floats, seen: Floats, off: Floats, own: Floats) -> Floats:
    """Half from how much of the time was seen, half from how far over the line it is (a kelvin is plain)."""
    cold = np.minimum(np.abs(mean - number("comfort", "cold_c")), 1.0)
    hot = np.minimum(np.abs(mean - number("comfort", "hot_c")), 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        strange = np.minimum(np.abs(off) / np.maximum(number("change", "spreads") * own, 1e-3) / 2, 1.0)
    far = np.select(
        [state == State.ROOM_COLD.code, state == State.ROOM_HOT.code, state == State.BEHAVIOUR_CHANGED.code],
        [cold, hot, strange], default=0.5,
    )  # fmt: skip
    return np.where(state > State.UNDIAGNOSABLE.code, 0.5 * seen + 0.5 * np.nan_to_num(far, nan=0.5), np.nan)


_running: list[RoomsNow] = []


def build(archive: Archive) -> RoomsNow:
    """The process's own model; pages read what it holds."""
    _running[:] = [RoomsNow(archive)]
    return _running[0]


def running() -> RoomsNow | None:
    """The model as it runs in this process; None where no minute is judged here."""
    return _running[0] if _running else None
