"""How do the rural heating devices run now?  110,000 of them: arrays of exponential means, no rings.

A device cycles, charges at night or follows the sun: only its own days can be compared.  Single devices keep a state;
what many devices of one platform have in common becomes one finding on the platform, and what a village has far more
often than the platforms of its devices do becomes one on the village.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live.model import Arrays, Moment
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.readings import Reader
from cleanheat.diagnosis.live.saying import device_key
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Contribution, Evidence, Finding, Level
from cleanheat.kernel.time import HOUR_S, MINUTE_S, season_of
from cleanheat.telemetry.public import Store

Float32s = NDArray[np.float32]
Bools = NDArray[np.bool_]
COMMON = (State.STOPPED, State.UNDER_SUPPLY, State.ABNORMAL)
"""States that make a finding where many devices of a platform have them at once."""
DAY_MIN = 1_440.0
AREA = "area"
"""What a village is among the kinds of object."""


@dataclass
class Means:
    """Exponential means of each device and when it last ran; NaN where nothing has been seen yet."""

    duty_day: Float32s
    duty_week: Float32s
    room_c: Float32s
    lift_k: Float32s
    starts_h: Float32s
    seen_min: Float32s
    ran_s: NDArray[np.int64]
    on_before: NDArray[np.int8]

    @classmethod
    def of(cls, n: int) -> Means:
        def unseen() -> Float32s:
            return np.full(n, np.nan, np.float32)

        seen, ran, before = np.zeros(n, np.float32), np.zeros(n, np.int64), np.full(n, -1, np.int8)
        return cls(unseen(), unseen(), unseen(), unseen(), unseen(), seen, ran, before)


class DevicesNow:
    """Rows are the archive's devices in ascending order."""

    kind = "device"
    sources: Sequence[str] = tuple(device_key(s) for s in COMMON)

    def __init__(self, archive: Archive) -> None:
        table = archive["device"]
        self.numbers, self._size = table.numbers, table.size
        self._reader = Reader("device", table.numbers, ("supply_c", "return_c", "room_c"))
        self._sender = table.links["sender"][table.numbers]
        self._village = table.links.get("village", np.zeros(table.size, np.int32))[table.numbers]
        self._wet = ~np.isin(table.values.get("device_type", np.full(table.size, np.nan))[table.numbers], DRY)
        self.means = Means.of(table.count)
        self.state = np.zeros(table.count, np.uint8)
        self.since = np.zeros(table.count, np.int64)
        self.minute = self._seen_min = 0

    def able(self, _minute: int) -> bool:
        return self._seen_min >= DAY_MIN / 2

    def judge(self, moment: Moment) -> Sequence[Finding]:
        minute = moment.minute
        elapsed = min((minute - self.minute) // MINUTE_S, 60) if self.minute else 1
        since = minute - int(number("device", "fresh_min") - 1) * MINUTE_S
        latest = moment.latest["device"]
        running = latest.trusted("is_on", since)[self.numbers].astype(np.float32)
        now = self._reader.read(moment.latest, since)
        self._follow(running, now, minute, elapsed)
        self.minute, self._seen_min = minute, self._seen_min + elapsed
        season = season_of(minute)
        in_season = season.start <= minute < season.end
        state = self._states(running, minute) if in_season else np.full(self.state.shape, State.IDLE.code, np.uint8)
        changed = state != self.state
        self.since[changed], self.state = minute, state
        return self._together() if in_season else []

    def _follow(self, running: Float32s, now: Mapping[str, Float32s], minute: int, elapsed: int) -> None:
        m, known = self.means, np.isfinite(running)
        runs = running > 0
        began = runs & (m.on_before == 0)
        m.ran_s[runs] = minute
        _mix(m.duty_day, running, elapsed / DAY_MIN)
        _mix(m.duty_week, running, elapsed / (7 * DAY_MIN))
        _mix(m.room_c, now["room_c"], elapsed / 180)
        _mix(m.starts_h, np.where(known, began * np.float32(60 / elapsed), np.nan).astype(np.float32), elapsed / 360)
        _mix(m.lift_k, np.where(runs, now["supply_c"] - now["return_c"], np.nan).astype(np.float32), elapsed / 120)
        m.seen_min += known * np.float32(elapsed)
        m.on_before[known] = runs[known]

    def _states(self, running: Float32s, minute: int) -> NDArray[np.uint8]:
        """Later lines win: what explains more."""
        m, at = self.means, "device"
        known = np.isfinite(running)
        enough = known & (m.seen_min >= DAY_MIN / 2)
        used = np.maximum(m.duty_week, m.duty_day) >= number(at, "used_duty")
        cold = m.room_c < number(at, "cold_room_c")
        state = np.where(known, State.NORMAL.code, State.UNKNOWN.code).astype(np.uint8)
        state[enough & ~used] = State.IDLE.code
        state[enough & used & (m.room_c > number(at, "hot_room_c"))] = State.OVER_SUPPLY.code
        state[enough & used & cold & (m.duty_day >= number(at, "full_duty"))] = State.UNDER_SUPPLY.code
        state[enough & used & self._wet & (m.lift_k < number(at, "least_lift_k"))] = State.ABNORMAL.code
        state[enough & (m.starts_h > number(at, "starts_h"))] = State.SHORT_CYCLING.code
        silent_s = number(at, "stopped_h") * HOUR_S
        rests = (m.ran_s > 0) & (minute - m.ran_s > silent_s)
        state[enough & used & rests & cold] = State.STOPPED.code
        return state

    def _together(self) -> list[Finding]:
        """Platforms and villages many of whose devices share a state."""
        known = self.state != State.UNKNOWN.code
        out = []
        for state in COMMON:
            hit = self.state == state.code
            share, count = _shares(self._sender, known, hit)
            common = (share >= number("device", "common_share")) & (count >= number("device", "common_least"))
            out += [self._platform(state, n, int(count[n]), float(share[n])) for n in np.flatnonzero(common).tolist()]
            out += self._villages(state, known, hit, share[self._sender])
        return out

    def _villages(self, state: State, known: Bools, hit: Bools, usual: NDArray[np.float64]) -> list[Finding]:
        """``usual``: the share of each device's platform; a village like its platforms is said with them."""
        share, count = _shares(self._village, known, hit)
        expected, _ = _shares(self._village, known, usual)
        common = share >= np.maximum(number("device", "village_share"), number("device", "village_times") * expected)
        common &= count >= number("device", "village_least")
        common[0] = False
        return [self._of_village(state, n, int(count[n]), float(share[n])) for n in np.flatnonzero(common).tolist()]

    def _platform(self, state: State, sender: int, count: int, share: float) -> Finding:
        limit = number("device", "common_share")
        text = f"农村清洁取暖设备集中{state.zh}：{count} 台，占可判断设备的 {share:.1%}（限值 {limit:.0%}）"
        return self._finding(state, "sender", sender, self._sender, text, share, limit)

    def _of_village(self, state: State, village: int, count: int, share: float) -> Finding:
        limit = number("device", "village_share")
        text = f"村屯清洁取暖设备集中{state.zh}：{count} 台，占本村可判断设备的 {share:.1%}（限值 {limit:.0%}）"
        return self._finding(state, AREA, village, self._village, text, share, limit)

    def _finding(
        self, state: State, kind: str, place: int, of: NDArray[np.int32], text: str, share: float, limit: float
    ) -> Finding:
        mine = (of == place) & (self.state == state.code)
        return Finding(
            device_key(state),
            kind,
            place,
            Level.III if share < 2 * limit else Level.II,
            int(np.median(self.since[mine])),
            text,
            (Evidence("affected_share", round(share, 3), limit, ""),),
            round(min(0.5 + share, 0.95), 2),
            (Contribution("room_c", 0.5), Contribution("is_on", 0.5)),
        )

    def states(self) -> NDArray[np.uint8]:
        out = np.zeros(self._size, np.uint8)
        out[self.numbers] = self.state
        return out

    def snapshot(self) -> Arrays:
        last = np.array([self.minute, self._seen_min])
        return {f.name: getattr(self.means, f.name) for f in fields(Means)} | {
            "state": self.state, "since": self.since, "last": last,
        }  # fmt: skip

    def restore(self, kept: Arrays) -> None:
        if kept["state"].shape != self.state.shape:
            raise ValueError("other devices than when this was kept")
        self.means = Means(**{f.name: kept[f.name].copy() for f in fields(Means)})
        self.state, self.since = kept["state"].copy(), kept["since"].copy()
        self.minute, self._seen_min = (int(x) for x in kept["last"])

    def recover(self, _store: Store, _now: float) -> None:
        """Means of a day need no replay: half a day later all judgements are back."""


DRY: NDArray[Any] = np.array([0, 2])
"""Types without water in a circuit: air-source pumps that blow, storage heaters."""


def _shares(of: NDArray[np.int32], known: Bools, part: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By place: sum of ``part`` over the known devices as a share of them, and that sum."""
    size = int(of.max(initial=0)) + 1
    whole = np.bincount(of, known, size)
    count = np.bincount(of, (known * part).astype(np.float64), size).astype(np.float64)
    return np.divide(count, whole, out=np.zeros(size), where=whole > 0), count


def _mix(mean: Float32s, value: Float32s, share: float) -> None:
    """Exponential mean in place; begins with the first value; an unknown one leaves it."""
    known = np.isfinite(value)
    step = np.where(known, value - mean, np.float32(0))
    first = np.isnan(mean) & known
    step[first] = 0
    mean += np.float32(min(share, 1.0)) * step
    mean[first] = value[first]
