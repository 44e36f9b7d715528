"""How is the line doing?  The last hour's reports, and the figures that Prometheus asks for."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from cleanheat.pipeline.report import MinuteReport

HISTORY_MIN = 60


class Metrics:
    """Counters since the process started and gauges of the last minute."""

    def __init__(self) -> None:
        self.registry = one = CollectorRegistry()
        self.rows = Counter("cleanheat_rows", "rows stored", ["kind"], registry=one)
        self.repeated = Counter(
            "cleanheat_repeated_rows", "rows left out because the object had reported", registry=one
        )
        self.hits = Counter("cleanheat_quality_hits", "values hit by a quality rule", ["rule"], registry=one)
        self.stage_cpu = Counter(
            "cleanheat_stage_cpu_seconds", "CPU of the process during a stage", ["stage"], registry=one
        )
        self.stage_wall = Counter("cleanheat_stage_wall_seconds", "wall time of a stage", ["stage"], registry=one)
        self.alerts = Counter("cleanheat_alerts", "alerts opened and closed", ["change"], registry=one)
        self.failed = Counter("cleanheat_failed_segments", "segments that could not be stored at first", registry=one)
        self.lag = Gauge("cleanheat_lag_seconds", "end of the minute to its appearance on the map", registry=one)
        self.queue = Gauge("cleanheat_queue_segments", "segments waiting", registry=one)
        self.minute = Gauge("cleanheat_minute_epoch_seconds", "minute last judged", registry=one)
        self.live = Gauge("cleanheat_live_alerts", "alerts whose condition holds", registry=one)
        self.refused = Gauge(
            "cleanheat_refused", "refused batches, rows and values by reason since start", ["reason"], registry=one
        )

    def add(self, report: MinuteReport) -> None:
        for kind, n in report.rows.items():
            self.rows.labels(kind).inc(n)
        for rule, n in report.hits.items():
            self.hits.labels(rule).inc(n)
        for stage, cost in report.costs.items():
            self.stage_cpu.labels(stage).inc(max(cost.cpu_s, 0.0))
            self.stage_wall.labels(stage).inc(max(cost.wall_s, 0.0))
        self.repeated.inc(report.repeated_rows)
        self.alerts.labels("opened").inc(report.alerts_opened)
        self.alerts.labels("closed").inc(report.alerts_closed)
        self.failed.inc(report.failed_segments)
        self.lag.set(report.lag_s)
        self.queue.set(report.queue_segments)
        self.minute.set(report.minute)
        self.live.set(report.alerts_live)

    def text(self, refused: dict[str, int]) -> bytes:
        for reason, n in refused.items():
            self.refused.labels(reason).set(n)
        return generate_latest(self.registry)


@dataclass
class Status:
    """Thread-safe: the pipeline adds, pages read."""

    metrics: Metrics = field(default_factory=Metrics)
    _reports: deque[MinuteReport] = field(default_factory=lambda: deque(maxlen=HISTORY_MIN))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, report: MinuteReport) -> None:
        with self._lock:
            self._reports.append(report)
        self.metrics.add(report)

    def reports(self) -> list[MinuteReport]:
        """Oldest first, an hour at most."""
        with self._lock:
            return list(self._reports)
