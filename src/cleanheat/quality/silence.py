"""Who has stopped reporting?  One finding for a silent sender, one for a site whose gateway alone is lost.

A silent company is one problem, not a storm of three hundred: its sites are not named one by one.  Rooms, devices and
weather stations are counted (``monitoring``), never reported singly.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.calc.checks.silence import newest, silent_minutes
from cleanheat.kernel.findings import Evidence, Finding, Level
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import MINUTE_S
from cleanheat.quality.parameter_tables import parameters_of
from cleanheat.telemetry.public import Latest

GATEWAY_LOST = "quality.gateway_lost"
SITES = ("plant", "branch", "boiler")
"""Kinds that are their own site; a substation's site is heard through its units."""


class SilenceWatch:
    """Judges silence each minute; holds nothing but who belongs to whom and since when somebody listens."""

    def __init__(self, archive: Archive, watched_since: int) -> None:
        self._archive = archive
        self._watched_since = watched_since
        self._limit_min = parameters_of("gateway_lost")["silent_min"].value
        tables = [archive[k] for k in KINDS]
        self._senders = 1 + max(int(t.links["sender"].max(initial=0)) for t in tables)
        self._sends = np.zeros(self._senders, dtype=bool)
        for table in tables:
            self._sends[table.links["sender"][table.numbers]] = True
        self._sends[0] = False
        self._since = {kind: np.full(archive[kind].size, watched_since, np.int64) for kind in (*SITES, "substation")}
        self._sender_since = np.full(self._senders, watched_since, np.int64)

    def follow(self, archive: Archive, now: int) -> SilenceWatch:
        """The same over a newer archive; whom that has added is listened to from now on."""
        newer = SilenceWatch(archive, self._watched_since)
        for kind, since in newer._since.items():
            known = self._archive[kind].exists()[: since.shape[0]]
            fresh = np.ones(since.shape, bool)
            fresh[: known.shape[0]] = ~known
            since[: known.shape[0]] = self._since[kind][: known.shape[0]]
            since[fresh] = now
        newer._sender_since[:] = now
        heard = np.flatnonzero(self._sends[: newer._senders])
        newer._sender_since[heard] = self._sender_since[heard]
        return newer

    def last_heard(self, latest: Latest) -> NDArray[np.int64]:
        """Newest usable reading of each sender, ``int64[senders]`` by organisation id, 0 = none."""
        heard = np.zeros(self._senders, dtype=np.int64)
        for kind in KINDS:
            table = self._archive[kind]
            part = newest(latest[kind].heard[table.numbers], table.links["sender"][table.numbers], self._senders)
            np.maximum(heard, part, out=heard)
        return heard

    def has_listened_enough(self, minute: int) -> bool:
        """Whether a silence that goes on would be known by now: right after a start it is not."""
        return minute - self._watched_since > self._limit_min * MINUTE_S

    def judge(self, latest: Latest, minute: int) -> list[Finding]:
        """All silences that hold in this minute."""
        silence = silent_minutes(self.last_heard(latest), minute, self._sender_since)
        lost = self._sends & (silence > self._limit_min)
        findings = [
            self._finding("sender", n, silence[n], Level.III, minute, "企业全部数据中断")
            for n in np.flatnonzero(lost).tolist()
        ]
        for kind, table, heard, sender in self._sites(latest):
            quiet = silent_minutes(heard[table.numbers], minute, self._since[kind][table.numbers])
            silent = (quiet > self._limit_min) & ~lost[sender[table.numbers]] & (sender[table.numbers] > 0)
            findings += [
                self._finding(kind, n, q, Level.IV, minute, "站点网关通信中断，全部通道无数据")
                for n, q in zip(table.numbers[silent].tolist(), quiet[silent].tolist(), strict=True)
            ]
        return findings

    def _sites(self, latest: Latest) -> Iterable[tuple[str, KindTable, NDArray[np.int64], NDArray[np.int32]]]:
        for kind in SITES:
            yield kind, self._archive[kind], latest[kind].heard, self._archive[kind].links["sender"]
        units, stations = self._archive["unit"], self._archive["substation"]
        of = units.links["substation"][units.numbers]
        heard = newest(latest["unit"].heard[units.numbers], of, stations.size)
        sender = newest(units.links["sender"][units.numbers].astype(np.int64), of, stations.size).astype(np.int32)
        yield "substation", stations, heard, sender

    def _finding(self, kind: str, number: int, silent_min: float, level: Level, minute: int, text: str) -> Finding:
        return Finding(
            source=GATEWAY_LOST,
            kind=kind,
            number=number,
            level=level,
            since=minute - int(silent_min * MINUTE_S),
            text=text,
            evidence=(Evidence("silent_min", round(float(silent_min), 1), self._limit_min, "min"),),
        )
