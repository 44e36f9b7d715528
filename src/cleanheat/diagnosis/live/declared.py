"""Which models are asked every minute?  Those of diagnosis itself; others add theirs to ``MODELS`` at start-up."""

from __future__ import annotations

from functools import partial

from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.devices_now import DevicesNow
from cleanheat.diagnosis.live.model import MODELS, LiveSpec
from cleanheat.diagnosis.live.startup_now import StartupNow
from cleanheat.diagnosis.live.stopped import StoppedNow
from cleanheat.diagnosis.rooms import now as rooms
from cleanheat.diagnosis.service.now import DemandsNow

MODELS.add(LiveSpec("stopped", 0, StoppedNow))
MODELS.add(LiveSpec("plant", 1, partial(CircuitsNow, kind="plant")))
MODELS.add(LiveSpec("branch", 2, partial(CircuitsNow, kind="branch")))
MODELS.add(LiveSpec("boiler", 3, partial(CircuitsNow, kind="boiler")))
MODELS.add(LiveSpec("unit", 4, partial(CircuitsNow, kind="unit")))
MODELS.add(LiveSpec("device", 6, DevicesNow))
MODELS.add(LiveSpec("room", 60, rooms.build))
MODELS.add(LiveSpec("service", 90, DemandsNow))
MODELS.add(LiveSpec("startup", 7, partial(StartupNow, of="unit"), every_min=5))
MODELS.add(LiveSpec("startup_boiler", 8, partial(StartupNow, of="boiler"), every_min=5))


def check() -> None:
    """Importing this module declares them."""
