"""Which policies raise orders?  The table people edit; filled once with what is shipped, as is the register."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from django.db import connections, transaction

from cleanheat.governance.models import PolicyRecord, RaisingPolicy
from cleanheat.governance.rules import Policy


def policies_in_force() -> Sequence[Policy]:
    rows = RaisingPolicy.objects.filter(is_active=True)
    return [Policy(r.source, r.worst_level, r.after_min, r.merge_by) for r in rows]


def _shipped(name: str) -> list[dict[str, Any]]:
    text = files("cleanheat.governance").joinpath(f"{name}.toml").read_text("utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["policy"]
    return rows


@transaction.atomic
def load_shipped() -> dict[str, int]:
    """Fill tables that are empty; what people have changed or removed is left alone."""
    made = {"raising": 0, "compliance": 0}
    if not RaisingPolicy.objects.exists():
        made["raising"] = len(RaisingPolicy.objects.bulk_create(RaisingPolicy(**r) for r in _shipped("policies")))
    if not PolicyRecord.objects.exists():
        made["compliance"] = len(PolicyRecord.objects.bulk_create(PolicyRecord(**r) for r in _shipped("compliance")))
    return made


def load_after_migration(using: str = "default", **_: Any) -> None:
    """Handler of ``post_migrate``: the tables may be those of an older plan."""
    if {RaisingPolicy._meta.db_table, PolicyRecord._meta.db_table} <= set(
        connections[using].introspection.table_names()
    ):
        load_shipped()
