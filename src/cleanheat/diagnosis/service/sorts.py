"""Which sorts of homes are there?  Found once a day; each is a home that exists, named by what sets it apart."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.rooms.medoids import cluster, scaled
from cleanheat.diagnosis.rooms import kept
from cleanheat.diagnosis.rooms.now import running
from cleanheat.diagnosis.service.homes import FEATURES, homes
from cleanheat.diagnosis.service.numbers import number

FOLDER, FILE, SEED = "models", "homes.npz", 20_261
_WORDS: Final = {
    "mean_c": ("偏冷", "偏热"), "class_k": ("冷于同类", "暖于同类"), "outdoor_k_per_k": ("保温好", "受室外影响大"),
    "supply_k_per_k": ("调节迟钝", "随供水变化大"), "night_day_k": ("昼夜平稳", "昼夜波动大"),
    "openings": ("少开窗", "常开窗"), "calls": ("少投诉", "多投诉"), "late_days": ("按时缴费", "迟缴费"),
}  # fmt: skip
"""What a low and a high value of a feature is called."""
TELLING: Final = 0.75
"""From how many usual deviations on a feature names a sort."""


@dataclass(frozen=True)
class Sorts:
    """``of [N]`` the sort of each ``user``, −1 where too little is known; names and medoids' features by sort."""

    at: int
    user: NDArray[np.int64]
    of: NDArray[np.int64]
    names: list[str]
    features: list[dict[str, float | None]]
    silhouette: float | None

    def of_user(self, user: int) -> int | None:
        i = int(np.searchsorted(self.user, user))
        return int(self.of[i]) if i < self.user.size and self.user[i] == user and self.of[i] >= 0 else None


def sort_homes(archive: Archive, now: int, data_dir: Path) -> dict[str, Any]:
    """Find the sorts and keep them; the counts by name."""
    known = homes(archive, kept.current(data_dir, archive["room"].size), running(), now)
    matrix = known.matrix()
    found = cluster(matrix, int(number("clusters", "count")), SEED)
    away = scaled(matrix)
    names = _unique([_name(away[m]) for m in found.medoids.tolist()])
    features = [
        {f: None if np.isnan(v) else round(float(v), 3) for f, v in zip(FEATURES, matrix[m], strict=True)}
        for m in found.medoids.tolist()
    ]
    silhouette = None if np.isnan(found.silhouette) else round(found.silhouette, 3)
    _save(Sorts(now, known.user, found.of, names, features, silhouette), data_dir)
    return {"homes": int((found.of >= 0).sum()), "sorts": {n: int((found.of == i).sum()) for i, n in enumerate(names)}}


def _name(away: NDArray[np.float64]) -> str:
    told = [(abs(v), _WORDS[f][int(v > 0)]) for f, v in zip(FEATURES, away, strict=True) if abs(v) >= TELLING]
    return "、".join(word for _, word in sorted(told, reverse=True)[:2]) or "普通"


def _unique(names: list[str]) -> list[str]:
    return [n if names.count(n) == 1 else f"{n}（{names[: i + 1].count(n)}）" for i, n in enumerate(names)]


def _save(sorts: Sorts, data_dir: Path) -> None:
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / (FILE + ".new")
    about = {"at": sorts.at, "names": sorts.names, "features": sorts.features, "silhouette": sorts.silhouette}
    with draft.open("wb") as file:
        np.savez(file, user=sorts.user, of=sorts.of, about=np.array(json.dumps(about, ensure_ascii=False)))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / FILE)


def current(data_dir: Path) -> Sorts | None:
    """What was found last; None before the first time."""
    path = data_dir / FOLDER / FILE
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as held:
        about = json.loads(str(held["about"]))
        return Sorts(about["at"], held["user"], held["of"], about["names"], about["features"], about["silhouette"])
