"""What was trained, as it is kept: one file a kind and version, and which version is in force.

``models/<kind>-<version>.npz`` never changes once written, ``….followed.npz`` beside it is what nightly updates made
of it; ``models/in_force.json`` names the version of each kind and
``models/<kind>.steered.npz`` holds what people and feedback set.  Files are replaced whole: a reader sees the old one
or the new one, never a part.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from cleanheat.diagnosis.parameters import Parameters, Quantity

FOLDER = "models"
FORMAT = 1
"""Of the files' meaning; a file of another format is not read."""
_QUANTITY = ("theta", "sigma", "low", "high", "source", "hours")
_PLAIN = ("source", "reason", "trained_hours", "curve_in_force", "curve_slope", "curve_r2", "curve_recommended")
_ARRAYS = (*_PLAIN, "curve_basis")
log = structlog.get_logger(__name__)
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class GroupTable:
    """What similar objects do, by group key ascending: a new object is taken for one of them.

    ``keys int64[G]``; per quantity ``theta [G, J, K]`` in shares of an object's scale, ``sigma``/``low``/``high [G]``.
    """

    keys: NDArray[np.int64]
    theta: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    sigma: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    low: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    high: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True)
class Memory:
    """What the nightly update goes on from, by quantity: ``info [J, K, K]``, what an hour teaches on average (XᵀX an
    hour), and ``weight [size, J]``, how many hours each object has taught.
    """

    info: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    weight: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """One version of a kind as trained: its parameters before anybody's overrides, its groups and its memory."""

    parameters: Parameters
    groups: GroupTable
    memory: Memory = field(default_factory=Memory)


def folder_of(data_dir: Path | str) -> Path:
    return Path(data_dir) / FOLDER


def _name(kind: str, version: int, is_followed: bool) -> str:
    return f"{kind}-{version}{'.followed' if is_followed else ''}.npz"


def save(folder: Path, trained: Trained, *, is_followed: bool = False) -> Path:
    """Keep a version; ``is_followed``: beside it as it was trained, what nightly updates have made of it."""
    p = trained.parameters
    head = {"kind": p.kind, "version": p.version, "start": p.start, "end": p.end, "weather_source": p.weather_source}
    head |= {"format": FORMAT, "features": {name: list(q.features) for name, q in p.quantities.items()}}
    arrays: Arrays = {"head": np.array(json.dumps(head, ensure_ascii=False))}
    arrays |= {name: getattr(p, name) for name in _ARRAYS}
    arrays |= {f"metric/{name}": values for name, values in p.metrics.items()}
    for name, q in p.quantities.items():
        arrays |= {f"quantity/{name}/{part}": getattr(q, part) for part in _QUANTITY}
    arrays["group/keys"] = trained.groups.keys
    for part in [f.name for f in fields(GroupTable)][1:]:
        arrays |= {f"group/{part}/{name}": values for name, values in getattr(trained.groups, part).items()}
    for part in ("info", "weight"):
        arrays |= {f"memory/{part}/{name}": values for name, values in getattr(trained.memory, part).items()}
    return write(folder / _name(p.kind, p.version, is_followed), arrays)


def load(folder: Path, kind: str, version: int, *, as_trained: bool = False) -> Trained | None:
    """The version as nightly updates left it, or ``as_trained``; None where there is nothing that can be read."""
    arrays = None if as_trained else read(folder / _name(kind, version, True))
    arrays = arrays or read(folder / _name(kind, version, False))
    if arrays is None:
        return None
    try:
        head = json.loads(str(arrays["head"]))
        return _trained(head, arrays) if head["format"] == FORMAT else None
    except (KeyError, ValueError) as error:
        log.warning("model not readable", kind=kind, version=version, error=str(error))
        return None


def _trained(head: dict[str, Any], arrays: Arrays) -> Trained:
    quantities = {
        name: Quantity(tuple(features), *(arrays[f"quantity/{name}/{part}"] for part in _QUANTITY))
        for name, features in head["features"].items()
    }
    plain: Any = {name: arrays[name] for name in _ARRAYS}
    parameters = Parameters(
        kind=head["kind"],
        version=head["version"],
        start=head["start"],
        end=head["end"],
        weather_source=head["weather_source"],
        quantities=quantities,
        metrics=_under(arrays, "metric/"),
        **plain,
    )
    parts = {f.name: _under(arrays, f"group/{f.name}/") for f in fields(GroupTable) if f.name != "keys"}
    memory = Memory(_under(arrays, "memory/info/"), _under(arrays, "memory/weight/"))
    return Trained(parameters, GroupTable(arrays["group/keys"], **parts), memory)


def _under(arrays: Arrays, prefix: str) -> Arrays:
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}


# --- which version holds, and what was set over it ----------------------------------------------------------------


def versions_in_force(folder: Path) -> dict[str, int]:
    """Version in force by kind; empty before anything was adopted."""
    try:
        return {kind: int(version) for kind, version in json.loads((folder / "in_force.json").read_text()).items()}
    except (OSError, ValueError):
        return {}


def put_in_force(folder: Path, kind: str, version: int | None) -> None:
    """From now on this version; ``None``: no version."""
    known = versions_in_force(folder)
    known.pop(kind, None)
    if version is not None:
        known[kind] = version
    _replace(folder / "in_force.json", json.dumps(known).encode())


def save_steered(folder: Path, kind: str, coefficients: Mapping[str, NDArray[np.float32]]) -> None:
    """Coefficients of all objects ``float32[size]``; only those that differ from their default somewhere."""
    write(folder / f"{kind}.steered.npz", dict(coefficients))


def load_steered(folder: Path, kind: str) -> Arrays:
    return read(folder / f"{kind}.steered.npz") or {}


def stamp(folder: Path, kind: str) -> tuple[int, int]:
    """Changes whenever another version is in force, one was updated or something was set: the times of two files."""
    return _changed(folder / "in_force.json"), _changed(folder / f"{kind}.steered.npz")


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


# --- files -----------------------------------------------------------------------------------------------------------


def write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def read(path: Path) -> Arrays | None:
    if not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("model file not readable", path=str(path), error=str(error))
        return None


def _replace(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(body)
    draft.replace(path)
