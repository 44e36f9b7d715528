"""What was learned, as it is kept: profiles of all objects, circuits' usual ratios and the last days' cold."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.profile.features import SIZE
from cleanheat.calc.profile.usual import BIN_EDGES_C, Profile

VERSION = 1
"""Of the file's meaning; a file of another version is not read."""
FILE = "regularities.npz"
_PARTS = ("coefficients", "low", "high", "spread", "hours")
Floats = NDArray[np.float64]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Learned:
    """Profiles and ratios by position in the archive's kinds; ``outdoor`` hourly ``(hours, °C)`` up to ``until``."""

    until: int
    profiles: dict[tuple[str, str], Profile] = field(default_factory=dict)
    ratios: dict[tuple[str, str], Floats] = field(default_factory=dict)
    outdoor_hours: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    outdoor_c: Floats = field(default_factory=lambda: np.zeros(0))

    def save(self, folder: Path, archive: Archive) -> Path:
        """Replace the file at once: a reader sees the old one or the new one."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, NDArray[Any]] = {
            "version": np.array(VERSION),
            "until": np.array(self.until),
            "outdoor/hours": self.outdoor_hours,
            "outdoor/c": self.outdoor_c.astype(np.float32),
        }
        kinds = {kind for kind, _ in (*self.profiles, *self.ratios)}
        arrays |= {f"numbers/{kind}": archive[kind].numbers for kind in kinds}
        for (kind, signal), profile in self.profiles.items():
            for part in _PARTS:
                values = getattr(profile, part)
                arrays[f"profile/{kind}/{signal}/{part}"] = values if part == "hours" else values.astype(np.float32)
        arrays |= {f"ratio/{kind}/{name}": r.astype(np.float32) for (kind, name), r in self.ratios.items()}
        draft = folder / (FILE + ".new")
        with draft.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / FILE)
        return folder / FILE

    @classmethod
    def load(cls, folder: Path, archive: Archive) -> Learned | None:
        """What is kept, for the objects of this archive (new ones unknown); None where there is nothing to read."""
        path = folder / FILE
        if not path.exists():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                return cls._read({name: kept[name] for name in kept.files}, archive)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("regularities not readable, learning begins anew", path=str(path), error=str(error))
            return None

    @classmethod
    def _read(cls, kept: dict[str, NDArray[Any]], archive: Archive) -> Learned | None:
        if int(kept["version"].item()) != VERSION:
            return None
        places = {
            k.split("/")[1]: _places(kept[k], archive[k.split("/")[1]].numbers) for k in kept if k[:7] == "numbers"
        }
        profiles, ratios = {}, {}
        for name, values in kept.items():
            sort, _, rest = name.partition("/")
            kind, _, signal = rest.partition("/")
            if sort == "ratio":
                ratios[kind, signal] = _placed(values, places[kind])
            elif sort == "profile" and signal.endswith("/coefficients"):
                parts = [_placed(kept[name.replace("coefficients", p)], places[kind]) for p in _PARTS]
                coefficients, low, high, spread, hours_known = parts
                profile = Profile(coefficients, low, high, spread, np.nan_to_num(hours_known).astype(np.int32))
                if profile.coefficients.shape[1] != SIZE or profile.low.shape[1] != len(BIN_EDGES_C) + 1:
                    return None
                profiles[kind, signal.removesuffix("/coefficients")] = profile
        hours, outdoor = kept["outdoor/hours"].astype(np.int64), kept["outdoor/c"].astype(np.float64)
        return cls(int(kept["until"].item()), profiles, ratios, hours, outdoor)


def last_change(folder: Path | None) -> int:
    """When what is kept was last replaced (nanoseconds), 0 where nothing is kept."""
    path = folder / FILE if folder else None
    return path.stat().st_mtime_ns if path is not None and path.exists() else 0


def _places(kept: NDArray[Any], numbers: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where each present object stands among the kept ones, −1 if it is new."""
    at = np.minimum(np.searchsorted(kept, numbers), max(kept.shape[0] - 1, 0))
    found = kept[at] == numbers if kept.shape[0] else np.zeros(numbers.shape[0], bool)
    return np.where(found, at, -1)


def _placed(values: NDArray[Any], places: NDArray[np.int64]) -> Floats:
    out = np.full((places.shape[0], *values.shape[1:]), np.nan)
    known = places >= 0
    out[known] = values[places[known]]
    return out
