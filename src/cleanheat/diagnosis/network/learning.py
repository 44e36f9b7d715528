"""How does a kind's network follow from its history and the parameters that hold?  What training jobs call.

The network learns what the parameters *in force* leave unexplained, and is judged beside them on the newest weeks.
They have seen those weeks, the network has not: where it is better nevertheless, it is served.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from cleanheat.calc.models import ridge
from cleanheat.diagnosis.fleet import kept
from cleanheat.diagnosis.fleet.axis import Axis
from cleanheat.diagnosis.fleet.blocks import Block, target
from cleanheat.diagnosis.fleet.designs import DESIGNS, Design
from cleanheat.diagnosis.network import in_force, serving
from cleanheat.diagnosis.network.lessons import Errors, Lessons
from cleanheat.diagnosis.network.process import Progress
from cleanheat.diagnosis.network.settings import Settings
from cleanheat.diagnosis.network.weights import Network
from cleanheat.diagnosis.parameters import Parameters
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.time import HOUR_S


def lessons(axis: Axis, blocks: Iterable[Block], p: Parameters) -> Lessons:
    """What parameters leave unexplained of the blocks' readings, for quantities that follow from the weather."""
    designs = [d for d in DESIGNS[p.kind] if not d.is_own and d.quantity in p.quantities]
    features = {d.quantity: (d.features.build(axis.inputs), d.features.stratum(axis.inputs)) for d in designs}
    parts: list[Lessons] = []
    for block in blocks:
        errors = {d.quantity: _errors(block, d, p, *features[d.quantity]) for d in designs}
        key = block.group.astype(np.int64)
        at = block.numbers.astype(np.int64)
        parts.append(Lessons.of(at, key, axis.stamps // HOUR_S, axis.inputs.outdoor_c, errors))
    return Lessons.together(parts)


def _errors(block: Block, design: Design, p: Parameters, x: np.ndarray, stratum: np.ndarray | None) -> Errors:
    """(reading − expected) ``[S, T]``, NaN where nothing may be learned, and σ ``[S]``."""
    q, found = p.quantities[design.quantity], target(block, design)
    theta = q.theta[block.numbers].astype(np.float64)
    off = block.values[design.channel] - ridge.predict(theta, x, stratum)
    return np.where(found.known, off, np.nan), q.sigma[block.numbers]


def deepen(
    axis: Axis,
    blocks: Iterable[Block],
    p: Parameters,
    folder: Path,
    progress: Progress,
    settings: Settings | None = None,
) -> Network:
    """Train the network of ``p``'s kind and keep it beside its version; minutes to half an hour in a child process.

    Raises ``Problem`` where the history is too short, and whatever ``progress`` raises.
    """
    network = serving.fit(lessons(axis, blocks, p), settings or Settings.read(), progress, folder)
    _keep(network, p, folder)
    return network


def carry_over(
    axis: Axis, blocks: Iterable[Block], p: Parameters, folder: Path, earlier: int, settings: Settings | None = None
) -> Network:
    """Judge the network of an ``earlier`` version beside newer parameters on the newest block, and keep it with them.

    Seconds, no training.  ``axis`` must reach back over the validation block and what the network sees before it.
    Raises ``Problem`` where the earlier version has none.
    """
    network = in_force.find(folder, p.kind, earlier)
    if network is None:
        raise not_found("该版本没有共享网络", f"{p.kind} {earlier}")
    shown = lessons(axis, blocks, p)
    now = replace(network.of(shown.ids, shown.keys[shown.group]), sigma=shown.sigma)
    judged = serving.judge(now, shown, shown.hour.size, settings or Settings.read())
    _keep(judged, p, folder)
    return judged


def _keep(network: Network, p: Parameters, folder: Path) -> None:
    network.keep(in_force.path(folder, p.kind, p.version))
    if kept.versions_in_force(folder).get(p.kind) == p.version:
        kept.put_in_force(folder, p.kind, p.version)  # said anew, so that whoever holds the version reads it again
