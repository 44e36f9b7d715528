"""What must survive a restart?  The meters' counters, the minute they stand at and the batches' sequence number."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleanheat.simulator.physics import Counters

FILE = "state.npz"


@dataclass
class FeedState:
    """Counters after ``minute`` (epoch seconds, 0: never ran); no sequence from ``sequence`` on is used."""

    counters: Counters
    minute: int = 0
    sequence: int = 1

    def save(self, folder: Path) -> None:
        """Replace the state on disk at once; a crash leaves the old or the new one."""
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / (FILE + ".new")
        with draft.open("wb") as file:
            arrays = {f"counter_{kind}": values for kind, values in self.counters.values.items()}
            np.savez(file, minute=self.minute, sequence=self.sequence, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path, fresh: Counters) -> FeedState:
        """The saved state, or a fresh one where there is none or the city has another size."""
        path = folder / FILE
        if not path.exists():
            return cls(fresh)
        with np.load(path) as saved:
            found = {kind: saved[f"counter_{kind}"] for kind in fresh.values if f"counter_{kind}" in saved}
            same = all(found.get(kind, np.zeros(0)).shape == values.shape for kind, values in fresh.values.items())
            sequence = int(saved["sequence"])
            return cls(Counters(found), int(saved["minute"]), sequence) if same else cls(fresh, 0, sequence)
