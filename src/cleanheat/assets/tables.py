"""The archive's tables by column as they are stored, texts included: for checks that read whole tables at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cleanheat.assets.queries import MODELS

CHUNK = 20_000


def columns(kind: str, paths: Sequence[str], numbers: Sequence[int] | None = None) -> dict[str, list[Any]]:
    """Columns (or paths along foreign keys) of a kind's rows by ascending number; ``kind`` may be ``area``.

    ``numbers``: of which rows at most, all without; beyond ``CHUNK`` of them all are read.
    """
    rows = MODELS[kind].objects.order_by("pk").values_list(*paths)  # type: ignore[attr-defined]
    if numbers is not None and len(numbers) <= CHUNK:
        rows = rows.filter(pk__in=numbers)
    found = list(zip(*rows.iterator(chunk_size=CHUNK), strict=True)) or [()] * len(paths)
    return {path: list(column) for path, column in zip(paths, found, strict=True)}
