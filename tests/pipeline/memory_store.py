"""A store that is a list of frames: for tests of many minutes."""

import numpy as np

from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import pack, unpack
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.store import HourlyMeans, LatestRows


class MemoryStore:
    def __init__(self):
        self.frames, self.tokens, self.rolled, self.rolled_kinds, self.dropped = [], set(), [], [], []
        self.hits, self.cleaned, self.counts, self.arrivals = [], [], [], []
        self.fails = False

    def append(self, frame, token):
        if self.fails:
            raise OSError(28, "disk full")
        if token not in self.tokens:
            self.tokens.add(token)
            self.frames.append(frame)

    def _once(self, token):
        if self.fails:
            raise OSError(28, "disk full")
        is_new = token not in self.tokens
        self.tokens.add(token)
        return is_new

    def append_judged(self, hits, cleaned, token):
        if self._once(token):
            self.hits += hits
            self.cleaned += cleaned

    def append_counts(self, counts, minute, token):
        if self._once(token):
            self.counts += [(minute, c) for c in counts]

    def append_arrivals(self, arrivals, token):
        if self._once(token):
            self.arrivals.append(arrivals)

    def stream(self, kind, start, end, ids=None, signals=None):
        for minute in sorted({f.minute for f in self.frames if f.kind == kind and start <= f.minute < end}):
            rows = self.rows(kind, minute, minute + 1, 0, 2**31)
            kept = np.ones(rows.ids.size, bool) if ids is None else np.isin(rows.ids, ids)
            if kept.any():
                verdicts = unpack(rows.words[kept], len(KINDS[kind].signals))
                yield Frame(kind, minute, rows.ids[kept], [c[kept] for c in rows.columns], verdicts)

    def present_ids(self, kind, minute, ids):
        stored = [f.ids for f in self.frames if (f.kind, f.minute) == (kind, minute)]
        return ids[np.isin(ids, np.concatenate(stored))] if stored else ids[:0]

    def rows(self, kind, start, end, low, high):
        parts = [f for f in self.frames if f.kind == kind and start <= f.minute < end]
        spec = KINDS[kind]
        if not parts:
            return LatestRows(
                np.zeros(0, np.uint32),
                np.zeros(0, np.int64),
                [np.zeros(0, s.dtype) for s in spec.signals],
                np.zeros(0, np.uint64),
            )
        ids = np.concatenate([f.ids for f in parts])
        minutes = np.concatenate([np.full(len(f), f.minute, np.int64) for f in parts])
        order = np.lexsort((minutes, ids))
        columns = [np.concatenate([f.columns[i] for f in parts])[order] for i in range(len(spec.signals))]
        return LatestRows(ids[order], minutes[order], columns, np.concatenate([pack(f.verdicts) for f in parts])[order])

    def latest_rows(self, kind, since, until):
        rows = self.rows(kind, since, until, 0, 2**31)
        last = np.append(np.diff(rows.ids.astype(np.int64)) > 0, True)[: rows.ids.size]
        return LatestRows(rows.ids[last], rows.minutes[last], [c[last] for c in rows.columns], rows.words[last])

    def hourly_means(self, kind, signals, start, end):
        """Of the trusted values of each hour, as the store gives them."""
        hours = np.array(sorted({f.minute // 3_600 for f in self.frames if f.kind == kind and start <= f.minute < end}))
        means, counts = np.full((2, len(signals), hours.size), np.nan)
        for h, hour in enumerate(hours.tolist()):
            parts = [f for f in self.frames if f.kind == kind and f.minute // 3_600 == hour]
            for s, signal in enumerate(signals):
                values = np.concatenate([KINDS[kind][signal].decode(f.column(signal)) for f in parts])
                means[s, h], counts[s, h] = np.nanmean(values), np.isfinite(values).sum()
        return HourlyMeans(hours * 3_600, means, counts.astype(np.int64))

    def hour_grid(self, kind, signals, start, end, ids):
        """Nothing is rolled up here: no hour is known."""
        return np.full((len(signals), len(ids), (end - start) // 3_600), np.nan, np.float32)

    def hours_to_roll_up(self, start, end, kinds):
        return [h for h in range(start, end, 3_600) if h not in self.rolled and h >= end - 3_600]

    def roll_up(self, hour, kinds):
        self.rolled.append(hour)
        self.rolled_kinds.append((hour, tuple(kinds)))

    def drop_before(self, kind, day):
        self.dropped.append((kind, day))
        return 0

    def drop_traces_before(self, day):
        self.dropped_traces = day
        return 0
