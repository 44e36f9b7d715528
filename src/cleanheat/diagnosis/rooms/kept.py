"""What was learned of the rooms, as it is kept: their own way, models of the hours ahead, how good those are."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from cleanheat.calc.rooms import usual
from cleanheat.calc.rooms.horizons import FEATURES, HORIZONS_H, Horizons

FOLDER, FILE, VERSION = "models", "rooms.npz", 1
Float32s = NDArray[np.float32]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RoomModels:
    """All arrays have ``size`` slots, index = room number; NaN and 0 where nothing is known.

    ``theta [size, K]`` and ``spread [size]`` of ``calc.rooms.usual``; of the hours ahead ``trust``, ``error_k`` and
    ``persistence_k [size, H]`` with ``ahead_hours [size, H]``, and their ``ahead [size, H, K2]`` (empty: none is
    trusted yet).
    """

    until: int
    theta: Float32s
    spread: Float32s
    hours: NDArray[np.int32]
    ahead: NDArray[np.float16]
    trust: Float32s
    error_k: Float32s
    persistence_k: Float32s
    ahead_hours: NDArray[np.int32]

    @property
    def size(self) -> int:
        return int(self.hours.shape[0])

    @classmethod
    def empty(cls, size: int) -> RoomModels:
        def unknown(*shape: int) -> Float32s:
            return np.full((size, *shape), np.nan, np.float32)

        n = len(HORIZONS_H)
        none = np.zeros((size, n), np.int32)
        nobody = np.zeros(size, np.int32)
        return cls(
            0, unknown(usual.SIZE), unknown(), nobody, np.zeros((0, n, 0), np.float16),
            np.zeros((size, n), np.float32), unknown(n), unknown(n), none,
        )  # fmt: skip

    def horizons(self, number: int) -> Horizons | None:
        """The models of one room's hours ahead; None where none has earned trust."""
        is_old = self.ahead.shape[-1] != FEATURES  # learned before the models knew what they know now
        if is_old or self.ahead.shape[0] <= number or not self.trust[number].any():
            return None
        rows = slice(number, number + 1)
        return Horizons(
            self.ahead[rows].astype(np.float64), self.trust[rows].astype(np.float64),
            self.error_k[rows].astype(np.float64), self.persistence_k[rows].astype(np.float64),
            self.ahead_hours[rows].astype(np.int64),
        )  # fmt: skip

    def fitted_to(self, size: int) -> RoomModels:
        """For an archive that has grown or shrunk: new rooms are unknown."""
        if size == self.size:
            return self
        fresh, kept = RoomModels.empty(size), min(size, self.size)
        ahead = np.zeros((size if self.ahead.size else 0, *self.ahead.shape[1:]), np.float16)
        ahead[:kept] = self.ahead[:kept]
        for name in ("theta", "spread", "hours", "trust", "error_k", "persistence_k", "ahead_hours"):
            getattr(fresh, name)[:kept] = getattr(self, name)[:kept]
        return RoomModels(
            self.until, fresh.theta, fresh.spread, fresh.hours, ahead, fresh.trust, fresh.error_k,
            fresh.persistence_k, fresh.ahead_hours,
        )  # fmt: skip

    def save(self, data_dir: Path) -> Path:
        """In force from now on."""
        return self.save_as(data_dir / FOLDER / FILE)

    def save_as(self, path: Path) -> Path:
        """Replace the file at once: a reader sees the old one or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".new")
        arrays: dict[str, Any] = {name: np.asarray(value) for name, value in vars(self).items()}
        with draft.open("wb") as file:
            np.savez(file, version=np.array(VERSION), **arrays)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return path


def last_change(data_dir: Path) -> int:
    """When what is kept was last replaced (nanoseconds), 0 where nothing is."""
    path = data_dir / FOLDER / FILE
    return path.stat().st_mtime_ns if path.exists() else 0


def current(data_dir: Path, size: int) -> RoomModels:
    """What was learned last; nothing known where nothing was, or where it cannot be read."""
    return _read(data_dir / FOLDER / FILE, last_change(data_dir)).fitted_to(size)


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> RoomModels:
    if not changed:
        return RoomModels.empty(0)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if int(kept["version"]) == VERSION:
                rows = {name: kept[name] for name in kept.files if name not in ("version", "until")}
                return RoomModels(until=int(kept["until"]), **rows)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        log.warning("room models not readable, learning begins anew", path=str(path), error=str(error))
    return RoomModels.empty(0)
