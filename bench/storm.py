"""How many alarms does an ordinary day open?  ``python -m bench.storm``: a table by rule, with the faults behind them.

A simulated city with faults at their usual rates, judged minute by minute as the platform does; an alarm is opened by
a finding that did not hold before and closed once the finding has been gone for ``GONE_MIN`` minutes.  An alarm counts
as founded where the object, its sender or its site has a labelled fault at that time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.simulated import SimulatedHours
from bench.trial import HISTORY_DAYS, NothingStored
from cleanheat.kernel.findings import Finding
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import DAY_S, HOUR_S, MINUTE_S
from cleanheat.pipeline.admission import Admission
from cleanheat.quality.contents import is_measured
from cleanheat.quality.library import shipped
from cleanheat.quality.public import GATEWAY_LOST, Judge, Regularities, RuleSet, SilenceWatch
from cleanheat.quality.regularities import learn
from cleanheat.simulator.city import make_city
from cleanheat.simulator.faults import Labels, Schedule
from cleanheat.simulator.feed import Feed
from cleanheat.simulator.physics import City
from cleanheat.telemetry.frames import Block
from cleanheat.telemetry.public import Latest
from cleanheat.telemetry.traces import arrivals_of

SEED, START = 11, 1_768_431_600
GONE_MIN = 10
BEFORE_S = 6 * HOUR_S
"""A fault that began this long before the alarm may still be its reason: drifts are seen late."""


@dataclass
class Day:
    """Alarms opened by source; those with a labelled fault behind; the most that stood at a time."""

    opened: Counter[str] = field(default_factory=Counter)
    founded: Counter[str] = field(default_factory=Counter)
    standing: int = 0
    objects: int = 0
    unfounded: list[Finding] = field(default_factory=list)


def day(
    seed: int = SEED,
    start: int = START,
    minutes: int = 1_440,
    size: str = "small",
    tell: Callable[[int, int], object] = lambda _a, _b: None,
) -> Day:
    """Judge ``minutes`` minutes of a city with its usual faults."""
    return _Day(seed, start, size).run(minutes, tell)


class _Day:
    def __init__(self, seed: int, start: int, size: str) -> None:
        self.archive = archive = make_city(size, seed).archive()
        self.start = start
        hours = SimulatedHours(City(archive, seed), start - (HISTORY_DAYS + 4) * DAY_S, start)
        learned = Regularities(archive, learn(hours, archive, start, HISTORY_DAYS))
        specs = [r.spec(i + 1) for i, r in enumerate(r for r in shipped() if is_measured(r.kind))]
        self.judge = Judge(archive, RuleSet.compile(specs, archive, learned))
        self.silence = SilenceWatch(archive, watched_since=start)
        self.latest = Latest(archive)
        self.stored = NothingStored()
        self.admission = Admission(self.stored, known_until=start - MINUTE_S)  # type: ignore[arg-type]
        folder = Path(tempfile.mkdtemp(prefix="storm-"))
        self.feed = Feed(archive, seed, start, folder, schedule=Schedule(archive, seed))
        self.labels: Labels = self.feed.labels(start, start)
        self.live: dict[tuple[str, str, int], int] = {}
        self.result = Day(objects=sum(archive[k].count for k in KINDS))

    def run(self, minutes: int, tell: Callable[[int, int], object]) -> Day:
        for m in range(minutes):
            t = self.start + m * MINUTE_S
            if m % 60 == 0:
                self.labels = self.feed.labels(t - BEFORE_S, t + 2 * HOUR_S)
                tell(m, minutes)
            self._minute(t)
        return self.result

    def _minute(self, t: int) -> None:
        now = t + MINUTE_S + 5
        by_minute: dict[int, list[Block]] = defaultdict(list)
        for _, blocks in self.feed.minute(t):
            for block in blocks:
                by_minute[block.minute].append(block)
        for minute in sorted(by_minute):
            self._take_in(by_minute[minute], float(now))
        self.admission.forget(t)
        self.stored.forget(t - 2 * HOUR_S)
        self._note([*self.judge.findings(t), *self.silence.judge(self.latest, t)], t)

    def _take_in(self, blocks: list[Block], now: float) -> None:
        by_kind: dict[str, list[Block]] = defaultdict(list)
        for block in sorted(blocks, key=lambda b: list(KINDS).index(b.kind)):
            by_kind[block.kind].append(block)
        made = {kind: self.admission.frame(group) for kind, group in by_kind.items()}
        arrivals = arrivals_of(blocks, now, self.admission.repeated)
        self.admission.repeated.clear()
        frames = {kind: f for kind, f in made.items() if f is not None}
        judged = self.judge.judge(frames, now, arrivals)
        for kind, frame in frames.items():
            self.stored.add(frame)
            self.admission.stored(by_kind[kind])
            self.latest.update(judged.frames[kind])

    def _note(self, findings: list[Finding], t: int) -> None:
        for finding in findings:
            key = finding.source, finding.kind, finding.number
            if key not in self.live:
                self.result.opened[finding.source] += 1
                is_founded = self._is_founded(finding, t)
                self.result.founded[finding.source] += is_founded
                if not is_founded:
                    self.result.unfounded.append(finding)
            self.live[key] = t
        self.live = {key: last for key, last in self.live.items() if t - last < GONE_MIN * MINUTE_S}
        self.result.standing = max(self.result.standing, len(self.live))

    def _is_founded(self, finding: Finding, t: int) -> bool:
        near = self.labels[(self.labels["start"] <= t) & (self.labels["end"] > t - BEFORE_S)]
        return bool(np.isin(near["number"], self._related(finding)).any())

    def _related(self, finding: Finding) -> list[int]:
        """The object's number, its sender's and its site's; of a sender and of sites also all that belong to them."""
        related = [finding.number]
        if finding.kind == "sender":
            return related
        for code in KINDS if finding.kind == "substation" else (finding.kind,):
            table = self.archive[code]
            if code == finding.kind:
                related += [int(table.links[k][finding.number]) for k in ("sender", "substation") if k in table.links]
            elif "substation" in table.links:
                mine = table.numbers[table.links["substation"][table.numbers] == finding.number]
                related += mine.tolist()
        return [n for n in related if n]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--minutes", type=int, default=1_440)
    parser.add_argument("--size", default="small")
    given = parser.parse_args()
    done = day(given.seed, START, given.minutes, given.size, _tell)
    print(f"\n{given.size} city, seed {given.seed}, {given.minutes} minutes, {done.objects:,} objects")
    print("| source | alarms opened | with a labelled fault |\n|---|---|---|")
    for source, n in done.opened.most_common():
        print(f"| {source} | {n:,} | {done.founded[source]:,} |")
    total, quality = sum(done.opened.values()), sum(n for s, n in done.opened.items() if s != GATEWAY_LOST)
    print(f"| all | {total:,} | {sum(done.founded.values()):,} |")
    print(f"one alarm for {done.objects / max(quality, 1):.0f} objects by rules; most standing {done.standing:,}")
    return 0


def _tell(done: int, total: int) -> None:
    print(f"\r{done} / {total} minutes", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
