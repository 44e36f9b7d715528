"""Is a rule that raised alerts fulfilled by now?  It is asked again of the stored minutes of the same objects."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.kernel.quantities import KINDS
from cleanheat.quality import queries
from cleanheat.quality.engine.rejudging import rejudge
from cleanheat.quality.regularities.remembered import Remembered
from cleanheat.quality.specs import RuleSpec
from cleanheat.telemetry.public import store


@dataclass(frozen=True)
class Recheck:
    """How often the rule was asked of these objects, and how often it was not fulfilled."""

    checks: int
    violations: int


def recheck(source: str, places: Collection[tuple[str, int]], start: int, end: int) -> Recheck | None:
    """Ask the rule behind an alert source again over ``[start, end)``.

    Args: places: object kinds with numbers, or ``sender`` with the organisation, as alerts name them.
    Returns: ``None`` for a source that is no rule on readings in force.
    """
    spec = queries.alarm_source(source)
    if spec is None or spec.kind not in KINDS:
        return None
    ids = _ids(spec, places, assets.archive())
    if not ids.size:
        return Recheck(0, 0)
    background = [s for s in queries.active_specs() if s.kind == spec.kind]
    archive = assets.archive()
    usual = Remembered(archive, Path(settings.DATA_DIR))
    found = rejudge(
        [spec], store(), archive, start, end, ids={spec.kind: ids}, background=background, regularities=usual
    )
    return Recheck(found.checks[spec.number], found.violations[spec.number])


def _ids(spec: RuleSpec, places: Collection[tuple[str, int]], archive: Archive) -> NDArray[np.uint32]:
    table = archive[spec.kind]
    own = [number for kind, number in places if kind == spec.kind]
    senders = [number for kind, number in places if kind == "sender"]
    of_senders = table.numbers[np.isin(table.links["sender"][table.numbers], senders)]
    return np.unique(np.concatenate([np.array(own, np.int64), of_senders])).astype(np.uint32)
