"""Which network goes with the parameters in force, and what does it add to them now?

A network is kept beside the version of parameters it was judged against (``models/<kind>-<version>.network.npz``):
that it is better than ridge was measured with those, and holds for no others.  A later version takes it along once it
was judged again (``learning.carry_over``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from cleanheat.calc.models.design import Inputs
from cleanheat.diagnosis.network.lessons import LOCAL_OFFSET_H, at
from cleanheat.diagnosis.network.serving import predict
from cleanheat.diagnosis.network.weights import Network
from cleanheat.diagnosis.parameters import Float32s, Parameters, Quantity, Source
from cleanheat.kernel.errors import Problem
from cleanheat.kernel.time import HOUR_S

log = structlog.get_logger(__name__)


def path(folder: Path, kind: str, version: int) -> Path:
    return folder / f"{kind}-{version}.network.npz"


def find(folder: Path, kind: str, version: int) -> Network | None:
    """The network judged with this version; ``None`` where there is none that can be read."""
    place = path(folder, kind, version)
    if not place.exists():
        return None
    try:
        return Network.load(place)
    except (Problem, OSError, ValueError, KeyError) as error:
        log.warning("shared network not readable", kind=kind, version=version, error=str(error))
        return None


def deepened(p: Parameters, network: Network | None, key: NDArray[np.int64]) -> Parameters:
    """The parameters with the network beside them: slots where it is served say so.

    ``key [size]``: equal for similar objects.  What people have overridden stays theirs.
    """
    if network is None:
        return p
    rows = np.full(p.size, -1, np.int64)
    rows[: min(key.size, p.size)] = key[: p.size]
    slots = network.of(np.arange(p.size), rows)
    served = slots.served & (p.source == Source.OWN)
    slots = replace(slots, served=served)
    quantities = dict(p.quantities)
    for row, name in enumerate(slots.quantities):
        if name in quantities:
            quantities[name] = _marked(quantities[name], served[row])
    source = np.where(served.any(axis=0), np.uint8(Source.NETWORK), p.source)
    return replace(p, quantities=quantities, source=source, network=slots)


def _marked(q: Quantity, served: NDArray[np.bool_]) -> Quantity:
    return replace(q, source=np.where(served, np.uint8(Source.NETWORK), q.source))


def corrections(p: Parameters, inputs: Inputs) -> Mapping[str, Float32s]:
    """What to add to ``p``'s expected values of the last hour of ``inputs``, in each quantity's unit.

    ``float32[size]`` by quantity, 0 where ridge speaks alone; empty without a network.  The inputs' outdoor
    temperatures should reach back six days for the answer to be whole.
    """
    if p.network is None:
        return {}
    last_hour = int(inputs.local_s[-1]) // HOUR_S - LOCAL_OFFSET_H
    shown = at(inputs.outdoor_c, last_hour, p.network.reach_h)
    said = predict(p.network, shown)[1] * p.network.sigma
    return dict(zip(p.network.quantities, np.nan_to_num(said), strict=True))
