"""Which work on coordinates is done in the background?  Conversions, and clearing away what nobody fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanheat.assets.coordinates import actions
from cleanheat.assets.models_conversions import Conversion
from cleanheat.infra.jobs import Progress, job
from cleanheat.kernel.time import HOUR_S


@job(actions.CONVERT, "坐标转换", lease_s=600, is_long=True)
def convert(payload: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """``payload``: ``conversion`` (id), and nothing else."""
    return actions.run(Conversion.objects.get(pk=payload["conversion"]), progress)


@job("assets.clear_conversions", "清除坐标转换文件", every_s=HOUR_S)
def clear(_payload: Mapping[str, Any], _progress: Progress) -> dict[str, int]:
    return {"cleared": actions.clear_old()}
