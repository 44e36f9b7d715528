"""What did the network learn?  Shared weights, an embedding and a small head for every object, and where it is served.

An object it has never seen has no embedding of its own: it gets its group's, and the shared head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cleanheat.kernel.errors import invalid

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
OWN = ("own_embedding", "own_head", "own_bias")
VERSION = 1


@dataclass(frozen=True)
class Network:
    """``weights``: by name, the arrays of :func:`cleanheat.diagnosis.network.forward.hidden`; rows of ``OWN`` and of
    the figures below are ``ids``.  ``mae_ridge``/``mae_network [origins, Q, S]``: mean absolute error in σ on each
    validation block; ``coverage [Q, S]``: share of the latest block within the outer quantiles; ``served [Q, S]``.
    """

    weights: Weights
    quantities: tuple[str, ...]
    ids: NDArray[np.int64]
    group: NDArray[np.int32]
    mae_ridge: Floats
    mae_network: Floats
    coverage: Floats
    served: NDArray[np.bool_]

    @property
    def layers(self) -> int:
        return sum(name.startswith("past_") for name in self.weights)

    @property
    def reach_h(self) -> int:
        return int(2**self.layers)

    def of(self, ids: NDArray[np.integer], group: NDArray[np.integer]) -> Self:
        """The same network for these objects, in this order: strangers by their group, served nowhere yet."""
        order = np.argsort(self.ids)
        at = np.searchsorted(self.ids[order], ids)
        row = order[np.minimum(at, self.ids.size - 1)]
        known = self.ids[row] == ids
        own = {name: np.where(_like(known, self.weights[name]), self.weights[name][row], 0) for name in OWN}
        groups = np.where((group >= 0) & (group < self.weights["group_embedding"].shape[0]), group, -1)
        return replace(
            self,
            weights=self.weights | {name: value.astype(np.float32) for name, value in own.items()},
            ids=np.asarray(ids, np.int64),
            group=groups.astype(np.int32),
            mae_ridge=np.where(known, self.mae_ridge[:, :, row], np.nan),
            mae_network=np.where(known, self.mae_network[:, :, row], np.nan),
            coverage=np.where(known, self.coverage[:, row], np.nan),
            served=self.served[:, row] & known,
        )

    def keep(self, path: Path) -> None:
        """Replace the file whole."""
        fresh = path.with_suffix(".new.npz")
        arrays = {f.name: np.asarray(getattr(self, f.name)) for f in fields(self) if f.name != "weights"}
        named = {f"w_{name}": value for name, value in self.weights.items()}
        save(fresh, {"version": np.array(VERSION), **arrays, **named})
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises ``Problem`` where the file is none of this version's."""
        with np.load(path) as kept:
            if "version" not in kept or int(kept["version"]) != VERSION:
                raise invalid("network", "共享网络文件版本不符", path.name)
            weights = {name[2:]: kept[name] for name in kept.files if name.startswith("w_")}
            rest = {f.name: kept[f.name] for f in fields(cls) if f.name not in {"weights", "quantities"}}
            return cls(weights=weights, quantities=tuple(kept["quantities"].tolist()), **rest)


def save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    np.savez(path, allow_pickle=False, **arrays)


def embedding(weights: Weights, group: NDArray[np.int32]) -> Floats:
    """``[S, E]``: group plus own; a group of −1 (unknown) adds nothing."""
    of_group = np.where(group[:, None] >= 0, weights["group_embedding"][np.maximum(group, 0)], 0)
    return np.asarray(of_group + weights["own_embedding"], np.float32)


def _like(mask: NDArray[np.bool_], value: Floats) -> NDArray[np.bool_]:
    return mask.reshape(-1, *[1] * (value.ndim - 1))
