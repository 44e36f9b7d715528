"""What happened in one platform minute: the report that status page and metrics are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleanheat.pipeline.stages import Cost


@dataclass
class MinuteReport:
    """Filled while the minute runs.  ``minute`` is the one that just ended; rows may belong to earlier ones, too.

    ``untraced_hits``: violations by rule that were too many to keep a trace of each; ``hits`` counts them all.
    ``lag_s``: from the end of the minute to its appearance on the map, platform time.
    """

    minute: int
    rows: Mapping[str, int] = field(default_factory=dict)
    blocks: int = 0
    senders: int = 0
    late_rows: int = 0
    repeated_rows: int = 0
    dropped_blocks: int = 0
    hits: Mapping[str, int] = field(default_factory=dict)
    untraced_hits: Mapping[str, int] = field(default_factory=dict)
    findings: int = 0
    alerts_opened: int = 0
    alerts_closed: int = 0
    alerts_live: int = 0
    lag_s: float = 0.0
    queue_segments: int = 0
    failed_segments: int = 0
    costs: Mapping[str, Cost] = field(default_factory=dict)

    @property
    def total_rows(self) -> int:
        return sum(self.rows.values())

    @property
    def cost(self) -> Cost:
        return sum(self.costs.values(), Cost())

    def document(self) -> dict[str, Any]:
        total = self.cost
        return {
            "minute": self.minute,
            "rows": dict(self.rows),
            "total_rows": self.total_rows,
            "blocks": self.blocks,
            "senders": self.senders,
            "late_rows": self.late_rows,
            "repeated_rows": self.repeated_rows,
            "dropped_blocks": self.dropped_blocks,
            "hits": dict(self.hits),
            "untraced_hits": dict(self.untraced_hits),
            "findings": self.findings,
            "alerts_opened": self.alerts_opened,
            "alerts_closed": self.alerts_closed,
            "alerts_live": self.alerts_live,
            "lag_s": round(self.lag_s, 1),
            "queue_segments": self.queue_segments,
            "failed_segments": self.failed_segments,
            "cpu_s": round(total.cpu_s, 4),
            "wall_s": round(total.wall_s, 4),
            "stages": [
                {
                    "stage": name,
                    "cpu_s": round(cost.cpu_s, 4),
                    "wall_s": round(cost.wall_s, 4),
                    "share": round(cost.wall_s / total.wall_s, 4) if total.wall_s else 0.0,
                }
                for name, cost in self.costs.items()
            ],
        }
