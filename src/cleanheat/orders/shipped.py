"""Which rules raise orders?  The table people edit; filled once with what is shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from django.db import connections, transaction

from cleanheat.orders.models import RaisingRule
from cleanheat.orders.rules import Rule


def rules_in_force() -> Sequence[Rule]:
    rows = RaisingRule.objects.filter(is_active=True)
    return [Rule(r.business, r.source, r.worst_level, r.after_min, r.merge_by) for r in rows]


@transaction.atomic
def load_shipped() -> int:
    """Fill the table for each business that has no rule; what people have changed or removed is left alone."""
    text = files("cleanheat.orders").joinpath("rules.toml").read_text("utf-8")
    known = set(RaisingRule.objects.values_list("business", flat=True))
    missing = [RaisingRule(**row) for row in tomllib.loads(text)["rule"] if row["business"] not in known]
    return len(RaisingRule.objects.bulk_create(missing))


def load_after_migration(using: str = "default", **_: Any) -> None:
    """Handler of ``post_migrate``: the table may be that of an older plan."""
    if RaisingRule._meta.db_table in connections[using].introspection.table_names():
        load_shipped()
