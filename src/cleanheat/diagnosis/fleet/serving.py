"""Which parameters are in force now?  The adopted version of a kind, people's coefficients applied, new objects added.

Reading costs two looks at file times; what is read anew stays in memory until another version is adopted or something
is set.  Safe for many threads: whoever comes first reads, the others get the old or the new, never a part.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.coefficients import coefficients
from cleanheat.diagnosis.fleet import kept
from cleanheat.diagnosis.fleet.grouping import group_keys, scales
from cleanheat.diagnosis.fleet.kept import Arrays, GroupTable, Trained
from cleanheat.diagnosis.network import in_force
from cleanheat.diagnosis.parameters import Float32s, Parameters, Quantity, Reason, Source

_PLAIN = ("trained_hours", "curve_basis", "curve_in_force", "curve_slope", "curve_r2", "curve_recommended")


@dataclass(frozen=True)
class _Held:
    stamp: tuple[Path, tuple[int, int], str]
    parameters: Parameters | None


_held: dict[str, _Held] = {}
_lock = threading.Lock()


def current(kind: str) -> Parameters | None:
    """The parameters in force for the archive's objects; ``None`` before any version was adopted."""
    archive = assets.archive()
    folder = kept.folder_of(settings.DATA_DIR)
    stamp = folder, kept.stamp(folder, kind), archive.version
    held = _held.get(kind)
    if held is None or held.stamp != stamp:
        with _lock:
            held = _held.get(kind)
            if held is None or held.stamp != stamp:
                held = _held[kind] = _Held(stamp, _read(folder, archive, kind))
    return held.parameters


def _read(folder: Path, archive: Archive, kind: str) -> Parameters | None:
    version = kept.versions_in_force(folder).get(kind)
    trained = kept.load(folder, kind, version) if version is not None else None
    if version is None or trained is None:
        return None
    parameters = served(trained, archive, kept.load_steered(folder, kind))
    return in_force.deepened(parameters, in_force.find(folder, kind, version), group_keys(archive, kind))


def served(trained: Trained, archive: Archive, steered: Arrays) -> Parameters:
    """A version as it is served: for this archive's objects, with what people and feedback set."""
    return steer(_grown(trained, archive), steered)


# --- new objects -----------------------------------------------------------------------------------------------------


def _grown(trained: Trained, archive: Archive) -> Parameters:
    """The same parameters with a slot for every object of the archive; objects unknown then are taken for similar."""
    p = trained.parameters
    table = archive[p.kind]
    size = max(table.size, p.size)
    source, reason = _padded(p.source, size), _padded(p.reason, size)
    new = np.zeros(size, bool)
    new[table.numbers] = True
    new &= (source == Source.NONE) & (reason == Reason.NONE)
    if size == p.size and not new.any():
        return p
    places = _places(trained.groups, archive, p.kind, np.flatnonzero(new))
    scale = scales(archive, p.kind)
    quantities = {
        name: _joined(q, trained.groups, name, np.flatnonzero(new), places, scale[name], size)
        for name, q in p.quantities.items()
    }
    source[new] = np.where(places >= 0, Source.GROUP, Source.NONE)
    reason[new] = Reason.NEW_OBJECT
    arrays: Any = {name: _padded(getattr(p, name), size) for name in _PLAIN}
    metrics = {name: _padded(values, size) for name, values in p.metrics.items()}
    return replace(p, quantities=quantities, source=source, reason=reason, metrics=metrics, **arrays)


def _padded(values: np.ndarray, size: int) -> np.ndarray:
    """Slots added behind: NaN where the array is of floats, else 0."""
    out = np.full((size, *values.shape[1:]), np.nan if values.dtype.kind == "f" else 0, values.dtype)
    out[: values.shape[0]] = values
    return out


def _places(groups: GroupTable, archive: Archive, kind: str, numbers: np.ndarray) -> np.ndarray:
    """Row of each object's group; the first (all objects of the kind) where nobody is like it, −1 without any."""
    if not groups.keys.shape[0]:
        return np.full(numbers.shape[0], -1)
    wanted = group_keys(archive, kind)[numbers]
    at = np.minimum(np.searchsorted(groups.keys, wanted), groups.keys.shape[0] - 1)
    return np.where(groups.keys[at] == wanted, at, 0)


def _joined(
    q: Quantity, groups: GroupTable, name: str, new: np.ndarray, places: np.ndarray, scale: np.ndarray, size: int
) -> Quantity:
    parts = {part: _padded(getattr(q, part), size) for part in ("theta", "sigma", "low", "high", "source", "hours")}
    if name in groups.theta and (places >= 0).all():
        factor = scale[new].astype(np.float32)
        parts["theta"][new] = groups.theta[name][places] * factor[:, None, None]
        for part in ("sigma", "low", "high"):
            parts[part][new] = getattr(groups, part)[name][places] * factor
        parts["source"][new] = np.where(np.isfinite(parts["sigma"][new]), Source.GROUP, Source.NONE)
    return Quantity(q.features, **parts)


# --- what people set -------------------------------------------------------------------------------------------------


def steer(p: Parameters, steered: Mapping[str, Float32s]) -> Parameters:
    """The parameters with coefficients applied; who has one of people's is said to be overridden."""
    values = {key: _coefficient(p.size, key, c.default, steered) for key, c in coefficients().items()}
    quantities = dict(p.quantities)
    if "supply" in quantities:
        quantities["supply"] = _shifted(quantities["supply"], values["expected_supply_offset_k"])
    if "heat" in quantities:
        quantities["heat"] = _multiplied(quantities["heat"], values["expected_heat_factor"])
    recommended = p.curve_recommended.copy()
    lowest, highest = values["recommended_min_c"][:, None], values["recommended_max_c"][:, None]
    wanted = recommended[..., 1] + values["recommended_offset_k"][:, None]
    recommended[..., 1] = np.minimum(np.maximum(wanted, np.minimum(lowest, highest)), highest)
    by_people = _padded(steered["by_people"], p.size).astype(bool) if "by_people" in steered else np.zeros(p.size, bool)
    source = np.where(by_people & (p.source > Source.NONE), Source.OVERRIDDEN, p.source).astype(np.uint8)
    return replace(p, quantities=quantities, curve_recommended=recommended, source=source, coefficients=values)


def _coefficient(size: int, key: str, default: float, steered: Mapping[str, Float32s]) -> Float32s:
    out = np.full(size, default, np.float32)
    given = steered.get(key)
    if given is not None:
        n = min(size, given.shape[0])
        out[:n] = np.where(np.isnan(given[:n]), default, given[:n])
    return out


def _shifted(q: Quantity, by: Float32s) -> Quantity:
    """Every set of features begins with the constant one."""
    theta = q.theta.copy()
    theta[..., 0] += by[:, None]
    return replace(q, theta=theta)


def _multiplied(q: Quantity, factor: Float32s) -> Quantity:
    return replace(
        q, theta=q.theta * factor[:, None, None], sigma=q.sigma * factor, low=q.low * factor, high=q.high * factor
    )
