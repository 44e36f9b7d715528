"""What did the network learn?  Shared weights, an embedding and a small head for every object, and where it is served.

An object it has never seen gets its group's embedding and the mean of what its group's members have of their own.
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
    """``weights``: by name, the arrays that :mod:`cleanheat.diagnosis.network.forward` works with; rows of ``OWN`` and
    of all figures below are ``ids``.

    ``sigma [Q, S]`` is the unit of what it says; ``group [S]`` the row in ``keys`` of those alike (−1: nobody is).
    ``mae_ridge``/``mae_network [origins, Q, S]``: mean absolute error in σ on each validation block; ``coverage
    [Q, S]``: share of the latest block within the outer quantiles; ``served [Q, S]``: whether what it says is used.
    """

    weights: Weights
    quantities: tuple[str, ...]
    ids: NDArray[np.int64]
    sigma: Floats
    keys: NDArray[np.int64]
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

    def of(self, ids: NDArray[np.int64], key: NDArray[np.int64]) -> Self:
        """The same network for these objects, in this order: strangers by their group, served nowhere yet."""
        order = np.argsort(self.ids)
        at = np.searchsorted(self.ids[order], ids)
        row = order[np.minimum(at, self.ids.size - 1)]
        known = self.ids[row] == ids
        place = np.minimum(np.searchsorted(self.keys, key), self.keys.size - 1)
        group = np.where(self.keys[place] == key, place, -1)
        own = {name: np.where(_like(known, self.weights[name]), self.weights[name][row], np.nan) for name in OWN}
        members = {name: self.weights[name] for name in OWN}
        return replace(
            self,
            weights=self.weights | filled(own, group, members, self.group),
            ids=ids,
            sigma=np.where(known, self.sigma[:, row], np.nan),
            group=group.astype(np.int32),
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


def filled(own: Weights, group: NDArray[np.integer], members: Weights, of: NDArray[np.integer]) -> Weights:
    """Own parts with NaN replaced: by the mean of the group's members (``of``: their groups), else of all."""
    out = {}
    for name, value in own.items():
        known = ~np.isnan(members[name]).reshape(of.size, -1).any(axis=1)
        total = np.zeros((int(max(group.max(initial=0), of.max(initial=0))) + 2, *value.shape[1:]))
        count = np.zeros(total.shape[0])
        into = np.concatenate([of[known], np.full(np.count_nonzero(known), -1)])  # the last row: everybody
        np.add.at(total, into, np.concatenate([members[name][known]] * 2))
        np.add.at(count, into, 1.0)
        place = np.where((group >= 0) & (count[group] > 0), group, -1)
        mean = total / np.maximum(_like(count, total), 1.0)
        out[name] = np.where(np.isnan(value), mean[place], value).astype(np.float32)
    return out


def _like(mask: NDArray[Any], value: NDArray[Any]) -> NDArray[Any]:
    return mask.reshape(-1, *[1] * (value.ndim - 1))
