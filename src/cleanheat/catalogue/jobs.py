"""Which work the catalogue does in the background: noting versions of elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.catalogue.actions import refresh_versions
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import DAY_S


@job("catalogue.refresh_versions", "更新数据元版本", every_s=DAY_S)
def refresh(_payload: Mapping[str, Any], _progress: Progress) -> dict[str, int]:
    return {"changed": refresh_versions()}
