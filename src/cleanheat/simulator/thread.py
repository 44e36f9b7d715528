"""Who calls the feed?  A thread that delivers each minute when the clock passes it, catching up when behind."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import MINUTE_S, Clock, floor_minute
from cleanheat.simulator.feed import Feed
from cleanheat.telemetry.frames import Block

Batch = tuple[int, int, list[Block]]
"""(sender, sequence, blocks)."""
Deliver = Callable[[list[Batch]], list[Problem]]
"""Hand a minute's batches to the gateway; answers with the refusals."""
LONGEST_WAIT_S = 1.0
log = structlog.get_logger(__name__)


class FeedThread(threading.Thread):
    """Delivers ``feed``'s minutes from the clock's present minute on; a refused batch is counted and left."""

    def __init__(
        self, feed: Feed, clock: Clock, deliver: Deliver, wait: Callable[[float], object] | None = None
    ) -> None:
        super().__init__(name="simulator-feed", daemon=True)
        self._feed, self._clock, self._deliver = feed, clock, deliver
        self._stopping = threading.Event()
        self._wait = wait or self._stopping.wait
        self._undelivered: list[Batch] | None = None  # of the next minute: made once, handed over until it is taken
        self.next_minute = max(feed.state.minute + MINUTE_S, floor_minute(clock.now()))
        self.delivered = 0
        self.refused = 0

    @property
    def behind_s(self) -> float:
        """How far the feed lags behind the clock."""
        return max(0.0, self._clock.now() - self.next_minute)

    def step(self) -> bool:
        """Deliver the next minute if the clock has passed its start; whether it had."""
        if self._clock.now() < self.next_minute:
            return False
        if self._undelivered is None:
            made = self._feed.minute(self.next_minute)
            self._undelivered = [(sender, blocks[0].sequence, blocks) for sender, blocks in made]
        batches = self._undelivered
        refusals = self._deliver(batches)
        self._undelivered = None
        self.delivered += len(batches) - len(refusals)
        self.refused += len(refusals)
        for problem in refusals:
            log.info("batch refused", problem=problem.code, detail=problem.detail)
        self.next_minute += MINUTE_S
        return True

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                delivered = self.step()
            except Exception:  # the same batches are tried again: the city goes on whatever happens at the door
                log.exception("minute not delivered")
                self._wait(LONGEST_WAIT_S)
                continue
            if not delivered:
                ahead = (self.next_minute - self._clock.now()) / max(self._clock.speed, 1e-6)
                self._wait(min(max(ahead, 0.001), LONGEST_WAIT_S))
        self._feed.close()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the minute in work and save the feed's state."""
        self._stopping.set()
        if self.is_alive():
            self.join(timeout_s)
